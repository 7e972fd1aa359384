"""The studio's page of the rules of escalation: saving, faults by line, trying, history, going back; the desk follows at once."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from sqlalchemy.orm import Session
from talks import make_talk

from indexer import following
from kb.service.escalation_editing import rules_history
from kb.tables import Role

Csrf = Callable[[FlaskClient], dict[str, str]]
Send = Callable[..., str]
PATH = "/studio/escalation/"


@pytest.fixture
def send(trainer: FlaskClient, csrf: Csrf) -> Send:
    def sent(step: str, status: int = 303, **values: object) -> str:
        answer = trainer.post(PATH, data={"step": step, **values}, headers=csrf(trainer))
        if status == 303:
            assert answer.status_code == 303, answer.text[:1000]
            return get_page(trainer, PATH)
        return check_page(answer, status=status)

    return sent


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def typed(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="rules"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return found[1].replace("&gt;", ">").strip()


def test_what_is_saved_holds_at_the_desk_until_the_setting_holds_again(
    trainer: FlaskClient, send: Send, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_EVERY_SECONDS", -1.0)  # no wait for the next look
    talk = make_talk(session, ["customer: There is smoke from the heater, it burns!"])
    session.commit()
    page = get_page(trainer, PATH)
    assert "product safety desk (ext. 303)" in typed(page)
    assert "as in the setting" in page
    page = send("save", rules="safety -> Night desk <ext. 9> within 5 minutes", seen=seen(page))
    assert "Saved. It holds from now on" in page
    assert "Test trainer" in page
    conversation = get_page(trainer, f"/desk/inbox/{talk.id}")
    assert "Night desk &lt;ext. 9&gt;" in conversation
    assert "ext. 303" not in conversation
    page = send("reset", seen=seen(page))
    assert "as in the setting" in page
    assert "ext. 303" in get_page(trainer, f"/desk/inbox/{talk.id}")
    first = rules_history(session)[0]
    page = send("restore", seen=seen(page), change=first.id)
    assert typed(page) == "safety -> Night desk &lt;ext. 9> within 5 minutes"
    assert page.count("Back to what it said before") == 3


def test_faults_are_told_by_line_and_what_was_typed_stays(trainer: FlaskClient, send: Send, session: Session) -> None:
    rules = "angry -> lead\r\nmoody -> somebody\r\n\r\nangry and lead\r\nmood >= 3 -> lead"
    page = send("save", 422, rules=rules, seen="0")
    assert "Line 2: “moody” is no condition." in page
    assert "Line 4: “angry and lead” is not written as" in page
    assert "Line 5: “mood” cannot be compared." in page
    assert "Line 1" not in page
    assert "moody -> somebody" in typed(page)
    assert "Write at least one rule" in send("save", 422, rules="  \n# later", seen="0")
    assert "At most 4000 characters" in send("try", 422, rules="x" * 5000, seen="0").replace(",", "")
    assert not rules_history(session)


def test_a_colleague_was_faster(trainer: FlaskClient, send: Send) -> None:
    send("save", rules="angry -> first", seen="0")
    page = send("save", 409, rules="angry -> second", seen="0")
    assert "A colleague has changed these rules meanwhile" in page
    assert typed(page) == "angry -> second"
    assert typed(get_page(trainer, PATH)) == "angry -> first"
    assert "Saved." in send("save", rules=typed(page), seen=seen(page))


def test_rules_are_tried_on_open_conversations_and_nothing_is_saved(
    trainer: FlaskClient, send: Send, session: Session
) -> None:
    smoke = make_talk(session, ["customer: There is smoke from the heater, it burns!"])
    make_talk(session, ["customer: when does my parcel come?"], email="calm@example.com")
    session.commit()
    page = send("try", 200, rules="safety -> Night desk within 5 minutes", seen="0")
    assert "2 open conversations were looked at." in page
    assert re.findall(r'href="/desk/inbox/(\d+)"', page[page.index("trial-title") :]) == [str(smoke.id)]
    assert "<ins>Night desk (within 5 minutes)</ins>" in page
    assert "Nothing would be different." in send("try", 200, rules=typed(get_page(trainer, PATH)), seen="0")
    assert not rules_history(session)


@pytest.mark.parametrize("language", ["hi", "bn"])
def test_page_is_in_each_language(trainer: FlaskClient, csrf: Csrf, send: Send, language: str) -> None:
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    page = send("save", rules="none", seen="0")
    assert "Rules of escalation" not in page
    assert typed(page) == "none"
    assert "is no condition" not in send("save", 422, rules="moody -> x", seen=seen(page))


def test_odd_forms_are_refused(trainer: FlaskClient, csrf: Csrf, login: Callable[[Role | str], FlaskClient]) -> None:
    for data, status in (({"step": "x"}, 400), ({"step": "restore", "change": "x"}, 404), ({}, 400)):
        assert trainer.post(PATH, data=data, headers=csrf(trainer)).status_code == status
    rep = login(Role.REP)
    assert rep.get(PATH).status_code == 403
    assert rep.post(PATH, data={"step": "save", "rules": "none"}, headers=csrf(rep)).status_code == 403


def test_other_pages_of_changes_are_not_confused(
    trainer: FlaskClient, csrf: Csrf, send: Send, session: Session
) -> None:
    send("save", rules="angry -> first", seen="0")
    change = rules_history(session)[0].id
    assert 'href="/studio/escalation/"' in get_page(trainer, "/studio/search/")
    assert trainer.get("/studio/search/escalation/").status_code == 404
    undone = trainer.post("/studio/search/undo", data={"change": change}, headers=csrf(trainer))
    assert undone.status_code == 404
    assert typed(get_page(trainer, PATH)) == "angry -> first"
