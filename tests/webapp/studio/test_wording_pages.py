"""The studio's page of wordings that are learned from use."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import PageContent
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.jobs.claiming import is_due
from kb.tables import LearnedWording
from webapp.app import create_app

Csrf = Callable[[FlaskClient], dict[str, str]]
REPLAY = {"asked": 40, "before": 39, "after": 39, "finds": False, "own_before": 2, "own_after": 2, "lost": []}


@pytest.fixture
def add(session: Session, content: PageContent) -> Callable[..., LearnedWording]:
    def add_wording(text: str, state: str = "suggested", **fields: object) -> LearnedWording:
        values = {"article_id": content.refund["en"], "language": "en", "people": 3, "searches": 5, "replay": REPLAY}
        wording = LearnedWording(text=text, state=state, **{**values, **fields})
        session.add(wording)
        session.commit()
        return wording

    return add_wording


@pytest.fixture
def send(trainer: FlaskClient, csrf: Csrf, session: Session) -> Callable[..., str]:
    def post(wording: LearnedWording, step: str, status: int = 200, **form: str) -> str:
        path = f"/studio/wordings/{wording.id}"
        data = {"step": step, "text": wording.text, **form}
        answer = trainer.post(path, data=data, headers=csrf(trainer), follow_redirects=True)
        session.expire_all()
        return check_page(answer, status=status)

    return post


def test_page_without_suggestions_says_what_makes_one(trainer: FlaskClient) -> None:
    assert "two different people who asked alike" in get_page(trainer, "/studio/wordings/")
    get_page(trainer, "/studio/wordings/?view=all", status=404)


def test_suggestions_stand_with_their_article_and_what_trying_them_out_gave(
    trainer: FlaskClient, add: Callable[..., LearnedWording], content: PageContent
) -> None:
    add("money still not <back>", examples=["where is my money"])
    add("send the lamp back", article_id=content.english_only, people=9)
    add("refused before", "refused")
    text = get_page(trainer, "/studio/wordings/")
    assert text.index("Return a lamp") < text.index("When your refund arrives")  # the most asked first
    assert 'value="money still not &lt;back&gt;"' in text
    assert "“where is my money”" in text
    assert "3 people, 5 searches" in text
    assert "without it 39 found their article first, with it 39" in text
    assert "refused before" not in text
    only = get_page(trainer, f"/studio/wordings/?article={content.english_only}")
    assert "send the lamp back" in only
    assert "money still not" not in only
    assert "refused before" in get_page(trainer, "/studio/wordings/?view=refused")


def test_wording_is_accepted_taken_out_and_suggested_again(
    trainer: FlaskClient, add: Callable[..., LearnedWording], send: Callable[..., str]
) -> None:
    wording = add("money still not back")
    assert "Searches find the article by it now." in send(wording, "accept")
    assert wording.state == "applied"
    assert wording.decided_by_id is not None
    assert "money still not back" in get_page(trainer, "/studio/wordings/?view=applied")
    assert "Taken out again" in send(wording, "undo", view="applied")
    assert wording.state == "refused"
    assert "Suggested again" in send(wording, "undo", view="refused")
    assert wording.state == "suggested"
    assert "Refused, and not suggested again" in send(wording, "refuse")
    assert wording.state == "refused"


def test_rewritten_wording_waits_to_be_tried_out(
    trainer: FlaskClient, session: Session, add: Callable[..., LearnedWording], send: Callable[..., str]
) -> None:
    wording = add("money stil not bak")
    assert "is tried out first" in send(wording, "accept", text=" money still  not back ")
    assert (wording.state, wording.text) == ("checking", "money still not back")
    assert is_due(session.connection(), ["wordings"])  # at once, not with the next round
    assert "It is being tried out." in get_page(trainer, "/studio/wordings/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no word in it."),
        ("call me on 98765 43210", "something personal"),
        ("order 40328817", "somebody’s own"),
        ("hello", "It asks nothing."),
        ("When your refund arrives!", "has this wording already"),
        ("word " * 60, "too long"),
    ],
)
def test_what_cannot_be_a_wording_is_told_and_what_was_written_stays(
    add: Callable[..., LearnedWording], send: Callable[..., str], text: str, said: str
) -> None:
    wording = add("money still not back")
    page = send(wording, "accept", status=422, text=text)
    assert said in page
    assert f'value="{text}"' in page
    assert 'aria-invalid="true"' in page
    assert (wording.state, wording.text) == ("suggested", "money still not back")


def test_second_decision_is_told_and_changes_nothing(
    add: Callable[..., LearnedWording], send: Callable[..., str]
) -> None:
    wording = add("money still not back", "refused")
    assert "A colleague was quicker" in send(wording, "accept")
    assert wording.state == "refused"
    send(wording, "burn", status=400)


def test_harmful_wording_says_which_questions_would_be_lost(
    trainer: FlaskClient, add: Callable[..., LearnedWording], content: PageContent
) -> None:
    lost = [{"question": "lamp <back>", "article": content.english_only}]
    add("anything back", "harmful", replay={**REPLAY, "after": 38, "lost": lost})
    text = get_page(trainer, "/studio/wordings/?view=harmful")
    assert "with it 38" in text
    assert "“lamp &lt;back&gt;”</bdi> → Return a lamp" in text


def test_next_wording_is_where_one_goes_on_with_the_keyboard(
    trainer: FlaskClient, csrf: Csrf, add: Callable[..., LearnedWording]
) -> None:
    first, second = add("money still not back"), add("money gone")
    answer = trainer.post(
        f"/studio/wordings/{first.id}?article=3&page=2",
        data={"step": "refuse", "following": str(second.id), "view": "suggested"},
        headers=csrf(trainer),
    )
    assert answer.status_code == 303
    assert answer.location == f"/studio/wordings/?article=3&page=2#wording-{second.id}"


@pytest.mark.parametrize("mode", ["off", "apply"])
def test_page_says_how_the_setting_stands(
    settings: Settings, engine: Engine, app: Flask, trainer: FlaskClient, mode: str
) -> None:
    other = create_app(replace(settings, learn_wordings_text=mode), engine)
    client = other.test_client()
    with trainer.session_transaction() as cookie, client.session_transaction() as same:
        same.update(cookie)
    text = get_page(client, "/studio/wordings/")
    assert ("Learning is switched off" in text) == (mode == "off")
    assert ("put in use by itself" in text) == (mode == "apply")


@pytest.mark.parametrize("language", ["hi", "bn"])
@pytest.mark.parametrize("view", ["suggested", "applied", "refused", "harmful"])
def test_pages_are_valid_in_each_language(
    trainer: FlaskClient, csrf: Csrf, add: Callable[..., LearnedWording], language: str, view: str
) -> None:
    add("पैसा नहीं आया", view, language="hi", examples=["paisa nahi aaya"], replay={**REPLAY, "lost": []})
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    assert f'<html lang="{language}"' in get_page(trainer, f"/studio/wordings/?view={view}")
