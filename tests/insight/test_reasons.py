"""Reasons of misses over a small knowledge base with the hash encoder: texts that share words are near each other."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.runtime import SearchRuntime
from kb.articles import make_source, save_article
from kb.articles.source import ArticleSource
from kb.core.settings import Settings
from kb.insight.gaps import collect_misses, explain_gaps, list_gaps
from kb.insight.gaps.nearest import Version
from kb.insight.gaps.reasons import Asked, Reason, explain_miss
from kb.search.types import Audience
from kb.tables import Gap, SearchEvent, utc_now

ENCODER = HashEncoder()
TOPICS = (
    "kettle descaling",
    "lamp bulb",
    "parcel tracking",
    "gift voucher",
    "fan repair",
    "invoice copy",
    "sofa pickup",
)


def source(title: str, **changes: str) -> ArticleSource:
    return make_source({"title": title, "language": "en", "status": "published", **changes}, f"All about {title}.")


@pytest.fixture
def runtime(settings: Settings, engine: Engine, session: Session) -> SearchRuntime:
    for topic in TOPICS:
        save_article(session, source(topic))
    save_article(session, source("goodwill credit approval limits", audience="internal"))
    save_article(session, source("typhoon surcharge refunds", audience="public", status="draft"))
    save_article(session, source("ভাঙা gramophone needle ফেরত", language="bn"))
    session.commit()
    opened = SearchRuntime.open(settings, engine, ENCODER)
    opened.update()
    return opened


def explain(session: Session, runtime: SearchRuntime, query: str, **changes: object) -> tuple[Reason, list[dict]]:  # type: ignore[type-arg]
    asked = replace(Asked(query, "en", "en"), **changes)  # type: ignore[arg-type]
    found = explain_miss(session, ENCODER, runtime.all_views(), asked)
    return found.reason, found.evidence


def test_internal_article_is_hidden_from_customers_and_not_from_reps(session: Session, runtime: SearchRuntime) -> None:
    reason, evidence = explain(session, runtime, "goodwill credit approval limits")
    assert reason is Reason.HIDDEN
    assert (evidence[0]["title"], evidence[0]["audience"]) == ("goodwill credit approval limits", "internal")
    reason, _ = explain(session, runtime, "goodwill credit approval limits", audience=Audience.REP)
    assert reason is Reason.OTHER_WORDS


def test_draft_is_hidden_from_everybody(session: Session, runtime: SearchRuntime) -> None:
    for audience in Audience:
        reason, evidence = explain(session, runtime, "typhoon surcharge refunds", audience=audience)
        assert reason is Reason.HIDDEN
        assert evidence[0]["status"] == "draft"


def test_draft_is_compared_by_what_readers_would_see(session: Session, runtime: SearchRuntime) -> None:
    # A comment and a block of its generator, longer than what is encoded of a draft, and words that only its source has.
    comment = f"<!-- {'ask Ravi about the words ' * 60} -->"
    body = f"{comment}\n\n{{% note %}}\nZeppelin rides [start](/x/hangar-gate.md) at noon.\n{{% endnote %}}"
    save_article(session, make_source({"title": "Rides", "language": "en", "status": "draft"}, body))
    session.commit()
    reason, evidence = explain(session, runtime, "zeppelin rides start noon")
    assert (reason, evidence[0]["title"]) == (Reason.HIDDEN, "Rides")
    reason, evidence = explain(session, runtime, "ask Ravi about the words hangar gate")
    assert "Rides" not in [fact.get("title") for fact in evidence]


def test_article_of_another_language_only(session: Session, runtime: SearchRuntime) -> None:
    reason, evidence = explain(session, runtime, "gramophone needle ভাঙা ফেরত")
    assert reason is Reason.OTHER_LANGUAGE
    assert evidence[1] == {"kind": "languages", "there": ["bn"], "asked": ["en"]}


def test_public_article_in_the_language_of_the_asker_is_other_words(session: Session, runtime: SearchRuntime) -> None:
    reason, evidence = explain(session, runtime, "sofa pickup all about")
    assert reason is Reason.OTHER_WORDS
    assert evidence[0]["title"] == "sofa pickup"


def test_what_nothing_is_about_has_no_content_and_unknown_words(session: Session, runtime: SearchRuntime) -> None:
    reason, evidence = explain(session, runtime, "zodiac horoscope")
    assert reason is Reason.NO_CONTENT
    assert evidence[-1] == {"kind": "unknown_words", "words": ["zodiac", "horoscope"]}


def test_without_any_article_there_is_no_content(settings: Settings, engine: Engine, session: Session) -> None:
    runtime = SearchRuntime.open(settings, engine, ENCODER)
    assert explain(session, runtime, "refund")[0] is Reason.NO_CONTENT


def test_gap_gets_its_reason_and_a_new_one_when_articles_change(session: Session, runtime: SearchRuntime) -> None:
    event = SearchEvent(
        public_id=str(uuid.uuid4()), place="help", audience="customer", query="goodwill credit approval limits",
        language="en", outcome="none", confidence=0.1, created_at=utc_now() - timedelta(minutes=10),
    )  # fmt: skip
    session.add(event)
    session.commit()
    collect_misses(session, ENCODER)
    explain_gaps(session, ENCODER, runtime.all_views())
    session.commit()
    (gap,) = list_gaps(session)
    assert gap.reason == "hidden"
    assert gap.to_json()["evidence"][0]["kind"] == "article"
    save_article(session, source("goodwill credit approval limits", audience="public"))
    session.commit()
    runtime.update()
    collect_misses(session, ENCODER)
    explain_gaps(session, ENCODER, runtime.all_views())
    session.commit()
    assert [gap.reason for gap in list_gaps(session)] == ["other_words"]


def test_gap_is_not_explained_again_while_nothing_changes(session: Session, runtime: SearchRuntime) -> None:
    session.add(
        SearchEvent(
            public_id="one", place="help", audience="customer", query="zodiac horoscope", language="en", outcome="none",
            confidence=0.1, created_at=utc_now() - timedelta(minutes=10),
        )
    )  # fmt: skip
    session.commit()
    collect_misses(session, ENCODER)
    explain_gaps(session, ENCODER, runtime.all_views())
    session.commit()
    gap = session.scalars(select(Gap)).one()
    gap.reason = "marked"
    collect_misses(session, ENCODER)
    explain_gaps(session, ENCODER, runtime.all_views())
    session.commit()
    assert gap.reason == "marked"


@pytest.mark.parametrize(
    ("query", "page", "article", "reads"),
    [
        ("hi", "en", "hi", True),
        ("hi-Latn", "en", "hi", True),
        ("hi", "en", "en", False),  # who types Hindi wants Hindi, whatever the page
        ("en", "hi", "hi", True),  # who reads Hindi may type English words
        ("und", "bn", "bn", True),
        ("en", "", "bn", False),
    ],
)
def test_which_language_somebody_reads(query: str, page: str, article: str, reads: bool) -> None:
    assert Asked("x", query, page).reads(article) is reads


def test_nobody_sees_what_is_not_published() -> None:
    for status in ("draft", "in_review", "archived"):
        assert not Asked("x", "en", audience=Audience.REP).may_see(Version(1, "en", "t", "public", status))
