"""Filling gaps: the preview says what the replay then finds, each way is undone, and nothing closes that others would pay for."""

from collections.abc import Callable
from typing import Any

import pytest
from content_factory import add_ticket
from searches import searched
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from indexer.unpublished import passages_if_published
from kb.articles import save_article
from kb.articles.source import make_source
from kb.articles.text import slugify
from kb.core.errors import ConflictError, InvalidInputError
from kb.core.settings import Settings
from kb.insight.gaps import (
    collect_misses,
    draft_from_tickets,
    fills_to_prove,
    link_article,
    list_gaps,
    publish_article,
    start_translation,
)
from kb.insight.gaps.editing import changes_of, undo_change
from kb.insight.gaps.filling import MOST_ADDED, wordings_for
from kb.insight.gaps.golden import Alteration, GoldenChange, GoldenSet
from kb.insight.gaps.previewing import Preview, preview_fill
from kb.insight.gaps.proving import prove_fills
from kb.insight.gaps.replay import NOT_ANSWERED, is_enough, replay_gap
from kb.search.types import Audience
from kb.tables import Article, Gap

GoldenNow = Callable[[], GoldenSet]
PreviewOf = Callable[..., Preview]
IN: dict[str, Any] = {"user_id": None, "author": "trainer@test.example"}


def add_article(session: Session, title: str, body: str, **fields: object) -> Article:
    values = {
        "title": title,
        "slug": slugify(title),
        "language": "en",
        "audience": "public",
        "status": "published",
        **fields,
    }
    article = save_article(session, make_source(values, body))
    session.commit()
    return article


@pytest.fixture
def runtime(settings: Settings, engine: Engine) -> SearchRuntime:
    # Whatever is found counts as an answer: what is tested here is not the confidence.
    return SearchRuntime.open(Settings(**{**vars(settings), "answered_text": "0", "unsure_text": "0"}), engine)


@pytest.fixture
def gap_of(session: Session, runtime: SearchRuntime) -> Callable[..., int]:
    def make(*queries: str) -> int:
        for query in queries:
            searched(session, query)
        collect_misses(session, runtime.encoder)
        session.commit()
        gaps = list_gaps(session)
        assert len(gaps) == 1
        return gaps[0].id

    return make


@pytest.fixture
def golden(session: Session, runtime: SearchRuntime) -> GoldenNow:
    return lambda: GoldenSet(session, runtime.all_views(), runtime.make_searcher)


@pytest.fixture
def preview(session: Session, runtime: SearchRuntime, golden: GoldenNow) -> PreviewOf:
    def of(gap: int, article: Article) -> Preview:
        return preview_fill(session, runtime.encoder, golden(), gap, article, passages_if_published, region="IN")

    return of


@pytest.mark.parametrize(
    ("passed", "asked", "enough"), [(4, 5, True), (3, 4, False), (8, 10, True), (7, 9, False), (0, 0, False)]
)
def test_four_of_five_are_enough(passed: int, asked: int, enough: bool) -> None:
    assert is_enough(passed, asked) is enough


@pytest.mark.parametrize(("lost", "total", "harmless"), [(0, 0, True), (1, 100, True), (1, 99, False), (2, 200, True)])
def test_golden_set_may_lose_a_point(lost: int, total: int, harmless: bool) -> None:
    assert GoldenChange(total, [("q", 1)] * lost).is_harmless is harmless


def test_linked_article_gets_the_questions_and_is_found_by_them(
    session: Session,
    runtime: SearchRuntime,
    gap_of: Callable[..., int],
    preview: PreviewOf,
    golden: GoldenNow,
) -> None:
    for number in range(6):
        add_article(session, f"Opening hours {number}", f"zubo kindu ralo {number}")
    article = add_article(session, "Sending abroad", "Parcels to other countries go by air.")
    runtime.update()
    gap = gap_of("zubo kindu nepal", "nepal kindu zubo please", "write to asha.rao@mail.example about zubo kindu nepal")
    seen = preview(gap, article)
    assert seen.would_close
    assert "asha.rao@mail.example" not in " ".join(seen.wordings)
    assert session.get_one(Article, article.id).also_asked == []
    link_article(session, gap, article.id, region="IN", **IN)
    session.commit()
    assert session.get_one(Article, article.id).also_asked == list(seen.wordings)
    assert session.get_one(Gap, gap).state == "in_progress"
    assert fills_to_prove(session) == []  # the index does not know it yet
    runtime.update()
    assert prove_fills(session, runtime.searcher(Audience.CUSTOMER), golden, checkpoint=session.commit) == 1
    assert fills_to_prove(session) == []
    closed = session.get_one(Gap, gap)
    assert (closed.state, closed.closed_by_article_id) == ("closed", article.id)
    assert closed.closed_at is not None
    filled = next(change for change in changes_of(session, gap) if change.kind == "filled")
    undo_change(session, filled.id)
    assert session.get_one(Article, article.id).also_asked == []


def test_preview_of_a_draft_says_what_publishing_does_and_publishes_nothing(
    session: Session,
    runtime: SearchRuntime,
    gap_of: Callable[..., int],
    preview: PreviewOf,
    golden: GoldenNow,
) -> None:
    draft = add_article(
        session, "Delivery to Nepal", "We deliver to Nepal in ten days.", status="draft", audience="internal"
    )
    other = add_article(session, "Piano lessons", "The piano is tuned on Mondays.")
    runtime.update()
    gap = gap_of("delivery to nepal", "nepal delivery")
    searcher = runtime.searcher(Audience.CUSTOMER)
    assert [(one.then, one.why) for one in preview(gap, draft).questions] == [("answered", "")] * 2
    assert preview(gap, draft).would_close
    assert searcher.search(session, "delivery to nepal", reader_language="en").results[0].id == other.id
    publish_article(session, gap, draft.id, **IN)
    session.commit()
    runtime.update()
    prove_fills(session, searcher, golden, checkpoint=session.commit)
    assert session.get_one(Gap, gap).closed_by_article_id == draft.id
    filled = next(change for change in changes_of(session, gap) if change.kind == "filled")
    undo_change(session, filled.id)
    assert (session.get_one(Article, draft.id).status, session.get_one(Article, draft.id).audience) == (
        "draft",
        "internal",
    )


