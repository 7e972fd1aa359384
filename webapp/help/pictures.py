"""Pictures of articles: where pages find them, and how they are served."""

from flask import abort, current_app, make_response, url_for
from flask.typing import ResponseReturnValue

from kb.articles import FindPicture, article_pictures, get_asset
from kb.core.settings import Settings
from kb.tables import Article
from webapp.shared.database import session

ENDING = ".webp"
_A_YEAR = 365 * 24 * 3600


def pictures_in(article: Article) -> FindPicture:
    """A `picture` for render_markdown."""
    settings: Settings = current_app.extensions["kb_settings"]
    return article_pictures(
        session(), article, lambda digest: url_for("help.picture", name=digest + ENDING), settings.image_hosts
    )


def picture(name: str) -> ResponseReturnValue:
    """A picture by the hash of its bytes, which are never others: kept for as long as anybody likes."""
    if not name.endswith(ENDING):
        abort(404)
    asset = get_asset(session(), name.removesuffix(ENDING))
    response = make_response(asset.data)
    response.content_type = asset.media_type
    response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.set_etag(asset.digest)
    return response
