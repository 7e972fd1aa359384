"""What leads to articles, so that whoever takes one away knows it: other articles, macros, notices, what reps keep at hand,
and the addresses that it had before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.links import LANGUAGES, former_addresses, links_to
from kb.core.clock import utc_now
from kb.tables import Article, ArticleAddress, FeaturedArticle, Macro, Notice, PinnedAnswer, PinnedDocument

# Bodies that are looked through at a time where several articles are asked for.
_AT_A_TIME = 500


@dataclass(frozen=True)
class Pointing:
    """macros: (number, name) of the shared ones; notices: (number, text) of those that run or will; kept: by how many reps it

    is kept at hand; addresses: that lead on to it; pinned: the questions that it is pinned to; is_featured: on the home page.
    """

    articles: tuple[Article, ...] = ()
    macros: tuple[tuple[int, str], ...] = ()
    notices: tuple[tuple[int, str], ...] = ()
    kept: int = 0
    addresses: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    is_featured: bool = False

    def __bool__(self) -> bool:
        return any(vars(self).values())


def pointing_to(session: Session, article: Article, languages: Sequence[str] = LANGUAGES) -> Pointing:
    """Twelve statements at most."""
    addresses = former_addresses(session, article)
    names = {(article.language, name) for name in (article.slug, *addresses)}
    return Pointing(
        tuple(links_to(session, article, languages)),
        _macros(session, names),
        _notices(session, {article.translation_key}).get(article.translation_key, ()),
        _kept(session, [article.id]).get(article.id, 0),
        tuple(addresses),
        _pinned(session, [article.id]).get(article.id, ()),
        article.translation_key in _featured(session, {article.translation_key}),
    )


def pointing_to_any(session: Session, articles: Sequence[Article]) -> Mapping[int, int]:
    """By article how many things point to it, for those that something points to: articles by the end of its address within a

    link, so one more than `pointing_to` counts here and there. Six statements, and one for each 500 other articles.
    """
    chosen = {one.id for one in articles}
    names: dict[str, set[int]] = {}
    for one in articles:
        names.setdefault(one.slug, set()).add(one.id)
    former = select(ArticleAddress.article_id, ArticleAddress.address).where(
        ArticleAddress.article_id.in_(chosen), ArticleAddress.kind != "file"
    )
    found: dict[int, int] = {}
    for number, address in session.execute(former):
        names.setdefault(address.rpartition("/")[2], set()).add(number)
    by_key = _notices(session, {one.translation_key for one in articles})
    kept = _kept(session, sorted(chosen))
    macros, pinned = _shared_macros(session), _pinned(session, sorted(chosen))
    featured = _featured(session, {one.translation_key for one in articles})
    own_names: dict[int, set[str]] = {}
    for name, numbers in names.items():
        for number in numbers:
            own_names.setdefault(number, set()).add(name)
    for one in articles:
        own = own_names[one.id]
        count = len(by_key.get(one.translation_key, ())) + kept.get(one.id, 0) + len(pinned.get(one.id, ()))
        count += one.translation_key in featured
        count += sum(_names_one(text, {(one.language, name) for name in own}) for _id, _name, text in macros)
        found[one.id] = count
    last = 0
    while True:
        others = select(Article.id, Article.body).where(Article.id > last, Article.status != "archived")
        rows = session.execute(others.order_by(Article.id).limit(_AT_A_TIME)).all()
        for number, body in rows:
            ends = {match.casefold() for match in _LINK_END.findall(body)}
            meant = {at for end in ends for at in names.get(end, ())}
            for at in meant - {number}:
                found[at] += 1
        if len(rows) < _AT_A_TIME:
            break
        last = rows[-1][0]
    return {number: count for number, count in found.items() if count}


# The last part of what a link of Markdown or HTML leads to, without ending, anchor and query.
_LINK_END = re.compile(r"""(?:\]\(|\]:\s*|href=["'])(?:[^\s)"'#?]*/)?([^\s/.)"'#?]+)(?:\.[A-Za-z]{2,8})?/?[\s)"'#?]""")


def _kept(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = select(PinnedDocument.document).where(PinnedDocument.document.in_([f"article:{one}" for one in ids]))
    counts: dict[int, int] = {}
    for document in session.scalars(query):
        number = int(document.partition(":")[2])
        counts[number] = counts.get(number, 0) + 1
    return counts


def _pinned(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The first question of each pinned answer."""
    found: dict[int, tuple[str, ...]] = {}
    query = select(PinnedAnswer.article_id, PinnedAnswer.wordings).where(PinnedAnswer.article_id.in_(ids))
    for number, wordings in session.execute(query.order_by(PinnedAnswer.id)):
        found[number] = (*found.get(number, ()), *wordings[:1])
    return found


def _featured(session: Session, keys: set[str]) -> frozenset[str]:
    return frozenset(session.scalars(select(FeaturedArticle.article_key).where(FeaturedArticle.article_key.in_(keys))))


def _notices(session: Session, keys: set[str]) -> dict[str, tuple[tuple[int, str], ...]]:
    query = select(Notice.id, Notice.article_key, Notice.texts).where(
        Notice.article_key.in_(keys),
        Notice.article_key != "",
        Notice.ends_at > utc_now(),
        Notice.is_taken_down.is_(False),
    )
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for number, key, texts in session.execute(query.order_by(Notice.id)):
        found[key] = (*found.get(key, ()), (number, str(next(iter(texts.values()), ""))))
    return found


def _shared_macros(session: Session) -> list[tuple[int, str, str]]:
    query = select(Macro.id, Macro.name, Macro.text).where(Macro.deleted_at.is_(None), Macro.owner_id.is_(None))
    rows = session.execute(query.where(Macro.text.contains("/articles/")).order_by(Macro.name, Macro.id))
    return [(number, name, text) for number, name, text in rows]


def _macros(session: Session, names: set[tuple[str, str]]) -> tuple[tuple[int, str], ...]:
    return tuple((number, name) for number, name, text in _shared_macros(session) if _names_one(text, names))


def _names_one(text: str, names: set[tuple[str, str]]) -> bool:
    """Whether a text has the public address of one of these (language, slug)."""
    for language, slug in names:
        for form in {slug, quote(slug)}:
            if re.search(rf"/{re.escape(language)}/articles/{re.escape(form)}(?![\w%/-])", text):
                return True
    return False
