"""No GET writes: looking at a page changes nothing in the database, whoever looks.

A browser fetches ahead, a crawler fetches everything, two people fetch at once: none of that may wait for SQLite's one writer.
Excepted are the routes below, with the tables that they may write to: what somebody searched for, and that they
opened a result, is noted when the answer is out; and when a token was used. How often somebody asked is counted before
anything is done, with PostgreSQL in the database, where many write at once.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gap_job import run_gap_job
from page_fixtures import PageContent, content, prepared
from practice import add_practice
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_write, recorded_statements
from talks import make_talk
from werkzeug.routing import Rule

from kb.accounts.links import MailKind, make_link
from kb.accounts.people import get_user
from kb.articles.reports import store_report
from kb.articles.sync_report import SyncReport
from kb.core.settings import Settings
from kb.insight.curation.editing import put
from kb.jobs import enqueue
from kb.service.attachments import add_file
from kb.service.chat import start_chat
from kb.service.macros import Writer, save_macro
from kb.service.notices import NoticeContent, save_notice
from kb.service.sample import read_conversations, store_sample
from kb.service.surveys import survey_of
from kb.service.timeline import newest_messages
from kb.tables import BulkAct, CuratedKind, Gap, Role, SearchEvent, VoiceStatement, VoiceTheme, utc_now
from webapp.help.own_conversations import token_of
from webapp.shared.account_links import sign_link
from webapp.shared.news_links import sign_key
from webapp.shared.sample_shop import SAMPLE_CONVERSATIONS
from webapp.shared.survey_links import sign_survey

__all__ = ["content", "prepared"]

# route: the tables that may be written to after the answer.
NOTED_AFTERWARDS = {
    "/help/<language>/search": {"search_events"},
    "/help/<language>/articles/<slug>": {"feedback", "article_reads"},
    "/help/<language>/articles/<path:slug>": {"article_reads"},
    "/help/<language>/waiting/<token>": {"told_waits"},
    "/help/<language>/chat/<token>": {"told_waits"},
    "/help/<language>/waiting/<token>/state": {"told_waits"},
    "/desk/": {"search_events"},
    "/desk/articles/<int:article_id>": {"feedback", "opened_documents"},
    "/desk/tickets/<int:ticket_id>": {"feedback", "opened_documents"},
    "/desk/inbox/<int:conversation_id>/answers": {"search_events"},
    "/api/v1/search": {"search_events"},
    "/api/v1/widget/articles/<language>/<path:slug>": {"feedback", "article_reads"},
    "/api/v1/desk/search": {"search_events"},
    "/api/v1/desk/conversations/<int:conversation_id>": {"search_events"},
    "/api/v1/desk/conversations/<int:conversation_id>/suggestions": {"search_events"},
}
# What is refused, and what hands out much at once, is written into the audit trail.
AUDIT = {"audit_events", "audit_heads"}
HANDED_OUT = {
    "/studio/voice/<int:theme_id>/statements.csv",
    "/studio/voice/<int:theme_id>/statements.json",
    "/studio/numbers/<figure_key>.csv",
}
# Files that need not be there.
MAY_BE_MISSING = {"/static/<path:filename>", "/help/pictures/<name>"} | {
    "/help/<language>/chat/<token>/files/<int:file_id>",
    "/login/provider/",  # none is set
    "/login/provider/callback",
    "/studio/drafts/<int:article_id>",
    "/studio/drafts/<int:article_id>.md",
    "/studio/translations/<int:article_id>",
    "/studio/edits/<int:proposal_id>",
}


@pytest.fixture
def addresses(
    app: Flask, settings: Settings, engine: Engine, session: Session, content: PageContent
) -> list[tuple[str, str]]:
    """(route, address of something that is there) of every route that answers GET."""
    for number in range(3):
        session.add(
            SearchEvent(
                public_id=f"s{number}", place="help", audience="customer", visit=f"v{number}", query="ship to france",
                language="en", outcome="none", confidence=0.1, created_at=utc_now() - timedelta(minutes=10),
            )
        )  # fmt: skip
    store_report(session, "sync", "articles", SyncReport())
    enqueue(session, "index")
    store_sample(session, read_conversations(SAMPLE_CONVERSATIONS)[:1], {}, region="IN")
    session.commit()
    run_gap_job(settings, engine)
    talk = make_talk(session)
    survey_of(session, talk, "en")
    theme = VoiceTheme(title="Late")
    session.add(theme)
    session.flush()
    session.add(
        VoiceStatement(
            theme_id=theme.id, kind="complaint", source="message", source_id=1, conversation_id=talk.id, text="It is late",
            language="en", vector=b"", fingerprint="x", said_at=utc_now(),
        )
    )  # fmt: skip
    macro = save_macro(session, Writer(0, trains=True), name="Refund", language="en", text="{order}", shared=True)
    words = {"language": "en", "words": ["parcel", "shipment"], "means": []}
    synonym = put(session, CuratedKind.SYNONYM, words, user_id=None)
    hours = timedelta(hours=2)
    notice = save_notice(
        session,
        NoticeContent(texts={"en": "Late."}, degree="info", begins_at=utc_now(), ends_at=utc_now() + hours),
        user_id=None,
    )
    practised = add_practice(session, content.refund["en"])
    act = BulkAct(act="topic", details={"value": "a", "done": [], "refused": []})
    session.add(act)
    session.flush()
    known: dict[str, object] = {
        "language": "en",
        "topic": "refunds",
        "kind": "fire",
        "curated": "synonym",
        "curated_id": synonym.subject_id if synonym else 0,
        "trial_id": enqueue(session, "trying", payload={"kind": "synonym", "values": words, "given": {}}),
        "slug": "when-refund-arrives",
        "article_id": content.english_only,
        "ticket_id": content.ticket,
        "gap_id": session.scalars(select(Gap.id)).one(),
        "report_id": 1,
        "theme_id": theme.id,
        "proposal_id": 1,
        "filename": "manifest.json",
        "conversation_id": talk.id,
        "customer_id": talk.customer_id,
        "message_id": newest_messages(session, talk)[-1].id,
        "file_id": add_file(
            session, talk, "a.txt", b"a", user_id=None, message_id=newest_messages(session, talk)[0].id, largest=100
        ).id,
        "name": "0123456789abcdef.png",
        "macro_id": macro.id,
        "notice_id": notice.id,
        "news_token": sign_key("k" * 32, app.config["SECRET_KEY"]),
        "flow_name": "refund",
        "figure_key": "searches",
        "case_id": practised.case_id,
        "path_id": practised.path_id,
        "announcement_id": practised.announcement_id,
        "user_id": practised.user_id,
        "attempt_id": practised.attempt_id,
        "token": "",  # of each route's kind of conversation
        "act_id": act.id,
        "link_token": sign_link(
            make_link(session, get_user(session, "rep@test.example"), MailKind.RESET) or "", app.config["SECRET_KEY"]
        ),
        "survey_token": sign_survey(talk, app.config["SECRET_KEY"]),
    }

    chat = start_chat(
        session, name="", contact="", message="My lamp hums", language="en", visit=None, asked_in="v", key="k" * 9
    )
    session.commit()
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            missing = rule.arguments - known.keys()
            assert not missing, f"{rule.rule}: tell this test what {missing} may be"
            of_talk = chat if "/chat/" in rule.rule else talk
            known["token"] = token_of(of_talk, key=app.config["SECRET_KEY"])
            found.append((rule.rule, build(app, rule, known) + ("?q=refund" if is_search(rule) else "?search=s1")))
    return found


def build(app: Flask, rule: Rule, known: dict[str, object]) -> str:
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, {name: known[name] for name in rule.arguments}))


@pytest.mark.parametrize("asker", [None, *Role], ids=lambda asker: asker or "anonymous")
def test_no_page_writes_when_it_is_looked_at(
    app: Flask,
    engine: Engine,
    login: Callable[[Role | str], FlaskClient],
    addresses: list[tuple[str, str]],
    asker: Role | None,
) -> None:
    client = login(asker) if asker else app.test_client()
    wrong, statuses = [], {}
    for route, address in addresses:
        with recorded_statements(engine) as statements:
            statuses[route] = client.get(address).status_code
        allowed = NOTED_AFTERWARDS.get(route, set())
        if statuses[route] in {403, 429} or route in HANDED_OUT:
            allowed = allowed | AUDIT
        wrong += [
            f"GET {address}: {statement[:120]}"
            for statement in statements
            if is_write(statement) and not any(f" {table} " in f"{statement} " for table in allowed)
        ]
    assert not wrong, "\n".join(wrong)
    failed = {route: status for route, status in statuses.items() if status >= 500}
    assert not failed
    if asker is Role.ADMIN:
        assert {route for route, status in statuses.items() if status >= 400} <= MAY_BE_MISSING


def test_what_is_excepted_is_there(app: Flask) -> None:
    assert NOTED_AFTERWARDS.keys() <= {rule.rule for rule in app.url_map.iter_rules()}


def is_search(rule: Rule) -> bool:
    return rule.rule.endswith("/search") or rule.endpoint == "desk.home"
