"""Every route and who may use it, in one table. A route that is missing here, or here and gone, fails."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Role
from webapp import app as application
from webapp.app import create_app
from webapp.shared.access import BLUEPRINT_ACCESS, ENDPOINT_ACCESS, init_access, required_role
from webapp.shared.limits import EXEMPT, LIMITS

EVERYBODY, REP, TRAINER, ADMIN = None, Role.REP, Role.TRAINER, Role.ADMIN

# (method, route): the lowest role. These are also the addresses that may not vanish: people have bookmarked them, programs
# and published pages call them. To move one, leave a redirect under the old address.
ROUTES = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/static/<path:filename>"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/metrics"): ADMIN,
    ("GET", "/login"): EVERYBODY,
    ("POST", "/login"): EVERYBODY,
    ("POST", "/logout"): EVERYBODY,
    ("POST", "/login/passkey"): EVERYBODY,
    ("GET", "/login/provider/"): EVERYBODY,
    ("GET", "/login/provider/callback"): EVERYBODY,
    ("GET", "/account/passkeys/"): REP,
    ("GET", "/account/passkeys/new"): REP,
    ("POST", "/account/passkeys/new"): REP,
    ("POST", "/account/passkeys/confirm"): REP,
    ("POST", "/account/passkeys/<int:passkey_id>"): REP,
    ("GET", "/admin/privacy/"): ADMIN,
    ("GET", "/admin/privacy/customers/<int:customer_id>"): ADMIN,
    ("POST", "/admin/privacy/customers/<int:customer_id>/export"): ADMIN,
    ("POST", "/admin/privacy/customers/<int:customer_id>/erase"): ADMIN,
    ("GET", "/admin/audit/"): ADMIN,
    ("POST", "/admin/audit/export"): ADMIN,
    ("GET", "/account/"): REP,
    ("GET", "/account/password"): REP,
    ("POST", "/account/password"): REP,
    ("POST", "/account/tokens"): REP,
    ("POST", "/account/tokens/<int:token_id>"): REP,
    ("POST", "/account/sessions"): REP,
    ("POST", "/account/sessions/<int:session_id>"): REP,
    ("GET", "/login/forgotten"): EVERYBODY,
    ("POST", "/login/forgotten"): EVERYBODY,
    # Whoever has the link: the token is signed, and good once.
    ("GET", "/login/password/<link_token>"): EVERYBODY,
    ("POST", "/login/password/<link_token>"): EVERYBODY,
    ("POST", "/account/password/link"): REP,
    ("GET", "/login/second"): EVERYBODY,
    ("POST", "/login/second"): EVERYBODY,
    ("GET", "/account/codes/"): REP,
    ("POST", "/account/codes/set-up"): REP,
    ("POST", "/account/codes/on"): REP,
    ("POST", "/account/codes/recovery"): REP,
    ("POST", "/account/codes/off"): REP,
    ("GET", "/account/confirm"): REP,
    ("POST", "/account/confirm"): REP,
    ("GET", "/robots.txt"): EVERYBODY,
    ("GET", "/sitemap.xml"): EVERYBODY,
    ("GET", "/help/<language>/sitemap.xml"): EVERYBODY,
    ("GET", "/help/<language>/changes.atom"): EVERYBODY,
    ("GET", "/help/<language>/card.png"): EVERYBODY,
    ("GET", "/help/<language>/cards/<path:slug>.png"): EVERYBODY,
    ("POST", "/preferences"): EVERYBODY,
    ("GET", "/help/"): EVERYBODY,
    ("GET", "/help/<language>/"): EVERYBODY,
    ("GET", "/help/<language>/search"): EVERYBODY,
    ("POST", "/help/<language>/search"): EVERYBODY,
    ("POST", "/help/<language>/search/vote"): EVERYBODY,
    ("GET", "/help/<language>/topics/<topic>"): EVERYBODY,
    ("GET", "/help/<language>/articles/<slug>"): EVERYBODY,
    ("GET", "/help/<language>/articles/<path:slug>"): EVERYBODY,
    ("POST", "/help/<language>/articles/<slug>/vote"): EVERYBODY,
    ("POST", "/help/<language>/articles/<slug>/reason"): EVERYBODY,
    ("GET", "/help/pictures/<name>"): EVERYBODY,
    ("POST", "/help/<language>/news"): EVERYBODY,
    ("GET", "/help/<language>/news/<news_token>"): EVERYBODY,
    ("POST", "/help/<language>/news/<news_token>"): EVERYBODY,
    ("GET", "/help/<language>/contact"): EVERYBODY,
    ("POST", "/help/<language>/contact"): EVERYBODY,
    ("GET", "/help/<language>/contact/sent"): EVERYBODY,
    ("POST", "/help/<language>/contact/suggestions"): EVERYBODY,
    ("GET", "/help/<language>/requests"): EVERYBODY,
    ("POST", "/help/<language>/requests"): EVERYBODY,
    # Whoever has the link: the token is signed.
    ("GET", "/help/<language>/requests/<token>"): EVERYBODY,
    ("POST", "/help/<language>/requests/<token>"): EVERYBODY,
    ("POST", "/help/<language>/requests/<token>/solved"): EVERYBODY,
    ("POST", "/help/<language>/requests/<token>/unshare"): EVERYBODY,
    ("GET", "/help/<language>/requests/<token>/files/<int:file_id>"): EVERYBODY,
    ("GET", "/help/<language>/ask"): EVERYBODY,
    ("POST", "/help/<language>/ask"): EVERYBODY,
    ("POST", "/api/v1/ask"): EVERYBODY,
    ("GET", "/help/<language>/person"): EVERYBODY,
    ("GET", "/help/<language>/call-back"): EVERYBODY,
    ("POST", "/help/<language>/call-back"): EVERYBODY,
    ("GET", "/help/<language>/call-back/<token>"): EVERYBODY,
    ("GET", "/help/<language>/waiting/<token>"): EVERYBODY,
    ("GET", "/help/<language>/waiting/<token>/state"): EVERYBODY,
    ("POST", "/help/<language>/waiting/<token>/away"): EVERYBODY,
    ("GET", "/help/<language>/survey/<survey_token>"): EVERYBODY,
    ("POST", "/help/<language>/survey/<survey_token>"): EVERYBODY,
    ("GET", "/help/<language>/chat"): EVERYBODY,
    ("POST", "/help/<language>/chat"): EVERYBODY,
    ("GET", "/help/<language>/chat/<token>"): EVERYBODY,
    ("POST", "/help/<language>/chat/<token>/messages"): EVERYBODY,
    ("GET", "/help/<language>/chat/<token>/state"): EVERYBODY,
    ("GET", "/help/<language>/chat/<token>/live"): EVERYBODY,
    ("POST", "/help/<language>/chat/<token>/presence"): EVERYBODY,
    ("GET", "/help/<language>/chat/<token>/suggestions"): EVERYBODY,
    ("GET", "/help/<language>/chat/<token>/files/<int:file_id>"): EVERYBODY,
    ("POST", "/help/<language>/chat/<token>/end"): EVERYBODY,
    ("POST", "/help/<language>/chat/<token>/transcript"): EVERYBODY,
    ("GET", "/api/v1/search"): EVERYBODY,
    ("GET", "/api/v1/openapi.json"): EVERYBODY,
    ("GET", "/widget.js"): EVERYBODY,
    ("GET", "/api/v1/widget"): EVERYBODY,
    ("GET", "/api/v1/widget/suggestions"): EVERYBODY,
    ("GET", "/api/v1/widget/articles/<language>/<path:slug>"): EVERYBODY,
    ("POST", "/api/v1/widget/feedback"): EVERYBODY,
    ("POST", "/api/v1/widget/contact"): EVERYBODY,
    ("GET", "/api/v1/desk/search"): REP,
    ("POST", "/api/v1/desk/assist"): REP,
    ("POST", "/api/v1/desk/check"): REP,
    ("GET", "/api/v1/desk/articles/<int:article_id>/forms"): REP,
    ("GET", "/api/v1/desk/tickets/<int:ticket_id>/forms"): REP,
    ("POST", "/api/v1/desk/feedback"): REP,
    ("POST", "/api/v1/desk/conversations"): REP,
    ("GET", "/api/v1/desk/conversations/<int:conversation_id>"): REP,
    ("GET", "/api/v1/desk/conversations/<int:conversation_id>/suggestions"): REP,
    ("POST", "/api/v1/desk/conversations/<int:conversation_id>/messages"): REP,
    ("GET", "/api/v1/studio/gaps"): TRAINER,
    ("GET", "/desk/"): REP,
    ("GET", "/desk/articles/<int:article_id>"): REP,
    ("GET", "/desk/tickets/<int:ticket_id>"): REP,
    ("POST", "/desk/feedback"): REP,
    ("GET", "/desk/live"): REP,
    ("POST", "/desk/present"): REP,
    ("GET", "/desk/live/changes"): REP,
    ("POST", "/desk/pins"): REP,
    ("GET", "/desk/conversation"): REP,
    ("POST", "/desk/conversation"): REP,
    ("GET", "/desk/practice/"): REP,
    ("POST", "/desk/practice/cases/<int:case_id>"): REP,
    ("GET", "/desk/practice/<int:attempt_id>"): REP,
    ("POST", "/desk/practice/<int:attempt_id>"): REP,
    ("POST", "/desk/practice/<int:attempt_id>/comments"): REP,
    ("GET", "/desk/news/"): REP,
    ("GET", "/desk/news/<int:announcement_id>"): REP,
    ("POST", "/desk/news/<int:announcement_id>/read"): REP,
    ("POST", "/desk/news/read"): REP,
    ("GET", "/studio/training/"): TRAINER,
    ("GET", "/studio/training/reps/<int:user_id>"): TRAINER,
    ("POST", "/studio/training/reps/<int:user_id>"): TRAINER,
    ("GET", "/studio/training/exercises/<int:attempt_id>"): TRAINER,
    ("POST", "/studio/training/exercises/<int:attempt_id>"): TRAINER,
    ("GET", "/studio/training/cases/"): TRAINER,
    ("POST", "/studio/training/cases/"): TRAINER,
    ("GET", "/studio/training/cases/<int:case_id>"): TRAINER,
    ("POST", "/studio/training/cases/<int:case_id>"): TRAINER,
    ("GET", "/studio/training/paths/"): TRAINER,
    ("POST", "/studio/training/paths/"): TRAINER,
    ("GET", "/studio/training/paths/<int:path_id>"): TRAINER,
    ("POST", "/studio/training/paths/<int:path_id>"): TRAINER,
    ("GET", "/studio/training/news/"): TRAINER,
    ("POST", "/studio/training/news/<int:announcement_id>"): TRAINER,
    ("GET", "/desk/simulations/"): REP,
    ("POST", "/desk/simulations/"): REP,
    ("POST", "/desk/simulations/<int:job_id>/stop"): REP,
    ("GET", "/desk/requests"): REP,
    ("GET", "/desk/inbox"): REP,
    ("POST", "/desk/inbox/next"): REP,
    ("GET", "/desk/inbox/new"): REP,
    ("POST", "/desk/inbox/new"): REP,
    ("POST", "/desk/inbox/keep"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/messages"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/messages/<int:message_id>"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/messages/<int:message_id>/undo"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/messages/<int:message_id>/again"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/check"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/draft"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/presence"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/presence"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/assign"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/snooze"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/escalate"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/close"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/reopen"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/language"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/ticket"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/draft-article"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/answers"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/answers"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/files"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/files/<int:file_id>"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/files/<int:file_id>/remove"): REP,
    ("GET", "/desk/customers"): REP,
    ("GET", "/desk/customers/<int:customer_id>"): REP,
    ("GET", "/desk/customers/<int:customer_id>/panel"): REP,
    ("GET", "/desk/customers/<int:customer_id>/before"): REP,
    ("GET", "/desk/customers/<int:customer_id>/reasons"): REP,
    ("GET", "/desk/customers/<int:customer_id>/answer"): REP,
    ("GET", "/desk/customers/<int:customer_id>/outside"): REP,
    ("GET", "/desk/customers/<int:customer_id>/merge"): REP,
    ("POST", "/desk/customers/<int:customer_id>/merge"): REP,
    ("POST", "/desk/customers/merges/<int:merge_id>/undo"): REP,
    ("POST", "/desk/promises/<int:promise_id>"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/handover"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/handover"): REP,
    ("GET", "/desk/panel"): REP,
    ("GET", "/desk/panel/framed"): EVERYBODY,
    ("GET", "/desk/extension"): REP,
    ("GET", "/desk/extension.zip"): REP,
    ("POST", "/desk/extension/token"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/steps"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/steps"): REP,
    ("GET", "/desk/inbox/<int:conversation_id>/macros"): REP,
    ("POST", "/desk/inbox/<int:conversation_id>/macros/<int:macro_id>"): REP,
    ("GET", "/desk/macros/"): REP,
    ("POST", "/desk/macros/"): REP,
    ("GET", "/desk/macros/new"): REP,
    ("GET", "/desk/macros/<int:macro_id>"): REP,
    ("POST", "/desk/macros/<int:macro_id>"): REP,
    ("POST", "/desk/macros/<int:macro_id>/delete"): REP,
    ("POST", "/desk/macros/<int:macro_id>/restore"): REP,
    ("GET", "/studio/"): TRAINER,
    ("GET", "/studio/gaps"): TRAINER,
    ("GET", "/studio/gaps/<int:gap_id>"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/state"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/name"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/assign"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/comment"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/join"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/part"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/undo"): TRAINER,
    ("GET", "/studio/gaps/<int:gap_id>/fill"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/fill"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/begin"): TRAINER,
    ("GET", "/studio/gaps/<int:gap_id>/preview/<int:article_id>"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/draft"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/translate"): TRAINER,
    ("POST", "/studio/gaps/<int:gap_id>/replay"): TRAINER,
    ("GET", "/studio/wordings/"): TRAINER,
    ("POST", "/studio/wordings/<int:wording_id>"): TRAINER,
    ("GET", "/studio/confidence/"): TRAINER,
    ("POST", "/studio/confidence/calibrations/<int:calibration_id>"): TRAINER,
    ("GET", "/studio/self-service/"): TRAINER,
    ("GET", "/studio/notices/"): TRAINER,
    ("POST", "/studio/notices/"): TRAINER,
    ("GET", "/studio/notices/<int:notice_id>"): TRAINER,
    ("POST", "/studio/notices/<int:notice_id>"): TRAINER,
    ("POST", "/studio/notices/<int:notice_id>/take-down"): TRAINER,
    ("POST", "/studio/notices/changes/<int:change_id>/undo"): TRAINER,
    ("GET", "/studio/numbers/"): TRAINER,
    ("GET", "/studio/numbers/wishes"): TRAINER,
    ("GET", "/studio/numbers/<figure_key>/rows"): TRAINER,
    ("GET", "/studio/numbers/<figure_key>.csv"): TRAINER,
    ("POST", "/studio/numbers/report"): TRAINER,
    ("GET", "/studio/service/"): TRAINER,
    ("POST", "/studio/service/"): TRAINER,
    ("GET", "/studio/flows/"): TRAINER,
    ("POST", "/studio/flows/"): TRAINER,
    ("GET", "/studio/flows/<flow_name>"): TRAINER,
    ("POST", "/studio/flows/<flow_name>"): TRAINER,
    ("POST", "/studio/flows/<flow_name>/preview"): TRAINER,
    ("GET", "/studio/safety/"): TRAINER,
    ("POST", "/studio/safety/"): TRAINER,
    ("GET", "/studio/safety/<kind>/<language>"): TRAINER,
    ("POST", "/studio/safety/<kind>/<language>"): TRAINER,
    ("GET", "/studio/widget/"): TRAINER,
    ("GET", "/studio/escalation/"): TRAINER,
    ("POST", "/studio/escalation/"): TRAINER,
    ("GET", "/studio/search/"): TRAINER,
    ("GET", "/studio/search/<any(synonym,pin,featured,topic):curated>/"): TRAINER,
    ("POST", "/studio/search/<any(synonym,pin,featured,topic):curated>/"): TRAINER,
    ("GET", "/studio/search/<any(synonym,pin,featured,topic):curated>/<int:curated_id>"): TRAINER,
    ("POST", "/studio/search/<any(synonym,pin,featured,topic):curated>/<int:curated_id>"): TRAINER,
    ("POST", "/studio/search/undo"): TRAINER,
    ("GET", "/studio/search/clinic"): TRAINER,
    ("POST", "/studio/search/clinic/tries"): TRAINER,
    ("GET", "/studio/search/clinic/tries/<int:trial_id>"): TRAINER,
    ("POST", "/studio/search/clinic/tries/<int:trial_id>"): TRAINER,
    ("GET", "/studio/articles/"): TRAINER,
    ("GET", "/studio/articles/new"): TRAINER,
    ("POST", "/studio/articles/new"): TRAINER,
    ("GET", "/studio/articles/<int:article_id>"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>"): TRAINER,
    ("GET", "/studio/articles/<int:article_id>/archive"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>/archive"): TRAINER,
    ("GET", "/studio/articles/<int:article_id>/history"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>/history"): TRAINER,
    ("GET", "/studio/articles/reviews"): TRAINER,
    ("GET", "/studio/articles/<int:article_id>/review"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>/review"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>/comments"): TRAINER,
    ("POST", "/studio/articles/comments/<int:comment_id>"): TRAINER,
    ("GET", "/studio/articles/<int:article_id>/schedule"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>/schedule"): TRAINER,
    ("POST", "/studio/articles/schedules/<int:schedule_id>/cancel"): TRAINER,
    ("POST", "/studio/articles/acts"): TRAINER,
    ("GET", "/studio/articles/acts"): TRAINER,
    ("GET", "/studio/articles/acts/<int:act_id>"): TRAINER,
    ("POST", "/studio/articles/acts/<int:act_id>/undo"): TRAINER,
    ("GET", "/studio/articles/due"): TRAINER,
    ("POST", "/studio/articles/<int:article_id>/reviewed"): TRAINER,
    ("POST", "/studio/articles/preview"): TRAINER,
    ("POST", "/studio/articles/checks"): TRAINER,
    ("POST", "/studio/articles/drafts"): TRAINER,
    ("POST", "/studio/articles/drafts/drop"): TRAINER,
    ("POST", "/studio/articles/pictures"): TRAINER,
    ("POST", "/studio/articles/markdown"): TRAINER,
    ("GET", "/studio/articles/links"): TRAINER,
    ("GET", "/studio/drafts/"): TRAINER,
    ("GET", "/studio/drafts/<int:article_id>"): TRAINER,
    ("GET", "/studio/drafts/<int:article_id>.md"): TRAINER,
    ("POST", "/studio/drafts/<int:article_id>/archive"): TRAINER,
    ("GET", "/studio/content/"): TRAINER,
    ("GET", "/desk/flags/"): REP,
    ("POST", "/desk/flags/<int:article_id>"): REP,
    ("GET", "/studio/edits/"): TRAINER,
    ("GET", "/studio/edits/<int:proposal_id>"): TRAINER,
    ("POST", "/studio/edits/<int:proposal_id>"): TRAINER,
    ("GET", "/studio/flags/"): TRAINER,
    ("POST", "/studio/flags/<int:flag_id>"): TRAINER,
    ("GET", "/studio/translations/"): TRAINER,
    ("GET", "/studio/translations/matrix"): TRAINER,
    ("GET", "/studio/translations/<int:article_id>"): TRAINER,
    ("POST", "/studio/translations/<int:article_id>"): TRAINER,
    ("POST", "/studio/translations/<int:article_id>/begin"): TRAINER,
    ("GET", "/studio/feedback/"): TRAINER,
    ("GET", "/studio/voice/"): TRAINER,
    ("GET", "/studio/voice/<int:theme_id>"): TRAINER,
    ("GET", "/studio/voice/<int:theme_id>/statements.csv"): TRAINER,
    ("GET", "/studio/voice/<int:theme_id>/statements.json"): TRAINER,
    ("POST", "/studio/voice/<int:theme_id>"): TRAINER,
    ("POST", "/studio/voice/<int:theme_id>/answer"): TRAINER,
    ("POST", "/studio/voice/<int:theme_id>/statements/<int:statement_id>"): TRAINER,
    ("POST", "/studio/voice/<int:theme_id>/hand-over"): TRAINER,
    ("POST", "/studio/feedback/articles/<int:article_id>/reviewed"): TRAINER,
    ("GET", "/studio/content/<int:report_id>"): TRAINER,
    ("GET", "/admin/"): ADMIN,
    ("GET", "/admin/people"): ADMIN,
    ("POST", "/admin/people"): ADMIN,
    ("POST", "/admin/people/<int:user_id>"): ADMIN,
    ("GET", "/admin/jobs"): ADMIN,
    ("POST", "/admin/jobs/<int:job_id>"): ADMIN,
    ("GET", "/admin/imports"): ADMIN,
    ("POST", "/admin/imports"): ADMIN,
}
ASKERS = (None, *Role)
ARGUMENTS = {
    "<language>": "en",
    "<topic>": "none",
    "<kind>": "fire",
    "<any(synonym,pin,featured,topic):curated>": "pin",
    "<slug>": "none",
    "<path:slug>": "a/b",
    "<name>": "none",
    "<path:filename>": "none",
}


def address(route: str) -> str:
    for name, value in ARGUMENTS.items():
        route = route.replace(name, value)
    return "/".join("1" if part.startswith("<int:") else part for part in route.split("/"))


def routes_of(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table_and_none_has_vanished(app: Flask) -> None:
    assert routes_of(app) == set(ROUTES)


def test_table_agrees_with_the_access_rules(app: Flask) -> None:
    rules = {
        (method, rule.rule): required_role(rule.endpoint, rule.endpoint.rpartition(".")[0] or None)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert {key: rules.get(key) for key in ROUTES} == ROUTES


@pytest.mark.parametrize("asker", ASKERS, ids=lambda asker: asker or "anonymous")
def test_each_role_gets_through_exactly_where_the_table_says(
    app: Flask,
    login: Callable[[Role | str], FlaskClient],
    csrf: Callable[[FlaskClient], dict[str, str]],
    asker: Role | None,
) -> None:
    client = login(asker) if asker else app.test_client()
    wrong = []
    for (method, route), needed in ROUTES.items():
        if route == "/logout":
            continue  # It would end the session that the rest of the table is asked with.
        answer = client.open(address(route), method=method, headers=csrf(client))
        if (problem := judge(answer, route, asker, needed)) is not None:
            wrong.append(f"{method} {route} as {asker or 'anonymous'}: {problem}")
    assert not wrong, "\n".join(wrong)


def judge(answer: Any, route: str, asker: Role | None, needed: Role | None) -> str | None:
    """What is wrong with an answer, or None. A missing article is 404 for who may look, and never for who may not."""
    to_login = answer.status_code == 302 and answer.location.startswith("/login")
    order = [None, *Role]
    if order.index(asker) >= order.index(needed):
        return (
            f"turned away with {answer.status_code}"
            if to_login or answer.status_code in {401, 403}
            else crashed(answer)
        )
    if asker is None:
        turned_away = answer.status_code == 401 if route.startswith("/api/") else to_login
    else:
        turned_away = answer.status_code == 403
    return None if turned_away else f"not turned away: {answer.status_code}"


def crashed(answer: Any) -> str | None:
    return f"failed with {answer.status_code}" if answer.status_code >= 500 else None


def test_blueprint_without_an_access_rule_keeps_the_application_from_starting(app: Flask) -> None:
    bare = Flask("bare")
    bare.register_blueprint(Blueprint("forgotten", "forgotten"))
    with pytest.raises(ConfigurationError, match="forgotten"):
        init_access(bare)


def test_route_outside_all_tables_is_refused(app: Flask, login: Callable[[Role | str], FlaskClient]) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for client in (app.test_client(), login("admin")):
        answer = client.get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.text


def test_access_rules_name_only_what_there_is(app: Flask) -> None:
    assert set(BLUEPRINT_ACCESS) == set(app.blueprints)
    outside = {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint}
    assert set(ENDPOINT_ACCESS) == outside


def test_limits_name_only_routes_that_there_are(app: Flask) -> None:
    assert set(LIMITS) | set(EXEMPT) <= set(app.view_functions)


def test_every_post_without_a_csrf_token_is_refused(app: Flask, login: Callable[[Role | str], FlaskClient]) -> None:
    client = login("admin")
    accepted = [
        route for method, route in ROUTES if method == "POST" and client.post(address(route)).status_code != 400
    ]
    # A search by POST does what a search by GET does: a question that is too long for an address.
    assert accepted == ["/help/<language>/search"]


def test_every_listed_blueprint_is_registered(settings: Settings, engine: Engine) -> None:
    assert len(create_app(settings, engine).blueprints) == len(application.BLUEPRINTS)
