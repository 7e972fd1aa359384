"""What the widget asks for: articles for a page, an article to read, votes, a message to a person."""

import pytest
from flask.testing import FlaskClient
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.tables import Conversation, Feedback, FeedbackKind, Message, SearchEvent
from kb.tables.feedback import LARGEST_ID

VISIT = "abcdefgh01234567"
MESSAGE = {"name": "Asha Rao", "contact": "098300 12345", "message": "My lamp hums", "language": "hi", "visit": VISIT}


def search(shop: FlaskClient, q: str, **parameters: str) -> str:
    answer = shop.get("/api/v1/search", query_string={"q": q, "lang": "en", "visit": VISIT, **parameters})
    assert answer.status_code == 200
    return str(answer.get_json()["search_id"])


def test_search_is_recorded_for_the_visit_of_the_page_and_place(shop: FlaskClient, session: Session) -> None:
    search(shop, "refund by card")
    event = session.scalars(select(SearchEvent)).one()
    assert (event.place, event.visit, event.audience, event.user_id) == ("widget", f"w-{VISIT}", "customer", None)


def test_what_is_typed_on_is_no_search_yet(shop: FlaskClient, session: Session) -> None:
    search(shop, "ref", typing="1")
    assert session.scalars(select(SearchEvent)).all() == []
    search(shop, "refun")
    search(shop, "refund by card")
    assert [event.query for event in session.scalars(select(SearchEvent))] == ["refund by card"]


def test_page_cannot_pass_for_a_visit_of_the_help_centre(
    client: FlaskClient, shop: FlaskClient, session: Session
) -> None:
    client.get("/help/en/search?q=secret+lamp")
    [own] = [event.visit for event in session.scalars(select(SearchEvent))]
    shop.get("/api/v1/search", query_string={"q": "refund", "visit": own})
    assert len({event.visit for event in session.scalars(select(SearchEvent))}) == 2


def test_article_comes_as_a_tree_and_opening_it_is_a_click(
    shop: FlaskClient, session: Session, content: PageContent
) -> None:
    found = search(shop, "refund by card")
    answer = shop.get(f"/api/v1/widget/articles/en/when-refund-arrives?s={found}&visit={VISIT}").get_json()
    assert (answer["id"], answer["title"]) == (content.refund["en"], "When your refund arrives")
    assert answer["url"] == "/help/en/articles/when-refund-arrives"
    assert answer["content"][0] == ["h2", {"id": "a-by-card"}, ["By card"]]
    feedback = session.scalars(select(Feedback)).one()
    assert (feedback.kind, feedback.document) == ("click", f"article:{content.refund['en']}")


def test_opening_what_was_found_while_typing_records_what_was_typed(shop: FlaskClient, session: Session) -> None:
    found = search(shop, "refund by card", typing="1")
    shop.get(
        "/api/v1/widget/articles/en/when-refund-arrives",
        query_string={"s": found, "visit": VISIT, "typed": "refund by card"},
    )
    event = session.scalars(select(SearchEvent)).one()
    assert (event.public_id, event.place, [one.kind for one in event.feedback]) == (found, "widget", ["click"])


def test_links_to_articles_lead_on_and_internal_ones_nowhere(shop: FlaskClient) -> None:
    text = shop.get("/api/v1/widget/articles/en/return-a-lamp").text
    assert '"href":"/help/en/articles/when-refund-arrives"' in text.replace(": ", ":")
    assert "refund-limits" not in text


def test_internal_and_unpublished_articles_are_not_there(shop: FlaskClient) -> None:
    for slug in ("refund-limits", "nothing", "when-refund-arrives/x", "%00"):
        assert shop.get(f"/api/v1/widget/articles/en/{slug}").status_code == 404
    assert "Refund limits" not in shop.get("/api/v1/search?q=refund+limits+of+a+rep&lang=en").text
    assert "Refund limits" not in shop.get("/api/v1/widget/suggestions?text=Refund+limits&lang=en").text


def test_page_gets_articles_in_its_language_and_nothing_is_recorded(shop: FlaskClient, session: Session) -> None:
    answer = shop.get("/api/v1/widget/suggestions", query_string={"text": "When your refund arrives", "lang": "en"})
    results = answer.get_json()["results"]
    assert all(one["language"] == "en" for one in results)
    assert session.scalars(select(SearchEvent)).all() == []
    for odd in ("", "thank you", "?" * 5_000, "\0"):
        assert shop.get("/api/v1/widget/suggestions", query_string={"text": odd}).get_json()["results"] == []


def test_vote_counts_for_the_search_or_else_for_the_article(
    shop: FlaskClient, session: Session, content: PageContent
) -> None:
    document = f"article:{content.refund['en']}"
    found = search(shop, "refund by card")
    for search_id in (found, "", "gone"):
        body = {"kind": "answered", "document": document, "search_id": search_id, "visit": VISIT}
        assert shop.post("/api/v1/widget/feedback", json=body).status_code == 201
    kept = session.scalars(select(Feedback)).all()
    assert [(one.kind, one.event_id is None) for one in kept] == [("answered", False), ("answered", True)]


