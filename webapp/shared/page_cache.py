"""Pages that are the same for everybody are rendered once for each version of the content, in each process for itself.

Nothing is told between processes: each request asks the database for the version, so that a page is never older than the
transaction before it. What no version covers (pictures, settings of other processes) is at most `LONGEST` seconds old. A page is
kept without what belongs to one visitor: the token of its forms and the search that led to it are put in when it goes out.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache
from flask import Flask, Response, current_app, make_response, request, url_for
from flask import session as cookie
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from kb.articles import content_version
from kb.service.notices import notices_version
from webapp.shared.database import session
from webapp.shared.ui import THEMES, is_partial

LONGEST = 20.0  # seconds
_CHARACTERS = 12_000_000  # of all pages that are kept; those in Indic scripts take two bytes each
_EXTENSION = "kb_page_cache"
# What pages show besides themselves, each as a cheap statement that gives another text when it has changed.
_VERSIONS: tuple[Callable[[Session], str], ...] = (content_version, notices_version)
_LONGEST_ANCHOR = 200
_SEARCH_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class _Page:
    version: str
    made_at: float  # monotonic seconds
    html: str
    tag: str


class PageCache:
    def __init__(self) -> None:
        self._pages: LRUCache[Hashable, _Page] = LRUCache(_CHARACTERS, getsizeof=lambda page: len(page.html))
        self._lock = Lock()
        # Nobody can write these into an article: they are made anew with each process.
        self._token, self._search = f"token-{secrets.token_hex(16)}", f"search-{secrets.token_hex(16)}"

    def page(self, key: Hashable, version: str, search_id: str, render: Callable[[str], str]) -> tuple[str, str]:
        """The page as this visitor gets it, and the tag of what all visitors share."""
        with self._lock:
            found = self._pages.get(key)
        if found is None or found.version != version or time.monotonic() - found.made_at > LONGEST:
            found = self._make(version, render(self._search if search_id else ""))
            # What this visitor's address says must not reach others.
            if not search_id or search_id not in found.html:
                with self._lock:
                    self._pages[key] = found
        html = found.html.replace(self._token, generate_csrf()) if self._token in found.html else found.html
        return html.replace(self._search, search_id), found.tag

    def _make(self, version: str, html: str) -> _Page:
        html = html.replace(generate_csrf(), self._token)
        shared = html.replace(self._token, "").replace(self._search, "")
        return _Page(version, time.monotonic(), html, hashlib.blake2b(shared.encode(), digest_size=12).hexdigest())


def init_page_cache(app: Flask) -> None:
    app.extensions[_EXTENSION] = PageCache()


def cached_page(render: Callable[[str], str], *, about: Hashable = ()) -> Response:
    """The page that `render` makes for a search that led to it ("" for none), from memory where it is there.

    about: what this request has read already and the page shows; another one is another page. Addresses with arguments other than
    the search that led here (`s`) and the section that is marked (`at`), and people who have logged in, get theirs made for them.
    """
    search_id = request.args.get("s", "")
    is_shared = not (is_partial() or current_user.is_authenticated or "_flashes" in cookie)
    at = request.args.get("at", "")
    is_plain = (
        set(request.args) <= {"s", "at"}
        and len(at) <= _LONGEST_ANCHOR
        and (not search_id or _SEARCH_ID.fullmatch(search_id) is not None)
    )
    if not is_shared or not is_plain:
        response = make_response(render(search_id))
        response.headers["Cache-Control"] = "private, no-store" if not is_shared else "private, no-cache"
        return response
    theme = request.cookies.get("theme", "")
    key = (
        url_for("root", _external=True),
        request.path,
        theme if theme in THEMES else "",
        bool(search_id),
        at,
        hashlib.blake2b(repr(about).encode(), digest_size=16).digest(),
    )
    pages: PageCache = current_app.extensions[_EXTENSION]
    is_known_visitor = "csrf_token" in cookie
    html, tag = pages.page(key, _version(), search_id, render)
    visitor = hashlib.blake2b(str(cookie.get("csrf_token", "")).encode(), digest_size=6).hexdigest()
    # Kept by the browser, but asked for again each time: the answer "still the same" costs next to nothing.
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{tag}-{visitor}", weak=True)
    wanted = request.if_none_match
    # Crawlers keep no cookies, and send no forms: theirs is the same page although its token is another one. A browser that has
    # lost its cookie needs the new token.
    is_crawler = not is_known_visitor and "Sec-Fetch-Mode" not in request.headers
    is_same = wanted.contains_weak(f"{tag}-{visitor}")
    if is_same or (is_crawler and any(known.startswith(f"{tag}-") for known in wanted.as_set(include_weak=True))):
        response.status_code = 304
        response.set_data(b"")
    return response


def _version() -> str:
    return " ".join(version(session()) for version in _VERSIONS)
