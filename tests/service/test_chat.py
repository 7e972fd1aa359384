"""The customer's side of a chat: begun once, written once, and nothing of others in it."""

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.service.attachments import add_file, send_files
from kb.service.changes import presences_since
from kb.service.chat import (
    LONGEST_MESSAGE,
    chat_of,
    end_chat,
    file_of_chat,
    say,
    start_chat,
)
from kb.service.chat_state import customer_at, note_customer, note_read_by_rep
from kb.service.conversations import assign, get_conversation
from kb.service.drafts import note_presence, save_draft
from kb.service.messages import note, reply
from kb.tables import ChatState, Conversation, ConversationState, Feedback, Message, SearchEvent, User


def begin(session: Session, message: str = "Where is my parcel?", **values: str) -> Conversation:
    given = {"name": "Asha Roy", "contact": "", "language": "en", "asked_in": "v1", "key": "key-00000001"} | values
    return start_chat(session, message=message, visit=None, region="IN", **given)  # type: ignore[arg-type]


@pytest.fixture
def rep(session: Session) -> User:
    rep = session.get_one(User, get_user(session, "rep@test.example").id)
    rep.name = "Sumana Chatterjee"
    session.flush()
    return rep


def answer(session: Session, chat: Conversation, rep: User, text: str = "I am looking.") -> Message:
    return reply(session, chat, text, rep.id, last_seen_id=None, recipient="", undo_seconds=5, anyway=True)


def test_a_chat_that_is_begun_twice_is_one_and_its_first_message_stands_once(session: Session) -> None:
    first, again = begin(session), begin(session)
    assert first.id == again.id
    assert [message.text for message in chat_of(session, first).messages] == ["Where is my parcel?"]
    # The same key in somebody else's browser leads to another chat.
    assert begin(session, asked_in="v2").id != first.id


def test_beginning_a_chat_counts_as_asking_for_a_person_and_the_searches_stay_with_the_customer(
    session: Session,
) -> None:
    event = SearchEvent(public_id="s1", place="help", audience="customer", visit="v1", query="parcel", language="en",
                        outcome="none", confidence=0.1, created_at=utc_now())  # fmt: skip
    session.add(event)
    session.flush()
    assert begin(session).visit is None
    assert session.scalars(select(Feedback.kind)).all() == ["asked_person"]


def test_a_message_is_stored_once_however_often_it_is_sent(session: Session) -> None:
    chat = begin(session)
    assert say(session, chat, "hello?", key="k1").id == say(session, chat, "hello?", key="k1").id
    say(session, chat, "hello?", key="k2")
    assert len(chat_of(session, chat).messages) == 3


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_MESSAGE + 1)])
def test_what_is_no_message_is_refused(session: Session, text: str) -> None:
    with pytest.raises(InvalidInputError):
        say(session, begin(session), text, key="k1")


def test_secrets_are_masked_before_anything_is_kept(session: Session) -> None:
    chat = begin(session, "my card is 4111 1111 1111 1111", name="Asha 4111 1111 1111 1111")
    say(session, chat, "the code is 482913, password: hunter22", key="k1")
    kept = [message.text for message in session.scalars(select(Message))] + [chat.customer.name, str(chat.details)]
    assert not any(secret in text for secret in ("4111", "482913", "hunter22") for text in kept)


def test_a_reply_is_out_at_once_and_only_the_first_name_goes_with_it(session: Session, rep: User) -> None:
    chat = begin(session)
    sent = answer(session, chat, rep)
    assert (sent.delivery, sent.send_at) == ("sent", None)
    seen = chat_of(session, chat)
    assert [(message.who, message.text) for message in seen.messages if not message.is_own] == [
        ("Sumana", "I am looking.")
    ]
    assert (seen.rep, seen.is_answered) == ("Sumana", True)
    rep.name = ""
    session.flush()
    assert chat_of(session, chat).messages[-1].who == ""


def test_notes_and_what_colleagues_do_are_not_for_the_customer(session: Session, rep: User) -> None:
    chat = begin(session)
    note(session, chat, "this one is difficult", rep.id)
    other = begin(session, "somebody else's words", asked_in="v2", key="key-00000002")
    seen = chat_of(session, chat)
    assert [message.text for message in seen.messages] == ["Where is my parcel?"]
    assert "difficult" not in str(seen)
    assert "somebody else" not in str(seen)
    assert other.id != chat.id


