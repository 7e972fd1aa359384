"""What was withdrawn a moment ago, while the index still has it: what is shown is judged, not what was found."""

from collections.abc import Callable

import pytest
from content_factory import add_article, add_ticket
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.assist.suggestions import assist
from kb.assist.turns import Role, Turn
from kb.core.settings import Settings
from kb.search.types import Audience, SearchAnswer
from kb.tables import Article, Ticket

AUDIENCES = (Audience.CUSTOMER, Audience.REP)
OTHERS = {
    "Ways to pay": "Pay by card, by UPI or in cash. A receipt comes by mail.",
    "Clean a lamp": "Use a soft cloth and no water.",
    "Return a chair": "Pack it and hand it to the driver.",
    "Plus membership": "Members pay nothing for parcels.",
    "Close your account": "Write to us and confirm the code.",
}


@pytest.fixture
def tracking(session: Session) -> Article:
    for title, body in OTHERS.items():
        add_article(session, title, body)
    return add_article(session, "Track your order", "Tracking your order: open Orders and tap Tracking.")


@pytest.fixture
def runtime(settings: Settings, engine: Engine, tracking: Article) -> SearchRuntime:
    opened = SearchRuntime.open(settings, engine)
    opened.update()
    return opened


@pytest.fixture
def search(runtime: SearchRuntime, session: Session) -> Callable[..., SearchAnswer]:
    def run(text: str, audience: Audience, **options: object) -> SearchAnswer:
        return runtime.searcher(audience).search(session, text, reader_language="en", **options)  # type: ignore[arg-type]

    return run


def _archive(article: Article) -> None:
    article.status = "archived"


def _make_draft(article: Article) -> None:
    article.status = "draft"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("withdraw", [_archive, _make_draft])
def test_an_answer_that_is_not_shown_lends_its_confidence_to_nothing(
    search: Callable[..., SearchAnswer],
    runtime: SearchRuntime,
    session: Session,
    tracking: Article,
    audience: Audience,
    withdraw: Callable[[Article], None],
) -> None:
    before = search("tracking your order", audience)
    assert before.results[0].title == "Track your order"
    withdraw(tracking)
    session.commit()
    shown = search("tracking your order", audience)
    assert "Track your order" not in [result.title for result in shown.results]
    assert shown.confidence < before.confidence / 2
    assert (
        shown.confidence == runtime.searcher(audience).judge(session, "tracking your order", shown.results).confidence
    )
    # As soon as the index knows it too, the same is said.
    runtime.update()
    later = search("tracking your order", audience)
    assert [result.id for result in later.results[:1]] == [result.id for result in shown.results[:1]]
    assert later.outcome == shown.outcome
    assert later.confidence == pytest.approx(shown.confidence, abs=0.05)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_deleted_article_is_gone_at_once_and_its_place_is_taken(
    search: Callable[..., SearchAnswer], session: Session, tracking: Article, audience: Audience
) -> None:
    assert len(search("order account", audience, limit=2).results) == 2
    session.delete(tracking)
    session.commit()
    answer = search("order account", audience, limit=2)
    assert "Track your order" not in [result.title for result in answer.results]
    assert len(answer.results) == 2


def test_customers_and_reps_are_told_alike_where_an_article_became_internal(
    search: Callable[..., SearchAnswer], session: Session, tracking: Article
) -> None:
    before = search("tracking your order", Audience.CUSTOMER)
    tracking.audience = "internal"
    session.commit()
    customer, rep = search("tracking your order", Audience.CUSTOMER), search("tracking your order", Audience.REP)
    assert customer.results[0].title != "Track your order"
    assert customer.confidence < before.confidence / 2
    assert rep.results[0].title == "Track your order"
    assert rep.results[0].audience == "internal"
    assert rep.confidence == pytest.approx(before.confidence, abs=0.1)


def test_where_nothing_is_left_to_show_nothing_is_sure(
    search: Callable[..., SearchAnswer], session: Session, tracking: Article
) -> None:
    for article in session.query(Article):
        article.status = "archived"
    session.commit()
    for audience in AUDIENCES:
        answer = search("tracking your order", audience)
        assert (answer.results, answer.confidence, answer.outcome.value) == ([], 0.0, "none")


def test_a_translation_that_is_left_is_shown_in_place_of_the_one_that_was_withdrawn(
    settings: Settings, engine: Engine, session: Session, tracking: Article
) -> None:
    add_article(session, "ऑर्डर कहाँ है", "Tracking your order: Orders खोलें।", slug="track-your-order", language="hi")
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    tracking.status = "archived"
    session.commit()
    answer = runtime.searcher(Audience.CUSTOMER).search(session, "tracking your order", reader_language="en")
    assert (answer.results[0].language, answer.results[0].other_language) == ("hi", True)


def test_a_ticket_that_was_opened_again_is_no_answer_any_more(
    settings: Settings, engine: Engine, session: Session, tracking: Article
) -> None:
    ticket: Ticket = add_ticket(
        session, "Voucher of the spring fair", "The spring voucher is refused", "It was renewed"
    )
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = runtime.searcher(Audience.REP)
    before = searcher.search(session, "spring voucher refused", reader_language="en")
    assert before.results[0].kind == "ticket"
    ticket.status = "open"
    session.commit()
    after = searcher.search(session, "spring voucher refused", reader_language="en")
    assert "ticket" not in [result.kind for result in after.results]
    assert after.confidence < before.confidence / 2


def test_a_conversation_is_not_given_what_was_withdrawn_and_what_is_given_is_judged(
    runtime: SearchRuntime, session: Session, tracking: Article
) -> None:
    searcher = runtime.searcher(Audience.REP)
    turns = [Turn(Role.CUSTOMER, "where is the tracking of your order?")]

    def suggest() -> list[str]:
        answer = assist(
            session, turns, searcher, runtime.encoder, reader_language="en", limit=3, even_without_query=True
        )
        return [suggestion.result.title for suggestion in answer.suggestions]

    assert suggest()[0] == "Track your order"
    tracking.status = "archived"
    session.commit()
    assert "Track your order" not in suggest()
    assert len(suggest()) == 3
