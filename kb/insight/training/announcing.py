"""New and changed articles are announced to everybody at the desk: what changed in one line, and who has read it.

A job reads the revisions that were stored since the last time. What readers do not see (an owner, another wording for search) is
no news. Changes of the languages of one document within a day are one announcement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb.articles.differences import differences
from kb.articles.summaries import LEAD, summary_of
from kb.core.clock import utc_now
from kb.tables import Announcement, AnnouncementRead, Article, ArticleRevision, TrainingMark
from kb.text.cleaning import clean_line

REVISIONS = "revisions"
TOGETHER = timedelta(hours=24)
_A_BLOCK = 500
# A first look, or an import of everything, is no news: more documents at once than this are announced to nobody.
MOST_AT_ONCE = 25
_WIDTH = 60
_PUBLISHED = "published"


@dataclass(frozen=True)
class _Change:
    article: Article
    before: ArticleRevision | None
    after: ArticleRevision


def announce_changes(
    session: Session, *, checkpoint: Callable[[], None] | None = None, now: datetime | None = None
) -> int:
    """Look at what was stored since the last time; returns how many announcements were made or have grown."""
    now, count = now or utc_now(), 0
    mark = session.get(TrainingMark, REVISIONS)
    if mark is None:
        # What was there before anybody was told of anything is no news.
        last = session.scalar(select(func.max(ArticleRevision.id)))
        session.add(TrainingMark(name=REVISIONS, number=last or 0))
        (checkpoint or session.flush)()
        return 0
    while rows := _new_revisions(session, mark.number):
        changes = [
            one
            for article_id in dict.fromkeys(row.article_id for row in rows)
            if (one := _change(session, article_id, rows))
        ]
        if len({one.article.translation_key for one in changes}) <= MOST_AT_ONCE:
            count += sum(_announce(session, change, now) for change in changes)
        mark.number = rows[-1].id
        (checkpoint or session.flush)()
    return count


def has_unannounced(session: Session) -> bool:
    """One short statement."""
    mark = select(TrainingMark.number).where(TrainingMark.name == REVISIONS).scalar_subquery()
    newest = select(func.max(ArticleRevision.id)).scalar_subquery()
    return bool(session.scalar(select(func.coalesce(newest, 0) > func.coalesce(mark, -1))))


def line_of(before: ArticleRevision | None, after: ArticleRevision) -> dict[str, Any] | None:
    """What changed, in parts that a page says in its language: {"new": first sentence} or {"was", "is", "places", "under"}.

    None where a reader sees no difference.
    """
    if before is None:
        return {"new": summary_of(after.body[:LEAD], after.fields.get("extra") or {})}
    if before.title != after.title:
        return {
            "was": clean_line(before.title)[:_WIDTH],
            "is": clean_line(after.title)[:_WIDTH],
            "places": 1,
            "under": "",
        }
    pieces = differences(before.body, after.body)
    changed = [number for number, piece in enumerate(pieces) if piece.kind != "same" and piece.text.strip()]
    if not changed:
        return None
    first = changed[0]
    was = is_now = ""
    for piece in pieces[first : first + 2]:
        if piece.kind == "removed":
            was = piece.text
        elif piece.kind == "added":
            is_now = piece.text
    # Single words say little without those beside them.
    before_it = pieces[first - 1].text if first else ""
    lead = " ".join(before_it.split("\n")[-1].split()[-3:])
    places = sum(1 for number in changed if pieces[number].kind == "added" or not _is_added(pieces, number + 1))
    return {
        "was": _cut(f"{lead} {was}" if was.strip() else ""),
        "is": _cut(f"{lead} {is_now}" if is_now.strip() else ""),
        "places": places,
        "under": _heading("".join(piece.text for piece in pieces[:first] if piece.kind != "removed")),
    }


def version_of(
    article: Article, before: ArticleRevision | None, after: ArticleRevision, line: dict[str, Any] | None
) -> dict[str, Any]:
    """One language of an announcement, as it is stored. line: see `line_of`."""
    return {
        "article": article.id,
        "language": article.language,
        "before": before.number if before else 0,
        "after": after.number,
        "line": line,
    }


def _is_added(pieces: Sequence[Any], number: int) -> bool:
    return number < len(pieces) and pieces[number].kind == "added"


def _cut(text: str) -> str:
    text = clean_line(text.replace("\n", " ")).lstrip("#>-*| ").replace("**", "")
    return text if len(text) <= _WIDTH else text[:_WIDTH].rsplit(" ", 1)[0] + " …"


def _heading(body: str) -> str:
    """The last heading before a place."""
    lines = (line for line in reversed(body.splitlines()) if line.startswith("#"))
    return clean_line(next(lines, "").lstrip("#"))[:_WIDTH]


def _new_revisions(session: Session, after: int) -> list[ArticleRevision]:
    statement = select(ArticleRevision).where(ArticleRevision.id > after).order_by(ArticleRevision.id).limit(_A_BLOCK)
    return list(session.scalars(statement))


def _change(session: Session, article_id: int, rows: Sequence[ArticleRevision]) -> _Change | None:
    """The newest of the revisions that readers can see, and what they knew before."""
    own = [row for row in rows if row.article_id == article_id]
    visible = [row for row in own if row.fields.get("status") == _PUBLISHED]
    article = session.get(Article, article_id)
    if not visible or article is None or article.status != _PUBLISHED:
        return None
    known = session.scalars(
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article_id, ArticleRevision.number < own[0].number)
        .order_by(ArticleRevision.number.desc())
    )
    before = next((row for row in known if row.fields.get("status") == _PUBLISHED), None)
    return _Change(article, before, visible[-1])


def _announce(session: Session, change: _Change, now: datetime) -> bool:
    line = line_of(change.before, change.after)
    if line is None:
        return False
    article = change.article
    version = version_of(article, change.before, change.after, line)
    found = session.scalar(
        select(Announcement)
        .where(
            Announcement.translation_key == article.translation_key,
            Announcement.told_at > now - TOGETHER,
            Announcement.withdrawn_at.is_(None),
        )
        .order_by(Announcement.id.desc())
        .limit(1)
    )
    if found is None:
        session.add(
            Announcement(
                article_id=article.id,
                translation_key=article.translation_key,
                is_new=change.before is None,
                versions=[version],
                told_at=now,
            )
        )
        session.flush()
        return True
    earlier = next((one for one in found.versions if one["article"] == article.id), None)
    if earlier is not None:
        # The same article again: readers are shown all that changed since they last knew it.
        version["before"] = earlier["before"]
        known = _revision(session, article.id, earlier["before"])
        version["line"] = line_of(known, change.after) or line
    found.versions = [*(one for one in found.versions if one["article"] != article.id), version]
    # Whoever has read it has not read this.
    session.execute(delete(AnnouncementRead).where(AnnouncementRead.announcement_id == found.id))
    return True


def _revision(session: Session, article_id: int, number: int) -> ArticleRevision | None:
    return session.scalar(
        select(ArticleRevision).where(ArticleRevision.article_id == article_id, ArticleRevision.number == number)
    )
