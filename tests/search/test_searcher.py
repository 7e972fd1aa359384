"""What a search gives, seen from outside: audiences, languages, odd input. Real database, real index, tiny encoder."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from content_factory import add_article, add_ticket
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.search.searcher import MAX_QUERY_LENGTH, normalise_query
from kb.search.types import Audience, Outcome, SearchAnswer
from kb.tables import Article

Search = Callable[..., SearchAnswer]


@pytest.fixture
def content(session: Session) -> dict[str, Article]:
    add_ticket(session, "Refund for kettle", "The refund for my kettle did not come", "Refund sent again by UPI")
    add_ticket(session, "Still open", "Refund question of today", "", status="open")
    return {
        "en": add_article(session, "Refund times", "A refund by card takes 5 to 7 days.", slug="refund-times"),
        "hi": add_article(
            session, "रिफ़ंड का समय", "कार्ड पर रिफ़ंड 5 से 7 दिन में आता है।", slug="refund-times", language="hi"
        ),
        "draft": add_article(session, "Refund draft", "An unfinished refund text", status="draft"),
        "internal": add_article(session, "Refund limits", "Refund up to 2000 alone", audience="internal"),
        "lamp": add_article(session, "Clean a lamp", "Use a soft cloth.", also_asked=["how to polish brass"]),
    }


@pytest.fixture
def runtime(settings: Settings, engine: Engine, content: dict[str, Article]) -> SearchRuntime:
    opened = SearchRuntime.open(settings, engine)
    opened.update()
    return opened


@pytest.fixture
def search(runtime: SearchRuntime, session: Session) -> Search:
    def run(text: str, audience: Audience = Audience.CUSTOMER, language: str = "en", **options: object) -> SearchAnswer:
        return runtime.searcher(audience).search(session, text, reader_language=language, **options)  # type: ignore[arg-type]

    return run


def test_what_something_else_found_is_judged_as_a_search_judges_its_own_best(
    runtime: SearchRuntime, session: Session, search: Search
) -> None:
    searcher = runtime.searcher(Audience.REP)
    found = search("by card", Audience.REP)
    own = searcher.judge(session, found.query, found.results)
    assert (own.confidence, own.outcome, own.results) == (found.confidence, found.outcome, found.results)
    worst = searcher.judge(session, found.query, found.results[::-1])
    assert worst.confidence < found.confidence / 2
    assert worst.results == found.results[::-1]


def test_what_the_search_does_not_bring_up_and_nothing_at_all_have_no_confidence(
    runtime: SearchRuntime, session: Session, search: Search
) -> None:
    limits = next(r for r in search("refund limits", Audience.REP).results if r.audience == "internal")
    customer = runtime.searcher(Audience.CUSTOMER)
    for text, results in [("refund limits", [limits]), ("refund", []), ("😀", [limits])]:
        judged = customer.judge(session, text, results)
        assert (judged.confidence, judged.outcome) == (0.0, Outcome.NONE)


def test_customer_sees_only_published_public_articles(search: Search) -> None:
    answer = search("refund", limit=50)
    assert {result.audience for result in answer.results} == {"public"}
    assert "Refund draft" not in [result.title for result in answer.results]


def test_rep_sees_public_and_internal_articles_and_resolved_tickets(search: Search) -> None:
    answer = search("refund", Audience.REP, limit=50)
    assert {result.audience for result in answer.results} == {"public", "internal", "tickets"}
    assert "Still open" not in [result.title for result in answer.results]


def test_the_customers_searcher_holds_the_public_collection_and_nothing_else(runtime: SearchRuntime) -> None:
    assert [source.name for source in runtime.searcher(Audience.CUSTOMER)._sources] == ["help"]


def test_what_was_unpublished_a_moment_ago_is_not_shown_even_before_the_index_knows(
    search: Search, session: Session, content: dict[str, Article]
) -> None:
    assert "Clean a lamp" in [result.title for result in search("clean a lamp").results]
    content["lamp"].status = "archived"
    session.commit()
    assert "Clean a lamp" not in [result.title for result in search("clean a lamp").results]


def test_what_became_internal_a_moment_ago_is_not_shown_to_customers(
    search: Search, session: Session, content: dict[str, Article]
) -> None:
    assert "Clean a lamp" in [result.title for result in search("clean a lamp").results]
    content["lamp"].audience = "internal"
    session.commit()
    assert "Clean a lamp" not in [result.title for result in search("clean a lamp").results]


def test_translations_are_one_result_in_the_readers_language(search: Search, content: dict[str, Article]) -> None:
    for language, url in (("en", "/help/en/articles/refund-times"), ("hi", "/help/hi/articles/refund-times")):
        answer = search("refund card days रिफ़ंड कार्ड", language=language)
        found = [result for result in answer.results if result.url.endswith("refund-times")]
        assert [result.url for result in found] == [url]
        assert not found[0].other_language
        assert set(found[0].languages) == {"en", "hi"}
    assert "दिन" in found[0].snippet


def test_a_missing_translation_is_shown_in_another_language_and_marked_so(search: Search) -> None:
    answer = search("clean a lamp", language="bn")
    lamp = next(result for result in answer.results if result.title == "Clean a lamp")
    assert lamp.other_language
    assert lamp.language == "en"


def test_other_wordings_find_an_article_and_its_text_is_shown(search: Search) -> None:
    answer = search("how to polish brass")
    assert answer.results[0].title == "Clean a lamp"
    assert answer.results[0].snippet == "Use a soft cloth."


def test_the_best_sentence_is_marked(session: Session, settings: Settings, engine: Engine) -> None:
    add_article(
        session, "Parcels", "We send parcels every day. A lost parcel is paid back in full. Ask us for anything else."
    )
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    answer = runtime.searcher(Audience.CUSTOMER).search(session, "lost parcel paid", reader_language="en")
    start, end = answer.results[0].mark
    assert answer.results[0].snippet[start:end] == "A lost parcel is paid back in full."


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "!!!", "\x00\x01", "\u202e\u202d", "\u200b" * 10])
def test_a_query_that_says_nothing_gives_no_answer(search: Search, text: str) -> None:
    answer = search(text)
    assert answer.outcome is Outcome.NONE
    assert answer.results == []


def test_an_endless_query_is_cut_and_says_so(search: Search) -> None:
    answer = search("refund " * 20_000)
    assert answer.truncated
    assert len(answer.query) <= MAX_QUERY_LENGTH
    assert answer.results


def test_nul_bytes_and_direction_marks_do_not_hide_a_word() -> None:
    assert normalise_query("\u202eref\u200eund\x00 now\u2066") == ("ref und now", False)


def test_zero_width_joiners_that_indic_scripts_need_are_kept() -> None:
    assert normalise_query("ক্\u200dষ") == ("ক্\u200dষ", False)


@given(st.text(max_size=200))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_any_text_gets_an_answer_and_never_an_exception(search: Search, text: str) -> None:
    answer = search(text, Audience.REP)
    assert 0.0 <= answer.confidence <= 1.0
    assert set(answer.to_json()["timings_ms"]) == {"encode", "dense", "lexical", "rank", "rerank", "load", "total"}


def test_a_new_title_is_shown_at_once(search: Search, session: Session, content: dict[str, Article]) -> None:
    search("clean a lamp")
    content["lamp"].title = "Clean any lamp"
    session.commit()
    assert "Clean any lamp" in [result.title for result in search("clean a lamp").results]


def test_a_customers_search_takes_one_statement(search: Search, engine: Engine) -> None:
    search("refund card days")
    with recorded_statements(engine) as statements:
        search("refund card days")
    # Looking for news is not part of each search.
    shown = list(filter(is_of_the_page, statements))
    assert len(shown) == 1, shown


def test_searches_at_the_same_time_find_what_each_finds_alone(runtime: SearchRuntime, engine: Engine) -> None:
    asked = ["refund card days", "clean a lamp", "polish brass", "रिफ़ंड कार्ड", "refnud of a ketle", "cloth for lamps"]

    def found(text: str) -> tuple[float, list[tuple[int, float]]]:
        with Session(engine) as session:
            answer = runtime.searcher(Audience.REP).search(session, text, reader_language="en")
        return answer.confidence, [(result.id, result.score) for result in answer.results]

    alone = [found(text) for text in asked]
    with ThreadPoolExecutor(len(asked)) as pool:
        assert list(pool.map(found, asked * 5)) == alone * 5
