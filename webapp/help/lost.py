"""What a page says besides "there is nothing here": what is near, and the same in another language."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from kb.articles import ArticleCard, find_archived, neighbours, other_versions
from webapp.help.blueprint import blueprint
from webapp.shared.database import session
from webapp.shared.locale import choose_language, preferred_languages

# Beginnings of addresses that are not for customers.
_NOT_FOR_CUSTOMERS = frozenset({"desk", "studio", "admin", "api", "static"})


@dataclass(frozen=True)
class LostPage:
    near: Sequence[ArticleCard]
    versions: Sequence[ArticleCard]  # of the article that was here, in other languages


@blueprint.app_template_global()
def lost_page() -> LostPage | None:
    """For an address of the help centre, or of nothing at all, that leads nowhere; None for those of other places."""
    segments = [segment for segment in request.path.split("/") if segment]
    if not segments or segments[0].lower() in _NOT_FOR_CUSTOMERS:
        return None
    language = choose_language()
    slug = str((request.view_args or {}).get("slug", ""))
    gone = find_archived(session(), language, slug) if slug else None
    return LostPage(
        neighbours(session(), language, slug or "/".join(segments[-2:]), gone=gone),
        other_versions(session(), gone, preferred_languages()) if gone else (),
    )
