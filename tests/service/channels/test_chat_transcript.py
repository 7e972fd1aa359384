"""What was said in a chat goes by mail to who asked: once, when the chat ends or at once, through a real mail server."""

from datetime import timedelta

from mail_servers import Outgoing
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.mail_settings import MailServer
from kb.core.settings import Settings
from kb.service.channels.compose import Sender
from kb.service.channels.delivery import WaysOut
from kb.service.chat import end_chat, start_chat, want_transcript
from kb.service.chat_transcript import has_due_transcripts, send_due_transcripts
from kb.service.messages import note, reply
from kb.tables import ChatState, Conversation
from webapp.worker.transcripts import transcript_words

SENDER = Sender("Shop Help", "help@shop.example", "Shop")


def a_chat(session: Session, language: str = "en") -> Conversation:
    chat = start_chat(
        session, name="Asha", contact="asha@example.com", message="Where is my parcel?", language=language, visit=None,
        asked_in="v1", key="key-00000001", region="IN",
    )  # fmt: skip
    rep = get_user(session, "rep@test.example").id
    note(session, chat, "between colleagues", rep)
    reply(session, chat, "It arrives\ntomorrow.", rep, last_seen_id=None, recipient="", undo_seconds=5, anyway=True)
    session.commit()
    return chat


def test_it_goes_out_once_when_the_chat_ends(
    session: Session, engine: Engine, settings: Settings, outgoing: Outgoing
) -> None:
    chat, words = a_chat(session, "hi"), transcript_words(settings)
    ways = WaysOut(outgoing.server, SENDER)
    assert not has_due_transcripts(session)
    assert send_due_transcripts(engine, ways, words) == {}
    end_chat(session, chat)
    session.commit()
    assert has_due_transcripts(session)
    assert send_due_transcripts(engine, ways, words) == {"sent": 1}
    assert send_due_transcripts(engine, ways, words) == {}
    session.expire_all()
    assert not has_due_transcripts(session)
    (mail,) = outgoing.mails
    text = mail.get_content()
    assert mail["To"] == "asha@example.com"
    assert "आपकी चैट" in mail["Subject"]
    assert "Where is my parcel?" in text
    assert "It arrives\ntomorrow." in text.replace("\r\n", "\n")
    assert "between colleagues" not in text


def test_who_asks_after_the_end_gets_it_at_once_and_a_server_that_is_down_is_asked_again(
    session: Session, engine: Engine, settings: Settings, outgoing: Outgoing
) -> None:
    chat, words = a_chat(session), transcript_words(settings)
    want_transcript(session, chat, "other@example.com", "en", at_end=False)
    session.commit()
    nowhere = WaysOut(MailServer("127.0.0.1", 1, "", "", encrypted=False), SENDER)
    assert send_due_transcripts(engine, nowhere, words) == {"waiting": 1}
    assert send_due_transcripts(engine, WaysOut(outgoing.server, SENDER), words) == {}
    soon = lambda: utc_now() + timedelta(minutes=1)  # noqa: E731
    assert send_due_transcripts(engine, WaysOut(outgoing.server, SENDER), words, now=soon) == {"sent": 1}


def test_without_a_mail_server_it_is_given_up_in_words(session: Session, engine: Engine, settings: Settings) -> None:
    chat = a_chat(session)
    want_transcript(session, chat, "asha@example.com", "en", at_end=False)
    session.commit()
    assert send_due_transcripts(engine, WaysOut(None, SENDER), transcript_words(settings)) == {"failed": 1}
    session.expire_all()
    assert "KB_MAIL_SMTP" in session.get_one(ChatState, chat.id).transcript_error
