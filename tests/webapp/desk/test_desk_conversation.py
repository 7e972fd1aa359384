import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import PageContent
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.search.types import Audience
from kb.tables import Role, SearchEvent
from webapp.shared.runtime import search_runtime

Login = Callable[[Role | str], FlaskClient]
Send = Callable[..., str]
PATH = "/desk/conversation"
ASKS = "Customer: Hello\nAgent: How can I help?\nCustomer: When does my refund arrive?"
THANKS = f"{ASKS}\nAgent: Tomorrow.\nCustomer: ok thanks"


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


@pytest.fixture
def send(rep: FlaskClient, csrf: Callable[[FlaskClient], dict[str, str]]) -> Send:
    """`send(text, partial=True, lang="hi")`: the checked page, or the piece of it that htmx gets."""

    def post(text: str, *, partial: bool = False, **fields: str) -> str:
        headers = csrf(rep) | ({"HX-Request": "true"} if partial else {})
        response = rep.post(PATH, data={"text": text, **fields}, headers=headers)
        assert response.headers["Cache-Control"] == "no-store"
        return response.text if partial else check_page(response)

    return post


def listed(text: str) -> dict[str, str]:
    """The results by document ("article:12"), with what stands in them."""
    return {item.split('"')[0]: item.split("</li>\n")[0] for item in text.split('data-document="')[1:]}


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("text", ["", "  \n", ASKS, THANKS, "Agent: hello?", "😀", "<script>\x00 & '\"", "\n\nline"])
def test_page_is_valid_in_each_language_whatever_is_pasted(
    rep: FlaskClient, send: Send, csrf: Callable[[FlaskClient], dict[str, str]], language: str, text: str
) -> None:
    rep.post("/preferences", data={"language": language}, headers=csrf(rep))
    assert f'<html lang="{language}"' in send(text)
    assert f'<html lang="{language}"' in send(text, anyway="1")


def test_every_desk_page_leads_to_it(rep: FlaskClient) -> None:
    assert re.search(r'href="/desk/conversation"[^>]*>Conversation<', get_page(rep, "/desk/"))
    assert 'href="/desk/conversation" aria-current="page"' in get_page(rep, PATH)


def test_suggestions_stand_in_the_list_of_the_desk(send: Send, content: PageContent) -> None:
    results = listed(send(ASKS))
    assert f"/desk/articles/{content.refund['en']}?to=en&amp;s=" in results[f"article:{content.refund['en']}"]
    assert "For you, not for customers" in results[f"article:{content.internal}"]
    assert "How a colleague solved it" in results[f"ticket:{content.ticket}"]


def test_kinds_are_buttons_of_the_form(send: Send, content: PageContent) -> None:
    assert re.search(r'<button[^>]* form="conversation" name="kind" value="tickets" data-tab="tickets">', send(ASKS))
    results = listed(send(ASKS, kind="tickets"))
    assert results[f"article:{content.refund['en']}"].split(">")[0].endswith(" hidden")
    assert not results[f"ticket:{content.ticket}"].split(">")[0].endswith(" hidden")


def test_question_and_the_words_that_led_to_each_suggestion_are_said(send: Send) -> None:
    text = send(ASKS)
    assert "<q>When does my refund arrive?</q>" in text
    because = text.split("because:")[1].split("</p>")[0]
    assert "<bdi>" in because
    assert "refund" in because
    assert "turn 3" in because


def test_how_the_text_was_read_is_shown_and_the_text_stays(send: Send) -> None:
    pasted = "\nCustomer: Hello\nsecond line\n\nAgent: yes & no\nCustomer: When does my refund arrive?"
    text = send(pasted)
    reading = text.split('id="reading"')[1].split('id="search-status"')[0]
    assert reading.count('class="turn turn--customer') == 2
    assert reading.count('class="turn turn--agent') == 1
    assert "Hello second line" in reading
    assert reading.index("turn--asked") > reading.index("yes &amp; no")
    assert pasted.replace("&", "&amp;") in text.split("<textarea")[1].split("</textarea>")[0]


