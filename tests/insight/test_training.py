"""Training: cases without the answer in them, scores, repetition, what nobody finds, announcements, the sample."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.insight.gaps.costs import count_costs
from kb.insight.training.announcing import line_of
from kb.insight.training.cases import MOST_AT_ONCE, choose_cases, exclude_case, has_new_sources, make_case
from kb.insight.training.likeness import compare_replies
from kb.insight.training.lost import tell_gaps
from kb.insight.training.pairing import comment
from kb.insight.training.practising import finish, keep_reply, start_attempt
from kb.insight.training.reminding import claim_reminder, settle_reminder
from kb.insight.training.repeating import due_cards, note_result
from kb.insight.training.sample import remove_sample_training, store_sample_training
from kb.insight.training.scoring import Found, Rating, find_article, rate_calm, rate_replay
from kb.search.encoding import Vectors
from kb.tables import (
    Announcement,
    Article,
    ArticleRevision,
    Conversation,
    Gap,
    Miss,
    ReminderMail,
    SearchEvent,
    Ticket,
    TicketMessage,
    TrainingAttempt,
    TrainingCard,
    TrainingCase,
    TrainingPath,
    User,
)

ANSWER = "The money is back on your card within five working days of the pickup."
SAMPLE = Path(__file__).parents[2] / "articles" / "sample-training.yaml"


def ticket(session: Session, *, number: str = "1", status: str = "resolved", resolution: str = ANSWER) -> Ticket:
    made = Ticket(
        source="test", external_id=number, language="en", subject="Chat", status=status, resolution=resolution,
        problem="My lamp went back last week. When is the money here?", content_hash=number,
    )  # fmt: skip
    turns = [
        ("customer", "My lamp went back last week. When is the money here?", True),
        ("agent", "One moment please, I look it up.", True),
        ("agent", "She is a reseller, careful.", False),
        ("agent", f"Thank you for waiting. {resolution}", True),
        ("customer", "Great!", True),
    ]
    made.messages = [
        TicketMessage(position=place, role=role, text=text, public=public)
        for place, (role, text, public) in enumerate(turns)
    ]
    session.add(made)
    session.flush()
    return made


def article(session: Session, key: str = "refund") -> Article:
    made = Article(
        slug=key, language="en", translation_key=key, topic="refunds", title="Refunds", body="Five days.",
        status="published", content_hash="x",
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def person(session: Session, name: str) -> User:
    made = User(email=f"new-{name}@test.example", role="rep", password_hash="x")
    session.add(made)
    session.flush()
    return made


def nothing(_session: Session, _text: str, _language: str) -> list[str]:
    return []


def test_a_case_holds_nothing_of_its_answer(session: Session) -> None:
    made = make_case(session, "ticket", ticket(session).id, nothing, region="IN")
    said = " ".join(turn["text"] for turn in made.turns)
    assert "One moment please" in said
    for hidden in ("five working days", "Great!", "reseller"):
        assert hidden not in said
    assert made.reply == ANSWER
    # "Chat" says nothing.
    assert made.title == "My lamp went back last week."
    assert made.documents_to_hide == {f"ticket:{made.ticket_id}"}
    with pytest.raises(InvalidInputError):
        make_case(session, "ticket", made.ticket_id or 0, nothing, region="IN")


def test_a_conversation_is_redacted_with_the_names_of_both_sides(session: Session) -> None:
    farah = person(session, "farah")
    farah.name = "Farah Naqvi"
    talk = make_talk(
        session,
        [
            "customer: I am Asha Rao, call me at 98300 12345. Where is the refund of my kettle?",
            "note: she called twice",
            "agent: Hello Asha, Farah Naqvi here. The refund for your kettle reaches your card within five working days.",
            "agent: Anything else?",
            "customer: Thanks Farah",
        ],
        user_id=farah.id,
    )
    talk.state, talk.closed_at = "closed", utc_now()
    session.flush()
    made = make_case(session, "conversation", talk.id, nothing, region="IN")
    everything = made.title + made.reply + " ".join(turn["text"] for turn in made.turns)
    for name in ("Asha", "Rao", "98300", "Farah", "Naqvi", "called twice"):
        assert name not in everything
    assert "within five working days" in made.reply
    assert "Anything else?" in made.reply


def test_the_job_makes_a_case_once_and_only_where_the_article_is_known(session: Session) -> None:
    known = article(session)
    first, _open, _empty = (
        ticket(session, number="1"), ticket(session, number="2", status="open"), ticket(session, number="3", resolution=""),
    )  # fmt: skip
    assert has_new_sources(session)
    assert choose_cases(session, nothing, region="IN") == 0
    assert not has_new_sources(session)
    second = ticket(session, number="4")
    assert choose_cases(session, lambda *_: [f"article:{known.id}"], region="IN") == 1
    case = session.scalars(select(TrainingCase)).one()
    assert (case.ticket_id, case.topic, case.documents) == (second.id, "refunds", [f"article:{known.id}"])
    # It goes with its ticket.
    session.delete(session.get_one(Ticket, second.id))
    session.flush()
    assert session.scalar(select(func.count(TrainingCase.id))) == 0
    assert first.id


def test_a_ticket_that_is_resolved_after_later_ones_becomes_a_case(session: Session) -> None:
    known = article(session)
    late, soon = ticket(session, number="1", status="open"), ticket(session, number="2")
    found = lambda *_: [f"article:{known.id}"]  # noqa: E731
    assert choose_cases(session, found, region="IN") == 1
    assert not has_new_sources(session)
    # As an import does that finds it changed.
    late.status, late.imported_at = "resolved", soon.imported_at + timedelta(seconds=1)
    session.flush()
    assert has_new_sources(session)
    assert choose_cases(session, found, region="IN") == 1
    assert set(session.scalars(select(TrainingCase.ticket_id))) == {late.id, soon.id}
    assert not has_new_sources(session)


def test_tickets_of_one_moment_are_all_looked_at(session: Session) -> None:
    known = article(session)
    moment = utc_now()
    for number in range(60):
        ticket(session, number=str(number)).imported_at = moment
    session.flush()
    assert choose_cases(session, lambda *_: [f"article:{known.id}"], region="IN") == 60
    assert not has_new_sources(session)


def test_a_run_looks_at_some_and_the_next_runs_go_on(session: Session) -> None:
    known = article(session)
    begun = utc_now()
    for number in range(2 * MOST_AT_ONCE + 10):
        ticket(session, number=str(number)).imported_at = begun + timedelta(milliseconds=number)
    session.flush()
    made = []
    while has_new_sources(session):
        made.append(choose_cases(session, lambda *_: [f"article:{known.id}"], region="IN"))
    assert made == [MOST_AT_ONCE, MOST_AT_ONCE, 10]


def test_scores_of_what_was_done() -> None:
    start = utc_now()

    def at(seconds: float):  # type: ignore[no-untyped-def]
        return start + timedelta(seconds=seconds)

    def results(*documents: str) -> dict[str, object]:
        return {"results": [{"documents": [one]} for one in documents]}

    steps = [
        ("search", results("article:9", "article:8", "article:7", "article:1"), at(10)),
        ("search", results("article:9", "article:2"), at(40)),
        ("open", {"document": "article:2"}, at(50)),
    ]
    assert find_article(steps, {"article:1", "article:2"}, start) == Found(40.0, 2)
    assert find_article(steps[:1], {"article:1"}, start) == Found(None, 4)
    assert find_article([], {"article:1"}, start) == Found(None, None)
    rate = rate_replay
    assert rate(Found(20, 1), 0.9, knows_article=True, gave_up=False) is Rating.EASY
    assert rate(Found(100, 1), 0.9, knows_article=True, gave_up=False) is Rating.GOOD
    assert rate(Found(100, 1), 0.4, knows_article=True, gave_up=False) is Rating.HARD
    assert rate(Found(100, 1), 0.0, knows_article=True, gave_up=False) is Rating.AGAIN
    assert rate(Found(None, None), 0.9, knows_article=True, gave_up=False) is Rating.HARD
    assert rate(Found(None, None), 0.9, knows_article=False, gave_up=False) is Rating.GOOD
    assert rate(Found(20, 1), 0.9, knows_article=True, gave_up=True) is Rating.AGAIN
    assert [rate_calm(*some, gave_up=False) for some in ((0, 0), (1, 0), (2, 0), (1, 1))] == [4, 3, 2, 1]


def test_what_went_wrong_is_met_again_later_and_later(session: Session) -> None:
    rep, case = person(session, "rep"), make_case(session, "ticket", ticket(session).id, nothing, region="IN")
    now = utc_now()
    assert note_result(session, rep.id, case.id, Rating.GOOD, now=now) is None
    card = note_result(session, rep.id, case.id, Rating.AGAIN, now=now)
    assert card is not None
    assert due_cards(session, rep.id, limit=5, now=now) == []
    gaps = []
    for _ in range(4):
        assert due_cards(session, rep.id, limit=5, now=card.due_at) == [card]
        before = card.due_at
        note_result(session, rep.id, case.id, Rating.GOOD, now=before)
        gaps.append(card.due_at - before)
    assert gaps == sorted(gaps)
    assert gaps[-1] > timedelta(days=7)
    exclude_case(session, case.id, rep.id, excluded=True)
    session.flush()
    assert due_cards(session, rep.id, limit=5, now=card.due_at) == []
    assert session.scalar(select(func.count(TrainingCard.id))) == 1


def test_a_miss_of_training_costs_nothing(session: Session) -> None:
    case = make_case(session, "ticket", ticket(session).id, nothing, region="IN")
    event = tell_gaps(session, case.id)
    gap = Gap(label="money", centroid=b"", fingerprint="x")
    session.add(gap)
    session.flush()
    session.add(Miss(event_id=event.id, gap_id=gap.id, cause="training", vector=b""))
    count_costs(session)
    session.refresh(gap)
    assert (gap.askers, gap.last_week, gap.cost) == (0, 0, 0.0)
    # A customer who asks the same costs.
    asked = SearchEvent(public_id="x", place="help", audience="customer", visit="v", query="money", language="en",
                        outcome="none", confidence=0.1)  # fmt: skip
    session.add(asked)
    session.flush()
    session.add(Miss(event_id=asked.id, gap_id=gap.id, cause="no_answer", vector=b""))
    count_costs(session)
    session.refresh(gap)
    assert gap.askers == 1
    with pytest.raises(InvalidInputError):
        tell_gaps(session, case.id)


def test_a_comment_belongs_to_a_step_of_its_own_exercise(session: Session) -> None:
    rep = person(session, "rep")
    case = make_case(session, "ticket", ticket(session).id, nothing, region="IN")
    attempt = start_attempt(session, case.id, rep.id)
    assert start_attempt(session, case.id, rep.id) is attempt
    keep_reply(attempt, "The money comes within five days")
    finish(session, attempt, None, region="IN", gave_up=True)
    other = start_attempt(session, case.id, rep.id)
    assert other is not attempt
    with pytest.raises(InvalidInputError):
        comment(session, other, rep.id, "Why?", step_id=attempt.steps[0].id, region="IN")
    assert comment(session, attempt, rep.id, "Call 98300 12345", region="IN").text != "Call 98300 12345"


class Watching:
    """An encoder that notes whether its caller keeps others from writing while it works."""

    def __init__(self, session: Session) -> None:
        self._session, self.waits = session, list[bool]()

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        connection = self._session.connection().connection.dbapi_connection
        self.waits.append(bool(connection and connection.in_transaction))
        return np.ones((len(texts), 4), np.float32) / 2


@pytest.mark.sqlite_only(reason="elsewhere people wait for rows, not for each other")
def test_nobody_waits_to_write_while_a_reply_is_compared(session: Session) -> None:
    case = make_case(session, "ticket", ticket(session).id, nothing, region="IN")
    attempt = start_attempt(session, case.id, person(session, "rep").id)
    session.commit()
    keep_reply(attempt, f"Your money is on its way. {ANSWER} Call 98300 12345.")
    encoder = Watching(session)
    finish(session, attempt, encoder, region="IN")
    session.commit()
    session.refresh(attempt)
    assert encoder.waits
    assert not any(encoder.waits)
    assert attempt.finished_at
    assert "98300" not in attempt.reply
    assert [step.kind for step in attempt.steps] == ["answer"]


def revision(body: str, title: str = "Refunds") -> ArticleRevision:
    return ArticleRevision(number=1, title=title, body=body, fields={"status": "published"}, content_hash="x")


def test_what_changed_in_one_line() -> None:
    before = revision("# Refunds\n\nIt takes 5 days.\n\n## Cash\n\nBy link, for 24 hours.\n")
    after = revision("# Refunds\n\nIt takes 5 days.\n\n## Cash\n\nBy link, for 72 hours.\n")
    line = line_of(before, after)
    assert line == {"was": "By link, for 24", "is": "By link, for 72", "places": 1, "under": "Cash"}
    assert line_of(before, revision(before.body, "Money back")) == {
        "was": "Refunds", "is": "Money back", "places": 1, "under": "",
    }  # fmt: skip
    assert line_of(before, revision(before.body)) is None
    assert line_of(None, revision("It takes 5 days.")) == {"new": "It takes 5 days."}
    assert line_of(revision(""), revision("x" * 100_000)) is not None


def test_reminders_by_mail_wait_while_the_server_is_down_and_end_when_it_was_read(session: Session) -> None:
    rep, now = person(session, "rep"), utc_now()
    one = Announcement(article_id=article(session).id, translation_key="refund", versions=[], must_read=True)
    session.add(one)
    session.flush()
    session.add(ReminderMail(announcement_id=one.id, user_id=rep.id, send_at=now))
    session.flush()
    due = claim_reminder(session, now)
    assert due is not None
    assert due.email == "new-rep@test.example"
    assert claim_reminder(session, now) is None  # it is somebody's
    assert settle_reminder(session, due, sent=False, never=False, now=now) == "waiting"
    session.flush()
    assert claim_reminder(session, now + timedelta(hours=1)) is not None
    assert settle_reminder(session, due, sent=True, never=False) == "sent"
    session.flush()
    session.add(ReminderMail(announcement_id=one.id, user_id=rep.id, send_at=now))
    one.withdrawn_at = now
    session.flush()
    assert claim_reminder(session, now) is None
    assert session.scalar(select(func.count(ReminderMail.id))) == 0


def test_the_sample_comes_and_goes(session: Session) -> None:
    for key in ("track-your-order", "when-refund-arrives", "goodwill-credits"):
        article(session, key)
    ticket(session, number="42219"), ticket(session, number="44530")
    real = make_case(session, "ticket", ticket(session, number="7").id, nothing, region="IN")
    rep, trainer = person(session, "rep"), person(session, "trainer")
    assert store_sample_training(session, SAMPLE, [rep.id], trainer.id, region="IN") == 2
    assert session.scalar(select(func.count(TrainingAttempt.id)))
    written = session.scalar(select(func.count(TrainingCase.id)).where(TrainingCase.kind == "calm"))
    assert written
    assert remove_sample_training(session) == 2
    session.expire_all()
    for table in (TrainingAttempt, TrainingPath, Announcement):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.get(TrainingCase, real.id) is not None
    assert session.scalar(select(func.count(TrainingCase.id)).where(TrainingCase.kind == "calm")) == written


def test_nothing_is_compared_with_nothing() -> None:
    assert compare_replies(None, "Hi!", "") is None  # type: ignore[arg-type]


def test_an_open_conversation_is_no_case(session: Session) -> None:
    talk: Conversation = make_talk(session, ["customer: Where is it?", f"agent: {ANSWER}"])
    with pytest.raises(Exception, match="nothing resolved"):
        make_case(session, "conversation", talk.id, nothing, region="IN")
