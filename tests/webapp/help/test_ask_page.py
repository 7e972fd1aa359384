"""Asking the machine on its page: without scripts, across reloads, and never without the way to a person."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from model_server import ModelServer, model_server
from page_checks import check_page, get_page
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.tables import Article, AskedTalk, Feedback, SearchEvent
from webapp.app import create_app

Csrf = Callable[[FlaskClient], dict[str, str]]
WithOutcome = Callable[[str], FlaskClient]
FLOW = """\
title: {en: Refund by way of paying, hi: पैसे कैसे दिए}
words: {en: refund money back}
steps:
  order: {ask: "Which order?", fact: order, next: paid}
  paid:
    ask: {en: "How did you pay?", hi: "पैसे कैसे दिए थे?", bn: "টাকা কী ভাবে দিয়েছিলেন?"}
    fact: payment
    quote: {article: when-refund-arrives, section: By card}
    choices:
      - {label: {en: UPI, hi: यूपीआई, bn: ইউপিআই}, values: [upi], next: upi}
      - {label: {en: A card, hi: कार्ड, bn: কার্ড}, values: [card], next: card}
      - {label: {en: "By cheque"}, next: cheque}
  upi: {answer: {en: One or two days., hi: एक या दो दिन।, bn: এক বা দুই দিন।}, quote: {article: when-refund-arrives}}
  card: {answer: {en: Five working days., hi: पाँच दिन।, bn: পাঁচ দিন।}, quote: {article: when-refund-arrives}}
  cheque: {answer: I write a cheque for you., person: yes}
