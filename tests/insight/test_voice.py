"""What customers say is read once, redacted and grouped; themes keep their number; answers reach those who raised them, once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from content_factory import add_article
from people_factory import ADDRESSES
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk, say

from indexer.encoders.opening import open_encoder
from indexer.question_groups import group_questions
from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.core.settings import Settings
from kb.insight.voice.collecting import collect_voice, has_something_new
from kb.insight.voice.editing import answer_theme, edit_theme, mark_answered, note_answered, set_due
from kb.insight.voice.judging import load_model
from kb.insight.voice.listing import list_themes, theme_detail
from kb.insight.voice.themes import group_themes, has_ungrouped
from kb.search.encoding import Encoder
from kb.service.conversations import close
from kb.service.surveys import survey_of
from kb.service.timeline import newest_messages
from kb.service.voice_answers import has_unsent_answers, send_answers
from kb.tables import Channel, Role, ThemeState, Ticket, VoiceStatement, VoiceTheme, VoteReason

pytestmark = pytest.mark.bundled
LATE = [
    "The courier marked my parcel as delivered and nobody came to the door.",
    "कूरियर ने पार्सल पहुँचा दिया लिखा पर घर कोई नहीं आया।",
    "parcel mila hi nahi aur likh diya delivered ho gaya",
]
DARK = ["It would be great if the app had a dark mode for the night.", "অ্যাপে রাতের জন্য ডার্ক মোড থাকলে ভালো হতো।"]


@pytest.fixture(scope="module")
def encoder(bundled_models: Path) -> Encoder:
    return open_encoder(replace(Settings(), home_text=str(bundled_models.parent)))


def read(session: Session, encoder: Encoder) -> int:
    model = load_model(encoder.fingerprint)
    assert model is not None
    kept = collect_voice(session, encoder, model, region="IN", now=utc_now() + timedelta(minutes=2))
    group_themes(session, encoder.fingerprint, group_questions)
    session.commit()
    return kept


def statements(session: Session) -> dict[str, VoiceStatement]:
    return {one.text: one for one in session.scalars(select(VoiceStatement))}


def trainer(session: Session) -> int:
    return get_user(session, ADDRESSES[Role.TRAINER]).id


def test_each_source_is_read_once_and_redacted(session: Session, encoder: Encoder) -> None:
    talk = make_talk(
        session,
        [f"customer: {LATE[0]} Call me on 98300 12345, Asha Rao", "customer: hello", "customer: When do you open?"],
    )
    close(session, talk, None)
    survey = survey_of(session, talk, "en")
    survey.comment, survey.answered_at = "Nobody picks up the helpline, I tried the whole day.", utc_now()
    session.add(
        VoteReason(
            key="v",
            article_id=add_article(session, "Colours", "White.").id,
            language="bn",
            choice="unclear",
            text=DARK[1],
        )
    )
    session.add(Ticket(source="csv", external_id="1", problem=LATE[1], resolution="Sent again", content_hash="x"))
    session.commit()
    assert has_something_new(session, utc_now() + timedelta(minutes=2))
    assert read(session, encoder) == 4
    found = {one.source: one for one in statements(session).values()}
    assert {source: one.kind for source, one in found.items()} == {
        "message": "complaint", "survey": "complaint", "vote": "feedback", "ticket": "complaint",
    }  # fmt: skip
    assert "98300" not in found["message"].text
    assert "Asha" not in found["message"].text
    assert found["message"].due_on is not None
    assert found["vote"].due_on is None
    assert found["ticket"].answered_at is not None, "it was resolved"
    assert read(session, encoder) == 0
    assert not has_something_new(session, utc_now() + timedelta(minutes=2))


def test_themes_are_by_what_is_meant_and_keep_their_number(session: Session, encoder: Encoder) -> None:
    for place, text in enumerate([*LATE[:2], *DARK]):
        make_talk(session, [f"customer: {text}"], email=f"{place}@mail.example")
    session.commit()
    assert read(session, encoder) == 4
    assert not has_ungrouped(session)
    theme_of = {text: one.theme_id for text, one in statements(session).items()}
    assert theme_of[LATE[0]] == theme_of[LATE[1]] != theme_of[DARK[0]] == theme_of[DARK[1]]
    late = theme_of[LATE[0]]
    assert late is not None
    edit_theme(session, late, title="Not delivered", state="planned", owner_id=trainer(session))
    make_talk(session, [f"customer: {LATE[2]}"], email="new@mail.example")
    session.commit()
    assert read(session, encoder) == 1
    after = {text: one.theme_id for text, one in statements(session).items()}
    assert after[LATE[2]] == late
    assert {text: after[text] for text in theme_of} == theme_of
    rows = list_themes(session, [ThemeState.OPEN, ThemeState.PLANNED], limit=9)
    assert (rows[0].title, rows[0].complaints, rows[0].last_month) == ("Not delivered", 3, 3)
    assert {quote.text for quote in rows[0].quotes} < set(LATE)
    detail = theme_detail(session, late, limit=9)
    assert sum(month.complaints for month in detail.months) == 3
    assert detail.reachable == {"en": 1, "hi": 2}


def test_an_answer_reaches_each_who_raised_it_once(session: Session, encoder: Encoder) -> None:
    mail = make_talk(session, [f"customer: {LATE[0]}", "agent: We look into it."], channel=Channel.EMAIL)
    chat = make_talk(session, [f"customer: {LATE[1]}"], email="b@mail.example", channel=Channel.EMAIL)
    phone = make_talk(session, [f"customer: {LATE[0]}", "agent: Noted."], email="c@mail.example", channel=Channel.PHONE)
    session.commit()
    read(session, encoder)
    theme = session.scalars(select(VoiceTheme)).one()
    with pytest.raises(InvalidInputError):
        answer_theme(session, theme.id, {"en": "  "}, trainer(session))
    answer = answer_theme(
        session, theme.id, {"en": "We have another courier now.", "hi": "अब दूसरा कूरियर है।"}, trainer(session)
    )
    session.commit()
    assert send_answers(session) == 2, "one still waits for a reply of a person"
    assert has_unsent_answers(session)
    assert newest_messages(session, mail)[-1].text == "We have another courier now."
    assert newest_messages(session, phone)[-1].text == "Noted.", "nothing is said on the phone by itself"
    assert len(answer.told) == 2
    say(session, chat, "agent: हम देखते हैं")
    session.commit()
    assert send_answers(session) == 1
    assert not has_unsent_answers(session)
    assert send_answers(session) == 0
    assert newest_messages(session, chat)[-1].text == "अब दूसरा कूरियर है।"
    assert all(one.answered_how == "theme" for one in session.scalars(select(VoiceStatement)))


def test_complaints_are_answered_by_closing_by_hand_or_stay_due(session: Session, encoder: Encoder) -> None:
    talk = make_talk(session, [f"customer: {LATE[0]}", "agent: It is on its way again."])
    make_talk(session, [f"customer: {LATE[2]}"], email="b@mail.example")
    session.commit()
    read(session, encoder)
    assert note_answered(session) == 0, "a reply alone is no end"
    close(session, talk, None)
    assert note_answered(session) == 1
    session.expire_all()
    one, other = statements(session)[LATE[0]], statements(session)[LATE[2]]
    assert (one.answered_how, other.answered_at) == ("conversation", None)
    assert other.theme_id is not None
    day = (utc_now() + timedelta(days=2)).date()
    assert set_due(session, other.theme_id, day) == 1
    assert list_themes(session, list(ThemeState), limit=9, only_due=True)[0].due_on == day
    mark_answered(session, other.theme_id, other.id, answered=True)
    assert list_themes(session, list(ThemeState), limit=9, only_due=True) == []
    with pytest.raises(NotFoundError):
        mark_answered(session, other.theme_id + 99, other.id, answered=True)
    with pytest.raises(InvalidInputError):
        edit_theme(session, other.theme_id, title="x", state="lost", owner_id=None)
