"""Who sends odd requests: nobody, a customer by the link of their conversation, each role, and programs with tokens."""

from collections.abc import Mapping, Sequence
from typing import Any

from crawler import Crawl
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from looking_around import STARTS, walk
from odd_prober import Asker, Findings, Place, Prober, places_of
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.accounts.sessions import begin_session
from kb.accounts.tokens import issue_token, revoke_tokens
from kb.core.database import session_scope
from kb.tables import Base, Conversation, Role, User
from webapp.auth.person import make_cookie_id
from webapp.help.own_conversations import token_of
from webapp.shared.security import session_cookie
from webapp.shared.survey_links import sign_survey

# Rows that no name of a table tells.
_TABLES = {
    "file_id": "attachments", "message_id": "conversation_messages", "session_id": "user_sessions", "token_id": "api_tokens",
    "theme_id": "voice_themes", "statement_id": "voice_statements", "flag_id": "article_flags", "case_id": "training_cases",
    "attempt_id": "training_attempts", "path_id": "training_paths", "act_id": "bulk_acts", "change_id": "notice_changes",
    "schedule_id": "article_schedules", "comment_id": "article_comments", "calibration_id": "own_calibrations",
    "trial_id": "jobs", "wording_id": "learned_wordings",
    "proposal_id": "edit_proposals", "report_id": "content_reports", "curated_id": "pinned_answers",
    "merge_id": "customer_merges",
}  # fmt: skip
_NAMES: Mapping[str, Sequence[str]] = {
    "language": ("en", "hi", "bn", "EN", "en-IN"),
    "kind": ("fire", "calls", "words", "danger"),
    "curated": ("synonym", "pin", "featured", "topic"),
    "figure_key": ("searches", "asked", "solved"),
    "flow_name": ("refund", "delivery"),
    "name": ("a.png",),
    "filename": ("manifest.json",),
}
_AGENT = "odd requests"


def find_places(app: Flask, engine: Engine, depth: int) -> dict[str, Place]:
    """What a walk as administrator and as nobody finds. depth: addresses of one route."""
    crawls = []
    for asker in make_askers(app, engine):
        if asker.name in {"admin", "anonymous"}:
            client = app.test_client(use_cookies=False)
            client.environ_base |= {f"HTTP_{name.upper()}": value for name, value in asker.headers if name == "Cookie"}
            crawls.append(walk(app, client, STARTS, depth))
    return places_of(crawls)


def make_askers(app: Flask, engine: Engine) -> list[Asker]:
    """Everybody, with sessions and tokens of this moment; people who were closed or changed meanwhile are as before."""
    values = _values(app, engine)
    made = [
        Asker("anonymous", [], {**values, "token": ["made-up.x"], "survey_token": ["x"]}),
        Asker("customer", [], values),
    ]
    with session_scope(engine) as session:
        for role in Role:
            user = _person(session, role)
            cookie = {
                "_user_id": make_cookie_id(user.id, begin_session(session, user)),
                "_fresh": True,
                "csrf_token": "a" * 40,
            }
            made.append(Asker(role.value, _by_cookie(app, cookie), values))
            revoke_tokens(session, user)
            token = issue_token(session, user, _AGENT)
            made.append(Asker(f"token of {role.value}", [("Authorization", f"Bearer {token}")], values))
    return made


def _person(session: Session, role: Role) -> User:
    address = f"odd-{role.value}@shop.example"
    user = session.scalars(select(User).where(User.email == address)).first() or User(
        email=address, password_hash="", role=role.value
    )
    user.role, user.active, user.must_change = role.value, True, False
    session.add(user)
    session.flush()
    return user


def _by_cookie(app: Flask, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = session_cookie(app.extensions["kb_settings"])
    csrf = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(values["csrf_token"])
    return [("Cookie", f"{name}={signer.dumps(dict(values))}"), ("X-CSRFToken", str(csrf))]


def _values(app: Flask, engine: Engine) -> dict[str, Sequence[Any]]:
    """Ids of rows by the names of parts of addresses, and signed links of the newest conversations."""
    tables, names = Base.metadata.tables, {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    values: dict[str, Sequence[Any]] = dict(_NAMES)
    with Session(engine) as session:
        for name in names - set(values):
            table = tables.get(_TABLES.get(name, f"{name.removesuffix('_id')}s"))
            if name.endswith("_id"):
                found = (
                    session.scalars(select(table.c.id).order_by(table.c.id.desc()).limit(20)).all()
                    if table is not None
                    else []
                )
                values[name] = [*found, 1, 2]
        articles = tables["articles"]
        values["slug"] = session.scalars(select(articles.c.slug).limit(50)).all()
        values["topic"] = session.scalars(select(articles.c.topic).distinct()).all()
        talks = session.scalars(select(Conversation).order_by(Conversation.id.desc()).limit(30)).all()
        with app.app_context():
            values["token"] = [token_of(talk) for talk in talks]
            values["survey_token"] = [sign_survey(talk, str(app.secret_key)) for talk in talks]
    return values


def probe(app: Flask, engine: Engine, places: Mapping[str, Place], *, rounds: float, chance: int) -> Findings:
    """Ask every route by each of its methods as everybody, `rounds` times (a part of a round: a part of them)."""
    app.extensions["kb_limiter"].enabled = False
    prober = Prober(app, places, app.test_client().get("/api/v1/openapi.json").get_json(), chance)
    everybody = range(len(Role) * 2 + 2)
    asked = [
        (rule, method, number)
        for rule, method in prober.rules()
        for number in everybody
        # A token counts for nothing outside of the API.
        if number < 3 or number % 2 == 0 or rule.rule.startswith("/api/")
    ]
    asked = (asked * max(1, round(rounds))) if rounds >= 1 else prober.some_of(asked, rounds)
    askers: list[Asker] = []
    for done, (rule, method, number) in enumerate(asked):
        if done % 300 == 0:
            askers = make_askers(app, engine)
        prober.ask(rule, method, askers[number])
    return prober.found


def open_all_pages(app: Flask, engine: Engine, depth: int) -> tuple[Crawl, list[str]]:
    """A walk as administrator after all that was sent; pages that do not open."""
    admin = next(asker for asker in make_askers(app, engine) if asker.name == "admin")
    client = app.test_client(use_cookies=False)
    client.environ_base |= {"HTTP_COOKIE": dict(admin.headers)["Cookie"]}
    crawl = walk(app, client, STARTS, depth)
    return crawl, [f"{one.address}: {one.status}" for one in crawl.seen if one.status >= 500]