def test_silence_is_said_and_suggestions_come_on_request(send: Send) -> None:
    text = send(THANKS)
    assert "Nothing to look up: the customer says thanks." in text
    assert " data-hit" not in text
    assert re.search(r'<button[^>]* form="conversation" name="anyway" value="1"', text)
    text = send(THANKS, anyway="1")
    assert "Nothing to look up: the customer says thanks." in text
    assert " data-hit" in text
    assert 'name="anyway"' not in text


def test_conversation_without_a_customer_is_told_so(send: Send) -> None:
    text = send("Agent: How can I help?")
    assert "the customer has not said anything yet" in text
    assert 'name="anyway"' not in text


def test_suggestions_are_for_the_customer_even_after_an_answer(send: Send) -> None:
    assert "Your side has spoken since" in send(f"{ASKS}\nAgent: Let me look.")
    assert "Your side has spoken since" not in send(ASKS)


def test_articles_come_in_the_customers_language_or_the_chosen_one(send: Send, content: PageContent) -> None:
    asked = "ग्राहक: मेरा रिफ़ंड कब आएगा?"
    assert f"/desk/articles/{content.refund['hi']}?to=hi&amp;s=" in send(asked)
    assert f"/desk/articles/{content.refund['bn']}?to=bn&amp;s=" in send(asked, lang="bn")
    assert f"/desk/articles/{content.refund['hi']}?to=hi&amp;s=" in send(asked, lang="nonsense")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("answered", "Best answer"), ("unsure", "Read before you send"), ("none", "We have no article")],
)
def test_outcome_is_said_in_words(
    app_with_outcome: Callable[[str], Flask],
    login: Login,
    csrf: Callable[[FlaskClient], dict[str, str]],
    outcome: str,
    words: str,
) -> None:
    client = app_with_outcome(outcome).test_client()
    with login("rep").session_transaction() as known, client.session_transaction() as cookie:
        cookie.update(known)
    asked = {"text": "When your refund arrives?"}
    assert words in check_page(client.post(PATH, data=asked, headers=csrf(client)))


def test_typing_brings_the_results_and_how_it_was_read(send: Send) -> None:
    piece = send(ASKS, partial=True)
    assert "<html" not in piece
    assert "<textarea" not in piece
    assert 'id="reading" hx-swap-oob="innerHTML"' in piece
    assert re.search(
        r'id="search-status" hx-swap-oob="innerHTML">\s*(This should answer|These may help|We have no article)[^.]*\. \d+ result',
        piece,
    )
    silent = send(THANKS, partial=True)
    assert re.search(r'id="search-status" hx-swap-oob="innerHTML">\s*Nothing to look up', silent)
    assert "What answers it comes here" in send("", partial=True)


def test_only_the_redacted_question_is_kept(rep: FlaskClient, send: Send, session: Session) -> None:
    send(f"Customer: I am at 12 Rose Street\n{ASKS} Write to asha.roy@mail.example, phone 98300 12345")
    event = session.scalars(select(SearchEvent)).one()
    assert (event.place, event.audience) == ("conversation", "rep")
    assert event.query == "When does my refund arrive? Write to [email], phone [phone]"
    assert event.results
    assert event.user_id


def test_outcome_that_is_kept_is_that_of_the_first_suggestion(app: Flask, send: Send, session: Session) -> None:
    send("Customer: limits of a refund?\nAgent: Sure\nCustomer: how long does it take?")
    event = session.scalars(select(SearchEvent)).one()
    with app.test_request_context():
        searcher = search_runtime().searcher(Audience.REP)
        best, *others = searcher.search(session, event.query, reader_language="en", limit=30).results
        first = next(result for result in others if f"{result.kind}:{result.id}" == event.results[0])
        judged = searcher.judge(session, event.query, [first, best])
    assert (event.outcome, event.confidence) == (judged.outcome.value, round(judged.confidence, 4))


