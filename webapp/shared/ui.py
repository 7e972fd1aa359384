"""What the frame of every page needs: language, colours, the places that this person may go to."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.routing import BuildError

from kb.core.settings import Settings
from kb.service.queue import count_waiting
from webapp.shared.assets import init_assets
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.no_question import no_question_words
from webapp.shared.places import Menu, Place, PlaceGroup, desk_places, menus, nearby
from webapp.shared.safety_words import kind_name, level_name

# Whoever is on one of these has found a person already.
_OF_A_PERSON = frozenset(
    f"help.{name}"
    for name in ("person", "contact", "contact_send", "contact_sent", "chat", "call_back", "call_back_send")
)
THEMES = ("auto", "light", "dark")
# Bytes of a search, as an address holds it; what is longer goes by POST (webapp/frontend/js/search_form.js has the same number).
LONGEST_IN_ADDRESS = 1500
# What a page of a language is written in, besides Latin letters: the browser asks for it ahead of the styles.
FONTS = {
    "hi": "devanagari.woff2",
    "mr": "devanagari.woff2",
    "ne": "devanagari.woff2",
    "bn": "bengali.woff2",
    "as": "bengali.woff2",
}


@dataclass(frozen=True)
class LanguageOption:
    tag: str
    name: str  # in its own language
    current: bool
    url: str = ""  # of this very page in that language; empty where the language is a preference, not an address


# As people call it; CLDR says "Bangla".
_COMMON_ENGLISH_NAMES = {"bn": "Bengali"}


def init_ui(app: Flask, settings: Settings) -> None:
    """Give templates `asset()`, the names of languages, and the variable `ui` (a `PageFrame`)."""
    init_assets(app)
    app.context_processor(lambda: {"ui": PageFrame(settings)})
    app.add_template_global(language_name, "language_name")
    app.add_template_global(text_direction, "text_direction")
    app.add_template_global(with_search, "with_search")
    app.add_template_global(no_question_words, "no_question_words")
    app.add_template_global(kind_name, "safety_kind_name")
    app.add_template_global(level_name, "safety_level_name")


def language_name(tag: str) -> str:
    """A language's name in itself: `हिन्दी` for `hi`, `Hindi (Latin)` for `hi-Latn`; the tag where it is not known."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return tag
    if "-Latn" in tag and locale.script is None:
        # Babel drops letters that CLDR has no names in: Bengali typed in Latin letters was called the same as Bengali.
        return f"{_COMMON_ENGLISH_NAMES.get(locale.language, locale.english_name)} (Latin)"
    name = locale.get_display_name(locale) or tag
    return name[:1].upper() + name[1:]