def test_gap_stays_open_where_another_article_would_lose_its_questions(
    session: Session,
    runtime: SearchRuntime,
    gap_of: Callable[..., int],
    golden: GoldenNow,
    preview: PreviewOf,
) -> None:
    add_article(
        session, "Delivery to Nepal", "By road.", also_asked=["nepal parcel", "parcel nepal road", "send nepal parcel"]
    )
    runtime.update()
    greedy = add_article(
        session,
        "Nepal parcel",
        "nepal parcel nepal parcel",
        status="draft",
        also_asked=["nepal parcel", "parcel nepal road"],
    )
    gap = gap_of("nepal parcel gift", "gift nepal parcel")
    seen = preview(gap, greedy)
    assert seen.passed == 2
    assert seen.golden.lost
    assert not seen.would_close
    publish_article(session, gap, greedy.id, **IN)
    session.commit()
    runtime.update()
    prove_fills(session, runtime.searcher(Audience.CUSTOMER), golden, checkpoint=session.commit)
    assert session.get_one(Gap, gap).state == "in_progress"
    noted = changes_of(session, gap)[0].details
    assert (noted["closed"], noted["passed"]) == (False, 2)
    assert noted["golden"]["lost"] == len(seen.golden.lost)


def test_unsure_search_is_no_answer(
    session: Session, settings: Settings, engine: Engine, gap_of: Callable[..., int]
) -> None:
    strict = SearchRuntime.open(Settings(**{**vars(settings), "answered_text": "0.999999", "unsure_text": "0"}), engine)
    add_article(session, "Delivery to Nepal", "We deliver to Nepal in ten days.")
    strict.update()
    gap = gap_of("delivery to nepal")
    replayed = replay_gap(session, strict.searcher(Audience.CUSTOMER), gap)
    assert [one.why for one in replayed.questions] == [NOT_ANSWERED]
    assert not replayed.closed


def test_what_customers_cannot_see_is_not_linked_and_what_is_public_not_published(
    session: Session, gap_of: Callable[..., int]
) -> None:
    gap = gap_of("delivery to nepal")
    hidden = add_article(session, "Nepal", "By road.", audience="internal")
    public = add_article(session, "India", "By rail.")
    with pytest.raises(InvalidInputError):
        link_article(session, gap, hidden.id, region="IN", **IN)
    with pytest.raises(InvalidInputError):
        publish_article(session, gap, public.id, **IN)


def test_wordings_are_bounded_and_new(session: Session, gap_of: Callable[..., int]) -> None:
    gap = gap_of(*(f"delivery to nepal by {word}" for word in "abcdefghijklmnopqrstuvwxyz"))
    article = add_article(session, "Nepal", "By road.", also_asked=["delivery to nepal by b"])
    found = wordings_for(session, gap, article, region="IN")
    assert len(found) <= MOST_ADDED
    assert "delivery to nepal by b" not in found


def test_draft_has_the_steps_of_all_tickets_and_their_sources(session: Session, gap_of: Callable[..., int]) -> None:
    gap = gap_of("delivery to nepal")
    one = add_ticket(session, "Nepal", "I cannot order.", "Choose Nepal as the country. Pay by card.")
    two = add_ticket(session, "Nepal again", "No country.", "Pay by card. It failed because the list was old.")
    made = draft_from_tickets(
        session, gap, [one.id, two.id, 999], [("Ticket 1", "/desk/tickets/1")], language="en", **IN
    )
    assert (made.status, made.audience) == ("draft", "internal")
    for words in (
        "delivery to nepal",
        "Choose Nepal as the country.",
        "because the list was old",
        "[Ticket 1](/desk/tickets/1)",
    ):
        assert words in made.body
    assert made.body.count("Pay by card.") == 1
    undo_change(session, next(change for change in changes_of(session, gap) if change.kind == "filled").id)
    assert session.get_one(Article, made.id).status == "archived"
    with pytest.raises(InvalidInputError):
        draft_from_tickets(session, gap, [999], [], language="en", **IN)


def test_translation_is_a_draft_of_the_same_article_and_begun_once(
    session: Session, gap_of: Callable[..., int]
) -> None:
    gap = gap_of("delivery to nepal")
    article = add_article(session, "Nepal", "By road.")
    from_store = link_article(session, gap, article.id, region="IN", **IN)
    begun = start_translation(session, gap, from_store.id, "hi", region="IN", **IN)
    assert (begun.status, begun.language, begun.translation_key) == ("draft", "hi", article.translation_key)
    assert begun.body == article.body
    with pytest.raises(ConflictError):
        start_translation(session, gap, article.id, "hi", region="IN", **IN)


def test_alteration_hides_nothing_unless_it_is_told_to(
    golden: GoldenNow, session: Session, runtime: SearchRuntime
) -> None:
    add_article(session, "Piano lessons", "The piano is tuned on Mondays.")
    runtime.update()
    own = golden()
    vectors = own.collection.fetch(documents=[1]).vectors
    assert own.change(vectors, -1, Alteration(), Alteration()).lost == []