def test_nothing_is_kept_where_nothing_is_asked(send: Send, session: Session) -> None:
    send(THANKS)
    send(THANKS, anyway="1")
    send("")
    assert session.scalars(select(SearchEvent)).all() == []


def test_what_is_typed_in_one_go_counts_once(send: Send, session: Session) -> None:
    for typed in ("Where is my order?", "Customer: Where is my order?\nCustomer: How late can a refund be?"):
        send(typed, partial=True)
    assert session.scalars(select(SearchEvent.query)).all() == ["How late can a refund be?"]


def test_nothing_of_it_gets_into_an_address(rep: FlaskClient, send: Send) -> None:
    text = send(ASKS)
    addresses = re.findall(r'(?:href|action|hx-post)="([^"]*)"', text.split("<main")[1])
    assert addresses
    assert not [address for address in addresses if "efund" in address]
    assert 'method="post"' in text.split("<form", 1)[1]


def test_long_text_keeps_its_end(send: Send) -> None:
    text = send("Agent: so it goes on and on. " * 9000 + f"\n{ASKS}")
    assert "only its end was read" in text
    assert "<q>When does my refund arrive?</q>" in text


def sides(text: str) -> list[str]:
    return re.findall(r'class="turn turn--(\w+)', text)


@pytest.mark.parametrize("partial", [False, True])
def test_roles_are_swapped_and_stay_so_until_they_are_swapped_again(send: Send, partial: bool) -> None:
    names = "Maya: It leaks\nAsha: Since when?\nMaya: Monday"
    assert sides(send(names, partial=partial)) == ["customer", "agent", "customer"]
    swapped = send(names, partial=partial, swap="1")
    assert sides(swapped) == ["agent", "customer", "agent"]
    assert 'name="swapped" value="1"' in swapped
    assert sides(send(names, partial=partial, swapped="1")) == ["agent", "customer", "agent"]
    back = send(names, partial=partial, swapped="1", swap="1")
    assert sides(back) == ["customer", "agent", "customer"]
    assert 'name="swapped"' not in back


def test_notes_and_what_the_program_wrote_are_told_apart(send: Send) -> None:
    text = send("Customer: I am locked out\nInternal note: do not unlock\nAgent: We look into it.\nMaya left the chat")
    assert sides(text) == ["customer", "note", "agent", "system"]
    assert "Note" in text
    assert "Chat program" in text


def test_names_of_the_paste_are_shown(send: Send) -> None:
    text = send("[10:15, 12/03/2024] +91 90070 55501: kab aayega\n[10:16, 12/03/2024] PaySetu Care: order id please")
    assert "Customer (<bdi>+91 90070 55501</bdi>)" in text
    assert "Agent (<bdi>PaySetu Care</bdi>)" in text


URGES = "Customer: When does my refund arrive?\nAgent: One moment please.\nCustomer: please hurry"


def test_open_question_is_pressed_closed_and_opened_again_without_scripts(send: Send) -> None:
    text = send(URGES)
    assert "Nothing to look up" not in text
    assert re.search(r'<button[^>]* form="conversation" name="first" value="0" aria-current="true"', text)
    assert 'name="close" value="0"' in text
    closed = send(URGES, close="0")
    assert '<input type="hidden" name="closed" value="0" form="conversation">' in closed
    assert 'name="first"' not in closed
    assert " data-hit" not in closed
    opened = send(URGES, closed="0", reopen="0")
    assert 'name="first" value="0"' in opened
    assert 'name="closed"' not in opened


def test_nonsense_in_the_fields_of_open_questions_changes_nothing(send: Send) -> None:
    assert 'name="first" value="0"' in send(URGES, close="x", first="-3", closed="99999999", reopen="")
