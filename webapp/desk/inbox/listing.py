"""Which part of the queue a rep looks at: read from the address and written into addresses."""

from typing import Any

from flask import request, url_for

from kb.service.queue import Filter, View
from kb.tables import Channel
from webapp.shared.locale import offered_languages
from webapp.shared.paging import page_number

DEFAULT_VIEW = View.WAITING


def wanted_filter() -> Filter:
    """What the address says; what it says wrongly is left out."""
    view, channel, language = (request.args.get(name, "") for name in ("view", "channel", "language"))
    return Filter(
        view=View(view) if view in set(View) else DEFAULT_VIEW,
        channel=channel if channel in set(Channel) else "",
        language=language if language in offered_languages() else "",
        newest_first=request.args.get("sort") == "newest",
        page=page_number(),
    )


def filter_arguments(wanted: Filter, **changed: object) -> dict[str, Any]:
    """The arguments of an address with this filter, without those that say nothing."""
    arguments: dict[str, Any] = {
        "view": wanted.view.value if wanted.view is not DEFAULT_VIEW else None,
        "channel": wanted.channel or None,
        "language": wanted.language or None,
        "sort": "newest" if wanted.newest_first else None,
        "page": wanted.page if wanted.page > 1 else None,
    }
    return {name: value for name, value in (arguments | changed).items() if value is not None}


def list_url(wanted: Filter, **changed: object) -> str:
    return url_for("desk_inbox.inbox", **filter_arguments(wanted, **changed))


def conversation_url(conversation_id: int, wanted: Filter, **changed: object) -> str:
    return url_for("desk_inbox.show", conversation_id=conversation_id, **filter_arguments(wanted, **changed))