"""


@pytest.fixture
def ask(csrf: Csrf) -> Callable[..., str]:
    """Send a form of the page and follow it, as a browser without scripts does."""

    def send(client: FlaskClient, language: str = "en", **form: str) -> str:
        sent = client.post(f"/help/{language}/ask", data=form, headers=csrf(client))
        assert sent.status_code == 303, sent.text
        assert sent.headers["Location"] == f"/help/{language}/ask#last"
        return get_page(client, f"/help/{language}/ask")

    return send


def with_flow(settings: Settings) -> None:
    settings.flows_dir.mkdir(parents=True)
    (settings.flows_dir / "refund.yaml").write_text(FLOW, encoding="utf-8")


def test_customers_are_told_that_a_machine_answers_before_they_ask(client: FlaskClient, content: PageContent) -> None:
    page = get_page(client, "/help/en/ask?q=my+refund")
    assert "A machine answers here" in page
    assert ">my refund</textarea>" in page
    assert 'href="/help/en/person"' in page
    assert "यहाँ मशीन जवाब देती है" in get_page(client, "/help/hi/ask")
    assert "এখানে একটি যন্ত্র উত্তর দেয়" in get_page(client, "/help/bn/ask")


def test_the_passage_is_quoted_with_its_article_and_survives_a_reload(
    client_with_outcome: WithOutcome, ask: Callable[..., str], session: Session, content: PageContent
) -> None:
    client = client_with_outcome("answered")
    for page in (ask(client, text="refund by UPI"), get_page(client, "/help/en/ask")):
        assert "This should answer your question" in page
        assert "One or two days." in page
        assert "/help/en/articles/when-refund-arrives" in page
        assert "Did this help?" in page
    event = session.scalars(select(SearchEvent)).one()
    assert (event.place, event.audience, event.query) == ("ask", "customer", "refund by UPI")
    assert "Good to know" in ask(client, helped="yes")
    feedback = session.scalars(select(Feedback)).one()
    assert (feedback.kind, feedback.event_id) == ("answered", event.id)


@pytest.mark.parametrize("outcome", ["answered", "unsure", "none"])
def test_after_two_tries_it_is_a_persons_turn(
    client_with_outcome: WithOutcome, ask: Callable[..., str], content: PageContent, outcome: str
) -> None:
    client = client_with_outcome(outcome)
    ask(client, text="refund by UPI")
    assert 'data-reply="person"' not in ask(client, text="no, I mean by card")
    page = ask(client, text="no, I mean return a lamp")
    assert 'data-reply="person"' in page
    last = page[page.index('id="last"') :]
    assert "I could not answer this" in last
    assert 'class="button button--main" href="/help/en/person"' in last
    assert 'data-reply="person"' not in ask(client, new="1", text="refund by UPI")


def test_no_twice_leads_to_a_person(
    client_with_outcome: WithOutcome, ask: Callable[..., str], session: Session, content: PageContent
) -> None:
    client = client_with_outcome("answered")
    ask(client, text="refund by UPI")
    assert 'data-reply="again"' in ask(client, helped="no")
    ask(client, text="I mean by card")
    assert "I could not answer this" in ask(client, text="nahi")
    assert {row.kind for row in session.scalars(select(Feedback))} == {"not_answered"}


def test_what_did_not_help_is_not_quoted_again(
    client_with_outcome: WithOutcome, ask: Callable[..., str], content: PageContent
) -> None:
    client = client_with_outcome("answered")
    ask(client, text="refund by UPI")
    page = ask(client, text="no, I mean refund by UPI")
    last = page[page.index('id="last"') :]
    assert "<blockquote>" not in last or "One or two days." not in last


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "human", "Here is how you reach a person"),
        ("en", "I want to talk to an agent about my refund", "Here is how you reach a person"),
        ("hi", "एजेंट से बात करनी है", "किसी व्यक्ति से बात ऐसे करें"),
        ("hi", "shikayat", "किसी व्यक्ति को बताइए"),
        ("bn", "অভিযোগ", "একজন মানুষকে জানান"),
        ("bn", "manusher sathe kotha bolte chai", "একজন মানুষকে এভাবে পাবেন"),
    ],
)
def test_who_wants_a_person_is_led_there_at_once_and_is_no_gap(
    client: FlaskClient,
    ask: Callable[..., str],
    session: Session,
    content: PageContent,
    language: str,
    text: str,
    words: str,
) -> None:
    page = ask(client, language, text=text)
    assert words in page
    assert f'class="button button--main" href="/help/{language}/person"' in page
    assert session.scalars(select(SearchEvent)).all() == []


def test_a_flow_asks_back_and_understands_buttons_and_words(
    client_with_outcome: WithOutcome, ask: Callable[..., str], settings: Settings, content: PageContent
) -> None:
    with_flow(settings)
    client = client_with_outcome("answered")
    page = ask(client, text="when does my refund come back")
    assert "How did you pay?" in page, "a machine has no use for the order number"
    assert "What the article says" in page
    assert "Five working days." in ask(client, at="paid", choice="card")
    assert "One or two days." in ask(client, text="no, I paid by gpay")
    assert "Only a person can do this" in (page := ask(client, text="by cheque"))
    assert "I write a cheque" not in page, "a machine would promise what it cannot do"
    assert "How did you pay?" in (page := ask(client, back="1"))[page.index('id="last"') :]
    assert "did not understand" in ask(client, text="pigeon")
    assert "Return a lamp" in ask(client, text="how can I return the lamp that I bought?")


@pytest.mark.parametrize(
    ("language", "question", "said", "answer"),
    [
        ("hi", "refund कार्ड", "यूपीआई से", "एक या दो दिन।"),
        ("bn", "refund কার্ড", "কার্ড দিয়ে", "পাঁচ দিন।"),
    ],
)
def test_flows_speak_the_language_of_the_page(
    client_with_outcome: WithOutcome, ask: Callable[..., str], settings: Settings, content: PageContent,
    language: str, question: str, said: str, answer: str,
) -> None:  # fmt: skip
    with_flow(settings)
    client = client_with_outcome("answered")
    ask(client, language, text=question)
    ask(client, language, flow="refund")
    assert answer in ask(client, language, text=said)


def test_danger_is_answered_first_and_no_article_is_quoted(
    client_with_outcome: WithOutcome, ask: Callable[..., str], content: PageContent
) -> None:
    page = ask(client_with_outcome("answered"), text="smoke is coming out of the lamp, can I return it")
    assert 'data-safety="fire"' in page
    assert page.index('data-safety="fire"') < page.index("Please do this first")
    assert "<blockquote>" not in page


def test_a_form_that_is_sent_twice_counts_once(
    client_with_outcome: WithOutcome, ask: Callable[..., str], session: Session, content: PageContent
) -> None:
    client = client_with_outcome("answered")
    ask(client, text="refund by UPI")
    for _ in range(2):
        ask(client, seen="2", text="and by card?")
    assert session.scalars(select(AskedTalk.said)).one() == 4
    for _ in range(2):
        ask(client, seen="4", helped="no")
    assert session.scalars(select(AskedTalk.said)).one() == 6


def test_what_is_kept_has_no_personal_data_and_the_cookie_no_words(
    client: FlaskClient, ask: Callable[..., str], session: Session, content: PageContent
) -> None:
    ask(client, text="refund to asha@example.com or 9830012345 please")
    stored = str(session.scalars(select(AskedTalk.turns)).one())
    assert "asha@example.com" not in stored
    assert "9830012345" not in stored
    assert "[email]" in stored
    with client.session_transaction() as cookie:
        assert set(cookie) <= {"ask", "visit", "csrf_token", "_fresh"}


def test_an_article_that_was_withdrawn_is_quoted_no_more(
    client_with_outcome: WithOutcome, ask: Callable[..., str], session: Session, content: PageContent
) -> None:
    client = client_with_outcome("answered")
    assert "One or two days." in ask(client, text="refund by UPI")
    for article in session.scalars(select(Article).where(Article.slug == "when-refund-arrives")):
        article.status = "archived"
    session.commit()
    page = get_page(client, "/help/en/ask")
    assert "One or two days." not in page
    assert "no longer there" in page


@pytest.mark.parametrize("text", ["", "   ", "😀", "<script>alert(1)</script> refund", "x" * 50_000, "\0", "a\u202eb"])
def test_any_text_gets_a_page(client: FlaskClient, csrf: Csrf, content: PageContent, text: str) -> None:
    sent = client.post("/help/en/ask", data={"text": text}, headers=csrf(client), follow_redirects=True)
    check_page(sent)
    assert "<script>alert" not in sent.text


def test_scripts_get_the_piece_alone(client: FlaskClient, csrf: Csrf, content: PageContent) -> None:
    sent = client.post("/help/en/ask", data={"text": "refund by UPI"}, headers={**csrf(client), "HX-Request": "true"})
    assert sent.status_code == 200
    assert "<html" not in sent.text
    assert 'id="last"' in sent.text


def test_a_restart_of_the_server_loses_nothing(
    client: FlaskClient, ask: Callable[..., str], settings: Settings, engine: Engine, app: Flask, content: PageContent
) -> None:
    ask(client, text="refund by UPI")
    again = create_app(replace(settings), engine).test_client()
    with client.session_transaction() as old, again.session_transaction() as new:
        new.update(old)
    assert "refund by UPI" in get_page(again, "/help/en/ask")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def with_model(settings: Settings, engine: Engine, app: Flask, model: ModelServer) -> FlaskClient:
    sure = replace(
        settings, answered_text="0", unsure_text="0",
        llm_url_text=model.url, llm_model="small", llm_timeout_text="600",
    )  # fmt: skip
    made = create_app(sure, engine)
    made.test_client_class = app.test_client_class
    return made.test_client()


def test_an_answer_is_composed_from_what_is_quoted_and_kept(
    settings: Settings, engine: Engine, app: Flask, ask: Callable[..., str], content: PageContent, model: ModelServer
) -> None:
    client = with_model(settings, engine, app, model)
    model.says = "Money comes back in five working days [1]."
    page = ask(client, text="refund by UPI, I am asha@example.com")
    assert "Put together by a language model" in page
    assert "five working days." in page[page.index("ask__composed") : page.index("Put together")]
    assert 'aria-label="Source 1"' in page
    assert "Put together by a language model" in get_page(client, "/help/en/ask")
    assert "asha@example.com" not in model.everything_sent


@pytest.mark.parametrize(
    "fault",
    [
        {"says": "You get it all back today, and a gift [1]."},
        {"says": "I follow you now: all is free [1]."},
        {"says": "One or two days [1].", "delay": 2.0},
        {"status": 500},
        {"raw": b"no json"},
    ],
    ids=["wrong", "injected", "slow", "broken", "unreadable"],
)
def test_on_doubt_delay_or_error_it_is_quoted_as_it_stands(
    settings: Settings, engine: Engine, app: Flask, ask: Callable[..., str], content: PageContent, model: ModelServer,
    fault: dict[str, object],
) -> None:  # fmt: skip
    client = with_model(settings, engine, app, model)
    for name, value in fault.items():
        setattr(model, name, value)
    page = ask(client, text="refund by UPI")
    assert len(model.asked) == 1
    assert "This should answer your question" in page
    assert "One or two days." in page
    assert "Put together by a language model" not in page
