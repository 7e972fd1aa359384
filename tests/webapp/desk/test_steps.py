"""Flows of steps within a conversation: they keep their place, go on by what was told, quote their article, end in the draft."""

from collections.abc import Callable

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk, say

from indexer.runtime import SearchRuntime
from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.service.drafts import get_draft
from kb.tables import Conversation, ConversationFlow, Role

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
PARTIAL = {"HX-Request": "true"}
LAMP = """\
title: {en: A lamp that flickers, hi: टिमटिमाता लैंप}
steps:
  order: {ask: {en: "Which order is it?", hi: "कौन-सा ऑर्डर?"}, fact: order, next: bulb}
  bulb:
    ask: {en: "Did you try another bulb?", hi: "दूसरा बल्ब लगाया?"}
    quote: {article: flickering-lamp, section: Try this}
    choices:
      - {label: "It flickers still", next: send-in}
      - {label: "It works now", next: done}
  send-in: {answer: {en: Please send it in., hi: कृपया भेज दीजिए।}}
  done: {answer: {en: Glad to hear it., hi: अच्छा लगा।}}
"""


@pytest.fixture
def talk(session: Session, settings: Settings) -> Conversation:
    settings.flows_dir.mkdir(parents=True, exist_ok=True)
    (settings.flows_dir / "lamp.yaml").write_text(LAMP, encoding="utf-8")
    (settings.flows_dir / "wrong.yaml").write_text("title: x\nsteps: 3\n", encoding="utf-8")
    add_article(session, "Flickering lamp", "Hello\n\n## Try this\n\nAnother *bulb*, another socket.\n\n## More\n\nNo")
    conversation = make_talk(session, ["customer: my lamp flickers"])
    session.commit()
    return conversation


def take(rep: FlaskClient, csrf: Csrf, talk: Conversation, **data: str) -> str:
    return rep.post(f"/desk/inbox/{talk.id}/steps", data=data, headers=csrf(rep) | PARTIAL).text


