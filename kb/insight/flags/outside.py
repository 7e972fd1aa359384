"""Links of published articles to other sites: called now and then, flagged when they have led nowhere more than once.

One call proves nothing: a server may be restarted, a page moved for an hour. What cannot be reached at all says as much of our
own connection as of theirs: it counts only where another site was reached in the same round.
"""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

import regex
from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from kb.articles.rendering import render_markdown
from kb.articles.text import hash_bytes
from kb.core.database import insert_new, upsert
from kb.core.errors import InvalidInputError
from kb.core.http_following import Followed, Lead, follow
from kb.insight.flags.found import FoundFlag, key_of
from kb.insight.flags.keeping import keep_flags
from kb.tables import Article, FlagKind, FlagMark, OutsideLink

_LINKS, _MARKS = cast(Table, OutsideLink.__table__), cast(Table, FlagMark.__table__)
_MARK = "outside"
_HREF = regex.compile(r'<a\b[^>]*?\shref="(https?://[^"]{1,2000})"', regex.IGNORECASE)
# Links of one article, and addresses in one round, one after the other; seconds for each call.
MOST_OF_ONE, MOST_AT_ONCE, TIMEOUT = 200, 60, 10.0
AGAIN = timedelta(days=7)
# After the first, the second, and every further call in vain.
SOON = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
# Calls in vain, and the time between the first and the last of them, from which a link is flagged.
_FLAGGED = {
    Lead.GONE: (2, timedelta(hours=1)),
    Lead.SERVER: (3, timedelta(days=1)),
    Lead.LOOP: (2, timedelta(hours=1)),
    Lead.UNREACHABLE: (3, timedelta(days=1)),
    Lead.INSIDE: (1, timedelta()),
}
# Names that never lead anywhere: they stand in examples (RFC 2606, RFC 6761).
_EXAMPLES = frozenset({"example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"})


def check_outside_links(
    session: Session,
    *,
    private: bool,
    own_site: str,
    now: Callable[[], datetime],
    checkpoint: Callable[[], None],
    tick: Callable[[], None],
) -> dict[str, int]:
    """Read the links of articles that changed, call what is due, keep the flags; returns how many were called, are new, back and
    past. own_site: what begins with it is not outside. No transaction is open while a site is called."""
    state = _state_of_articles(session)
    mark = session.get(FlagMark, _MARK)
    changed = mark is None or mark.seen != state
    if changed:
        _read_links(session, own_site, now(), tick)
        upsert(session, _MARKS, {"name": _MARK, "seen": state}, key=("name",), change=("seen",))
    checkpoint()
    called = _call_due(session, private=private, now=now, checkpoint=checkpoint, tick=tick)
    if not called and not changed:
        return {"called": 0}
    counts = keep_flags(session, [FlagKind.OUTSIDE], _found(session))
    checkpoint()
    return {"called": called, **counts}


def outside_links_of(body: str, own_site: str = "") -> list[str]:
    """The addresses of other sites that readers can press, once each, without the part after "#"."""
    found: dict[str, None] = {}
    for match in _HREF.finditer(render_markdown(body).html):
        url = html.unescape(match[1]).partition("#")[0]
        if not (own_site and url.startswith(own_site)) and not _is_example(url):
            found.setdefault(url)
    return list(found)[:MOST_OF_ONE]


def _is_example(url: str) -> bool:
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return True  # no address: nothing could be called
    ends = {host, ".".join(host.split(".")[-2:]), host.rpartition(".")[2]}
    return not host or bool(ends & _EXAMPLES)


def _state_of_articles(session: Session) -> str:
    """Differs where a published article has changed."""
    published = Article.status == "published"
    count, revisions, public = session.execute(
        select(
            func.count(Article.id),
            func.sum(Article.revision),
            func.count(Article.id).filter(Article.audience == "public"),
        ).where(published)
    ).one()
    return f"{count}/{revisions or 0}/{public}"


