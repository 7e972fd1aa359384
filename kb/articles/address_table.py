"""The other addresses of an article, kept with it: where its file stands, what it was called before, what it says itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.articles.addresses import read_place
from kb.core.settings import Settings
from kb.tables import Article, ArticleAddress

FORMER, ALIAS, FILE = "former", "alias", "file"
_ALIAS_KEYS = (
    "redirect_from",
    "aliases",
    "alias",
    "redirects",
    "redirect",
    "old_url",
    "old_urls",
    "permalink",
    "url",
    "slugs",
)
_MOST = 100
_LANGUAGES = Settings().languages


def note_former(session: Session, article: Article, language: str, slug: str) -> None:
    """The article was at this address until now."""
    _add(session, article, language, [slug], FORMER)


def note_aliases(session: Session, article: Article, extra: Mapping[str, Any]) -> None:
    """The addresses that front matter names (`redirect_from`, `aliases`, `permalink`) are those of this article."""
    named: list[str] = []
    for key in _ALIAS_KEYS:
        value = extra.get(key)
        named += (
            [value]
            if isinstance(value, str)
            else [v for v in value if isinstance(v, str)]
            if isinstance(value, list)
            else []
        )
    wanted = [alias_address(text) for text in named[:_MOST]]
    _set(session, article, article.language, [address for address in wanted if address], ALIAS)


def note_file(session: Session, article: Article, path: str, languages: Sequence[str]) -> None:
    """The article's file stands at `path`."""
    place = read_place(path, tuple(languages))
    addresses = [place.address] if place.address else []
    _set(session, article, article.language, addresses, FILE)


def alias_address(text: str) -> str:
    """An address of another site or generator as it is kept: `https://a.example/docs/old.html?x#y` is `old`."""
    path = text.strip().partition("#")[0].partition("?")[0]
    if "://" in path:
        path = path.partition("://")[2].partition("/")[2]
    if not path.strip("/") or ":" in path or "{" in path:
        return ""
    return read_place(path.strip("/"), _LANGUAGES).address


def _set(session: Session, article: Article, language: str, addresses: Iterable[str], kind: str) -> None:
    """These, and no others of the kind."""
    wanted = list(dict.fromkeys(addresses))
    mine = select(ArticleAddress.language, ArticleAddress.address).where(
        ArticleAddress.article_id == article.id, ArticleAddress.kind == kind
    )
    found = {(tag, address) for tag, address in session.execute(mine)}
    if found == {(language, address) for address in wanted}:
        return
    session.execute(delete(ArticleAddress).where(ArticleAddress.article_id == article.id, ArticleAddress.kind == kind))
    _add(session, article, language, wanted, kind)


def _add(session: Session, article: Article, language: str, addresses: Sequence[str], kind: str) -> None:
    """Of two articles that claim an address, the first one has it; one that was left belongs to whoever left it last."""
    if not addresses:
        return
    query = select(ArticleAddress).where(
        ArticleAddress.language == language, ArticleAddress.address.in_(addresses), ArticleAddress.kind == kind
    )
    taken = {row.address: row for row in session.scalars(query)}
    for address in addresses:
        if address not in taken:
            session.add(ArticleAddress(language=language, address=address, kind=kind, article_id=article.id))
        elif kind == FORMER:
            taken[address].article_id = article.id
    session.flush()
