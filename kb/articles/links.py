"""Where links within the articles lead, and where old addresses lead now."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, load_only

from kb.articles.addresses import link_paths
from kb.articles.dialects.inline import WIKI_SCHEME
from kb.articles.rendering import links_of
from kb.core.settings import Settings
from kb.tables import Article, ArticleAddress, ArticleFile

LANGUAGES = Settings().languages
_MOST = 500  # links of one article that are looked up


@dataclass(frozen=True)
class LinkTarget:
    """An article that something leads to."""

    id: int
    language: str
    slug: str
    audience: str
    status: str

    @property
    def is_public(self) -> bool:
        return self.audience == "public" and self.status == "published"


_FACTS = load_only(Article.language, Article.slug, Article.audience, Article.status, Article.title)


def _target(article: Article) -> LinkTarget:
    return LinkTarget(article.id, article.language, article.slug, article.audience, article.status)


class _Known:
    """The articles that a set of links may mean, read in three statements."""

    def __init__(
        self, session: Session, languages: set[str], addresses: set[str], slugs: set[str], titles: set[str]
    ) -> None:
        self.by_address: dict[tuple[str, str], LinkTarget] = {}
        self.anywhere: dict[str, LinkTarget] = {}  # in whatever language
        self.by_slug: dict[tuple[str, str], LinkTarget] = {}
        self.by_title: dict[tuple[str, str], LinkTarget] = {}
        in_languages = Article.language.in_(languages)
        # The place of a file goes before other addresses, as the last of a key stays.
        query = select(Article, ArticleAddress.address).join(ArticleAddress, Article.id == ArticleAddress.article_id)
        query = query.where(ArticleAddress.address.in_(addresses)).order_by(ArticleAddress.kind, Article.id.desc())
        for article, address in session.execute(query.options(_FACTS)):
            self.by_address[article.language, address] = self.anywhere[address] = _target(article)
        for article in session.scalars(select(Article).where(Article.slug.in_(slugs), in_languages).options(_FACTS)):
            self.by_slug[article.language, article.slug] = _target(article)
        if titles:
            titled = select(Article).where(func.lower(Article.title).in_(titles), in_languages)
            for article in session.scalars(titled.options(_FACTS)):
                self.by_title[article.language, article.title.lower()] = _target(article)

    def find(self, language: str, paths: list[tuple[str | None, str]], title: str) -> LinkTarget | None:
        if title and (found := self.by_title.get((language, title))):
            return found
        for table in (self.by_address, self.by_slug):
            for tag, address in paths:
                if found := table.get((tag or language, address)):
                    return found
        # A page that there is in another language only is better than none.
        near = (address for tag, address in paths if tag in {None, language})
        return next((self.anywhere[address] for address in near if address in self.anywhere), None)


def resolve_links(
    session: Session, article: Article, hrefs: Iterable[str], languages: Sequence[str] = LANGUAGES
) -> dict[str, LinkTarget]:
    """The article behind each path of a link in `article`; paths that lead to none are left out. At most four statements."""
    wanted = list(dict.fromkeys(hrefs))[:_MOST]
    if not wanted:
        return {}
    base = session.scalar(select(ArticleFile.path).where(ArticleFile.article_id == article.id).limit(1))
    base = base or "/".join(part for part in (article.topic, f"{article.slug}.md") if part)
    paths = {href: _paths_of(href, base, languages) for href in wanted}
    titles = {href: _wiki_title(href) for href in wanted}
    pairs = [pair for found in paths.values() for pair in found]
    known = _Known(
        session,
        {article.language, *(tag for tag, _ in pairs if tag)},
        {address for _, address in pairs},
        {address for _, address in pairs if "/" not in address},
        {title for title in titles.values() if title},
    )
    found = {href: known.find(article.language, paths[href], titles[href]) for href in wanted}
    return {href: target for href, target in found.items() if target is not None}


def article_link(
    session: Session,
    article: Article,
    address: Callable[[LinkTarget], str | None],
    languages: Sequence[str] = LANGUAGES,
) -> Callable[[str], str | None]:
    """A `link` for render_markdown. `address` gives None for an article that the reader may not see."""
    targets = resolve_links(session, article, links_of(article.body), languages)
    return lambda href: address(targets[href]) if href in targets else None


def links_to(session: Session, article: Article, languages: Sequence[str] = LANGUAGES) -> list[Article]:
    """The other articles, of any status, whose text has a link to this one, the published ones first. Six statements at most."""
    former = select(ArticleAddress.address).where(ArticleAddress.article_id == article.id)
    names = {article.slug, article.title, *(address.rpartition("/")[2] for address in session.scalars(former))}
    written = {form for name in names if len(name) > 1 for form in (name, quote(name), quote(name, safe=""))}
    query = select(Article).where(
        Article.id != article.id, or_(*(Article.body.icontains(form, autoescape=True) for form in sorted(written)))
    )
    near = list(session.scalars(query.order_by(Article.status != "published", Article.id).limit(_MOST)))
    files = select(ArticleFile.article_id, ArticleFile.path).where(ArticleFile.article_id.in_([one.id for one in near]))
    bases: dict[int, str] = {row[0]: row[1] for row in session.execute(files)} if near else {}
    found: list[tuple[Article, list[tuple[str, list[tuple[str | None, str]]]]]] = []
    for one in near:
        base = bases.get(one.id) or "/".join(part for part in (one.topic, f"{one.slug}.md") if part)
        hrefs = links_of(one.body)[:_MOST]
        found.append((one, [(_wiki_title(href), _paths_of(href, base, languages)) for href in hrefs]))
    meant = [(title, paths) for _one, links in found for title, paths in links]
    pairs = {pair for _title, paths in meant for pair in paths}
    if not pairs:
        return []
    known = _Known(
        session,
        {one.language for one in near} | {tag for tag, _address in pairs if tag},
        {address for _tag, address in pairs},
        {address for _tag, address in pairs if "/" not in address},
        {title for title, _paths in meant if title},
    )

    def leads_here(one: Article, title: str, paths: list[tuple[str | None, str]]) -> bool:
        target = known.find(one.language, paths, title)
        return target is not None and target.id == article.id

    return [one for one, links in found if any(leads_here(one, *link) for link in links)]


def former_addresses(session: Session, article: Article) -> list[str]:
    """The addresses that lead to this article because it had them, or its front matter names them."""
    query = select(ArticleAddress.address).where(ArticleAddress.article_id == article.id, ArticleAddress.kind != "file")
    own = (ArticleAddress.language != article.language) | (ArticleAddress.address != article.slug)
    return list(session.scalars(query.where(own).order_by(ArticleAddress.id)))


def find_moved(session: Session, language: str, path: str, languages: Sequence[str] = LANGUAGES) -> LinkTarget | None:
    """The public article that had this address, was once at this slug, or whose file is called so; for a redirect."""
    pairs = link_paths(f"/{path}", "", languages)
    addresses = [address for tag, address in pairs if tag in {None, language}]
    if not addresses:
        return None
    known = _Known(session, {language}, set(addresses), set(), set())
    targets = (known.by_address.get((language, address)) for address in addresses)
    return next((target for target in targets if target is not None and target.is_public), None)


def _paths_of(href: str, base: str, languages: Sequence[str]) -> list[tuple[str | None, str]]:
    if href.startswith(WIKI_SCHEME):
        return link_paths("/" + href.removeprefix(WIKI_SCHEME), base, languages)
    return link_paths(href, base, languages)


def _wiki_title(href: str) -> str:
    if not href.startswith(WIKI_SCHEME):
        return ""
    return unquote(href.removeprefix(WIKI_SCHEME)).strip().lower()
