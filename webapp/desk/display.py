"""How the desk words and links things."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import url_for
from flask_babel import format_timedelta, lazy_gettext
from sqlalchemy.orm import Session

from kb.articles import LinkTarget, article_link
from kb.search.types import Result
from kb.tables import Article, utc_now
from webapp.shared.locale import offered_languages

COLUMNS = ("public", "internal", "tickets")
SHOWN_PER_COLUMN = 8

_CHANNELS = {
    "phone": lazy_gettext("Phone"),
    "email": lazy_gettext("E-mail"),
    "chat": lazy_gettext("Chat"),
    "sms": lazy_gettext("SMS"),
    "social": lazy_gettext("Social media"),
    "web": lazy_gettext("Web form"),
    "other": lazy_gettext("Other channel"),
}


def columns_of(results: Sequence[Result]) -> dict[str, list[Result]]:
    """The best of each kind, in the order of the search."""
    columns: dict[str, list[Result]] = {name: [] for name in COLUMNS}
    for result in results:
        if len(columns[result.audience]) < SHOWN_PER_COLUMN:
            columns[result.audience].append(result)
    return columns


def desk_url(result: Result) -> str:
    """Where a rep reads a result: never in the help centre, and where the answer stands."""
    if result.kind == "ticket":
        return url_for("desk.ticket", ticket_id=result.id)
    return url_for("desk.article", article_id=result.id, _anchor=result.anchor or None)


def channel_name(channel: str) -> str:
    """The channel in the page's language."""
    return str(_CHANNELS.get(channel, channel))


def ago(moment: datetime) -> str:
    """How long ago, in the page's language: `5 minutes ago`."""
    return str(format_timedelta(moment - utc_now(), add_direction=True))


def desk_link(session: Session, article: Article) -> Callable[[str], str | None]:
    """A `link` for render_markdown that keeps a rep at the desk; it leads to published articles, internal ones too."""

    def address(target: LinkTarget) -> str | None:
        return url_for("desk.article", article_id=target.id) if target.status == "published" else None

    return article_link(session, article, address, offered_languages())
