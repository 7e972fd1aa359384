"""Working on gaps in the browser: filters, shapes, joining, parting, naming, handing over, history and undo."""

import html
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from gap_job import run_gap_job
from page_checks import check_page, get_page
from searches import searched
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.tables import (
    Conversation,
    Customer,
    Gap,
    GapChange,
    Message,
    MessageRole,
    Miss,
    SearchEvent,
    UsedDocument,
    User,
    utc_now,
)

Csrf = Callable[[FlaskClient], dict[str, str]]
NEPAL, PIANO, TEA = "delivery to Nepal", "piano tuning lessons", "green tea from Assam"


@pytest.fixture(autouse=True)
def gaps(session: Session, settings: Settings, engine: Engine) -> None:
    for question in (NEPAL, PIANO, TEA):
        searched(session, question)
    session.commit()
    run_gap_job(settings, engine)


@pytest.fixture
def act(trainer: FlaskClient, csrf: Csrf) -> Callable[..., str]:
    def post(path: str, **data: object) -> str:
        found = trainer.post(f"/studio/gaps/{path}", data=data, headers=csrf(trainer), follow_redirects=True)
        return html.unescape(check_page(found))

    return post


def gap_of(session: Session, label: str) -> Gap:
    session.expire_all()
    return session.scalars(select(Gap).where(Gap.label == label)).one()


def main_of(text: str) -> str:
    return text.split("<main")[1]


@pytest.mark.parametrize("shape", ["list", "table", "board"])
def test_filters_cut_every_shape_down(trainer: FlaskClient, session: Session, shape: str) -> None:
    me = session.scalars(select(User).where(User.role == "trainer")).one()
    gap_of(session, PIANO).assigned_to_id = me.id
    session.commit()
    gap_of(session, TEA).reason = "hidden"
    session.commit()

    def shown(arguments: str) -> set[str]:
        text = get_page(trainer, f"/studio/gaps?shape={shape}&{arguments}")
        return {label for label in (NEPAL, PIANO, TEA) if f"<bdi>{label}</bdi></a>" in text}

    assert shown("") == {NEPAL, PIANO, TEA}
    assert shown("assigned=me") == shown(f"assigned={me.id}") == {PIANO}
    assert shown("assigned=0") == {NEPAL, TEA}
    assert shown("reason=hidden") == {TEA}
    assert shown("q=nepal") == {NEPAL}
    assert shown("q=tea+assam") == {TEA}
    assert shown("q=100%25") == set()
    assert shown("q=tea&assigned=me") == set()


def test_words_are_found_in_questions_behind_a_name(
    trainer: FlaskClient, session: Session, act: Callable[..., str]
) -> None:
    act(f"{gap_of(session, NEPAL).id}/name", title="Abroad")
    assert "<bdi>Abroad</bdi></a>" in get_page(trainer, "/studio/gaps?q=nepal")


def test_gaps_are_joined_by_search_and_undone(trainer: FlaskClient, session: Session, act: Callable[..., str]) -> None:
    nepal, piano = gap_of(session, NEPAL).id, gap_of(session, PIANO).id
    text = get_page(trainer, f"/studio/gaps/{nepal}?join=piano")
    assert f'name="other" value="{piano}"' in text
    assert f'value="{nepal}"' not in text.split('id="join"')[1].split("</form>")[0]
    text = act(f"{nepal}/join", other=[piano])
    assert PIANO in text
    assert "joined 1 other gap with this one" in text
    led = trainer.get(f"/studio/gaps/{piano}")
    assert (led.status_code, led.headers["Location"]) == (301, f"/studio/gaps/{nepal}")
    change = session.scalars(select(GapChange).where(GapChange.kind == "merged")).one()
    act(f"{nepal}/undo", change=change.id)
    assert trainer.get(f"/studio/gaps/{piano}").status_code == 200


def test_some_questions_become_a_gap_of_their_own(session: Session, act: Callable[..., str]) -> None:
    nepal, piano = gap_of(session, NEPAL).id, gap_of(session, PIANO).id
    act(f"{nepal}/join", other=[piano])
    asked = select(Miss.id).join(SearchEvent).where(SearchEvent.query == PIANO)
    text = act(f"{nepal}/part", miss=[session.scalar(asked)], title="Music")
    assert "<bdi>Music</bdi></h1>" in text
    assert PIANO in text
    assert NEPAL not in main_of(text)


