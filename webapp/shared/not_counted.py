"""People whose browser says that they do not want to be counted: `Sec-GPC` (Global Privacy Control) or `DNT` (Do Not Track)."""

from flask import request


def wants_no_count() -> bool:
    """Then neither searches nor what is read in this visit is written down. What somebody says themselves (a vote, a message)
    is, without the visit."""
    return request.headers.get("Sec-GPC", "").strip() == "1" or request.headers.get("DNT", "").strip() == "1"
