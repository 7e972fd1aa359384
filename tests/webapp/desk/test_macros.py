"""Macros at the desk: their page, and beside a conversation, with and without scripts."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.service.drafts import get_draft
from kb.service.macros import Writer, save_macro
from kb.tables import Conversation, Macro, Message, Role

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
JSON, PARTIAL = {"Accept": "application/json"}, {"HX-Request": "true"}


@pytest.fixture
def talk(session: Session) -> Conversation:
    conversation = make_talk(session, ["customer: where is my order JH-40011223?"], name="Noor Jahan")
    session.commit()
    return conversation


def make(session: Session, text: str, name: str = "Courier asked", language: str = "en") -> Macro:
    made = save_macro(session, Writer(0, trains=True), name=name, language=language, text=text, shared=True)
    session.commit()
    return made


def test_macro_is_filled_from_the_conversation_and_counted(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    macro = make(session, "{customer_name}, {order} is with the courier. {link}")
    rep = login(Role.REP)
    url = f"/desk/inbox/{talk.id}/macros/{macro.id}"
    answer = rep.post(url, headers=csrf(rep) | JSON).json
    assert answer["text"].startswith("Noor, ")
    assert "40011223" in answer["text"]
    assert answer["text"].endswith("⟦link⟧")
    assert answer["missing"] == ["link"]
    session.expire_all()
    assert session.get(Macro, macro.id).uses == 1


def test_without_scripts_it_goes_below_the_draft_and_a_gap_is_asked_about_before_sending(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    macro = make(session, "The {product} is on its way.")
    rep = login(Role.REP)
    get_page(rep, f"/desk/inbox/{talk.id}/macros?q=courier")
    rep.post(f"/desk/inbox/{talk.id}/draft", data={"text": "Hello!", "key": ""}, headers=csrf(rep))
    page = rep.post(f"/desk/inbox/{talk.id}/macros/{macro.id}", headers=csrf(rep), follow_redirects=True).text
    assert "Hello!\n\nThe ⟦product⟧ is on its way." in page
    sent = rep.post(
        f"/desk/inbox/{talk.id}/messages",
        data={"text": "The ⟦product⟧ is on its way.", "kind": "reply"},
        headers=csrf(rep),
        follow_redirects=True,
    ).text
    assert "Still to be filled in" in sent
    assert session.scalars(select(Message).where(Message.role == "agent")).all() == []
    user_id = get_user(session, "rep@test.example").id
    assert get_draft(session, talk.id, user_id) is not None
    data = {"text": "The ⟦product⟧ is on its way.", "kind": "reply", "anyway": "1"}
    rep.post(f"/desk/inbox/{talk.id}/messages", data=data, headers=csrf(rep))
    assert len(session.scalars(select(Message).where(Message.role == "agent")).all()) == 1


def test_check_of_a_text_names_what_is_still_to_be_filled_in(login: Login, csrf: Csrf, talk: Conversation) -> None:
    rep = login(Role.REP)
    url = f"/desk/inbox/{talk.id}/check"
    checked = rep.post(url, data={"text": "Your order ⟦order⟧ is packed."}, headers=csrf(rep)).json
    assert checked["found"] >= 1
    assert "⟦order⟧" in checked["html"]
    assert rep.post(url, data={"text": "It is packed and goes out."}, headers=csrf(rep)).json["found"] == 0


def test_the_box_beside_the_conversation_and_the_search_of_the_desk_find_macros(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    macro = make(session, "I asked the courier about {order}.")
    rep = login(Role.REP)
    beside = rep.post(f"/desk/inbox/{talk.id}/answers", data={"q": "courier asked"}, headers=csrf(rep) | PARTIAL).text
    assert f"/desk/inbox/{talk.id}/macros/{macro.id}" in beside
    assert "I asked the courier about" in get_page(rep, "/desk/?q=courier+asked")
    assert "I asked the courier" not in get_page(rep, "/desk/?q=how+do+i+return+a+lamp")


def test_conversation_in_another_language_gets_its_version_or_a_note(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    make(session, "Hello", name="Only English")
    make(session, "Hello", name="Both")
    make(session, "নমস্কার", name="Both", language="bn")
    talk.language = "bn"
    session.commit()
    page = login(Role.REP).get(f"/desk/inbox/{talk.id}/macros", headers=PARTIAL).text
    assert "নমস্কার" in page
    assert "in English only" in page


def test_rep_writes_changes_deletes_and_brings_back_their_own(login: Login, csrf: Csrf, session: Session) -> None:
    rep = login(Role.REP)
    data = {"name": "<b>Bye</b>", "language": "hi", "text": "फिर मिलेंगे {rep}\n</textarea><script>x</script>"}
    assert rep.post("/desk/macros/", data=data, headers=csrf(rep)).status_code == 303
    macro = session.scalars(select(Macro)).one()
    assert macro.owner_id == get_user(session, "rep@test.example").id
    page = get_page(rep, "/desk/macros/")
    assert "&lt;b&gt;Bye" in page
    get_page(rep, f"/desk/macros/{macro.id}")
    wrong = rep.post(f"/desk/macros/{macro.id}", data=data | {"text": "{shoe_size} kept"}, headers=csrf(rep))
    assert wrong.status_code == 422
    assert "{shoe_size} kept" in wrong.text
    assert rep.post("/desk/macros/", data=data | {"language": "xx"}, headers=csrf(rep)).status_code == 422
    gone = rep.post(f"/desk/macros/{macro.id}/delete", headers=csrf(rep), follow_redirects=True).text
    undo = re.search(r'action="(/desk/macros/\d+/restore)"', gone)
    assert undo
    assert "&lt;b&gt;Bye" not in get_page(rep, "/desk/macros/")
    assert "&lt;b&gt;Bye" in rep.post(undo[1], headers=csrf(rep), follow_redirects=True).text


def test_shared_ones_are_changed_by_trainers_alone(login: Login, csrf: Csrf, session: Session) -> None:
    macro = make(session, "Hello")
    rep = login(Role.REP)
    data = {"name": "Taken over", "language": "en", "text": "x", "shared": "1"}
    assert rep.post(f"/desk/macros/{macro.id}", data=data, headers=csrf(rep)).status_code == 403
    assert rep.post(f"/desk/macros/{macro.id}/delete", headers=csrf(rep)).status_code == 403
    assert rep.post("/desk/macros/", data=data, headers=csrf(rep)).status_code == 403
    assert f"/desk/macros/{macro.id}/delete" not in get_page(rep, "/desk/macros/")
    trainer = login(Role.TRAINER)
    assert trainer.post(f"/desk/macros/{macro.id}", data=data, headers=csrf(trainer)).status_code == 303
    assert "Taken over" in get_page(rep, "/desk/macros/")


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_pages_in_each_language(login: Login, csrf: Csrf, session: Session, talk: Conversation, language: str) -> None:
    make(session, "Hello {customer_name}")
    trainer = login(Role.TRAINER)
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    for path in ("/desk/macros/", "/desk/macros/?q=zzz", "/desk/macros/new", f"/desk/inbox/{talk.id}/macros"):
        assert f'<html lang="{language}"' in get_page(trainer, path)
    assert get_page(trainer, "/desk/macros/99999", status=404)


def test_a_macro_has_its_history_and_goes_back(login: Login, csrf: Csrf, session: Session) -> None:
    macro = make(session, "The <first> text")
    rep, trainer = login(Role.REP), login(Role.TRAINER)
    path = f"/desk/macros/{macro.id}"
    data = {"name": macro.name, "language": "en", "text": "The second text", "shared": "1"}
    assert trainer.post(path, data=data, headers=csrf(trainer)).status_code == 303
    page = get_page(trainer, path)
    assert "Test trainer" in page
    assert "The &lt;first&gt; text" in page
    change = re.search(r'name="change" value="(\d+)"', page)
    assert change is not None
    assert 'name="change"' not in get_page(rep, path), "reps read the history of what is shared"
    assert "The &lt;first&gt; text" in get_page(rep, path)
    back = {"change": change[1]}
    assert rep.post(f"{path}/restore", data=back, headers=csrf(rep)).status_code == 403
    page = trainer.post(f"{path}/restore", data=back, headers=csrf(trainer), follow_redirects=True).text
    assert "The &lt;first&gt; text" in page
    assert "The second text" not in page
    assert trainer.post(f"{path}/restore", data={"change": "x"}, headers=csrf(trainer)).status_code == 404
    trainer.post("/preferences", data={"language": "bn"}, headers=csrf(trainer))
    assert "আগে যা ছিল তাতে ফিরে যান" in get_page(trainer, path)
