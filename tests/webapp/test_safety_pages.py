"""What smells of danger brings the warning first: help centre, desk, conversation, API, command; and the trainer's pages."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from api_client import get_json
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import app_with_outcome, client_with_outcome, content, prepared
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.accounts.tokens import issue_token
from kb.tables import Role

__all__ = ["app_with_outcome", "client_with_outcome", "content", "prepared"]
Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
PARTIAL = {"HX-Request": "true"}
WARNING = re.compile(r'<section class="safety.*?</section>', re.DOTALL)


def warning_in(text: str) -> str:
    found = WARNING.search(text)
    return found[0] if found else ""


@pytest.mark.parametrize("outcome", ["answered", "unsure", "none"])
@pytest.mark.parametrize(
    ("language", "text", "said", "number"),
    [
        ("en", "power bank is swelling", "Stop using and charging it", "112"),
        ("hi", "charger se dhua nikal raha hai", "इसे चलाना तुरंत बंद कीजिए", "112"),
        ("bn", "গ্যাস লিক হচ্ছে", "কিছু জ্বালাবেন না", "1906"),
        ("en", "I want to kill myself", "You matter", "14416"),
    ],
)
def test_help_centre_warns_before_anything_else(
    client_with_outcome: Callable[[str], FlaskClient], outcome: str, language: str, text: str, said: str, number: str
) -> None:
    client = client_with_outcome(outcome)
    page = get_page(client, f"/help/{language}/search?q={quote(text)}")  # without scripts: the whole page
    warning = warning_in(page)
    assert said in warning
    assert f'href="tel:{number}"' in warning
    assert 'role="alert"' in warning
    assert page.index('class="safety') < page.index("data-outcome")
    piece = client.get(f"/help/{language}/search?q={quote(text)}", headers=PARTIAL).text
    assert warning_in(piece) == warning


def test_while_it_is_typed_the_warning_is_there_and_not_said_aloud_again_and_again(client: FlaskClient) -> None:
    piece = client.get("/help/en/search?q=smoke+coming+from+charger&typing=1", headers=PARTIAL).text
    assert "data-typing" in piece
    assert "tel:112" in warning_in(piece)
    assert 'role="alert"' not in piece


def test_what_asks_nothing_is_warned_about_all_the_same(client: FlaskClient) -> None:
    for text in ("suicide", "short circuit", "fire fire help"):
        assert warning_in(get_page(client, f"/help/en/search?q={quote(text)}")), text


def test_who_writes_in_another_language_than_the_page_reads_both(client: FlaskClient) -> None:
    warning = warning_in(get_page(client, "/help/en/search?q=" + quote("बच्चे ने बैटरी निगल ली")))
    assert re.findall(r'class="safety__message[^>]*lang="(\w+)"', warning) == ["hi", "en"]


@pytest.mark.parametrize(
    "text", ["refund when", "gas stove delivery date", "smoke grey lamp", "shock absorber", "hello"]
)
def test_ordinary_questions_are_answered_as_ever(client: FlaskClient, text: str) -> None:
    assert "safety" not in get_page(client, f"/help/en/search?q={quote(text)}")


def test_at_the_desk_the_rep_reads_it_out_first(login: Login) -> None:
    rep = login("rep")
    page = get_page(rep, "/desk/?q=" + quote("gas leak ho raha hai"))
    warning = warning_in(page)
    assert "Read this to the customer first" in warning
    assert "कोई स्विच न छुएँ" in warning
    assert "Do not light anything" in warning
    assert "gas leak" in warning
    assert page.index('class="safety') < page.index("data-outcome")
    assert warning_in(rep.get("/desk/?q=gas+leak", headers=PARTIAL).text)
    assert not warning_in(get_page(rep, "/desk/?q=refund"))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Customer: hello\nAgent: hi\nCustomer: OTP share kar diya paise kat rahe hai abhi", "fraud"),
        ("Customer: iron se current lag gaya\nAgent: is it on?\nCustomer: thanks", "shock"),
        ("Customer: hello\nAgent: smoke coming from your charger?\nCustomer: refund when", ""),
    ],
)
def test_on_the_conversation_page_what_the_customer_said_counts(login: Login, csrf: Csrf, said: str, kind: str) -> None:
    rep = login("rep")
    page = check_page(rep.post("/desk/conversation", data={"text": said}, headers=csrf(rep)))
    warning = warning_in(page)
    assert (f'data-safety="{kind}"' in warning) if kind else warning == ""
    piece = rep.post("/desk/conversation", data={"text": said}, headers=csrf(rep) | PARTIAL).text
    assert bool(warning_in(piece)) == bool(kind)


def test_api_and_command_have_the_key(
    client: FlaskClient, session: Session, run_kb: Callable[..., tuple[int, str, str]]
) -> None:
    token = {"Authorization": f"Bearer {issue_token(session, get_user(session, 'rep@test.example'), 't')}"}
    session.commit()
    answers: list[Any] = [get_json(client, "/api/v1/search?q=power+bank+is+swelling&lang=en")]
    answers.append(get_json(client, "/api/v1/desk/search?q=power+bank+is+swelling&lang=en", headers=token))
    status, out, _ = run_kb("search", "power bank is swelling", "--json")
    assert status == 0
    answers.append(json.loads(out))
    turns = {"turns": [{"role": "customer", "text": "power bank is swelling"}, {"role": "agent", "text": "oh"}]}
    answers.append(client.post("/api/v1/desk/assist", json=turns, headers=token).json)
    for answer in answers:
        assert answer["safety"]["kind"] == "battery"
        assert answer["safety"]["level"] == "urgent"
        assert answer["safety"]["number"] == "112"
        assert answer["safety"]["message"].startswith("Stop using")
        assert answer["safety"]["article"] is None
    assert get_json(client, "/api/v1/search?q=refund")["safety"] is None
    status, out, _ = run_kb("search", "power bank is swelling")
    assert "Safety first" in out


def test_a_stored_conversation_has_the_key(client: FlaskClient, session: Session) -> None:
    token = {"Authorization": f"Bearer {issue_token(session, get_user(session, 'rep@test.example'), 't')}"}
    session.commit()
    opened = {"external_id": "d-1", "channel": "chat", "customer": {"name": "Asha"}}
    path = client.post("/api/v1/desk/conversations", json=opened, headers=token).json["url"]
    assert get_json(client, path, headers=token)["safety"] is None
    for text in ("mixer se chingari nikal rahi hai", "hello?"):
        client.post(f"{path}/messages", json={"role": "customer", "text": text}, headers=token)
    assert get_json(client, path, headers=token)["safety"]["kind"] == "fire"
    assert get_json(client, f"{path}/suggestions", headers=token)["safety"]["kind"] == "fire"


@pytest.fixture
def trainer(login: Login) -> FlaskClient:
    return login("trainer")


def fields_of(page: str) -> dict[str, str]:
    """What a form of the rule page would send."""
    found = {name: re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page) for name in ("seen", "numbers", "article")}
    areas = dict(re.findall(r'<textarea[^>]*name="(words|message)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL))
    return {**{name: match[1] for name, match in found.items() if match}, **areas}


def test_trainer_tries_a_text(trainer: FlaskClient, csrf: Csrf) -> None:
    page = get_page(trainer, "/studio/safety/")
    assert "A swollen, hot or leaking battery" in page
    page = check_page(trainer.post("/studio/safety/", data={"trial": "battry fool gyi hai"}, headers=csrf(trainer)))
    assert 'data-safety="battery"' in page
    page = check_page(trainer.post("/studio/safety/", data={"trial": "refund"}, headers=csrf(trainer)))
    assert "This brings no warning." in page


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("kind", ["self_harm", "battery"])
def test_pages_are_valid_in_each_language(trainer: FlaskClient, kind: str, language: str) -> None:
    trainer.set_cookie("language", language)
    get_page(trainer, "/studio/safety/")
    get_page(trainer, f"/studio/safety/{kind}/{language}")


def test_trainer_changes_a_rule_and_goes_back(trainer: FlaskClient, csrf: Csrf, client: FlaskClient) -> None:
    path, help_page = "/studio/safety/battery/en", "/help/en/search?q=power+bank+is+swelling"
    fields = fields_of(get_page(trainer, path))
    assert fields["numbers"] == "112"
    changed = {**fields, "numbers": "1800-111-222", "message": "Put it into sand & call <us>.", "step": "save"}
    answer = trainer.post(path, data=changed, headers=csrf(trainer))
    assert (answer.status_code, answer.location) == (303, path)
    page = get_page(trainer, path)
    assert "Saved. It holds from now on" in page
    assert "Test trainer" in page
    warning = warning_in(get_page(client, help_page))
    assert 'href="tel:1800111222"' in warning
    assert "Put it into sand &amp; call &lt;us&gt;." in warning
    answer = trainer.post(path, data={**fields_of(page), "step": "reset"}, headers=csrf(trainer))
    assert answer.status_code == 303
    assert "Stop using and charging it" in warning_in(get_page(client, help_page))
    assert "back to what is shipped" in get_page(trainer, path)


def test_words_are_tried_before_they_are_saved(trainer: FlaskClient, csrf: Csrf, client: FlaskClient) -> None:
    path = "/studio/safety/fire/en"
    fields = fields_of(get_page(trainer, path))
    tried = {**fields, "words": "! kite + torn", "trial": "my kite is torn", "step": "try"}
    page = check_page(trainer.post(path, data=tried, headers=csrf(trainer)))
    assert "kite torn" in page
    assert "! kite + torn" in page
    assert not warning_in(get_page(client, "/help/en/search?q=my+kite+is+torn"))


def test_what_cannot_be_taken_is_said_and_nothing_is_lost(trainer: FlaskClient, csrf: Csrf) -> None:
    path = "/studio/safety/fire/en"
    fields = fields_of(get_page(trainer, path))
    wrong = {**fields, "words": "smoke: smoke\nwhat is this", "message": "My message", "step": "save"}
    page = check_page(trainer.post(path, data=wrong, headers=csrf(trainer)), status=422)
    assert "Line 2" in page
    assert "what is this" in page
    assert "My message" in page
    saved = trainer.post(path, data={**fields, "message": "First", "step": "save"}, headers=csrf(trainer))
    assert saved.status_code == 303
    late = {**fields, "message": "Second", "step": "save"}
    page = check_page(trainer.post(path, data=late, headers=csrf(trainer)), status=409)
    assert "A colleague has changed this rule meanwhile" in page
    assert "Second" in page


@pytest.mark.parametrize(
    "path", ["/studio/safety/none/en", "/studio/safety/fire/xx", "/studio/safety/fire/" + "e" * 400]
)
def test_rules_that_are_not_there(trainer: FlaskClient, csrf: Csrf, path: str) -> None:
    assert trainer.get(path).status_code == 404
    assert trainer.post(path, data={"step": "save"}, headers=csrf(trainer)).status_code == 404


def test_odd_forms_are_refused(trainer: FlaskClient, csrf: Csrf) -> None:
    assert trainer.post("/studio/safety/fire/en", data={"step": "x"}, headers=csrf(trainer)).status_code == 400
    assert trainer.post("/studio/safety/fire/en", data={"step": "save"}, headers=csrf(trainer)).status_code == 422


def test_in_the_inbox_the_warning_stands_above_what_was_said(login: Login, session: Session) -> None:
    rep = login("rep")
    talk = make_talk(
        session, ["customer: hello", "agent: hi, is there smoke?", "customer: ranna ghore gas er gondho pacchi"]
    )
    quiet = make_talk(session, ["customer: when does my refund come", "agent: gas leak? no"])
    session.commit()
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    warning = warning_in(page)
    assert "Read this to the customer first" in warning
    assert 'href="tel:1906"' in warning
    assert "কিছু জ্বালাবেন না" in warning
    assert page.index('class="safety') < page.index('id="timeline"')
    assert not warning_in(get_page(rep, f"/desk/inbox/{quiet.id}"))
    # What is fetched again when somebody has written.
    url = re.search(r'inbox__safety" data-refresh="([^"]+)"', page)
    assert url is not None
    assert warning_in(rep.get(url[1].replace("&amp;", "&"), headers=PARTIAL).text) == warning
