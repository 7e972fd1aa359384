"""Who waits, who has whom, and what is due."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, NotFoundError
from kb.service.conversations import assign, close, reopen_snoozed, snooze, take
from kb.service.promises import keep_promise, open_promises_of
from kb.service.queue import Filter, Targets, View, count_views, countdown, deal_out, list_conversations, next_for
from kb.service.waiting_record import read_queue
from kb.tables import Channel, Conversation

TARGETS = Targets({"chat": 2, "email": 240}, {"chat": 60})


@pytest.fixture
def rep(session: Session) -> int:
    return get_user(session, "rep@test.example").id


def talk(session: Session, ago: float, **values: object) -> Conversation:
    name = f"c{ago}"
    return make_talk(session, ago=ago, name=name, email=f"{name}@example.com", **values)  # type: ignore[arg-type]


def test_longest_wait_is_on_top_and_the_newest_are_on_the_last_page_or_first_if_asked(
    session: Session, rep: int
) -> None:
    talks = [talk(session, ago) for ago in range(60, 0, -1)]
    first = list_conversations(session, Filter(), rep)
    assert (first.conversations[0], first.pages, first.total) == (talks[0], 3, 60)
    last = list_conversations(session, Filter(page=99), rep)
    assert (last.number, last.conversations[-1]) == (3, talks[-1])
    newest = list_conversations(session, Filter(newest_first=True), rep)
    assert newest.conversations[0] is talks[-1]


def test_views_hold_what_they_say_and_their_counts_agree(session: Session, rep: int) -> None:
    waiting = talk(session, 5)
    mine = talk(session, 6, channel=Channel.EMAIL)
    take(session, mine, rep)
    say(session, mine, "agent: done", user_id=rep)
    asleep = talk(session, 7)
    snooze(session, asleep, utc_now() + timedelta(hours=1), rep)
    over = talk(session, 8)
    close(session, over, rep)
    held = {
        View.WAITING: [waiting],
        View.MINE: [mine],
        View.UNASSIGNED: [waiting],
        View.OPEN: [waiting, mine],
        View.HEATED: [],
        View.SNOOZED: [asleep],
        View.CLOSED: [over],
    }
    counts = count_views(session, rep)
    for view, conversations in held.items():
        assert list(list_conversations(session, Filter(view), rep).conversations) == conversations, view
        assert view is View.CLOSED or counts[view] == len(conversations)
    chosen = list_conversations(session, Filter(channel="email"), rep)
    assert list(chosen.conversations) == [mine]


def test_of_two_who_take_one_gets_it(session: Session, rep: int) -> None:
    one = talk(session, 5)
    take(session, one, rep)
    take(session, one, rep)
    with pytest.raises(ConflictError):
        take(session, one, get_user(session, "trainer@test.example").id)
    assert next_for(session, rep) is None


def test_next_is_who_waits_longest_and_has_nobody(session: Session, rep: int) -> None:
    talks = [talk(session, ago) for ago in (3, 9, 6)]
    taken = [next_for(session, rep) for _ in range(4)]
    assert taken == [talks[1], talks[2], talks[0], None]


def test_dealing_out_goes_to_whom_has_least(session: Session, rep: int) -> None:
    user = get_user(session, "rep@test.example")
    talk(session, 5)
    assert deal_out(session) == 0
    user.last_login_at = utc_now()
    assert deal_out(session) == 1
    assert list_conversations(session, Filter(View.MINE), rep).total == 1


def test_nobody_is_given_a_conversation_who_is_not_there(session: Session, rep: int) -> None:
    with pytest.raises(NotFoundError):
        assign(session, talk(session, 5), 4_000, rep)


def test_countdown_is_to_the_first_answer_then_to_the_end(session: Session, rep: int) -> None:
    one = talk(session, 5)
    due = countdown(one, TARGETS)
    assert due is not None
    assert due.is_first_response
    assert due.is_late()
    say(session, one, "agent: hello", user_id=rep)
    assert countdown(one, TARGETS) is None
    say(session, one, "customer: and?")
    due = countdown(one, TARGETS)
    assert due is not None
    assert not due.is_first_response
    assert not due.is_late()
    assert countdown(talk(session, 6, channel=Channel.SOCIAL), TARGETS) is None


def test_snooze_ends_by_itself(session: Session, rep: int) -> None:
    one = talk(session, 5)
    until = utc_now() + timedelta(minutes=5)
    snooze(session, one, until, rep)
    assert reopen_snoozed(session) == 0
    assert reopen_snoozed(session, now=until + timedelta(seconds=1)) == 1
    assert one.state == "open"


def test_overdue_promises_are_counted_and_marked_whatever_the_state(session: Session, rep: int) -> None:
    late = make_talk(session, ["customer: hi", "agent: We will call you in 2 hours."], ago=600)
    closed = make_talk(session, ["customer: hi", "agent: We will call you in 3 hours."], ago=600, email="b@x.example")
    close(session, closed, rep)
    make_talk(session, ["customer: hi", "agent: We will call you in 3 days."], ago=600, email="c@x.example")
    assert count_views(session, rep)[View.OVERDUE] == 2
    page = list_conversations(session, Filter(view=View.OVERDUE), rep)
    assert {one.id for one in page.conversations} == {late.id, closed.id} == page.overdue
    [promise] = open_promises_of(session, late.customer_id)
    keep_promise(session, promise.id)
    assert count_views(session, rep)[View.OVERDUE] == 1
    assert list_conversations(session, Filter(view=View.OPEN), rep).overdue == frozenset()


def test_nobody_who_is_real_waits_behind_the_invented_customers_of_the_sample(session: Session, rep: int) -> None:
    invented, second, first = talk(session, 90), talk(session, 4), talk(session, 7)
    invented.origin = "sample"
    session.flush()
    # Who is told to be next is on top, and next to be taken.
    assert read_queue(session).waiting == [first.id, second.id]
    assert list(list_conversations(session, Filter(View.WAITING), rep).conversations) == [first, second, invented]
    assert [next_for(session, rep) for _ in range(3)] == [first, second, invented]
