"""The side panel beside another help desk: its page, the same page for a frame, and the browser extension that frames it.

In a frame nobody is logged in: the page is the same for everybody and does nothing before the page around it has handed over
a token. So a site that frames it can use the rights of no session, whatever cookies a browser sends along.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from kb.accounts.audit import AuditKind
from kb.accounts.people import get_user
from kb.accounts.tokens import DESK, replace_token
from webapp.desk.panel_words import panel_words
from webapp.shared.auditing import audit
from webapp.shared.database import session
from webapp.shared.extension import EXTENSION_ORIGIN, extension_files, zip_files
from webapp.shared.locale import choose_language, in_language, offered_languages

blueprint = Blueprint("desk_panel", __name__, url_prefix="/desk")
framed_blueprint = Blueprint("desk_panel_frame", __name__, url_prefix="/desk")

# What tokens are called that are made here; a person has one of them.
MADE_FOR = "side panel"


@dataclass(frozen=True)
class Panel:
    """language: that of its words; csrf: for the session, "" in a frame; origins: sites whose messages it hears."""

    language: str
    csrf: str = ""
    origins: tuple[str, ...] = ()


@blueprint.get("/panel")
def panel() -> Response:
    """For a narrow window of its own: what is chosen is copied."""
    return _render(Panel(choose_language(), csrf=generate_csrf()))


@framed_blueprint.get("/panel/framed")
def framed() -> Response:
    """For a frame in the page of another help desk, and in the extension."""
    asked = request.args.get("lang", "")
    tags = (asked, asked.partition("-")[0])
    language = next((tag for tag in tags if tag in offered_languages()), None) or choose_language()
    origins = (EXTENSION_ORIGIN, *current_app.extensions["kb_settings"].panel_origins)
    return _render(Panel(language, origins=origins))


def _render(shown: Panel) -> Response:
    with in_language(shown.language):
        page = render_template(
            "desk/panel.html",
            panel=shown,
            words=panel_words(shown.language, copies=not shown.origins),
            languages=offered_languages(),
        )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/extension")
def extension() -> Response:
    """How to install the extension, and how to get a token for it."""
    return _extension_page("")


@blueprint.post("/extension/token")
def make_token() -> Response:
    """A token for the side panel, shown this once. The one before is worth nothing from then on."""
    user = get_user(session(), current_user.email)
    token = replace_token(session(), user, MADE_FOR, scopes=DESK)
    audit(AuditKind.TOKEN_MADE, user.email, name=MADE_FOR)
    return _extension_page(token)


def _extension_page(token: str) -> Response:
    return make_response(render_template("desk/extension.html", token=token))


@blueprint.get("/extension.zip")
def extension_zip() -> Response:
    """The extension, made for the address under which the desk was asked for it."""
    desk = current_app.extensions["kb_settings"].public_url or request.host_url.rstrip("/")
    response = make_response(zip_files(extension_files(desk)))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = "attachment; filename=kb-assist-side-panel.zip"
    return response
