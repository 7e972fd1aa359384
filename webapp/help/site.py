"""What belongs to the site rather than to a page: colours and language, robots."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kb.accounts.people import remember_language
from webapp.help.blueprint import blueprint, current_settings
from webapp.shared.access import safe_next
from webapp.shared.database import session
from webapp.shared.locale import offered_languages
from webapp.shared.ui import THEMES

# Pages of one customer, or that answer what somebody typed.
NOT_FOR_ROBOTS = ("search", "ask", "person", "contact", "requests", "chat", "call-back", "waiting", "survey", "news")
COOKIE_AGE = 365 * 24 * 3600


@blueprint.post("/preferences")
def save_preferences() -> ResponseReturnValue:
    """Remember colours or language, and go back to where the person was."""
    settings = current_settings()
    response = redirect(safe_next(request.form.get("next")) or url_for("root"), code=303)
    theme, language = request.form.get("theme", ""), request.form.get("language", "")
    for name, value, allowed in (("theme", theme, THEMES), ("language", language, offered_languages())):
        if value in allowed:
            response.set_cookie(name, value, max_age=COOKIE_AGE, samesite="Lax", secure=settings.secure_cookies)
    if language in offered_languages() and current_user.is_authenticated:
        remember_language(session(), current_user.id, language)
    return response


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /studio/", "Disallow: /admin/", "Disallow: /api/"]
    lines += [f"Disallow: /help/{tag}/{page}" for tag in offered_languages() for page in NOT_FOR_ROBOTS]
    lines.append(f"Sitemap: {url_for('help.sitemap', _external=True)}")
    response = make_response("\n".join(lines) + "\n")
    response.content_type = "text/plain; charset=utf-8"
    return response
