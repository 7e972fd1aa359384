import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.service.contact import (
    ATTEMPTS_SHOWN,
    clean_contact,
    finish_request,
    list_requests,
    release_request,
    request_contact,
    take_request,
)
from kb.tables import ContactRequest, Feedback, SearchEvent

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


def test_contact_form_begins_with_what_was_searched(client: FlaskClient) -> None:
    assert "my lamp &lt;hums&gt;" in get_page(client, "/help/en/contact?q=my+lamp+<hums>")
    searched(client, "refund by card")
    assert "refund by card</textarea>" in get_page(client, "/help/en/contact")


def test_request_is_stored_with_the_visit_and_marks_its_last_search(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    searched(client, "gift card")
    searched(client, "refund late")
    response = client.post("/help/hi/contact", data=MESSAGE, headers=csrf(client))
    assert response.status_code == 303
    page = get_page(client, response.location)
    assert "+919830012345" in page
    assert "अभी किसी ने इसे पढ़ा नहीं है" in page
    request = session.scalars(select(ContactRequest)).one()
    assert (request.name, request.contact, request.language) == ("Asha Rao", "+919830012345", "hi")
    first, last = session.scalars(select(SearchEvent).order_by(SearchEvent.id)).all()
    assert request.visit == last.visit
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
    assert session.scalars(select(ContactRequest)).all() == []


def test_form_without_csrf_token_is_refused(client: FlaskClient, session: Session) -> None:
    assert client.post("/help/en/contact", data=MESSAGE).status_code == 400
    assert session.scalars(select(ContactRequest)).all() == []


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


def make_request(session: Session, visit: str | None = None, name: str = "Asha") -> ContactRequest:
    return request_contact(session, name=name, contact="a@b.in", message="Help", language="en", visit=visit)


def test_only_one_of_two_people_gets_a_request(session: Session) -> None:
    request = make_request(session)
    take_request(session, request.public_id, 1)
    take_request(session, request.public_id, 1)
    with pytest.raises(ConflictError):
        take_request(session, request.public_id, 2)
    release_request(session, request.public_id)
    assert take_request(session, request.public_id, 2).taken_by_id == 2
    assert finish_request(session, request.public_id, 2).state == "done"
    with pytest.raises(ConflictError):
        take_request(session, request.public_id, 2)


def test_unknown_request_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        take_request(session, "nothing", 1)


def test_longest_wait_comes_first_and_taken_ones_last(session: Session) -> None:
    made = [make_request(session, name=name) for name in ("first", "second", "third")]
    take_request(session, made[0].public_id, 1)
    assert [item.request.name for item in list_requests(session)] == ["second", "third", "first"]


def test_list_shows_a_limited_number_of_attempts_newest_first(session: Session) -> None:
    for number in range(ATTEMPTS_SHOWN + 3):
        session.add(
            SearchEvent(
                public_id=str(number),
                place="help",
                audience="customer",
                visit="v",
                query=f"question {number}",
                language="en",
                outcome="none",
                confidence=0.1,
            )
        )
    session.flush()
    make_request(session, visit="v")
    (item,) = list_requests(session)
    assert len(item.attempts) == ATTEMPTS_SHOWN
    assert item.attempts[0].query == f"question {ATTEMPTS_SHOWN + 2}"


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
