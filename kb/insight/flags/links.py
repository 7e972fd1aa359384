"""Articles that customers or reps read whose links or pictures lead nowhere."""

from collections.abc import Callable, Sequence
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.links import resolve_links
from kb.articles.rendering import links_of
from kb.insight.flags.found import FoundFlag, key_of
from kb.tables import Article, ArticlePicture, FlagKind

_SHOWN = 20


def find_broken(session: Session, languages: Sequence[str], *, tick: Callable[[], None]) -> list[FoundFlag]:
    """Links to articles that are not there, are not published, or that the reader may not see; pictures that are missing.

    why: missing | unpublished | internal | picture. tick: called for each article.
    """
    lost: dict[int, list[str]] = {}
    pictures = select(ArticlePicture.article_id, ArticlePicture.source).where(ArticlePicture.asset_id.is_(None))
    for number, source in session.execute(pictures.order_by(ArticlePicture.id)):
        lost.setdefault(number, []).append(source)
    found: list[FoundFlag] = []
    query = select(Article).where(Article.status == "published").order_by(Article.id)
    for article in session.scalars(query.execution_options(yield_per=200)):
        tick()
        hrefs = links_of(article.body)
        targets = resolve_links(session, article, hrefs, languages)
        broken = []
        for href in hrefs:
            target = targets.get(href)
            if target is None:
                broken.append((href, "missing"))
            elif target.status != "published":
                broken.append((href, "unpublished"))
            elif target.audience == "internal" and article.audience == "public":
                broken.append((href, "internal"))
        broken += [(source, "picture") for source in lost.get(article.id, ()) if source in article.body]
        for href, why in broken[:_SHOWN]:
            evidence = {"link": unquote(href)[:500], "why": why}
            found.append(FoundFlag(article.id, FlagKind.LINKS, key_of(href, why), evidence))
    return found