def test_flow_keeps_its_place_and_goes_on_when_the_customer_tells_what_it_asks(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    rep = login(Role.REP)
    assert "A lamp that flickers" in get_page(rep, f"/desk/inbox/{talk.id}/steps")
    assert "Which order is it?" in take(rep, csrf, talk, step="start", flow="lamp")
    assert "Which order is it?" in get_page(rep, f"/desk/inbox/{talk.id}/steps")
    say(session, talk, "customer: it is JH-30998811")
    session.commit()
    page = get_page(rep, f"/desk/inbox/{talk.id}/steps")
    assert "Did you try another bulb?" in page
    assert "30998811" in page
    assert "Another bulb, another socket." in page
    assert "Hello" not in page
    end = take(rep, csrf, talk, step="choose", at="bulb", to="send-in")
    assert "Please send it in." in end
    assert "It flickers still" in end
    assert "Did you try another bulb?" in take(rep, csrf, talk, step="back")
    assert "Which order is it?" in take(rep, csrf, talk, step="back")


def test_order_of_another_conversation_answers_nothing(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    make_talk(session, ["customer: order JH-11112222 please"])
    session.commit()
    assert "Which order is it?" in take(login(Role.REP), csrf, talk, step="start", flow="lamp")


def test_step_of_a_page_that_is_old_decides_nothing_and_nonsense_is_harmless(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    rep = login(Role.REP)
    take(rep, csrf, talk, step="start", flow="lamp")
    take(rep, csrf, talk, step="choose", at="order", to="bulb")
    assert "Did you try another bulb?" in take(rep, csrf, talk, step="choose", at="order", to="bulb")
    assert "Did you try another bulb?" in take(rep, csrf, talk, step="choose", at="bulb", to="order")
    for data in ({}, {"step": "x"}, {"step": "start", "flow": "../../etc"}, {"step": "start", "flow": "wrong"}):
        assert "Did you try another bulb?" in take(rep, csrf, talk, **data)
    row = session.scalars(select(ConversationFlow)).one()
    assert row.decisions == {"order": "bulb"}


def test_what_it_says_goes_into_the_draft_in_the_language_of_the_conversation(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    talk.language = "hi"
    session.commit()
    rep = login(Role.REP)
    take(rep, csrf, talk, step="start", flow="lamp")
    answer = rep.post(f"/desk/inbox/{talk.id}/steps", data={"step": "insert"}, headers=csrf(rep))
    assert answer.status_code == 303
    draft = get_draft(session, talk.id, get_user(session, "rep@test.example").id)
    assert draft is not None
    assert draft.text == "कौन-सा ऑर्डर?"


def test_one_that_is_left_goes_on_where_it_was_and_a_file_that_is_gone_leaves_the_list(
    login: Login, csrf: Csrf, session: Session, settings: Settings, talk: Conversation
) -> None:
    rep = login(Role.REP)
    take(rep, csrf, talk, step="start", flow="lamp")
    take(rep, csrf, talk, step="choose", at="order", to="bulb")
    assert "Did you try another bulb?" not in take(rep, csrf, talk, step="leave")
    assert "Did you try another bulb?" in take(rep, csrf, talk, step="start", flow="lamp")
    (settings.flows_dir / "lamp.yaml").unlink()
    assert "Did you try another bulb?" not in get_page(rep, f"/desk/inbox/{talk.id}/steps")


def test_found_by_the_search_beside_the_conversation(login: Login, csrf: Csrf, talk: Conversation) -> None:
    rep = login(Role.REP)
    url = f"/desk/inbox/{talk.id}/answers"
    assert 'value="lamp"' in rep.post(url, data={"q": "lamp flickers"}, headers=csrf(rep) | PARTIAL).text
    assert 'value="lamp"' not in rep.post(url, data={"q": "gst invoice"}, headers=csrf(rep) | PARTIAL).text


def test_search_of_the_desk_finds_steps_and_they_begin_in_an_own_conversation_or_a_new_one(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    rep = login(Role.REP)
    found = get_page(rep, "/desk/?q=flickering+lamp+flickers")
    assert 'href="/desk/inbox/new?flow=lamp"' in found
    assert "A lamp that flickers" in found
    assert "A lamp that flickers" not in get_page(rep, "/desk/?q=how+do+i+return+a+kettle")
    assert f"/desk/inbox/{talk.id}/steps" not in get_page(rep, "/desk/inbox/new?flow=lamp")
    talk.assigned_to_id = get_user(session, "rep@test.example").id
    session.commit()
    page = get_page(rep, "/desk/inbox/new?flow=lamp")
    assert f'action="/desk/inbox/{talk.id}/steps"' in page
    data = {"step": "start", "flow": "lamp", "next": f"/desk/inbox/{talk.id}?view=mine"}
    began = rep.post(f"/desk/inbox/{talk.id}/steps", data=data, headers=csrf(rep))
    assert began.headers["Location"].endswith(f"/desk/inbox/{talk.id}?view=mine")
    assert "Which order is it?" in get_page(rep, f"/desk/inbox/{talk.id}/steps")
    form = {"name": "Somebody", "channel": "phone", "flow": "lamp"}
    there = rep.post("/desk/inbox/new", data=form, headers=csrf(rep)).headers["Location"]
    number = int(there.partition("?")[0].rpartition("/")[2])
    assert number != talk.id
    assert "Which order is it?" in get_page(rep, f"/desk/inbox/{number}/steps")
    assert "A lamp" not in get_page(rep, "/desk/inbox/new?flow=nonsense")


def test_only_trainers_see_which_flows_cannot_be_used(login: Login, talk: Conversation) -> None:
    url = f"/desk/inbox/{talk.id}/steps"
    assert "wrong.yaml:2" in get_page(login(Role.TRAINER), url)
    assert "wrong.yaml" not in get_page(login(Role.REP), url)


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_pages_in_each_language(login: Login, csrf: Csrf, talk: Conversation, language: str) -> None:
    rep = login(Role.REP)
    rep.post("/preferences", data={"language": language}, headers=csrf(rep))
    take(rep, csrf, talk, step="start", flow="lamp")
    assert f'<html lang="{language}"' in get_page(rep, f"/desk/inbox/{talk.id}/steps")
    get_page(rep, f"/desk/inbox/{talk.id}")


@pytest.mark.usefixtures("talk")
def test_one_word_in_common_leads_to_no_steps_about_another_article(
    login: Login, session: Session, settings: Settings, engine: Engine
) -> None:
    add_article(session, "A lamp as a gift", "We wrap lamps as gifts. A gift card is free.", slug="gift")
    for number in range(3):
        text = f"A gift box of size {number} holds a gift."
        add_article(session, f"Gift boxes of size {number}", text, slug=f"box-{number}")
    session.commit()
    SearchRuntime.open(settings, engine).update()
    rep = login(Role.REP)
    assert "flow=lamp" in get_page(rep, "/desk/?q=lamp+bulb")
    assert "flow=lamp" not in get_page(rep, "/desk/?q=lamp+gift")