def test_gap_is_handed_over_with_a_day_and_talked_about(
    trainer: FlaskClient, session: Session, act: Callable[..., str]
) -> None:
    gap = gap_of(session, NEPAL)
    me = session.scalars(select(User).where(User.role == "trainer")).one()
    act(f"{gap.id}/assign", to=me.id, due="2020-02-29")
    assert (gap_of(session, NEPAL).assigned_to_id, gap_of(session, NEPAL).due_on) == (me.id, date(2020, 2, 29))
    assert "overdue since" in get_page(trainer, "/studio/gaps")
    text = act(f"{gap.id}/comment", text="Ask the <b>shop</b> in Kathmandu")
    assert "Kathmandu" in text
    assert "<b>shop" not in get_page(trainer, f"/studio/gaps/{gap.id}")
    assert "gave it to" in text
    act(f"{gap.id}/assign", to="", due="")
    assert gap_of(session, NEPAL).assigned_to_id is None


@pytest.mark.parametrize(
    ("act_name", "data"),
    [
        ("assign", {"to": "999999", "due": ""}),
        ("assign", {"to": "", "due": "tomorrow"}),
        ("comment", {"text": "  "}),
        ("join", {}),
        ("part", {"miss": "1"}),
        ("undo", {"change": "x"}),
        ("name", {"title": "x" * 400}),
        ("state", {"state": "dismissed", "because": "bored"}),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    trainer: FlaskClient, session: Session, csrf: Csrf, act_name: str, data: dict[str, str]
) -> None:
    gap = gap_of(session, NEPAL)
    before = (gap.label, gap.state, gap.assigned_to_id)
    answer = trainer.post(f"/studio/gaps/{gap.id}/{act_name}", data=data, headers=csrf(trainer))
    assert answer.status_code in (400, 404, 422)
    gap = gap_of(session, NEPAL)
    assert (gap.label, gap.state, gap.assigned_to_id) == before
    assert session.scalar(select(GapChange.id)) is None


def test_dismissal_says_why_and_is_undone(trainer: FlaskClient, session: Session, act: Callable[..., str]) -> None:
    gap = gap_of(session, TEA)
    act(f"{gap.id}/state", state="dismissed", because="out_of_scope")
    assert "It is not ours to answer" in main_of(get_page(trainer, f"/studio/gaps/{gap.id}"))
    change = session.scalars(select(GapChange)).one()
    act(f"{gap.id}/undo", change=change.id)
    assert (gap_of(session, TEA).state, gap_of(session, TEA).dismissed_because) == ("open", "")


def test_answers_of_reps_to_those_who_asked_are_shown_redacted(trainer: FlaskClient, session: Session) -> None:
    asked = session.scalars(select(SearchEvent).where(SearchEvent.query == NEPAL)).one()
    asked.visit = "v-nepal"
    customer = Customer(name="Asha")
    session.add(customer)
    session.flush()
    later = asked.created_at + timedelta(minutes=2)
    talk = Conversation(channel="chat", customer_id=customer.id, visit="v-nepal", created_at=later)
    session.add(talk)
    session.flush()
    for role, text in (
        (MessageRole.AGENT, "Hello"),
        (MessageRole.CUSTOMER, "Nepal?"),
        (MessageRole.AGENT, "We use Yeti Post; write to asha.rao@mail.example"),
        (MessageRole.NOTE, "a secret note"),
    ):
        session.add(Message(conversation_id=talk.id, role=role.value, text=text, sent_at=later))
    session.add(UsedDocument(conversation_id=talk.id, document="article:999", created_at=utc_now()))
    session.commit()
    text = main_of(get_page(trainer, f"/studio/gaps/{gap_of(session, NEPAL).id}"))
    assert "Yeti Post" in text
    assert "asha.rao" not in text
    assert "secret note" not in text
    assert "Yeti Post" not in get_page(trainer, f"/studio/gaps/{gap_of(session, TEA).id}")


def test_bengali_in_latin_letters_has_a_name_of_its_own(trainer: FlaskClient, session: Session, csrf: Csrf) -> None:
    for query, tag in ((NEPAL, "bn-Latn"), (TEA, "bn"), (PIANO, "hi-Latn")):
        asked = session.scalars(select(SearchEvent).where(SearchEvent.query == query)).one()
        asked.language = tag
        session.scalars(select(Miss).where(Miss.event_id == asked.id)).one().language = tag
    session.commit()
    text = get_page(trainer, "/studio/gaps")
    assert "Bengali in Latin letters" in text
    assert "Hindi in Latin letters" in text
    assert "বাংলা 1" in text
    trainer.post("/preferences", data={"language": "hi"}, headers=csrf(trainer))
    assert "रोमन अक्षरों में बंगाली" in get_page(trainer, "/studio/gaps")