def test_vote_for_nothing_is_refused(shop: FlaskClient, session: Session) -> None:
    for body in (
        {"kind": "click", "document": "article:1"},
        {"kind": "answered"},
        {"kind": "answered", "document": "nothing"},
        {"kind": "answered", "document": f"article:{LARGEST_ID + 1}"},
        {"kind": "answered", "document": ["article:1"]},
        {"kind": "answered", "document": "article:1", "visit": "'; drop table"},
        [],
    ):
        assert shop.post("/api/v1/widget/feedback", json=body).status_code == 400, body
    assert session.scalars(select(Feedback)).all() == []


def test_message_reaches_a_person_and_secrets_do_not(shop: FlaskClient, session: Session) -> None:
    answer = shop.post(
        "/api/v1/widget/contact", json={**MESSAGE, "message": "My card 4111 1111 1111 1111 was charged twice"}
    )
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["contact"] == "+919830012345"
    assert len(told["masked"]) == 1
    conversation = session.scalars(select(Conversation)).one()
    assert (conversation.origin, conversation.state, conversation.language) == ("help", "open", "hi")
    message = session.scalars(select(Message)).one()
    assert message.text == "My card [card] was charged twice"


def test_message_can_be_followed_and_is_stored_once_however_often_it_arrives(
    shop: FlaskClient, client: FlaskClient, session: Session
) -> None:
    sent = {**MESSAGE, "form": "a-form-0123456789"}
    answers = [shop.post("/api/v1/widget/contact", json=sent).get_json() for _ in range(2)]
    assert answers[0]["reference"] == answers[1]["reference"]
    conversation = session.scalars(select(Conversation)).one()
    assert conversation.details["reference"] == answers[0]["reference"]
    page = client.get(answers[0]["url"])
    assert page.status_code == 200
    assert "My lamp hums" in page.text
    assert shop.post("/api/v1/widget/contact", json={**sent, "form": "another-0123456789"}).get_json() != answers[0]


@pytest.mark.sqlite_only(reason="only SQLite has one writer for all tables")
def test_message_is_kept_while_the_database_takes_nothing(
    shop: FlaskClient, session: Session, engine: Engine, settings: Settings
) -> None:
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        answer = shop.post("/api/v1/widget/contact", json=MESSAGE)
        other.rollback()
    assert (answer.status_code, answer.get_json()["url"]) == (202, "")
    assert session.scalars(select(Conversation)).all() == []
    assert [path for path in settings.home.rglob("*") if path.is_file() and b"lamp" in path.read_bytes()]


def test_what_was_searched_goes_along_only_where_it_was_ticked(shop: FlaskClient, session: Session) -> None:
    search(shop, "refund by card")
    shop.post("/api/v1/widget/contact", json={**MESSAGE, "message": "one"})
    shop.post("/api/v1/widget/contact", json={**MESSAGE, "message": "two", "share": True})
    shop.post("/api/v1/widget/contact", json={**MESSAGE, "message": "three", "share": "yes"})
    visits = [one.visit for one in session.scalars(select(Conversation).order_by(Conversation.id))]
    assert visits == [None, f"w-{VISIT}", None]
    assert FeedbackKind.ASKED_PERSON.value in {one.kind for one in session.scalars(select(Feedback))}


def test_what_cannot_be_used_is_named_by_field(shop: FlaskClient, session: Session) -> None:
    for change, wrong in (
        ({"name": " "}, {"name": "missing"}),
        ({"name": "a" * 201}, {"name": "long"}),
        ({"contact": "me"}, {"contact": "wrong"}),
        ({"contact": "a" * 100_000 + "@x.example"}, {"contact": "wrong"}),
        ({"contact": ""}, {"contact": "missing"}),
        ({"message": "x" * 5_001}, {"message": "long"}),
        ({"name": "", "contact": "", "message": ""}, {"name": "missing", "contact": "missing", "message": "missing"}),
    ):
        answer = shop.post("/api/v1/widget/contact", json={**MESSAGE, **change})
        assert (answer.status_code, answer.get_json()["fields"]) == (422, wrong)
    for odd in ({"name": 7}, {"message": None}, {"message": "\0"}):
        assert shop.post("/api/v1/widget/contact", json={**MESSAGE, **odd}).status_code == 400
    assert session.scalars(select(Conversation)).all() == []


def test_conversation_with_the_machine_belongs_to_the_page_and_can_be_taken_up_again(
    shop: FlaskClient, session: Session
) -> None:
    first = shop.post("/api/v1/ask", json={"text": "refund by card", "lang": "en", "visit": VISIT})
    assert first.status_code == 200
    assert first.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    asked = first.get_json()
    again = shop.post("/api/v1/ask", json={"talk": asked["talk"], "lang": "en"}).get_json()
    assert (again["talk"], again["reply"]["kind"]) == (asked["talk"], asked["reply"]["kind"])
    assert shop.post("/api/v1/ask", json={"talk": "nobody's", "lang": "en"}).status_code == 404
    assert shop.post("/api/v1/ask", json={"lang": "en"}).status_code == 400
    assert [event.visit for event in session.scalars(select(SearchEvent))] == [f"w-{VISIT}"]
