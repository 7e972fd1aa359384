"""A database that the first version had filled is brought up to date: everything is still there, and is found."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, Table, func, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.accounts.passwords import hash_password
from kb.accounts.people import authenticate
from kb.accounts.tokens import find_token
from kb.articles import get_published_article
from kb.core.settings import Settings
from kb.insight.gaps import collect_misses, list_gaps
from kb.search.events import record_feedback
from kb.search.types import Audience
from kb.service.before_contact import tried_before
from kb.service.contact import SentRequest, find_request
from kb.tables import (
    Article,
    ArticleRevision,
    Base,
    Conversation,
    Feedback,
    FeedbackKind,
    IndexBuild,
    Message,
    Passage,
    SearchEvent,
    Ticket,
    User,
)  # fmt: skip
from kb.tables.migrations import migration_config, upgrade_database

FIRST = "0004"  # the last migration of the first version
PASSWORD, TOKEN = "a password of before", "kb_token-of-before"
THEN = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
ARTICLES, TICKETS, SEARCHES = 30, 20, 40


def rows_of_first_version(fingerprint: str) -> dict[str, list[dict[str, Any]]]:
    encoder = HashEncoder()
    rows: dict[str, list[dict[str, Any]]] = {}

    def add(table: str, **row: Any) -> None:
        rows.setdefault(table, []).append(row)

    add("users", id=1, email="asha@example.com", name="आशा", role="admin", password_hash=hash_password(PASSWORD),
        language="hi", active=True, session_version=3, created_at=THEN)  # fmt: skip
    add("users", id=2, email="gone@example.com", name="", role="rep", password_hash=hash_password(PASSWORD),
        language="en", active=False, session_version=1, created_at=THEN)  # fmt: skip
    add(
        "api_tokens",
        id=1,
        user_id=1,
        name="crm",
        token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
        created_at=THEN,
    )
    passage = 0
    for number in range(1, ARTICLES + 1):
        title, body = f"Clean lamp {number}", f"Use cloth number {number}. কাপড় दीपक"
        status = "published" if number % 3 else "draft"
        add("articles", id=number, slug=f"lamp-{number}", language="en", translation_key=f"lamp-{number}", topic="care",
            audience="public" if number % 2 else "internal", status=status, title=title, body=body, also_asked=["दीपक"],
            owner="asha@example.com", revision=2, content_hash=f"{number:064d}", created_at=THEN, updated_at=THEN)  # fmt: skip
        for revision in (1, 2):
            add("article_revisions", id=2 * number + revision, article_id=number, number=revision, title=title, body=body,
                fields={"title": title}, content_hash=f"{number:064d}", author="asha", note="", created_at=THEN)  # fmt: skip
        add("article_files", id=number, folder="/srv/articles", path=f"en/care/lamp-{number}.md", article_id=number,
            file_hash="f" * 64, content_hash=f"{number:064d}", synced_at=THEN)  # fmt: skip
        if status == "published":
            passage += 1
            collection = "help" if number % 2 else "internal"
            add("passages", id=passage, collection=collection, document_kind="article", document_id=number,
                document_group=number, position=0, language="en", part="body", heading_path=[title], text=body,
                text_hash="t" * 64, fingerprint=fingerprint,
                vector=np.asarray(encoder.encode_passages([body]), np.float32)[0].tobytes(), word_vectors=b"")  # fmt: skip
            add(
                "index_changes", id=passage, collection=collection, passage_id=passage, operation="add", created_at=THEN
            )
            add("indexed_documents", id=number, document_kind="article", document_id=number, collection=collection,
                content_hash=f"{number:064d}", fingerprint=fingerprint, indexed_at=THEN)  # fmt: skip
    for number in range(1, TICKETS + 1):
        add("tickets", id=number, source="zendesk", external_id=str(number), channel="email", language="en",
            subject=f"Broken kettle {number}", problem=f"The kettle leaks {number}", resolution="Sent a new seal",
            status="resolved", tags=["kettle"], content_hash=f"{number:064d}", created_at=THEN, imported_at=THEN)  # fmt: skip
        add("ticket_messages", id=number, ticket_id=number, position=0, role="customer", public=bool(number % 2),
            text=f"The kettle leaks {number}")  # fmt: skip
    for number in range(1, SEARCHES + 1):
        add("search_events", id=number, public_id=f"search-{number}", created_at=THEN, place="help", audience="customer",
            visit=f"visit-{number % 4}", query=f"kettle leaks {number}", language="en", reader_language="hi",
            outcome="none" if number % 2 else "answered", confidence=0.25, results=["article:1"],
            timings={"total": 1.5})  # fmt: skip
    for number, (event, kind, document, visit) in enumerate(
        [
            (1, "click", "article:1", "v"), (1, "click", "article:1", "v"),  # the same twice, by two threads
            (2, "answered", "article:1", "v"), (2, "not_answered", "article:1", "v"),  # changed their mind
            (3, "click", "article:99999999999999999999", "v"), (4, "click", "x" * 60, None),
            (None, "answered", "article:1", "v"), (None, "answered", "article:1", "v"),
            (None, "answered", "article:1", None), (None, "answered", "article:1", None),
        ],
        start=1,
    ):  # fmt: skip
        add("feedback", id=number, event_id=event, kind=kind, document=document, visit=visit, created_at=THEN)
    add("gaps", id=1, label="kettle leaks", state="open", reason="no_content", evidence=[], explained="",
        centroid=np.ones(8, np.float32).tobytes(), fingerprint="another", created_at=THEN, updated_at=THEN)  # fmt: skip
    add(
        "misses",
        id=1,
        event_id=1,
        gap_id=1,
        cause="no_answer",
        vector=np.ones(8, np.float32).tobytes(),
        created_at=THEN,
    )
    add("contact_requests", id=1, public_id="request-1", visit="visit-1", name="Asha", contact="asha@example.com",
        message="कहाँ है?", language="hi", state="taken", taken_by_id=1, created_at=THEN, updated_at=THEN)  # fmt: skip
    add("contact_requests", id=2, public_id="request-2", visit="visit-1", name="A.", contact="ASHA@example.com",
        message="Again", language="en", state="done", taken_by_id=None, created_at=THEN, updated_at=THEN)  # fmt: skip
    add("contact_requests", id=3, public_id="request-3", visit=None, name="Rafi", contact="+919830012345",
        message="কোথায়?", language="bn", state="waiting", taken_by_id=None, created_at=THEN, updated_at=THEN)  # fmt: skip
    return rows


def fill_first_version(engine: Engine, fingerprint: str) -> None:
    config = migration_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        connection.commit()
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        for name, rows in rows_of_first_version(fingerprint).items():
            connection.execute(Table(name, metadata).insert(), rows)
        if connection.dialect.name == "postgresql":  # ids were given by hand
            for name in metadata.tables.keys() - {"alembic_version", "article_changes"}:
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT coalesce(max(id), 1) FROM {name}))"
                )


def count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("is_of_this_encoder", [True, False])
def test_everything_is_still_there_and_is_found(
    empty_engine: Engine, settings: Settings, is_of_this_encoder: bool
) -> None:
    fingerprint = index_fingerprint(HashEncoder()) if is_of_this_encoder else "an encoder of before"
    fill_first_version(empty_engine, fingerprint)
    assert upgrade_database(empty_engine).found == FIRST

    with Session(empty_engine) as session:
        assert (count(session, Article), count(session, ArticleRevision)) == (ARTICLES, 2 * ARTICLES)
        assert (count(session, Ticket), count(session, SearchEvent)) == (TICKETS, SEARCHES)
        assert count(session, Passage) == ARTICLES * 2 // 3
        assert session.scalars(select(IndexBuild.fingerprint)).all() == [fingerprint]
        article = get_published_article(session, "en", "lamp-1")
        assert (article.body, article.also_asked) == ("Use cloth number 1. কাপড় दीपक", ["दीपक"])
        assert article.updated_at == THEN
        assert authenticate(session, "asha@example.com", PASSWORD).name == "आशा"
        assert [user.active for user in session.scalars(select(User).order_by(User.id))] == [True, False]
        assert find_token(session, TOKEN) is not None
        asked = session.scalars(select(Conversation).order_by(Conversation.id)).all()
        assert [(one.channel, one.state, one.assigned_to_id, one.visit) for one in asked] == [
            ("web", "open", 1, "visit-1"),
            ("web", "closed", None, "visit-1"),
            ("web", "open", None, None),
        ]
        assert [one.customer.name for one in asked] == ["Asha", "Asha", "Rafi"]
        assert (asked[0].waiting_since, asked[1].waiting_since, asked[1].closed_at) == (THEN, None, THEN)
        said = session.scalars(select(Message.text).order_by(Message.id)).all()
        assert said == ["कहाँ है?", "Again", "কোথায়?"]
        assert find_request(session, "request-1") == SentRequest("asha@example.com", "Asha", "कहाँ है?")
        assert len(tried_before(session, [str(asked[0].visit)])) == 10

    bring_up_to_date(empty_engine, settings.index_dir, HashEncoder())
    runtime = SearchRuntime.open(settings, empty_engine, HashEncoder())
    with Session(empty_engine) as session:
        for audience, query, title in (
            (Audience.CUSTOMER, "clean lamp 7: use cloth number 7", "Clean lamp 7"),
            (Audience.REP, "clean lamp 8: use cloth number 8", "Clean lamp 8"),
            (Audience.REP, "broken kettle 11: the kettle leaks 11", "Broken kettle 11"),
        ):
            answer = runtime.searcher(audience).search(session, query, reader_language="en")
            assert answer.results[0].title == title
    runtime.close()


def test_feedback_counts_once_and_what_names_no_document_names_none(empty_engine: Engine) -> None:
    fill_first_version(empty_engine, "an encoder of before")
    upgrade_database(empty_engine)
    with Session(empty_engine) as session:
        kept = session.execute(
            select(Feedback.event_id, Feedback.kind, Feedback.document, Feedback.visit).order_by(Feedback.id)
        ).all()
        assert [tuple(row) for row in kept] == [
            (1, "click", "article:1", "v"),
            (2, "not_answered", "article:1", "v"),
            (3, "click", "", "v"),
            (4, "click", "", None),
            (None, "answered", "article:1", "v"),
            (None, "answered", "article:1", None),
            (None, "answered", "article:1", None),
        ]
        # What is done again counts as the same as what was done before.
        record_feedback(session, "search-1", FeedbackKind.CLICK, document="article:1", visit="v")
        record_feedback(session, None, FeedbackKind.ANSWERED, document="article:1", visit="v")
        assert count(session, Feedback) == len(kept)


def test_misses_go_on_from_where_they_were(empty_engine: Engine) -> None:
    fill_first_version(empty_engine, "an encoder of before")
    upgrade_database(empty_engine)
    with Session(empty_engine) as session:
        assert [(gap.label, gap.count) for gap in list_gaps(session)] == [("kettle leaks", 1)]
        # Every second search had no answer (one was counted already), and one was voted down.
        assert collect_misses(session, HashEncoder()) == SEARCHES // 2
        assert collect_misses(session, HashEncoder()) == 0
