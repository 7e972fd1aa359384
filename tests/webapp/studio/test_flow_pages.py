"""Flows are edited in the studio: faults are told by line, nothing is lost on bad input, every version can come back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import PageContent
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.tables import FlowRevision, Role

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
GOOD = """\
title: {en: Where do you live, hi: आप कहाँ रहते हैं, bn: কোথায় থাকেন}
steps:
  city:
    ask: {en: "Which city?", hi: "कौन-सा शहर?", bn: "কোন শহর?"}
    choices:
      - {label: Kolkata, next: near}
      - {label: Pune, next: far}
  near: {answer: {en: Two days., hi: दो दिन।, bn: দুই দিন।}, quote: {article: when-refund-arrives}}
  far: {answer: {en: Four days.}, quote: {article: refund-limits}, person: yes}
"""
BAD = GOOD.replace("next: near", "next: nowhere").replace("person: yes", "person: perhaps")


@pytest.fixture
def send(trainer: FlaskClient, csrf: Csrf) -> Callable[..., str]:
    def post(address: str, status: int = 303, **form: str) -> str:
        answer = trainer.post(address, data=form, headers=csrf(trainer))
        assert answer.status_code == status, answer.text
        return answer.headers["Location"] if status == 303 else check_page(answer, status=status)

    return post


def test_a_new_flow_is_written_used_changed_and_brought_back(
    trainer: FlaskClient, send: Callable[..., str], client: FlaskClient, session: Session, content: PageContent
) -> None:
    address = send("/studio/flows/", name="city")
    assert address == "/studio/flows/city"
    assert "steps:" in get_page(trainer, address)
    assert session.scalars(select(FlowRevision)).all() == []
    send(address, step="save", seen="0", text=GOOD)
    assert '<a href="/studio/flows/city">city</a>' in get_page(trainer, "/studio/flows/")

    def options() -> list[str]:
        asked = client.post("/api/v1/ask", json={"flow": "city"}).json
        return [option["label"] for option in asked["reply"]["options"]] if asked["reply"] else []

    assert options() == ["Kolkata", "Pune"]
    first = session.scalars(select(FlowRevision.id)).one()
    send(address, step="save", seen=str(first), text=GOOD.replace("Pune", "Delhi"))
    assert options() == ["Kolkata", "Delhi"]
    send(address, step="restore", revision=str(first))
    assert options() == ["Kolkata", "Pune"]
    newest = max(session.scalars(select(FlowRevision.id)))
    send(address, step="delete", seen=str(newest))
    assert options() == []
    page = get_page(trainer, address)
    assert "Kolkata" in page, "its last text is there to be brought back"
    assert page.count("Let this version hold again") == 4
    send(address, step="restore", revision=str(first))
    assert options() == ["Kolkata", "Pune"]


def test_faults_are_told_by_line_and_nothing_is_lost(
    trainer: FlaskClient, send: Callable[..., str], session: Session, content: PageContent
) -> None:
    page = send("/studio/flows/city", 422, step="save", seen="0", text=BAD)
    assert "It was not saved" in page
    assert "Line 9" in page
    assert "person: perhaps" in page[page.index('id="flow-text"') :]
    assert session.scalars(select(FlowRevision)).all() == []


@pytest.mark.parametrize(
    "text", ["", "a: [", "\t- x", "title: &a x\nsteps: *a", "x" * 150_000, "- " * 5_000, "steps: {}", "\0"]
)
def test_any_text_gets_a_page_with_what_is_wrong(send: Callable[..., str], content: PageContent, text: str) -> None:
    for step, status in (("try", 200), ("save", 422)):
        assert "fault" in send("/studio/flows/city", status, step=step, seen="0", text=text)


def test_while_it_is_typed_the_preview_shows_steps_or_faults(
    trainer: FlaskClient, csrf: Csrf, session: Session, content: PageContent
) -> None:
    def preview(text: str) -> str:
        answer = trainer.post("/studio/flows/city/preview", data={"text": text}, headers=csrf(trainer))
        assert answer.status_code == 200
        assert "<html" not in answer.text
        return answer.text

    good = preview(GOOD)
    assert "Which city?" in good
    assert "कौन-सा शहर?" in good
    assert "a person does this" in good
    assert "refund-limits" in good[good.index("Customers cannot read") :], "an internal article is quoted to nobody"
    assert "“far” says nothing in: hi, bn" in good
    assert "nowhere" in preview(BAD.replace("person: perhaps", "person: yes"))
    assert session.scalars(select(FlowRevision)).all() == []


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(
    trainer: FlaskClient, send: Callable[..., str], content: PageContent
) -> None:
    send("/studio/flows/city", step="save", seen="0", text=GOOD)
    page = send("/studio/flows/city", 409, step="save", seen="0", text=GOOD.replace("Pune", "Delhi"))
    assert "A colleague has changed this flow meanwhile" in page
    assert "Delhi" in page[page.index('id="flow-text"') :]


def test_a_file_is_edited_and_goes_on_where_the_trainer_left_it(
    trainer: FlaskClient, send: Callable[..., str], settings: Settings, content: PageContent
) -> None:
    settings.flows_dir.mkdir(parents=True)
    (settings.flows_dir / "city.yaml").write_text(GOOD, encoding="utf-8")
    (settings.flows_dir / "wrong.yaml").write_text("title: x\nsteps: 3\n", encoding="utf-8")
    page = get_page(trainer, "/studio/flows/")
    assert "from a file" in page
    assert "cannot be used" in page
    assert "Kolkata" in get_page(trainer, "/studio/flows/city")
    send("/studio/flows/city", step="save", seen="0", text=GOOD.replace("Kolkata", "Howrah"))
    assert "Howrah" in get_page(trainer, "/studio/flows/city")
    send("/studio/flows/wrong", step="save", seen="0", text=GOOD)
    assert "cannot be used" not in get_page(trainer, "/studio/flows/")


@pytest.mark.parametrize("name", ["", "Über", "a/b", "x" * 61, "../etc", "a b", "<b>"])
def test_a_name_that_cannot_be_one_is_told_and_kept(send: Callable[..., str], content: PageContent, name: str) -> None:
    assert "is no name for a flow" in send("/studio/flows/", 422, name=name)


def test_only_trainers_edit_flows(login: Login, content: PageContent) -> None:
    assert login("rep").get("/studio/flows/").status_code == 403
