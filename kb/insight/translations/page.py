"""What the studio shows of translations and does with them: the matrix, one translation beside its source, what is up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from kb.articles.sections import Section, sections_of
from kb.articles.text import hash_bytes
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, NotFoundError
from kb.insight.translations.comparing import ComparedSection, SectionState, compare_sections
from kb.insight.translations.following import as_before, count_work
from kb.tables import Article, ArticleDay, ArticleRevision, FollowedArticle, TranslatedSection, TranslationWant

# How far back reads count as demand.
_DEMAND_DAYS = 90


@dataclass(frozen=True)
class Cell:
    """A version of an article. behind, missing, extra: see FollowedArticle."""

    article_id: int
    title: str
    status: str
    audience: str
    is_source: bool
    behind: int
    missing: int
    extra: int

    @property
    def work(self) -> int:
        """Sections that wait for somebody."""
        return self.behind + self.missing + self.extra


@dataclass(frozen=True)
class MatrixRow:
    """An article in all its languages. demand: how often it was read or wanted in what the order goes by; wanted: by language how
    often it was missed; cells: by language."""

    key: str
    demand: int
    wanted: dict[str, int]
    cells: dict[str, Cell]

    @property
    def first(self) -> Cell:
        """What the row is called by."""
        return next((one for one in self.cells.values() if one.is_source), next(iter(self.cells.values())))


def matrix(
    session: Session, languages: Sequence[str], *, language: str = "", only: str = "", limit: int, offset: int = 0
) -> tuple[list[MatrixRow], int]:
    """Articles that are not put away, those most wanted and read first: in `language`, or in all of them. Four statements.

    only: "missing" (in `language`, or in any), "behind", or "" for all. Returns the rows and how many there are in all.
    """
    tags = [language] if language else list(languages)
    is_live = Article.status != "archived"
    wants = (
        select(TranslationWant.translation_key.label("key"), func.sum(TranslationWant.count).label("times"))
        .where(TranslationWant.language.in_(tags))
        .group_by(TranslationWant.translation_key)
        .subquery()
    )
    since = (utc_now() - timedelta(days=_DEMAND_DAYS)).date()
    reads = (
        select(Article.translation_key.label("key"), func.sum(ArticleDay.views).label("times"))
        .join(Article, Article.id == ArticleDay.article_id)
        .where(Article.language.in_(tags), ArticleDay.day >= since)
        .group_by(Article.translation_key)
        .subquery()
    )
    is_published = and_(Article.language.in_(tags), Article.status == "published")
    there = func.count(case((is_published, Article.language)).distinct())
    work = FollowedArticle.behind + FollowedArticle.missing + FollowedArticle.extra
    behind = func.coalesce(func.sum(case((Article.language.in_(tags), work), else_=0)), 0)
    demand = func.coalesce(func.max(wants.c.times), 0) + func.coalesce(func.max(reads.c.times), 0)
    lacks: ColumnElement[bool] = there < len(tags)
    query = (
        select(Article.translation_key, demand.label("demand"))
        .outerjoin(FollowedArticle, FollowedArticle.article_id == Article.id)
        .outerjoin(wants, wants.c.key == Article.translation_key)
        .outerjoin(reads, reads.c.key == Article.translation_key)
        .where(is_live)
        .group_by(Article.translation_key)
    )
    if only == "missing":
        query = query.having(lacks)
    elif only == "behind":
        query = query.having(behind > 0)
    waits = case((or_(lacks, behind > 0), 0), else_=1)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(waits, demand.desc(), Article.translation_key).limit(limit).offset(offset)
    demands = {key: int(times) for key, times in session.execute(ordered)}
    return _rows(session, demands, languages), count


def _rows(session: Session, demands: dict[str, int], languages: Sequence[str]) -> list[MatrixRow]:
    rows = {key: MatrixRow(key, demand, {}, {}) for key, demand in demands.items()}
    versions = (
        select(Article.translation_key, Article.language, Article.id, Article.title, Article.status, Article.audience,
               FollowedArticle.source_id, FollowedArticle.behind, FollowedArticle.missing, FollowedArticle.extra)
        .outerjoin(FollowedArticle, FollowedArticle.article_id == Article.id)
        .where(Article.translation_key.in_(list(rows)), Article.status != "archived")
        .order_by(Article.status != "published", Article.id)
    )  # fmt: skip
    order = {tag: place for place, tag in enumerate(languages)}
    for key, tag, number, title, status, audience, source_id, behind, missing, extra in session.execute(versions):
        cell = Cell(number, title, status, audience, source_id is None, behind or 0, missing or 0, extra or 0)
        rows[key].cells.setdefault(tag, cell)
    for row in rows.values():
        ordered = sorted(row.cells.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
        row.cells.clear()
        row.cells.update(ordered)
    wants = select(TranslationWant.translation_key, TranslationWant.language, TranslationWant.count)
    for key, tag, times in session.execute(wants.where(TranslationWant.translation_key.in_(list(rows)))):
        rows[key].wanted[tag] = times
    return list(rows.values())


@dataclass(frozen=True)
class BesideSource:
    """article, source: the rows; sections: see `ComparedSection`; is_followed: whether their newest revisions are in it."""

    article: Article
    source: Article
    sections: list[ComparedSection]
    is_followed: bool


def beside_source(session: Session, article_id: int) -> BesideSource:
    """A translation beside its source. Raises NotFoundError, also for what is no translation."""
    article, source, followed = _translation(session, article_id)
    texts = _texts(session, (article, followed.revision), (source, _revision_of(session, source)))
    sections = compare_sections(_rows_of(session, article_id), texts[source.id], texts[article.id])
    is_followed = followed.revision == article.revision and _revision_of(session, source) == source.revision
    return BesideSource(article, source, sections, is_followed)


def seen_hash(section: ComparedSection) -> str:
    """Of what somebody has before them when they say that it is up to date."""
    return hash_bytes("\0".join((section.before, section.now, section.text)).encode())[:16]


def confirm_section(
    session: Session, article_id: int, *, row: int | None, source_place: int | None, seen: str, by: str
) -> None:
    """Somebody says that a section is right as it is. Raises NotFoundError; ConflictError where it is not what they saw."""
    section = next(
        (
            one
            for one in beside_source(session, article_id).sections
            if (one.row.id if one.row else None) == row and one.source_place == source_place
        ),
        None,
    )
    if section is None or not section.needs_work or seen_hash(section) != seen:
        raise ConflictError("This section has changed meanwhile.", remedy="Look at it again.")
    found = section.row
    if found is None:
        found = TranslatedSection(article_id=article_id, place=None, source_place=source_place, previous={"new": True})
        session.add(found)
    else:
        found.previous = as_before(found)
    found.source_text = None if section.state is SectionState.GONE else section.now
    found.is_confirmed, found.translated_at, found.translated_by = True, utc_now(), by
    _count_again(session, article_id)


def undo_section(session: Session, article_id: int, row: int) -> None:
    """What was said last of a section, or was taken from a change of it, holds no longer. Raises NotFoundError, ConflictError."""
    found = session.get(TranslatedSection, row)
    if found is None or found.article_id != article_id:
        raise NotFoundError("There is no such section.")
    before = found.previous
    if not before:
        raise ConflictError("There is nothing to take back.", remedy="Look at it again.")
    if before.get("new"):
        session.delete(found)
    else:
        found.source_text, found.is_confirmed = before["source_text"], before["is_confirmed"]
        found.translated_at, found.translated_by = (
            datetime.fromisoformat(before["translated_at"]),
            before["translated_by"],
        )
        found.previous = {}
    _count_again(session, article_id)


def _count_again(session: Session, article_id: int) -> None:
    session.flush()
    article, source, followed = _translation(session, article_id)
    texts = _texts(session, (article, followed.revision), (source, _revision_of(session, source)))
    count_work(followed, _rows_of(session, article_id), texts[source.id], texts[article.id])
    session.flush()


def _translation(session: Session, article_id: int) -> tuple[Article, Article, FollowedArticle]:
    article, followed = session.get(Article, article_id), session.get(FollowedArticle, article_id)
    source = session.get(Article, followed.source_id) if followed and followed.source_id else None
    if article is None or source is None or followed is None:
        raise NotFoundError("There is no such translation.", remedy="A new one is here in a moment.")
    return article, source, followed


def _revision_of(session: Session, article: Article) -> int:
    followed = session.get(FollowedArticle, article.id)
    return followed.revision if followed else article.revision


def _texts(session: Session, *wanted: tuple[Article, int]) -> dict[int, list[Section]]:
    """The sections of these revisions; of one that was not stored those of today."""
    which = [and_(ArticleRevision.article_id == one.id, ArticleRevision.number == number) for one, number in wanted]
    stored = {one.article_id: one for one in session.scalars(select(ArticleRevision).where(or_(*which)))}
    texts = {one.id: stored.get(one.id, one) for one, _ in wanted}
    return {number: sections_of(text.title, text.body) for number, text in texts.items()}


def _rows_of(session: Session, article_id: int) -> Sequence[TranslatedSection]:
    query = select(TranslatedSection).where(TranslatedSection.article_id == article_id)
    return session.scalars(query.order_by(TranslatedSection.id)).all()
