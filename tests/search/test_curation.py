"""Synonyms and pinned answers in searches: of customers and the desk alike, in every process."""

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.following import LOOK_EVERY_SECONDS
from indexer.runtime import SearchRuntime
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.search.curation import Curation, load_curation
from kb.search.pins import Pin, Pins, pin_key
from kb.search.query_processing import process_query
from kb.search.searcher import Searcher
from kb.search.synonyms import NO_SYNONYMS, SynonymRule, Synonyms
from kb.search.types import Audience, Outcome
from kb.tables import Article, CuratedChange, CuratedKind, PinnedAnswer, Synonym

assert LOOK_EVERY_SECONDS <= 1  # a change holds everywhere within a second


def known(*terms: str) -> Callable[[str], bool]:
    return set(terms).__contains__


def test_without_rules_nothing_of_a_query_changes() -> None:
    for text, language in (("money back", "en"), ("paisa kab milega", "hi-Latn"), ("ফেরত", "bn")):
        assert process_query(text, language, known("money")) == process_query(
            text, language, known("money"), None, Synonyms([SynonymRule("de", ("geld", "kohle"))])
        )
    assert NO_SYNONYMS.read("money", "en", known()).also == {}


def test_both_directions_and_one() -> None:
    both = Synonyms([SynonymRule("en", ("parcel", "shipment"))])
    assert both.read("my parcels", "en", known("parcel")).text == "my parcels"
    assert "shipment" in both.read("my parcels", "en", known("parcel")).also
    assert "parcel" in both.read("a shipment", "en", known("shipment")).also
    # A word that nobody has written with is read as the other one.
    assert both.read("My shipment?", "en", known("parcel")).text == "My parcel?"
    one = Synonyms([SynonymRule("", ("clp",), ("credit limit",))])
    assert one.read("raise my CLP now", "en", known("clp")).text == "raise my credit limit now"
    assert one.read("raise my credit limit", "en", known()).text == "raise my credit limit"


def test_longest_phrase_wins_and_a_rule_is_of_its_language() -> None:
    rules = Synonyms([
        SynonymRule("en", ("gift", "present")), SynonymRule("en", ("gift card", "voucher")), SynonymRule("hi", ("kist", "emi")),
    ])  # fmt: skip
    assert set(rules.read("gift card", "en", known("gift", "card")).also) >= {"voucher"}
    assert "present" not in rules.read("gift card", "en", known("gift", "card")).also
    assert rules.read("kist", "en", known()).text == "kist"
    assert rules.read("meri kist", "hi-Latn", known()).text == "meri emi"
    assert rules.knows("kist", "hi-Latn")
    assert not rules.knows("kist", "en")


def test_a_pin_is_for_its_question_whatever_its_case_endings_and_signs() -> None:
    assert pin_key("How do I RETURN a shirt?", "en") == pin_key("return shirts", "en")
    today = utc_now().date()
    pins = Pins([Pin(("return a shirt",), 7), Pin(("late parcel",), 8, today - timedelta(days=1))])
    assert pins.find("Return a shirt!", "en", today) is not None
    assert pins.find("return a blue shirt", "en", today) is None
    assert pins.find("late parcel", "en", today) is None
    assert pins.find("late parcel", "en", today - timedelta(days=1)) is not None
    assert Pins([Pin(("", "?"), 1)]).find("?", "en", today) is None


@pytest.fixture
def runtime(settings: Settings, engine: Engine) -> SearchRuntime:
    return SearchRuntime.open(settings, engine)


def add_article(session: Session, slug: str, body: str, audience: str = "public") -> Article:
    values = {"title": slug.title(), "slug": slug, "language": "en", "audience": audience, "status": "published"}
    article = save_article(session, make_source(values, body))
    session.commit()
    return article


def note(session: Session, row: Synonym | PinnedAnswer, kind: CuratedKind) -> None:
    session.add(row)
    session.flush()
    session.add(CuratedChange(kind=kind.value, subject_id=row.id, before=None, after={}))
    session.commit()