def test_what_is_new_is_what_stands_behind_the_last_message(session: Session, rep: User) -> None:
    chat = begin(session)
    newest = chat_of(session, chat).newest_id
    assert list(chat_of(session, chat, after=newest).messages) == []
    sent = answer(session, chat, rep)
    fresh = chat_of(session, chat, after=newest)
    assert [message.id for message in fresh.messages] == [sent.id]
    assert fresh.newest_id == sent.id


def test_both_sides_see_what_the_other_has_read(session: Session, rep: User) -> None:
    chat = begin(session)
    assert not chat_of(session, chat).messages[0].is_read
    note_read_by_rep(session, chat)
    assert chat_of(session, chat).messages[0].is_read
    sent = answer(session, chat, rep)
    at = customer_at(session, chat)
    assert at is not None
    assert at.read_id < sent.id
    note_customer(session, chat, typing=False, read_id=10**6)
    at = customer_at(session, chat)
    assert at is not None
    assert (at.is_here, at.read_id) == (True, sent.id)
    # Nobody unreads.
    note_customer(session, chat, typing=False, read_id=0)
    at = customer_at(session, chat)
    assert at is not None
    assert at.read_id == sent.id


def test_both_sides_see_the_other_type(session: Session, rep: User) -> None:
    chat = begin(session)
    note_customer(session, chat, typing=True, read_id=0)
    at = customer_at(session, chat)
    assert at is not None
    assert at.is_typing
    say(session, chat, "so", key="k1")
    at = customer_at(session, chat)
    assert at is not None
    assert not at.is_typing
    note_presence(session, chat.id, rep.id, typing=True)
    assert chat_of(session, chat).typing == "Sumana"
    # A note for colleagues is nothing that the customer waits for.
    save_draft(session, chat, rep.id, "between us", is_note=True)
    assert not chat_of(session, chat).is_typing


def test_watchers_are_told_of_typing_and_reading_once_and_not_of_every_sign_of_life(
    session: Session, engine: Engine, rep: User
) -> None:
    chat = begin(session)
    answer(session, chat, rep)
    start = utc_now()

    def told() -> list[str]:
        session.commit()
        with engine.connect() as connection:
            return sorted(change.kind for at, change in presences_since(connection, start) if at >= start)

    note_customer(session, chat, typing=True, read_id=10**6)
    assert told() == ["presence", "read"]
    start = utc_now()
    note_customer(session, chat, typing=True, read_id=10**6)
    assert told() == []


def test_a_chat_is_ended_and_goes_on_when_the_customer_writes_again(session: Session) -> None:
    chat = begin(session)
    end_chat(session, chat)
    assert not chat_of(session, chat).is_open
    session.execute(update(Conversation).values(closed_at=utc_now().replace(year=2020)))
    session.expire_all()
    chat = get_conversation(session, chat.id)
    say(session, chat, "one more thing", key="k1")
    assert chat.state == ConversationState.OPEN.value


def test_files_of_replies_are_the_customers_and_others_are_not(session: Session, rep: User) -> None:
    chat = begin(session)
    assign(session, chat, rep.id, rep.id)
    beside = add_file(session, chat, "draft.txt", b"not yet", user_id=rep.id, largest=100)
    with pytest.raises(NotFoundError):
        file_of_chat(session, chat, beside.id)
    sent = answer(session, chat, rep)
    send_files(session, chat.id, rep.id, sent.id)
    assert file_of_chat(session, chat, beside.id).content == b"not yet"
    assert [file.name for file in chat_of(session, chat).messages[-1].files] == ["draft.txt"]
    other = begin(session, asked_in="v2", key="key-00000002")
    with pytest.raises(NotFoundError):
        file_of_chat(session, other, beside.id)


def test_what_is_known_of_a_chat_goes_with_it(session: Session) -> None:
    chat = begin(session, contact="asha@example.com")
    assert session.get_one(ChatState, chat.id).transcript_to == "asha@example.com"
    session.delete(chat)
    session.commit()
    session.expunge_all()
    assert session.scalars(select(ChatState)).all() == []
