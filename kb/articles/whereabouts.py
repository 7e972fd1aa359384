"""Where an address of the help centre leads: to its article, to another address, to another language, or to nothing any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.addresses import MAX_ADDRESS, link_paths
from kb.articles.links import LinkTarget, find_moved
from kb.articles.queries import ArticleCard, is_public, published_translations
from kb.core.errors import GoneError, NotFoundError
from kb.tables import Article, ArticleAddress

_LONGEST_SLUG = 200


@dataclass(frozen=True)
class Whereabouts:
    """`article` is what to show under this very address, in another language where there is none in the wanted one; or
    `moved_to` is the address that it has now.
    """

    article: Article | None = None
    moved_to: LinkTarget | None = None


def find_whereabouts(session: Session, language: str, slug: str, preferred: Sequence[str]) -> Whereabouts:
    """What customers find at an address. `preferred` are the languages on offer, the most welcome first.

    Raises GoneError for what was public and is archived, NotFoundError for the rest.
    """
    if len(slug) <= _LONGEST_SLUG and (exact := _public(session, language, slug)):
        return Whereabouts(article=exact)
    if len(slug) > MAX_ADDRESS:
        raise _not_found(language, slug)
    tidy = slug.strip("/").lower()
    if tidy != slug and (found := _public(session, language, tidy)):
        return Whereabouts(moved_to=_target(found))
    if moved := find_moved(session, language, slug, preferred):
        return Whereabouts(moved_to=moved)
    if find_archived(session, language, slug):
        raise GoneError("The article %(slug)r in %(language)s is archived.", slug=slug, language=language)
    known = _with_slug(session, slug) if len(slug) <= _LONGEST_SLUG else []
    if elsewhere := _elsewhere(session, language, slug, known, preferred):
        return elsewhere
    if any(article.status == "archived" for article in known):
        raise GoneError("The article %(slug)r is archived in every language.", slug=slug)
    raise _not_found(language, slug)


def find_archived(session: Session, language: str, slug: str) -> Article | None:
    """The archived article that customers could read at this address: its last one, or one that it had before."""
    archived = (Article.audience == "public", Article.status == "archived")
    query = select(Article).where(Article.language == language, Article.slug == slug, *archived)
    if len(slug) > _LONGEST_SLUG or not (found := session.scalar(query)):
        addresses = [address for tag, address in link_paths(f"/{slug}", "", [language]) if tag in {None, language}]
        query = select(Article).join(ArticleAddress, Article.id == ArticleAddress.article_id).where(*archived)
        query = query.where(ArticleAddress.language == language, ArticleAddress.address.in_(addresses))
        found = session.scalar(query.order_by(Article.id.desc()).limit(1)) if len(slug) <= MAX_ADDRESS else None
    return found


def other_versions(session: Session, article: Article, preferred: Sequence[str]) -> list[ArticleCard]:
    """The public versions of an article in other languages, the most welcome language first."""
    versions = published_translations(session, article)
    return [
        ArticleCard(a.id, a.slug, a.language, a.title, a.topic, a.updated_at)
        for tag in preferred
        if (a := versions.get(tag)) is not None and a.id != article.id
    ]


def _with_slug(session: Session, slug: str) -> list[Article]:
    query = select(Article).where(
        Article.slug == slug, Article.audience == "public", Article.status.in_(("published", "archived"))
    )
    return list(session.scalars(query.order_by(Article.id)))


def _elsewhere(
    session: Session, language: str, slug: str, known: Sequence[Article], preferred: Sequence[str]
) -> Whereabouts | None:
    """By the versions of an article that has, or had, this slug in another language."""
    by_language = {article.language: article for article in known if article.status == "published"}
    for tag in preferred:
        found = by_language.get(tag)
        if found is None and tag != language and (moved := find_moved(session, tag, slug, preferred)):
            found = session.get(Article, moved.id)
        if found is None:
            continue
        versions = published_translations(session, found)
        if language in versions:
            return Whereabouts(moved_to=_target(versions[language]))
        best = next(versions[other] for other in preferred if other in versions)
        return Whereabouts(article=best) if best.slug == slug else Whereabouts(moved_to=_target(best, language))
    return None


def _public(session: Session, language: str, slug: str) -> Article | None:
    return session.scalar(select(Article).where(Article.language == language, Article.slug == slug, is_public()))


def _target(article: Article, language: str = "") -> LinkTarget:
    return LinkTarget(article.id, language or article.language, article.slug, article.audience, article.status)


def _not_found(language: str, slug: str) -> NotFoundError:
    return NotFoundError("There is no article %(slug)r in %(language)s.", slug=slug, language=language)