def _read_links(session: Session, own_site: str, now: datetime, tick: Callable[[], None]) -> None:
    """Rows for the links that there are; those of other articles keep what is known of them."""
    known = {(one.article_id, one.key) for one in session.execute(select(OutsideLink.article_id, OutsideLink.key))}
    there: set[tuple[int, str]] = set()
    query = select(Article).where(Article.status == "published").order_by(Article.id)
    for article in session.scalars(query.execution_options(yield_per=200)):
        tick()
        for url in outside_links_of(article.body, own_site):
            place = (article.id, hash_bytes(url.encode()))
            there.add(place)
            if place not in known:
                insert_new(session, _LINKS, _row(session, *place, url, now), key=("article_id", "key"))
    for article_id, key in known - there:
        session.execute(delete(OutsideLink).where(OutsideLink.article_id == article_id, OutsideLink.key == key))


def _row(session: Session, article_id: int, key: str, url: str, now: datetime) -> dict[str, object]:
    """What is known of the address from another article holds for this one."""
    other = session.scalars(select(OutsideLink).where(OutsideLink.key == key).limit(1)).first()
    row: dict[str, object] = {"article_id": article_id, "key": key, "url": url, "due_at": now}
    names = ("due_at", "checked_at", "problem", "status", "failures", "failing_since")
    return row | ({name: getattr(other, name) for name in names} if other else {"problem": "", "failures": 0})


@dataclass(frozen=True)
class _Due:
    key: str
    url: str


def _call_due(
    session: Session,
    *,
    private: bool,
    now: Callable[[], datetime],
    checkpoint: Callable[[], None],
    tick: Callable[[], None],
) -> int:
    due = [
        _Due(key, url)
        for key, url in session.execute(
            select(OutsideLink.key, func.min(OutsideLink.url))
            .where(OutsideLink.due_at <= now())
            .group_by(OutsideLink.key)
            .order_by(func.min(OutsideLink.due_at), OutsideLink.key)
            .limit(MOST_AT_ONCE)
        )
    ]
    checkpoint()
    unreached: list[_Due] = []
    has_reached = False
    for one in due:
        tick()
        try:
            followed = follow(one.url, timeout=TIMEOUT, private=private)
        except InvalidInputError:
            # No address for machines, such as one in Bengali letters: nothing is said of it.
            followed = Followed(Lead.PAGE)
        if followed.lead is Lead.UNREACHABLE:
            unreached.append(one)
            continue
        has_reached |= followed.status is not None
        _note(session, one, followed, now())
        checkpoint()
    hosts = {urlsplit(one.url).hostname for one in due}
    for one in unreached:
        if has_reached or len(hosts) == 1:
            _note(session, one, Followed(Lead.UNREACHABLE), now())
        else:
            session.execute(update(OutsideLink).where(OutsideLink.key == one.key).values(due_at=now() + SOON[0]))
    checkpoint()
    return len(due)


def _note(session: Session, due: _Due, followed: Followed, now: datetime) -> None:
    rows = session.scalars(select(OutsideLink).where(OutsideLink.key == due.key)).all()
    for row in rows:
        row.checked_at, row.status = now, followed.status
        if followed.lead is Lead.PAGE:
            row.problem, row.failures, row.failing_since, row.due_at = "", 0, None, now + AGAIN
            continue
        if row.problem != followed.lead.value:
            # Another kind of dead end is looked at anew, but for how long it has been one.
            row.failures = 0
        row.problem, row.failures, row.failing_since = followed.lead.value, row.failures + 1, row.failing_since or now
        row.due_at = now + SOON[min(row.failures, len(SOON)) - 1]


def _found(session: Session) -> Iterator[FoundFlag]:
    rows = session.execute(
        select(OutsideLink, Article.audience)
        .join(Article, Article.id == OutsideLink.article_id)
        .where(OutsideLink.problem != "", Article.status == "published")
        .order_by(OutsideLink.id)
    )
    for row, audience in rows.all():
        calls, time = _FLAGGED[Lead(row.problem)]
        if row.checked_at is None or row.failing_since is None:
            continue
        if row.failures < calls or row.checked_at - row.failing_since < time:
            continue
        if row.problem == Lead.INSIDE.value and audience != "public":
            continue  # colleagues may be in that network
        evidence = {
            "link": row.url[:500],
            "why": row.problem,
            "status": row.status,
            "calls": row.failures,
            "since": row.failing_since.isoformat(),
            "checked": row.checked_at.isoformat(),
        }
        yield FoundFlag(row.article_id, FlagKind.OUTSIDE, key_of(row.key, row.problem), evidence)
