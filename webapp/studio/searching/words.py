"""Kinds, and what a change was, in the words of the page."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from kb.tables import CuratedKind
from webapp.help.topics import topic_name
from webapp.shared.ui import language_name

NAMES = {
    CuratedKind.SYNONYM: lazy_gettext("Synonyms"),
    CuratedKind.PIN: lazy_gettext("Pinned answers"),
    CuratedKind.FEATURED: lazy_gettext("Featured articles"),
    CuratedKind.TOPIC: lazy_gettext("Topics and their order"),
}
ABOUT = {
    CuratedKind.SYNONYM: lazy_gettext(
        "Words that mean the same. Searches of customers and of your colleagues use them at once, in every language or in one."
    ),
    CuratedKind.PIN: lazy_gettext(
        "An article that stands first for a question, word for word, until a day. Your colleagues see that it is pinned."
    ),
    CuratedKind.FEATURED: lazy_gettext("Articles that the help centre's first page shows above all others."),
    CuratedKind.TOPIC: lazy_gettext(
        "How the help centre names its topics in each language, in which order, and what stands under what."
    ),
}


def describe(kind: CuratedKind, values: Mapping[str, Any] | None, titles: Mapping[Any, str]) -> str:
    """What something says, on one line; "" where there is nothing. titles: of articles, by number or key."""
    if values is None:
        return ""
    if kind is CuratedKind.SYNONYM:
        words, means = ", ".join(values["words"]), ", ".join(values["means"])
        of = language_name(values["language"]) if values["language"] else str(_("every language"))
        return f"{words} → {means} ({of})" if means else f"{words} ({of})"
    if kind is CuratedKind.PIN:
        title = titles.get(values["article_id"], f"#{values['article_id']}")
        until = _("until %(day)s", day=values["until"]) if values["until"] else ""
        said = [f"{' | '.join(values['wordings'])} → {title}", str(until), values["note"]]
        return " · ".join(part for part in said if part)
    if kind is CuratedKind.FEATURED:
        return f"{values['position']}. {titles.get(values['article_key'], values['article_key'])}"
    names = ", ".join(values["names"].values()) or values["topic"]
    under = _("under %(topic)s", topic=topic_name(values["parent"])) if values["parent"] else ""
    return " · ".join(part for part in (f"{values['position']}. {names} ({values['topic']})", str(under)) if part)
