"""What an agent promises is found, dated, kept with the conversation, and open until somebody says that it was kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.service.messages import reply, store_message, withdraw
from kb.service.promises import is_overdue, keep_promise, open_promises_of, overdue_conversations
from kb.tables import MessageRole, Promise
from kb.text.due_dates import find_due_date
from kb.text.promises import find_promises

ZONE = ZoneInfo("Asia/Kolkata")
TUESDAY = datetime(2026, 3, 10, 11, 0, tzinfo=ZONE)
LABELLED = [
    line.split("\t")
    for line in (Path(__file__).parent / "labelled" / "promises.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("part", ["dev", "held-out"])
def test_promises_are_told_from_what_is_none(part: str) -> None:
    rows = [row for row in LABELLED if row[0] == part]
    found = {text: bool(find_promises(text, TUESDAY)) for _, _, _, _, text in rows}
    right = sum(found[row[4]] for row in rows if row[2] == "1")
    precision, recall = right / sum(found.values()), right / sum(row[2] == "1" for row in rows)
    assert precision >= 0.85, [row[4] for row in rows if row[2] == "0" and found[row[4]]]
    assert recall >= 0.85, [row[4] for row in rows if row[2] == "1" and not found[row[4]]]


def test_the_labelled_set_is_large_and_in_five_ways_of_writing() -> None:
    assert len(LABELLED) >= 120
    assert {row[1] for row in LABELLED if row[0] == "held-out"} == {"en", "hi", "bn", "hi-Latn", "bn-Latn"}
    assert len({row[4] for row in LABELLED}) == len(LABELLED)


def test_until_when_something_is_promised_is_understood() -> None:
    wrong = []
    for _, _, label, due, text in LABELLED:
        if label == "1":
            found = find_due_date(text, TUESDAY)
            told = found.strftime("%Y-%m-%dT%H:%M") if found else "-"
            if told != due:
                wrong.append((text, due, told))
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("by 4", None),  # a bare number is no hour
        ("on 31.02.", None),
        ("by 5/4", "2026-04-05T23:59"),
        ("on Tuesday", "2026-03-17T23:59"),
        ("in ৩ দিনের মধ্যে", "2026-03-13T23:59"),
        ("२ घंटे में", "2026-03-10T13:00"),
        ("by 10 am", "2026-03-11T10:00"),  # today's is over
        ("yesterday evening at 8 pm today", "2026-03-10T20:00"),
        ("by 1 March", "2027-03-01T23:59"),
    ],
)
def test_days_and_hours(words: str, expected: str | None) -> None:
    found = find_due_date(words, TUESDAY)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == expected


@settings(max_examples=200, deadline=1_000)
@given(st.text(max_size=3_000), st.datetimes(timezones=st.just(UTC)))
def test_no_text_and_no_time_breaks_the_reading(text: str, said_at: datetime) -> None:
    for promise in find_promises(text, said_at):
        assert promise.due_at is None or promise.due_at > said_at


@pytest.mark.parametrize("piece", ["we will ", "the team ", "1 - ", "आप ", "will be be be ", "a" * 50 + " ", "কর "])
def test_long_texts_take_no_long_time(piece: str) -> None:
    begun = utc_now()
    find_promises(piece * 5_000, TUESDAY)
    assert utc_now() - begun < timedelta(seconds=2)


def test_a_promise_is_kept_with_the_conversation_until_somebody_says_it_was_kept(session: Session) -> None:
    talk = make_talk(session, ["customer: Where is my refund?"], ago=200)
    store_message(
        session,
        talk,
        MessageRole.AGENT,
        "Sorry about that. We will call you within 2 hours. Your order was sent on Monday.",
        sent_at=utc_now() - timedelta(hours=3),
        zone=ZONE,
    )
    [promise] = open_promises_of(session, talk.customer_id)
    assert promise.text == "We will call you within 2 hours."
    assert is_overdue(promise)
    assert session.scalars(overdue_conversations()).all() == [talk.id]
    keep_promise(session, promise.id)
    assert open_promises_of(session, talk.customer_id) == []
    assert session.scalars(overdue_conversations()).all() == []
    keep_promise(session, promise.id, kept=False)
    assert open_promises_of(session, talk.customer_id) == [promise]
    with pytest.raises(NotFoundError):
        keep_promise(session, 999)


def test_only_ours_are_promises_and_each_once(session: Session) -> None:
    talk = make_talk(session, ["customer: I will send you the bill tomorrow.", "note: We will call her tomorrow."])
    for _ in range(2):
        store_message(session, talk, MessageRole.AGENT, "I'll call you tomorrow.", external_id="m1", zone=ZONE)
    [promise] = open_promises_of(session, talk.customer_id)
    assert promise.due_at is not None
    assert promise.due_at.astimezone(ZONE).hour == 23


def test_a_reply_that_is_taken_back_promises_nothing(session: Session) -> None:
    rep = get_user(session, "rep@test.example")
    talk = make_talk(session)
    message = reply(
        session,
        talk,
        "We will refund you by Friday.",
        rep.id,
        last_seen_id=None,
        recipient="",
        undo_seconds=60,
        zone=ZONE,
    )
    assert len(open_promises_of(session, talk.customer_id)) == 1
    withdraw(session, talk, message.id, rep.id)
    assert session.scalars(select(Promise)).all() == []


def test_of_an_old_history_nothing_is_still_awaited(session: Session) -> None:
    talk = make_talk(session, ["customer: Where is it?"])
    say(session, talk, "agent: We will call you tomorrow.", ago=60 * 24 * 100)
    assert open_promises_of(session, talk.customer_id) == []
    assert session.scalars(overdue_conversations()).all() == []
