"""Follows the revisions of articles in the order in which they were made, and keeps for each section of a translation which text
of the source it says: whether they come from a folder, an import or the editor."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from kb.articles.sections import Section, are_alike, match_languages, match_versions, sections_of
from kb.core.progress import Progress
from kb.insight.translations.comparing import SectionState, compare_sections
from kb.tables import Article, ArticleRevision, FollowedArticle, TranslatedSection

_GROUPS = 50  # in one look
# Files of one commit come in one after the other: a translation that one author changed so shortly before its source, and without
# being behind, goes along with it.
_TOGETHER = timedelta(minutes=5)


def _unfollowed() -> Select[int]:
    is_new = or_(FollowedArticle.revision.is_(None), FollowedArticle.revision != Article.revision)
    return select(Article.id).outerjoin(FollowedArticle, FollowedArticle.article_id == Article.id).where(is_new)


def has_unfollowed(session: Session) -> bool:
    """Whether an article has a revision that was not looked at: one statement."""
    return session.execute(_unfollowed().limit(1)).first() is not None


def follow_articles(
    session: Session, languages: Sequence[str], *, checkpoint: Callable[[], None], progress: Progress | None = None
) -> int:
    """Look at all revisions that are new; returns how many groups of translations that were. Each is committed when it is done.

    languages: the first of them that an article is in is its source.
    """
    done = 0
    while keys := _keys(session):
        for key in keys:
            _Group(session, key, languages).follow()
            checkpoint()
            done += 1
            if progress:
                progress(done, 0)
    return done


def _keys(session: Session) -> list[str]:
    """Also of the groups that such an article has left."""
    changed = session.scalars(_unfollowed().order_by(Article.id).limit(_GROUPS)).all()
    if not changed:
        return []
    led = select(FollowedArticle.article_id).where(FollowedArticle.source_id.in_(changed))
    query = select(Article.translation_key).where(or_(Article.id.in_(changed), Article.id.in_(led))).distinct()
    return list(session.scalars(query.order_by(Article.translation_key)))


def source_of(articles: Sequence[Article], languages: Sequence[str]) -> Article:
    """The version that the others are translations of."""
    order = {tag: place for place, tag in enumerate(languages)}
    return min(
        articles, key=lambda one: (one.status == "archived", order.get(one.language, len(order)), one.language, one.id)
    )


class _Group:
    """The versions of one article while their new revisions are gone through."""

    def __init__(self, session: Session, key: str, languages: Sequence[str]) -> None:
        self._session = session
        query = select(Article).where(Article.translation_key == key).order_by(Article.id)
        self._articles = {one.id: one for one in session.scalars(query)}
        self._source = source_of(list(self._articles.values()), languages)
        ids = list(self._articles)
        followed = session.scalars(select(FollowedArticle).where(FollowedArticle.article_id.in_(ids)))
        self._followed = {one.article_id: one for one in followed}
        self._texts: dict[int, list[Section]] = {}
        self._rows: dict[int, list[TranslatedSection]] = {
            one.id: [] for one in self._articles.values() if one.language != self._source.language
        }
        self._drop_rows_of_other_sources()
        kept = select(TranslatedSection).where(TranslatedSection.article_id.in_(list(self._rows)))
        for row in session.scalars(kept.order_by(TranslatedSection.id)):
            self._rows[row.article_id].append(row)

    def _drop_rows_of_other_sources(self) -> None:
        stale = [
            number
            for number, one in self._followed.items()
            if one.source_id != (self._source.id if number in self._rows else None)
        ]
        if stale:
            self._session.execute(delete(TranslatedSection).where(TranslatedSection.article_id.in_(stale)))

    def follow(self) -> None:
        revisions, earlier = self._revisions()
        for one in earlier:
            self._texts[one.article_id] = sections_of(one.title, one.body)
        for number in self._rows:  # known before, and now of another source
            if number in self._texts:
                self._begin(number, self._articles[number].updated_at, "")
        for one in revisions:
            self._apply(one)
        for article in self._articles.values():
            if article.id not in self._texts:  # stored without a revision
                self._texts[article.id] = sections_of(article.title, article.body)
                self._begin(article.id, article.updated_at, "")
        self._count()

    def _revisions(self) -> tuple[list[ArticleRevision], list[ArticleRevision]]:
        """(those to be followed, in the order in which they were made; those up to which it was done)"""
        wanted = [
            and_(
                ArticleRevision.article_id == number,
                ArticleRevision.number >= (self._followed[number].revision if number in self._followed else 0),
            )
            for number in self._articles
        ]
        query = select(ArticleRevision).where(or_(*wanted)).order_by(ArticleRevision.created_at, ArticleRevision.id)
        new: list[ArticleRevision] = []
        earlier: list[ArticleRevision] = []
        for one in self._session.scalars(query):
            followed = self._followed.get(one.article_id)
            (earlier if followed is not None and one.number == followed.revision else new).append(one)
        return new, earlier

    def _apply(self, revision: ArticleRevision) -> None:
        number, before = revision.article_id, self._texts.get(revision.article_id)
        now = self._texts[number] = sections_of(revision.title, revision.body)
        if number == self._source.id:
            for other in self._rows:
                if not self._begin(other, revision.created_at, revision.author) and before is not None:
                    self._source_changed(other, before, now, revision)
        elif not self._begin(number, revision.created_at, revision.author) and before is not None:
            self._translation_changed(number, before, now, revision)

    def _begin(self, number: int, at: datetime, by: str) -> bool:
        """Take what translation and source say now as translated from each other; False where that is known already."""
        if self._rows.get(number) or number not in self._rows:
            return False
        source, text = self._texts.get(self._source.id), self._texts.get(number)
        if source is None or text is None:
            return True
        for i, j in match_languages(source, text):
            self._add(number, j, i, source[i].text if i is not None else None, at, by)
        return True

    def _add(
        self, number: int, place: int | None, source_place: int | None, text: str | None, at: datetime, by: str
    ) -> TranslatedSection:
        row = TranslatedSection(
            article_id=number,
            place=place,
            source_place=source_place,
            source_text=text,
            is_confirmed=False,
            translated_at=at,
            translated_by=by,
            previous={},
        )
        self._session.add(row)
        self._rows[number].append(row)
        return row

    def _source_changed(
        self, number: int, before: Sequence[Section], now: Sequence[Section], revision: ArticleRevision
    ) -> None:
        if before == now:
            return
        pairs = match_versions(before, now)
        became = {i: j for i, j in pairs if i is not None}
        for row in self._rows[number]:
            if row.source_place is not None:
                row.source_place = became.get(row.source_place)
        for row in [one for one in self._rows[number] if one.source_place is None and one.place is None]:
            self._remove(number, row)
        # What was taken out and comes back is what it was.
        for place in [j for i, j in pairs if i is None and j is not None]:
            for row in self._rows[number]:
                if row.source_place is None and row.source_text and are_alike(row.source_text, now[place].text):
                    row.source_place = place
                    break
        for row in self._rows[number]:
            if row.source_place is not None and self._goes_along(row, revision):
                _set(row, now[row.source_place].text, revision.created_at, revision.author)

    def _goes_along(self, row: TranslatedSection, revision: ArticleRevision) -> bool:
        unprompted = "source_text" in row.previous and row.previous["source_text"] == row.source_text
        return (
            unprompted
            and not row.is_confirmed
            and row.translated_by == revision.author
            and revision.created_at - row.translated_at <= _TOGETHER
        )

    def _translation_changed(
        self, number: int, before: Sequence[Section], now: Sequence[Section], revision: ArticleRevision
    ) -> None:
        source = self._texts.get(self._source.id)
        if before == now or source is None:
            return
        pairs = match_versions(before, now)
        became = {i: j for i, j in pairs if i is not None}
        at, by = revision.created_at, revision.author
        for row in list(self._rows[number]):
            if row.place is None:
                continue
            old, row.place = row.place, became.get(row.place)
            if row.place is None:
                if row.source_place is None:
                    self._remove(number, row)
                else:
                    _set(row, "", at, by)  # it is missing now
            elif row.source_place is not None and before[old].plain != now[row.place].plain:
                _set(row, source[row.source_place].text, at, by)
        self._place_new_sections(number, [j for i, j in pairs if i is None and j is not None], now, source, revision)

    def _place_new_sections(
        self,
        number: int,
        places: Sequence[int],
        now: Sequence[Section],
        source: Sequence[Section],
        revision: ArticleRevision,
    ) -> None:
        """Sections that came to the translation say what it lacked of the source, or are its own."""
        if not places:
            return
        at, by = revision.created_at, revision.author
        rows = {row.source_place: row for row in self._rows[number] if row.source_place is not None}
        lacking = {i for i in range(len(source)) if i not in rows or rows[i].place is None}
        meant = {j: i for i, j in match_languages(source, now) if i in lacking and j is not None}
        for place in places:
            i = meant.get(place)
            if i is not None and i in rows:
                rows[i].place = place
                _set(rows[i], source[i].text, at, by)
            else:
                self._add(number, place, i, source[i].text if i is not None else None, at, by)

    def _remove(self, number: int, row: TranslatedSection) -> None:
        self._rows[number].remove(row)
        if row in self._session.new:
            self._session.expunge(row)
        else:
            self._session.delete(row)

    def _count(self) -> None:
        for article in self._articles.values():
            followed = self._followed.get(article.id) or FollowedArticle(article_id=article.id)
            self._session.add(followed)
            followed.revision = article.revision
            followed.source_id = self._source.id if article.id in self._rows else None
            rows = self._rows.get(article.id, [])
            count_work(followed, rows, self._texts[self._source.id], self._texts[article.id])
        self._session.flush()


def count_work(
    followed: FollowedArticle,
    rows: Sequence[TranslatedSection],
    source: Sequence[Section],
    translation: Sequence[Section],
) -> None:
    """What of a translation waits for somebody; nothing of the source itself."""
    found = compare_sections(rows, source, translation) if followed.source_id is not None else []
    followed.behind = sum(one.state is SectionState.BEHIND for one in found)
    followed.missing = sum(one.state is SectionState.MISSING for one in found)
    followed.extra = sum(one.state is SectionState.GONE for one in found)


def _set(row: TranslatedSection, text: str, at: datetime, by: str) -> None:
    row.previous = as_before(row)
    row.source_text, row.is_confirmed, row.translated_at, row.translated_by = text, False, at, by


def as_before(row: TranslatedSection) -> dict[str, Any]:
    """What takes it back."""
    return {
        "source_text": row.source_text,
        "is_confirmed": row.is_confirmed,
        "translated_at": row.translated_at.isoformat(),
        "translated_by": row.translated_by,
    }
