"""Pinned notices on pages and in JSON: read once in a request."""

from collections.abc import Collection
from typing import Any

from flask import Flask, g, has_request_context, request, url_for

from kb.search.types import Outcome, SearchAnswer
from kb.service.notice_matching import matching_notices
from kb.service.notices import RunningNotice, running_notices
from webapp.shared.database import session
from webapp.shared.locale import choose_language


def init_notices(app: Flask) -> None:
    """Templates get `pinned_notices()`, `notices_about(answer)` and `notice_url(notice)`."""
    app.add_template_global(pinned_notices)
    app.add_template_global(notices_about)
    app.add_template_global(notice_url)


def pinned_notices(language: str = "") -> list[RunningNotice]:
    """What runs just now in the page's language; for people who work here also what has no text in it."""
    language = language or choose_language()
    is_for_staff = has_request_context() and (request.blueprint or "").startswith("desk")
    read: dict[tuple[str, bool], list[RunningNotice]] = g.setdefault("notices", {})
    key = (language, is_for_staff)
    if key not in read:
        read[key] = running_notices(session(), language, in_any_language=is_for_staff)
    return read[key]


def notices_about(answer: SearchAnswer, language: str = "") -> list[RunningNotice]:
    """Those that a search is about, to stand above its results."""
    return matching_notices(pinned_notices(language), answer.query, answer.language, _topics(answer))


def _topics(answer: SearchAnswer) -> Collection[str]:
    """Where it leads: the topic of the first result, where there is anything near."""
    if answer.outcome is Outcome.NONE or not answer.results:
        return ()
    return {answer.results[0].topic}


def notice_url(notice: RunningNotice) -> str:
    """The article that says more, "" for none."""
    if notice.article is None:
        return ""
    return url_for("help.article", language=notice.language, slug=notice.article[0])


def notice_json(notice: RunningNotice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "text": notice.text,
        "language": notice.language,
        "degree": notice.degree,
        "begins_at": notice.begins_at.isoformat(),
        "ends_at": notice.ends_at.isoformat(),
        "url": notice_url(notice),
    }