def text_direction(tag: str) -> str:
    """`rtl` or `ltr`."""
    try:
        return str(Locale.parse(tag, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def with_search(url: str, public_id: str, typed: str = "") -> str:
    """`url` with the search that led to it, so that opening it counts as a click on that search's result.

    typed: what was searched for, where that is not recorded yet, see `is_typing`.
    """
    if not public_id:
        return url
    path, hash_sign, fragment = url.partition("#")
    named = urlencode({"s": public_id} | ({"typed": _cut_for_address(typed)} if typed else {}))
    return f"{path}{'&' if '?' in path else '?'}{named}{hash_sign}{fragment}"


def with_query_of_request(path: str) -> str:
    """An address of ours without a query, with that of this request."""
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path


def _cut_for_address(text: str) -> str:
    """Its beginning: nine bytes stand for a letter of Hindi or Bengali, and servers refuse long addresses."""
    return text.encode()[: LONGEST_IN_ADDRESS // 3].decode(errors="ignore")


def is_partial() -> bool:
    """True where htmx asks for a piece of the page; restoring history needs the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def is_typing(text: str) -> bool:
    """True where `text` is typed on at this moment and its last word may not be finished: too early for a verdict."""
    return is_partial() and request.values.get("typing") == "1" and text == text.rstrip()


def render_fresh(template: str, **values: object) -> Response:
    """A page, or the piece of it that htmx asks for under the same address; no cache may keep either or mix them up."""
    response = make_response(render_template(template, **values))
    response.vary.add("HX-Request")
    response.headers["Cache-Control"] = "no-store"
    return response


class PageFrame:
    """Read by `base.html`; each part is worked out only when a template asks for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def site_name(self) -> str:
        return self._settings.site_name

    @property
    def language(self) -> str:
        return choose_language()

    @property
    def language_name(self) -> str:
        return language_name(self.language)

    @property
    def direction(self) -> str:
        return text_direction(self.language)

    @property
    def fonts(self) -> list[str]:
        """Built files of the fonts that nearly all of this page's text is in."""
        own = FONTS.get(self.language.partition("-")[0])
        return [own, "latin.woff2"] if own else ["latin.woff2"]

    @property
    def theme(self) -> str:
        theme = request.cookies.get("theme", "auto")
        return theme if theme in THEMES else "auto"

    @property
    def area(self) -> str:
        if request.endpoint is None and request.path.startswith("/help/"):  # leads nowhere, but there
            return "help"
        name = (request.blueprint or "").partition("_")[0].replace("account", "desk")
        return name if name in {"help", "desk", "studio", "admin"} else "plain"

    @property
    def area_name(self) -> str:
        names = {"help": _("Help"), "desk": _("Desk"), "studio": _("Studio"), "admin": _("Admin")}
        return str(names.get(self.area, ""))

    @property
    def home_url(self) -> str:
        if self.area in {"desk", "studio", "admin"}:
            return url_for("desk.home")
        return self.help_url

    @property
    def here(self) -> str:
        """Where to come back to after changing a preference: this page, if it may be fetched again, without what led here."""
        if request.method != "GET":
            return self.home_url
        kept = [(key, value) for key, value in request.args.items(multi=True) if key not in {"s", "typed"}]
        path = request.script_root + request.path
        return f"{path}?{urlencode(kept)}" if kept else path

    @property
    def languages(self) -> list[LanguageOption]:
        """The languages on offer; in the help centre each is the address of the same page in that language."""
        options = []
        for tag in self._settings.languages:
            url = self.translated_url(tag) if self.area == "help" else ""
            options.append(LanguageOption(tag, language_name(tag), tag == self.language, url))
        return options

    def translated_url(self, tag: str, *, external: bool = False) -> str:
        """The address of this help-centre page in another language, with the same search in it."""
        arguments = {key: value for key, value in request.args.items() if key == "q" and value}
        try:
            values = {**(request.view_args or {}), **arguments, "language": tag}
            return url_for(request.endpoint or "help.home", _external=external, **values)
        except BuildError:
            return url_for("help.home", language=tag, _external=external)

    @property
    def person_url(self) -> str:
        """The page of ways to a person; "" on the pages of those ways. What was searched for goes along in the address."""
        if self.area != "help" or request.endpoint in _OF_A_PERSON:
            return ""
        query = _cut_for_address(request.args.get("q", "").strip())
        return url_for("help.person", language=self.language, q=query or None)

    @property
    def preferences_url(self) -> str:
        return url_for("help.save_preferences")

    @property
    def logout_url(self) -> str:
        return url_for("auth.logout") if current_user.is_authenticated and self.area != "help" else ""

    @property
    def account_url(self) -> str:
        return url_for("account.account") if self.logout_url else ""

    @property
    def user_name(self) -> str:
        return str(current_user.name) if current_user.is_authenticated and self.area != "help" else ""

    @property
    def waiting(self) -> int:
        """How many customers wait for an answer: one statement."""
        return count_waiting(session())

    @property
    def places(self) -> list[Place]:
        """Where this person may go, for people who have logged in; the help centre shows a customer none of it."""
        return desk_places() if self._shows_places else []

    @cached_property
    def menus(self) -> list[Menu]:
        return menus() if self._shows_places else []

    @property
    def nearby(self) -> PlaceGroup | None:
        """What stands beside this page in the menu."""
        return nearby(self.menus)

    @property
    def help_url(self) -> str:
        return url_for("help.home", language=self.language)

    @property
    def _shows_places(self) -> bool:
        return bool(current_user.is_authenticated) and self.area != "help"
