"""Place and wait from the desk's own record; what was told is kept and compared with what became true; calls; surveys."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError
from kb.service.call_back import (
    WantedCall,
    call_windows,
    choose_window,
    clean_number,
    leave_line_for_call,
    request_call_back,
)
from kb.service.conversations import close, reopen_snoozed
from kb.service.drafts import note_at_desk, note_presence
from kb.service.first_responses import first_responses
from kb.service.hours import parse_hours
from kb.service.hours_record import change_hours, hours_history, service_hours
from kb.service.promises import open_promises_of
from kb.service.surveys import answer_survey, can_be_asked, due_for_survey, last_comments, survey_figures, survey_of
from kb.service.timeline import timeline_of
from kb.service.waiting_record import compare_told, estimate_for, note_told, reps_present, settle_told
from kb.tables import Channel, Conversation, DeskPresence, ToldWait

ZONE = ZoneInfo("Asia/Kolkata")


def rep(session: Session) -> int:
    return get_user(session, "rep@test.example").id


def chat(
    session: Session, number: int, *lines: str, ago: float = 10, apart: float = 1, user_id: int | None = None
) -> Conversation:
    said = lines or ("customer: Is anybody there?",)
    return make_talk(session, said, email=f"c{number}@example.com", ago=ago, apart=apart, user_id=user_id)


def served(session: Session, number: int, *, minutes: float = 5, waited: float = 1) -> None:
    """A chat that was answered after `waited` minutes, lasted for `minutes` and was closed, an hour or more ago."""
    talk = chat(session, number, "customer: Hello, my order?", ago=90 + number, user_id=rep(session))
    say(session, talk, "agent: It is on its way.", ago=90 + number - waited, user_id=rep(session))
    say(session, talk, "customer: Thank you", ago=90 + number - waited - minutes)
    close(session, talk, rep(session))


def test_place_in_line_is_by_who_waits_longest_and_answered_ones_are_not_in_it(session: Session) -> None:
    first, second, answered = chat(session, 1, ago=9), chat(session, 2, ago=4), chat(session, 3, ago=7)
    say(session, answered, "agent: Yes?", ago=6, user_id=rep(session))
    make_talk(session, channel=Channel.EMAIL, email="mail@example.com")
    places = {one.id: estimate_for(session, one.id) for one in (first, second, answered)}
    assert [place and place.position for place in places.values()] == [1, 2, None]
    newcomer = estimate_for(session, None)
    assert newcomer is not None
    assert newcomer.position == 3
    assert newcomer.estimate is None  # nobody knows yet how long things take


def test_the_sample_waits_for_nobody_and_teaches_nothing(session: Session) -> None:
    for number in range(8):
        served(session, number, minutes=60 * 24 * 3)
    for one in session.scalars(select(Conversation)):
        one.origin = "sample"
    waiting, mine = chat(session, 30, ago=9), chat(session, 31, ago=2)
    waiting.origin = "sample"
    note_at_desk(session, rep(session))
    place = estimate_for(session, mine.id)
    assert place is not None
    assert (place.position, place.estimate) == (1, None)


def test_a_chat_that_goes_on_for_days_is_not_served_for_days(session: Session) -> None:
    for number in range(8):
        talk = chat(session, number, ago=6000 + number)
        say(session, talk, "agent: Yes", ago=5999 + number, user_id=rep(session))
        say(session, talk, "customer: Still nothing", ago=60 + number)
        say(session, talk, "agent: Done", ago=59 + number, user_id=rep(session))
        close(session, talk, rep(session))
    note_at_desk(session, rep(session))
    chat(session, 30, ago=9)
    place = estimate_for(session, chat(session, 31, ago=2).id)
    assert place is not None
    assert place.estimate is not None
    assert place.estimate.high < 5 * 3600


def test_who_is_at_the_desk_counts_once_and_only_for_a_while(session: Session) -> None:
    talk, user_id = chat(session, 1), rep(session)
    assert reps_present(session) == 0
    note_at_desk(session, user_id)
    note_presence(session, talk.id, user_id, typing=False)
    say(session, talk, "agent: Hello", user_id=user_id)
    assert reps_present(session) == 1
    note_at_desk(session, get_user(session, "trainer@test.example").id)
    assert reps_present(session) == 2
    assert reps_present(session, utc_now() + timedelta(minutes=11)) == 0
    assert session.scalars(select(DeskPresence)).all()


def test_wait_follows_from_the_record_and_grows_with_who_is_ahead(session: Session) -> None:
    for number in range(8):
        served(session, number, minutes=4 + number % 3)
    note_at_desk(session, rep(session))
    waiting = [chat(session, 20 + number, ago=5 - number) for number in range(4)]
    told = [estimate_for(session, one.id) for one in waiting]
    highs = [place.estimate.high for place in told if place and place.estimate]
    assert len(highs) == 4
    assert highs == sorted(highs)
    assert 60 < highs[-1] < 3600
    assert told[0] is not None
    assert (told[0].reps, told[0].was_free) == (1, True)


def test_what_was_told_is_kept_and_compared_with_what_became_true(session: Session) -> None:
    for number in range(6):
        served(session, number)
    note_at_desk(session, rep(session))
    kept, gone = chat(session, 20, ago=2), chat(session, 21, ago=1)
    for one in (kept, kept, gone):
        place = estimate_for(session, one.id)
        assert place is not None
        note_told(session, one.id, place)
    rows = session.scalars(select(ToldWait).order_by(ToldWait.id)).all()
    assert [(row.conversation_id, row.is_first, row.position) for row in rows] == [
        (kept.id, True, 1),
        (gone.id, True, 2),
    ]
    later = utc_now() + timedelta(minutes=4)
    place = estimate_for(session, kept.id)
    assert place is not None
    note_told(session, kept.id, place, later)
    assert session.scalars(select(ToldWait).where(~ToldWait.is_first)).one().told_at == later
    assert settle_told(session) == 0
    say(session, kept, "agent: Here I am", user_id=rep(session))
    close(session, gone, None)
    assert settle_told(session) == 3
    found = compare_told(session)
    assert (found.customers, found.gave_up) == (2, 1)
    assert found.waited is not None
    assert found.waited < 60
    assert found.inside is not None


def test_times_told_before_choosing_are_those_of_the_record_and_nothing_is_made_up(session: Session) -> None:
    for number in range(5):
        talk = make_talk(session, channel=Channel.WEB, email=f"w{number}@example.com", ago=600)
        talk.created_at = utc_now() - timedelta(minutes=600)
        say(session, talk, "agent: Here is the answer.", ago=600 - 30 * (number + 1), user_id=rep(session))
    make_talk(session, channel=Channel.SMS, email="s@example.com")
    session.flush()
    found = first_responses(session, [Channel.WEB, Channel.SMS, Channel.PHONE])
    assert set(found) == {"web"}
    assert timedelta(minutes=60) <= found["web"].half <= timedelta(minutes=95)
    slow = make_talk(session, channel=Channel.WEB, email="slow@example.com", ago=2000)
    slow.created_at = utc_now() - timedelta(minutes=2000)
    session.flush()
    # Who still waits is not left out.
    assert first_responses(session, [Channel.WEB])["web"].most >= timedelta(minutes=1999)


def test_hours_of_the_studio_hold_over_those_of_the_settings(session: Session) -> None:
    assert service_hours(session, "mon-sun 8-22", ZONE).weekly[6] == ((480, 1320),)
    user_id = get_user(session, "trainer@test.example").id
    assert change_hours(session, "mon-fri 9-17", ZONE, user_id, seen_change=0, default="mon-sun 8-22")
    assert service_hours(session, "mon-sun 8-22", ZONE).weekly[6] == ()
    newest = hours_history(session)[0]
    assert (newest.text, newest.changed_by_id) == ("mon-fri 9-17", user_id)
    with pytest.raises(ConflictError):
        change_hours(session, "always", ZONE, user_id, seen_change=0, default="mon-sun 8-22")
    with pytest.raises(InvalidInputError):
        change_hours(session, "whenever", ZONE, user_id, seen_change=newest.id, default="mon-sun 8-22")
    assert change_hours(session, "", ZONE, user_id, seen_change=newest.id, default="mon-sun 8-22")
    assert service_hours(session, "mon-sun 8-22", ZONE).weekly[6] == ((480, 1320),)


def call(window: object = None) -> WantedCall:
    latest = utc_now() + timedelta(hours=2)
    return WantedCall("+919830012345", window, latest, "Please call me back.", "Call +919830012345")  # type: ignore[arg-type]


def test_a_call_back_is_a_conversation_with_a_promise_that_comes_back_in_time(session: Session) -> None:
    window = call_windows(parse_hours("always", ZONE))[2]
    wanted = call(window)
    made = [
        request_call_back(session, wanted, name="Asha", language="bn", visit="v1", region="IN", key="k1")
        for _ in range(2)
    ]
    assert made[0].id == made[1].id
    conversation = made[0]
    assert (conversation.channel, conversation.state, conversation.language) == ("phone", "snoozed", "bn")
    assert conversation.customer.phone == "+919830012345"
    promise = open_promises_of(session, conversation.customer_id)
    assert [one.due_at for one in promise] == [window.end]
    kinds = [entry.event.kind for entry in timeline_of(session, conversation).entries if entry.event]
    assert "call_back" in kinds
    assert reopen_snoozed(session, now=window.start) == 1


def test_who_is_called_instead_leaves_the_line_with_what_was_said(session: Session) -> None:
    first, second = chat(session, 1, ago=9), chat(session, 2, ago=4)
    leave_line_for_call(session, first, call(), region="IN")
    leave_line_for_call(session, first, call(), region="IN")
    place = estimate_for(session, second.id)
    assert place is not None
    assert place.position == 1
    assert estimate_for(session, first.id) is None
    assert (first.channel, first.state) == ("phone", "open")
    assert len(open_promises_of(session, first.customer_id)) == 1
    assert next(entry.text for entry in timeline_of(session, first).entries if entry.message) == "Is anybody there?"


def test_times_for_calls_are_within_the_hours(session: Session) -> None:
    hours = parse_hours("mon-sun 9:30-11:30", ZONE)
    windows = call_windows(hours)
    assert windows
    assert {one.start.astimezone(ZONE).hour for one in windows} <= {9, 10}
    assert choose_window(windows, windows[0].start.isoformat()) == windows[0]
    assert choose_window(windows, "") is None
    with pytest.raises(InvalidInputError):
        choose_window(windows, "2020-01-01T10:00:00+05:30")
    assert call_windows(parse_hours("mon-sun closed", ZONE)) == []


@pytest.mark.parametrize("text", ["asha@example.com", "12", "+1 900 555 0199", "call me", "0" * 500])
def test_what_cannot_be_called_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        clean_number(text, "IN")


def ended(session: Session, number: int) -> Conversation:
    talk = chat(session, number, "customer: Hello?", "agent: Hello!", user_id=rep(session))
    talk.assigned_to_id = rep(session)
    close(session, talk, rep(session))
    talk.closed_at = utc_now() - timedelta(minutes=6)
    session.flush()
    return talk


def test_surveys_ask_in_turn_once_and_nobody_too_often(session: Session) -> None:
    first, second = ended(session, 1), ended(session, 2)
    still_open, unanswered = chat(session, 3), chat(session, 4)
    close(session, unanswered, None)
    due = due_for_survey(session)
    assert [one.id for one in due] == [first.id, second.id]
    kinds = [survey_of(session, one, "en").kind for one in due]
    assert set(kinds) == {"satisfaction", "effort"}
    assert survey_of(session, first, "en").user_id == rep(session)
    again = ended(session, 1)
    assert again.customer_id == first.customer_id
    assert list(due_for_survey(session)) == []
    assert still_open.state == "open"


def test_a_survey_is_answered_once_and_its_comment_names_nobody(session: Session) -> None:
    survey = survey_of(session, ended(session, 1), "hi")
    for wrong in ("0", "6", "", "five", "4.5", "٤"):
        with pytest.raises(InvalidInputError):
            answer_survey(session, survey, wrong)
    assert answer_survey(session, survey, "4", "Quick! Mail me at asha@example.com, 98300 12345", region="IN")
    assert not answer_survey(session, survey, "1", "no")
    assert survey.score == 4
    assert "asha@example.com" not in survey.comment
    assert "98300" not in survey.comment
    assert "Quick!" in survey.comment
    conversation = session.get_one(Conversation, survey.conversation_id)
    data = [
        entry.event.data
        for entry in timeline_of(session, conversation).entries
        if entry.event and entry.event.kind == "surveyed"
    ]
    assert data == [{"kind": survey.kind, "score": 4, "comment": survey.comment}]
    assert [(one.asked, one.answered, one.mean, one.good) for one in survey_figures(session)] == [(1, 1, 4.0, 1.0)]
    assert [one.id for one in last_comments(session)] == [survey.id]
    assert can_be_asked(conversation, survey)
    assert not can_be_asked(conversation, survey, utc_now() + timedelta(days=31))
