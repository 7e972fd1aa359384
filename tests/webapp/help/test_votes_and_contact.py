import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.service.contact import SentRequest, clean_contact, find_request, request_contact
from kb.tables import Conversation, Feedback, Message, SearchEvent

Csrf = Callable[[FlaskClient], dict[str, str]]
VOTE = "/help/en/articles/when-refund-arrives/vote"
MESSAGE = {"name": "Asha Rao", "contact": "98300 12345", "message": "My refund is late"}


def searched(client: FlaskClient, query: str) -> str:
    """Search and give the public id that the page's links carry."""
    text = client.get("/help/en/search", query_string={"q": query}).text
    found = re.search(r"\?s=([\w-]+)", text)
    assert found
    return found[1]


def test_vote_works_as_a_plain_form(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    search_id = searched(client, "refund")
    response = client.post(VOTE, data={"vote": "no", "s": search_id}, headers=csrf(client))
    assert response.status_code == 303
    assert "We will look at what is missing here" in get_page(client, response.location)
    event = session.scalars(select(SearchEvent)).one()
    assert "not_answered" in {feedback.kind for feedback in event.feedback}


def test_vote_through_htmx_gets_the_thanks_alone(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    response = client.post(VOTE, data={"vote": "yes"}, headers={**csrf(client), "HX-Request": "true"})
    assert "Thank you" in response.text
    assert "<html" not in response.text
    feedback = session.scalars(select(Feedback)).one()
    assert (feedback.kind, feedback.event_id) == ("answered", None)
    assert feedback.document.startswith("article:")
    assert feedback.visit


def test_vote_that_names_an_outdated_search_counts_for_the_article(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    assert client.post(VOTE, data={"vote": "yes", "s": "gone"}, headers=csrf(client)).status_code == 303
    assert session.scalars(select(Feedback)).one().event_id is None


def test_vote_for_something_else_is_refused(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    assert client.post(VOTE, data={"vote": "maybe"}, headers=csrf(client)).status_code == 400
    assert session.scalars(select(Feedback)).all() == []


def test_contact_form_names_what_was_searched_and_read_but_pastes_none_of_it(client: FlaskClient) -> None:
    assert 'name="share"' not in get_page(client, "/help/en/contact?q=my+lamp+<hums>")  # nothing to send along
    search_id = searched(client, "refund <by> card")
    client.get("/help/en/articles/when-refund-arrives", query_string={"s": search_id})
    page = get_page(client, "/help/en/contact")
    assert re.search(r"<textarea[^>]*>\s*</textarea>", page)
    assert "refund &lt;by&gt; card" in page
    assert "When will my refund arrive?" in page or "refund arrives" in page.lower()
    assert re.search(r'<input[^>]*name="share"', page)
    assert "checked" not in page[page.index('name="share"') - 80 : page.index('name="share"') + 80]


@pytest.mark.parametrize("shared", [True, False])
def test_request_goes_with_the_visit_only_where_that_was_ticked_and_marks_its_last_search(
    client: FlaskClient, csrf: Csrf, session: Session, shared: bool
) -> None:
    searched(client, "gift card")
    searched(client, "refund late")
    typed = MESSAGE | ({"share": "y"} if shared else {})
    response = client.post("/help/hi/contact", data=typed, headers=csrf(client))
    assert response.status_code == 303
    page = get_page(client, response.location)
    assert "+919830012345" in page
    assert "अभी किसी ने इसे पढ़ा नहीं है" in page
    request = session.scalars(select(Conversation)).one()
    assert (request.channel, request.origin, request.state, request.language) == ("web", "help", "open", "hi")
    assert (request.customer.name, request.customer.phone) == ("Asha Rao", "+919830012345")
    assert request.waiting_since is not None
    assert session.scalars(select(Message.text)).all() == ["My refund is late"]
    first, last = session.scalars(select(SearchEvent).order_by(SearchEvent.id)).all()
    assert last.visit
    assert request.visit == (last.visit if shared else None)
    assert (last.visit in {one.value for one in request.customer.identities}) is shared
    assert [feedback.kind for feedback in last.feedback] == ["asked_person"]
    assert first.feedback == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": " "}, "Please write your name."),
        ({"contact": "tomorrow"}, "neither an e-mail address nor a phone number"),
        ({"contact": "asha@"}, "neither an e-mail address nor a phone number"),
        ({"contact": "12"}, "neither an e-mail address nor a phone number"),
        ({"message": ""}, "Please write in a few words"),
        ({"message": "x" * 5001}, "under 5,000 characters"),
    ],
)
def test_what_was_typed_stays_when_something_is_wrong(
    client: FlaskClient, csrf: Csrf, session: Session, change: dict[str, str], complaint: str
) -> None:
    typed = {**MESSAGE, **change}
    text = check_page(client.post("/help/en/contact", data=typed, headers=csrf(client)), status=422)
    assert complaint in text
    assert 'aria-invalid="true"' in text
    assert f'value="{typed["contact"]}"' in text
    assert session.scalars(select(Conversation)).all() == []


def test_form_without_csrf_token_is_refused(client: FlaskClient, session: Session) -> None:
    assert client.post("/help/en/contact", data=MESSAGE).status_code == 400
    assert session.scalars(select(Conversation)).all() == []


def test_confirmation_is_shown_only_to_who_sent_something(client: FlaskClient) -> None:
    assert client.get("/help/en/contact/sent").location == "/help/en/contact"


@pytest.mark.parametrize(
    ("typed", "usable"),
    [
        (" Asha@Example.COM ", "Asha@example.com"),
        ("98300 12345", "+919830012345"),
        ("+44 20 7946 0958", "+442079460958"),
        ("আশা@example.com", "আশা@example.com"),
    ],
)
def test_contact_is_brought_into_a_form_that_can_be_used(typed: str, usable: str) -> None:
    assert clean_contact(typed, "IN") == usable


@pytest.mark.parametrize("typed", ["", "call me", "a@b", "1234", "98300 12345 98300 12345"])
def test_contact_that_nobody_could_use_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError):
        clean_contact(typed, "IN")


def ask(session: Session, contact: str, visit: str | None = None) -> Conversation:
    return request_contact(
        session, name="Asha", contact=contact, message="Help", language="en", visit=visit, region="IN"
    )


def test_who_writes_again_is_the_same_customer_by_address_number_or_visit(session: Session) -> None:
    first = ask(session, "asha@example.com", "visit-1")
    assert ask(session, "ASHA@example.com").customer_id == first.customer_id
    by_visit = ask(session, "+919830012345", "visit-1")
    assert by_visit.customer_id == first.customer_id
    assert ask(session, "+919830012345").customer_id == first.customer_id
    assert ask(session, "other@example.com", "visit-2").customer_id != first.customer_id
    assert len({one.id for one in session.scalars(select(Conversation))}) == 5


def test_what_was_sent_is_found_by_its_random_name_alone(session: Session) -> None:
    conversation = ask(session, "asha@example.com")
    assert find_request(session, str(conversation.external_id)) == SentRequest("asha@example.com", "Asha", "Help")
    assert find_request(session, str(conversation.id)) is None


def test_votes_of_one_visit_count_once_an_article_and_the_last_one_counts(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    for choice in ("yes", "no", "no"):
        assert client.post(VOTE, data={"vote": choice}, headers=csrf(client)).status_code == 303
    assert [feedback.kind for feedback in session.scalars(select(Feedback))] == ["not_answered"]


def test_an_address_that_drops_its_cookies_cannot_vote_for_ever(app: Flask, csrf: Csrf, session: Session) -> None:
    statuses = []
    for _ in range(14):
        client = app.test_client()
        statuses.append(client.post(VOTE, data={"vote": "no"}, headers=csrf(client)).status_code)
    assert statuses == [303] * 10 + [429] * 4
    assert len(session.scalars(select(Feedback)).all()) == 10
