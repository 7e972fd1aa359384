"""The page of results: one answer that leads to its place, a few titles, honest words, and never an empty page."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.search.answers import Answer, AnswerKind, Cell
from kb.tables import Feedback, SearchEvent
from webapp.help.results import _text_fragment

Csrf = Callable[[FlaskClient], dict[str, str]]
ClientWith = Callable[[str], FlaskClient]


def found(page: str) -> str:
    """What stands below the search box."""
    return page[page.index('id="results"') :]


@pytest.mark.parametrize(("outcome", "cards"), [("answered", 1), ("unsure", 1), ("none", 0)])
def test_there_is_one_card_at_most_and_the_rest_are_titles(
    client_with_outcome: ClientWith, session: Session, settings: Settings, engine: Engine, outcome: str, cards: int
) -> None:
    for number in range(6):
        add_article(
            session, f"Refund of kind {number}", f"A refund of kind {number} by card is quick.", slug=f"r{number}"
        )
    SearchRuntime.open(settings, engine).update()
    page = found(get_page(client_with_outcome(outcome), "/help/en/search?q=refund+card"))
    assert page.count("result--best") == page.count("Open the full article") == cards
    assert page.count("Did this answer it?") == cards
    assert 1 <= page.count("result--line") <= 4
    assert page.count("<mark>") == (outcome == "answered")
    assert page.count("/help/en/person") == 1, "the way to a person, once"


def test_the_card_leads_to_the_section_and_to_the_very_words_only_where_it_is_sure(
    client_with_outcome: ClientWith,
) -> None:
    query = "/help/en/search?q=refund+by+upi+one+or+two+days"
    sure = re.search(r'result__open" href="([^"]+)"', get_page(client_with_outcome("answered"), query))
    unsure = re.search(r'result__open" href="([^"]+)"', get_page(client_with_outcome("unsure"), query))
    assert sure
    assert unsure
    assert re.search(r"\?at=a-by-upi&(?:amp;)?s=[0-9a-f-]+#a-by-upi:~:text=One%20or%20two%20days\.$", sure[1])
    assert unsure[1].endswith("#a-by-upi")


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (Answer(AnswerKind.SENTENCE, "Pay by e-mail, at once."), "Pay%20by%20e%2Dmail%2C%20at%20once."),
        (Answer(AnswerKind.STEPS, "-", items=("Open it.", "Tap Send.\n– twice"), best=1), "Tap%20Send."),
        (Answer(AnswerKind.ROW, "-", cells=(Cell("By", "Card"), Cell("", "5 days"))), "Card,5%20days"),
        (Answer(AnswerKind.SENTENCE, " ".join("abcdefghijkl")), "a%20b%20c%20d%20e,h%20i%20j%20k%20l"),
        (Answer(AnswerKind.SENTENCE, " ".join("abcdefghijkl") + "…"), "a%20b%20c%20d%20e"),
    ],
)
def test_the_very_words_are_named_as_browsers_understand_it(answer: Answer, fragment: str) -> None:
    assert _text_fragment(answer) == f":~:text={fragment}"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("vote", "kind"), [("yes", "answered"), ("no", "not_answered")])
def test_whether_it_helped_is_noted_where_it_is_shown(
    client_with_outcome: ClientWith, session: Session, csrf: Csrf, scripts: bool, vote: str, kind: str
) -> None:
    client = client_with_outcome("answered")
    page = get_page(client, "/help/en/search?q=refund+card")
    document, search = re.findall(r'name="(?:document|s)" value="([^"]+)"', found(page))[::-1]
    form = {"vote": vote, "document": document, "s": search, "q": "refund card"}
    headers = csrf(client) | ({"HX-Request": "true"} if scripts else {})
    answer = client.post("/help/en/search/vote", data=form, headers=headers)
    if not scripts:
        assert answer.status_code == 303
        answer = client.get(answer.location)
    assert "Thank you." in answer.text
    votes = session.execute(select(Feedback.kind, Feedback.document)).all()
    assert [tuple(row) for row in votes] == [(kind, document)]


@pytest.mark.parametrize("form", [{}, {"vote": "perhaps", "document": "article:1"}, {"vote": "yes", "document": "<b>"}])
def test_a_vote_on_nothing_is_refused(client: FlaskClient, csrf: Csrf, form: dict[str, str]) -> None:
    assert client.post("/help/en/search/vote", data=form, headers=csrf(client)).status_code == 400


def test_without_an_answer_it_is_said_what_was_understood_and_where_to_go_on(client_with_outcome: ClientWith) -> None:
    page = found(get_page(client_with_outcome("none"), "/help/en/search?q=refund+to+the+moon"))
    assert "We have no article that answers this" in page
    assert "We read your question as: “refund to the moon”" in page
    assert page.index("/help/en/person?q=refund") < page.index("result--line")
    assert 'href="/help/en/topics/refunds"' in page
    assert "<mark>" not in page


@pytest.mark.parametrize("query", ["qqqqzzzz wwwwxxxx", "🙂", "hello", "."])
@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_no_answer_is_never_an_empty_page(client: FlaskClient, query: str, language: str) -> None:
    page = found(check_page(client.get(f"/help/{language}/search", query_string={"q": query})))
    assert f"/help/{language}/topics/" in page
    assert f"/help/{language}/person" in page


@pytest.mark.parametrize(
    ("page", "query", "offered", "words"),
    [
        ("en", "रिफ़ंड कब आएगा", "hi", "इसे हिन्दी में पढ़ें"),
        ("en", "mera paisa kab wapas aayega", "hi", "इसे हिन्दी में पढ़ें"),
        ("hi", "রিফান্ড কবে আসবে", "bn", "এটি বাংলা ভাষায় পড়ুন"),
    ],
)
def test_a_question_in_another_language_is_offered_its_article_in_it(
    client_with_outcome: ClientWith, page: str, query: str, offered: str, words: str
) -> None:
    answer = client_with_outcome("answered").get(f"/help/{page}/search", query_string={"q": query})
    text = found(check_page(answer))
    assert f'href="/help/{offered}/articles/when-refund-arrives?s=' in text
    assert words in text
    assert f'href="/help/{offered}/search?q=' in text


def test_a_question_in_the_language_of_the_page_is_offered_no_other(client_with_outcome: ClientWith) -> None:
    assert "result__offer" not in get_page(client_with_outcome("answered"), "/help/en/search?q=when+is+my+refund+back")


def test_a_long_question_comes_by_post_and_gets_the_same_page(client: FlaskClient, session: Session) -> None:
    text = ("मेरा रिफ़ंड कब आएगा " * 120)[:2000]
    page = check_page(client.post("/help/hi/search", data={"q": text}))
    assert "data-outcome" in page
    links = [link for link in re.findall(r'(?:href|action)="([^"]+)"', page) if len(link) > 2000]
    assert not links, "an address that servers refuse"
    piece = client.post("/help/hi/search", data={"q": text}, headers={"HX-Request": "true"})
    assert piece.headers["HX-Replace-Url"] == "/help/hi/"
    typing = client.post("/help/hi/search", data={"q": text, "typing": "1"}, headers={"HX-Request": "true"})
    assert "data-outcome" in typing.text or "data-typing" in typing.text
    assert max(len(link) for link in re.findall(r'href="([^"]+)"', typing.text)) < 2000
    assert session.scalars(select(SearchEvent.query)).first() == text.strip()


def test_a_file_where_text_is_expected_asks_nothing(client: FlaskClient) -> None:
    answer = client.post("/help/en/search", data={"q": (BytesIO(b"refund"), "q.txt")})
    assert "All topics" in check_page(answer)


def test_the_page_of_a_search_is_not_cached_and_home_speaks_of_nobody(
    client: FlaskClient, content: PageContent
) -> None:
    assert client.get("/help/en/search?q=refund").headers["Cache-Control"] == "no-store"
    home = get_page(client, "/help/en/")
    assert "Often needed" in home
    assert content.refund
    assert 'href="/help/en/articles/when-refund-arrives"' in home
    assert home.index("directory__link") > home.index("tile__link")
