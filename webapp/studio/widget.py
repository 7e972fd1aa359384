"""The line that puts the help widget on another site, to be copied, with the widget at work beside it."""

from collections.abc import Mapping

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from webapp.shared.locale import offered_languages

blueprint = Blueprint("studio_widget", __name__, url_prefix="/studio/widget")

# Choices of the page; the first of each is what the widget does without being told.
SIDES = ("right", "left")
SUGGESTS = ("open", "load", "off")


@blueprint.get("/")
def widget() -> ResponseReturnValue:
    """Choices stand in the address, so that a page that was set up can be sent to somebody."""
    language = request.args.get("language", "")
    chosen = {
        "language": language if language in offered_languages() else "",
        "position": _chosen("position", SIDES),
        "suggest": _chosen("suggest", SUGGESTS),
    }
    said = {name: value for name, value in chosen.items() if value not in {"", SIDES[0], SUGGESTS[0]}}
    address = url_for("widget.script", _external=True)
    return render_template(
        "studio/widget.html",
        chosen=chosen,
        said=said,
        snippet=_snippet(address, said),
        languages=offered_languages(),
        origins=current_app.extensions["kb_settings"].widget_origins,
    )


def _chosen(name: str, choices: tuple[str, ...]) -> str:
    value = request.args.get(name, "")
    return value if value in choices else choices[0]


def _snippet(address: str, said: Mapping[str, str]) -> str:
    """The element as it stands in a page."""
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in said.items())
    return f'<script src="{escape(address)}"{attributes} async></script>'