def test_a_pinned_article_stands_first_for_both_audiences_until_its_day(
    session: Session, runtime: SearchRuntime, settings: Settings, engine: Engine
) -> None:
    add_article(session, "kettles", "A kettle boils water.")
    other = add_article(session, "lamps", "A lamp gives light.")
    runtime.update()
    query = "kettle boils water"
    before = {audience: search(runtime, session, audience, query) for audience in Audience}
    assert all(answer.results[0].title == "Kettles" for answer in before.values())
    note(session, PinnedAnswer(wordings=["Kettle boils water?"], article_id=other.id), CuratedKind.PIN)
    another = SearchRuntime.open(settings, engine)  # as a second process
    for audience in Audience:
        answer = search(another, session, audience, query)
        assert (answer.results[0].id, answer.results[0].pinned) == (other.id, True)
        assert answer.outcome is Outcome.ANSWERED
        assert not any(result.pinned for result in answer.results[1:])
        assert search(another, session, audience, "boils a kettle of water").results[0].title == "Kettles"
    other.status = "archived"
    session.commit()
    gone = search(another, session, Audience.CUSTOMER, query)
    assert gone.results[0].title == "Kettles"
    assert not gone.results[0].pinned
    another.close()


def test_an_internal_pin_is_never_shown_to_customers(session: Session, runtime: SearchRuntime) -> None:
    add_article(session, "kettles", "A kettle boils water.")
    secret = add_article(session, "kettle-margins", "What we pay.", audience="internal")
    runtime.update()
    curation = Curation(pins=Pins([Pin(("kettle boils water",), secret.id)]))
    for audience, first in ((Audience.CUSTOMER, "Kettles"), (Audience.REP, "Kettle-Margins")):
        sources = runtime.searcher(audience)._sources
        answer = runtime.make_searcher(sources, audience, curation=curation).search(
            session, "kettle boils water", reader_language="en"
        )
        assert answer.results[0].title == first


def test_a_pin_ends_with_its_day_where_the_shop_is(session: Session, runtime: SearchRuntime) -> None:
    add_article(session, "kettles", "A kettle boils water.")
    pinned = add_article(session, "kettle-margins", "What we pay.")
    runtime.update()
    west, east = timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))
    until = utc_now().astimezone(west).date()
    curation = Curation(pins=Pins([Pin(("kettle boils water",), pinned.id, until)]))
    served = runtime.searcher(Audience.CUSTOMER)
    for zone, first in ((west, "Kettle-Margins"), (east, "Kettles")):
        searcher = Searcher(
            runtime.encoder,
            served._sources,
            Audience.CUSTOMER,
            runtime._statistics,
            runtime._calibration,
            curation=curation,
            zone=zone,
        )
        assert searcher.search(session, "kettle boils water", reader_language="en").results[0].title == first


def test_a_synonym_finds_what_is_written_with_the_other_word(session: Session, runtime: SearchRuntime) -> None:
    article = add_article(session, "instalments", "Pay the instalment on the first of the month.")
    add_article(session, "lamps", "A lamp gives light.")
    runtime.update()
    curation = Curation(Synonyms([SynonymRule("", ("zeedle",), ("instalment",))]))
    sources = runtime.searcher(Audience.CUSTOMER)._sources
    searcher = runtime.make_searcher(sources, Audience.CUSTOMER, curation=curation)
    answer = searcher.search(session, "zeedle", reader_language="en")
    assert answer.results[0].id == article.id
    assert answer.query == "zeedle"
    assert answer.no_question is None


def test_what_is_stored_is_loaded_with_a_version_that_every_change_raises(session: Session) -> None:
    version, empty = load_curation(session)
    note(session, Synonym(language="en", words=["a", "b"], means=[]), CuratedKind.SYNONYM)
    after, loaded = load_curation(session)
    assert after == version + 1
    assert not empty.synonyms.rules
    assert loaded.synonyms.rules == (SynonymRule("en", ("a", "b")),)


def search(runtime: SearchRuntime, session: Session, audience: Audience, text: str):  # type: ignore[no-untyped-def]
    return runtime.searcher(audience).search(session, text, reader_language="en")
