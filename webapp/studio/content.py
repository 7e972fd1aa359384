"""The studio's page of what came in: reports of synchronisations and imports of articles."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from kb.articles import by_kind, get_report, list_reports
from webapp.shared.database import session

blueprint = Blueprint("studio_content", __name__, url_prefix="/studio/content")

LINES_SHOWN = 200
# The kinds of notices that need a word; others are shown by their own.
KINDS = {
    "draft": lazy_gettext("Not published, and why"),
    "link": lazy_gettext("Links that lead to no article"),
    "anchor": lazy_gettext("Links to headings that are not there"),
    "missing picture": lazy_gettext("Pictures that are missing"),
    "refused picture": lazy_gettext("Pictures that cannot be used"),
    "external picture": lazy_gettext("Pictures of other sites"),
    "embedded picture": lazy_gettext("Pictures within the text"),
    "template": lazy_gettext("Left out: only the generator can fill it in"),
    "shortcode": lazy_gettext("Shortcodes without a meaning here"),
    "component": lazy_gettext("Components without a meaning here"),
    "include": lazy_gettext("Included files that are not read"),
    "language": lazy_gettext("Language in doubt"),
    "title": lazy_gettext("Without a title"),
    "own key": lazy_gettext("Keys that are kept as they are"),
    "misspelt key": lazy_gettext("Keys that may be misspelt"),
    "site settings": lazy_gettext("Settings of the site that could not be followed"),
    "empty section": lazy_gettext("Folders whose index has no text"),
    "direction": lazy_gettext("Hidden changes of writing direction"),
    "passed over": lazy_gettext("Files that were passed over"),
}


@blueprint.get("/")
def reports() -> ResponseReturnValue:
    """Every report that is kept, the newest first."""
    return render_template("studio/reports.html", reports=list_reports(session()))


@blueprint.get("/<int:report_id>")
def report(report_id: int) -> ResponseReturnValue:
    """One report: what was refused, what is in conflict, and the notices by kind."""
    summary, lines = get_report(session(), report_id)
    return render_template(
        "studio/report.html",
        report=summary,
        rejected=lines.get("rejected", []),
        conflicts=lines.get("conflicts", []),
        notices=by_kind(lines.get("warnings", [])),
        kinds=KINDS,
        most=LINES_SHOWN,
    )
