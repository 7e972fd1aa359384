"""What the frame of every page needs: language, colours, places, and the form by which a person changes the first two."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from babel import Locale
from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.routing import BuildError

from kb.config import Settings
from kb.tables import Role
from webapp.assets import init_assets

THEMES = ("auto", "light", "dark")
COOKIE_AGE = 365 * 24 * 3600
blueprint = Blueprint("preferences", __name__)


@dataclass(frozen=True)
class LanguageOption:
    tag: str
    name: str  # in its own language
    current: bool
    url: str = ""  # of this very page in that language; empty where the language is a preference, not an address


@dataclass(frozen=True)
class Place:
    name: str
    url: str
    current: bool


def init_ui(app: Flask, settings: Settings) -> None:
    """Register the preferences form, `asset()` and the variable `ui` (a `PageFrame`)."""
    init_assets(app)
    app.extensions["kb_settings_ui"] = settings
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"ui": PageFrame(settings)})
    app.add_template_global(language_name, "language_name")
    app.add_template_global(text_direction, "text_direction")


def language_name(tag: str) -> str:
    """A language's name in itself: `हिन्दी` for `hi`; the tag where it is not known."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, LookupError):
        return tag
    name = locale.get_display_name(locale) or tag
    return name[:1].upper() + name[1:]


def text_direction(tag: str) -> str:
    """`rtl` or `ltr`."""
    try:
        return Locale.parse(tag, sep="-").text_direction
    except (ValueError, LookupError):
        return "ltr"


def current_language() -> str:
    """The BCP 47 tag of the language that this page speaks."""
    locale = get_locale()
    return str(locale).replace("_", "-") if locale else current_app.extensions["kb_settings_ui"].languages[0]


def preferred_language(settings: Settings) -> str:
    """The language of this request: from the help centre's address, else the person's own, else the cookie's, else the browser's."""
    asked = (request.view_args or {}).get("language", "")
    if asked in settings.languages:
        return str(asked)
    if current_user.is_authenticated and current_user.language in settings.languages:
        return str(current_user.language)
    chosen = request.cookies.get("language", "")
    if chosen in settings.languages:
        return chosen
    return request.accept_languages.best_match(settings.languages) or settings.languages[0]


class PageFrame:
    """Read by `base.html`; each part is worked out only when a template asks for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def site_name(self) -> str:
        return self._settings.site_name

    @property
    def language(self) -> str:
        return current_language()

    @property
    def language_name(self) -> str:
        return language_name(self.language)

    @property
    def direction(self) -> str:
        return text_direction(self.language)

    @property
    def theme(self) -> str:
        theme = request.cookies.get("theme", "auto")
        return theme if theme in THEMES else "auto"

    @property
    def area(self) -> str:
        return request.blueprint if request.blueprint in {"help", "desk", "studio", "admin"} else "plain"

    @property
    def area_name(self) -> str:
        names = {"help": gettext("Help"), "desk": gettext("Desk"), "studio": gettext("Studio"), "admin": gettext("Admin")}
        return names.get(self.area, "")

    @property
    def home_url(self) -> str:
        if self.area in {"desk", "studio", "admin"}:
            return url_for("desk.home")
        return url_for("help.home", language=self.language)

    @property
    def here(self) -> str:
        """Where to come back to after changing a preference: this page, if it may be fetched again."""
        return request.full_path.rstrip("?") if request.method == "GET" else self.home_url

    @property
    def languages(self) -> list[LanguageOption]:
        """The languages on offer; in the help centre each is the address of the same page in that language."""
        options = []
        for tag in self._settings.languages:
            url = self._translated_url(tag) if self.area == "help" else ""
            options.append(LanguageOption(tag, language_name(tag), tag == self.language, url))
        return options

    def _translated_url(self, tag: str) -> str:
        arguments = {key: value for key, value in request.args.items() if key in {"q"}}
        try:
            return url_for(request.endpoint or "help.home", **{**(request.view_args or {}), "language": tag}, **arguments)
        except BuildError:
            return url_for("help.home", language=tag)

    @property
    def person_url(self) -> str:
        if self.area != "help" or request.endpoint == "help.contact":
            return ""
        query = request.args.get("q", "")
        return url_for("help.contact", language=self.language, **({"q": query} if query else {}))

    @property
    def preferences_url(self) -> str:
        return url_for("preferences.save")

    @property
    def logout_url(self) -> str:
        return url_for("auth.logout") if current_user.is_authenticated and self.area != "help" else ""

    @property
    def user_name(self) -> str:
        if not current_user.is_authenticated or self.area == "help":
            return ""
        return str(current_user.name or current_user.email.partition("@")[0])

    @property
    def places(self) -> list[Place]:
        """Where this person may go, for people who have logged in; the help centre shows a customer none of it."""
        if not current_user.is_authenticated or self.area == "help":
            return []
        places = [Place(gettext("Desk"), url_for("desk.home"), request.endpoint == "desk.home")]
        places.append(Place(gettext("Requests"), url_for("desk.requests"), request.endpoint == "desk.requests"))
        if current_user.role in {Role.TRAINER, Role.ADMIN}:
            places.append(Place(gettext("Gaps"), url_for("studio.gaps"), self.area == "studio"))
        places.append(Place(gettext("Help centre"), url_for("help.home", language=self.language), False))
        return places


@blueprint.post("/preferences")
def save() -> ResponseReturnValue:
    """Remember colours or language in a cookie that holds nothing else, and go back to where the person was."""
    settings: Settings = current_app.extensions["kb_settings_ui"]
    response = current_app.make_response(redirect(safe_path(request.form.get("next", "")), code=303))
    theme, language = request.form.get("theme", ""), request.form.get("language", "")
    for name, value, allowed in (("theme", theme, THEMES), ("language", language, settings.languages)):
        if value in allowed:
            response.set_cookie(name, value, max_age=COOKIE_AGE, samesite="Lax", secure=settings.secure_cookies)
    if language in settings.languages and current_user.is_authenticated:
        current_user.language = language
    return response


def safe_path(target: str) -> str:
    """`target` if it is a path on this site, else the start page: a redirect must never lead elsewhere."""
    parts = urlsplit(target)
    # Browsers read a backslash as a slash, so "/\\example.com" would leave the site.
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return "/"
    return target
