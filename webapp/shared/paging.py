"""Pages of long lists: `?page=3`, and links to the pages before and after."""

from flask import request, url_for

# Beyond this nobody reads; an offset must also fit into the database's numbers.
_LAST = 100_000


def page_number() -> int:
    """The page that was asked for, 1 where none or nonsense was."""
    text = request.args.get("page", "")
    return min(max(int(text), 1), _LAST) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def neighbours(page: int, count: int, size: int) -> tuple[str, str]:
    """Addresses of the page before and the page after, "" where there is none; the other arguments stay as they are."""
    others = {**(request.view_args or {}), **request.args.to_dict()}
    assert request.endpoint is not None

    def link(number: int) -> str:
        return url_for(str(request.endpoint), **{**others, "page": number})

    return (link(page - 1) if page > 1 else "", link(page + 1) if page * size < count else "")
