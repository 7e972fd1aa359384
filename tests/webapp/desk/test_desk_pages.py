import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import get_page
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements

from kb.service.contact import request_contact
from kb.service.references import reference_of
from kb.tables import Conversation, Feedback, Role, SearchEvent, Ticket, TicketMessage

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("path", ["/desk/", "/desk/?q=refund", "/desk/?q=", "/desk/?q=refund&lang=bn"])
def test_every_page_is_valid_in_each_language(rep: FlaskClient, csrf: Csrf, path: str, language: str) -> None:
    rep.post("/preferences", data={"language": language}, headers=csrf(rep))
    assert f'<html lang="{language}"' in get_page(rep, path)


def test_articles_and_tickets_have_valid_pages(rep: FlaskClient, content: PageContent) -> None:
    for path in (f"articles/{content.internal}", f"articles/{content.refund['bn']}", f"tickets/{content.ticket}"):
        get_page(rep, f"/desk/{path}")
        get_page(rep, f"/desk/{path}?s=unknown&voted=answered")
    get_page(rep, "/desk/articles/999999", status=404)
    get_page(rep, "/desk/tickets/999999", status=404)


def listed(text: str) -> dict[str, str]:
    """The results by document ("article:12"), with what stands in them."""
    return {item.split('"')[0]: item.split("</li>\n")[0] for item in text.split('data-document="')[1:]}


def test_what_can_be_sent_comes_first_and_the_rest_says_what_it_is(rep: FlaskClient, content: PageContent) -> None:
    results = listed(get_page(rep, "/desk/?q=when your refund arrives"))
    public, internal = f"article:{content.refund['en']}", f"article:{content.internal}"
    assert next(iter(results)) == public
    assert f"/desk/articles/{content.refund['en']}?s=" in results[public]
    assert "For you, not for customers" in results[internal]
    assert "How a colleague solved it" in results[f"ticket:{content.ticket}"]
    assert "not for customers" not in results[public]


def test_tabs_are_links_with_counts_that_work_without_scripts(rep: FlaskClient, content: PageContent) -> None:
    text = get_page(rep, "/desk/?q=refund&lang=en")
    tabs = re.findall(r'href="([^"]*)" data-tab="(\w+)"[^>]*>([^<]+) <span class="count">(\d+)<', text)
    assert [(name, words) for _, name, words, _ in tabs] == [
        ("all", "All"), ("public", "Articles"), ("internal", "Internal"), ("tickets", "Past tickets"),
    ]  # fmt: skip
    counts = {name: int(count) for _, name, _, count in tabs}
    assert counts["all"] == counts["public"] + counts["internal"] + counts["tickets"] == len(listed(text))
    for address, name, _, _ in tabs[1:]:
        hits = re.findall(r'<li class="hit[^>]*>', get_page(rep, address.replace("&amp;", "&")))
        shown = [hit for hit in hits if not hit.endswith(" hidden>")]
        assert len(shown) == counts[name]
        assert all(f'data-kind="{name}"' in hit for hit in shown)


def test_first_of_a_tab_is_shown_in_full(rep: FlaskClient, content: PageContent) -> None:
    for address, document in (("", f"article:{content.refund['en']}"), ("&kind=tickets", f"ticket:{content.ticket}")):
        text = get_page(rep, f"/desk/?q=when your refund arrives{address}")
        full = re.findall(r'hit--full"[^>]* data-document="([^"]+)"', text)
        assert full == [document]


def test_typing_brings_only_the_results(rep: FlaskClient) -> None:
    piece = rep.get("/desk/?q=refund&lang=hi", headers=PARTIAL)
    assert "<html" not in piece.text
    assert 'id="search-status" hx-swap-oob="innerHTML"' in piece.text
    assert piece.headers["HX-Replace-Url"] == "/desk/?q=refund&lang=hi"


def test_reading_language_picks_the_version(rep: FlaskClient) -> None:
    assert "रिफ़ंड कब आएगा" in get_page(rep, "/desk/?q=refund&lang=hi")
    assert "রিফান্ড কবে আসবে" in get_page(rep, "/desk/?q=refund&lang=bn")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("answered", "This should answer your question"),
        ("unsure", "These may help"),
        ("none", "We have no article that answers this"),
    ],
)
def test_confidence_is_said_in_the_words_of_the_help_centre(
    app_with_outcome: Callable[[str], Flask], login: Login, outcome: str, words: str
) -> None:
    app = app_with_outcome(outcome)
    customer, client = app.test_client(), app.test_client()
    with login("rep").session_transaction() as known, client.session_transaction() as cookie:
        cookie.update(known)
    text = get_page(client, "/desk/?q=refund")
    assert words in text
    assert words in get_page(customer, "/help/en/search?q=refund")
    assert ("Best answer" in text) == (outcome == "answered")
    assert ("data-piece=" in text) == (outcome == "answered")


def test_number_of_a_request_leads_to_it(rep: FlaskClient, session: Session) -> None:
    first, second = (
        request_contact(
            session, name="A", contact=f"{text}@example.com", message=text, language="en", visit=None, region="IN"
        )
        for text in ("one", "two")
    )
    session.commit()
    for asked in (first, second):
        number = asked.details["reference"]
        for typed in (number, number.replace("-", ""), f"#{number.replace('-', ' ')}"):
            answer = rep.get("/desk/", query_string={"q": typed})
            assert (answer.status_code, answer.location) == (303, f"/desk/inbox/{asked.id}")
            part = rep.get("/desk/", query_string={"q": typed}, headers=PARTIAL)
            assert (part.status_code, part.headers["HX-Redirect"]) == (204, f"/desk/inbox/{asked.id}")
    assert session.scalars(select(SearchEvent)).all() == [], "a number is no question that an article should answer"
    assert "refund" in get_page(rep, f"/desk/?q={reference_of('nobody asked this')} refund")
    get_page(rep, f"/desk/?q={reference_of('nobody asked this')}")


def test_search_page_needs_a_fixed_number_of_statements(rep: FlaskClient, engine: Engine) -> None:
    rep.get("/desk/?q=warm")
    with recorded_statements(engine) as statements:
        rep.get("/desk/?q=refund", buffered=False)
    # The person, public and internal articles, tickets, how many wait, the rules of safety, macros, steps, notices.
    asked = list(filter(is_of_the_page, statements))
    assert len(asked) == 9, "\n".join(asked)


def test_search_is_recorded_with_the_rep(rep: FlaskClient, session: Session) -> None:
    for typed in ("re", "refu", "refund"):
        rep.get(f"/desk/?q={typed}", headers=PARTIAL)
    found = session.scalars(select(SearchEvent)).one()
    assert (found.query, found.place, found.audience) == ("refund", "desk", "rep")
    assert found.user_id


def first_search(rep: FlaskClient) -> str:
    found = re.search(r"\?s=([\w-]+)", rep.get("/desk/?q=refund").text)
    assert found
    return found[1]


def test_opening_counts_as_a_click_and_an_automatic_preview_does_not(
    rep: FlaskClient, session: Session, content: PageContent
) -> None:
    search_id, path = first_search(rep), f"/desk/articles/{content.internal}"
    piece = rep.get(f"{path}?s={search_id}&peek=1", headers=PARTIAL)
    assert "<html" not in piece.text
    assert session.scalars(select(Feedback)).all() == []
    rep.get(f"{path}?s={search_id}", headers=PARTIAL)
    assert session.scalars(select(Feedback.kind)).one() == "click"


def test_internal_text_warns_before_and_after_it_is_copied(rep: FlaskClient, content: PageContent) -> None:
    text = get_page(rep, f"/desk/articles/{content.internal}")
    assert text.count("data-copy-warning=") == 3
    assert 'data-copy="INTERNAL. NOT FOR CUSTOMERS.' in text
    assert "/help/" not in text.split("<main")[1]
    public = get_page(rep, f"/desk/articles/{content.refund['hi']}")
    assert "data-copy-warning" not in public
    assert 'data-copy="http://localhost/help/hi/articles/when-refund-arrives"' in public
    assert 'data-copy="# रिफ़ंड कब आएगा' in public


def test_versions_of_an_article_are_one_press_away(rep: FlaskClient, content: PageContent) -> None:
    text = get_page(rep, f"/desk/articles/{content.refund['en']}?s=abc")
    assert f"/desk/articles/{content.refund['bn']}?s=abc&amp;peek=1" in text


def test_links_between_articles_stay_at_the_desk(rep: FlaskClient, content: PageContent) -> None:
    text = get_page(rep, f"/desk/articles/{content.english_only}")
    assert f'href="/desk/articles/{content.refund["en"]}"' in text
    assert f'href="/desk/articles/{content.internal}"' in text


def test_ticket_shows_problem_and_resolution_apart(rep: FlaskClient, session: Session, content: PageContent) -> None:
    session.add_all(
        [
            TicketMessage(ticket_id=content.ticket, position=1, role="customer", text="Where is it, [name]?"),
            TicketMessage(ticket_id=content.ticket, position=2, role="agent", public=False, text="Asked the bank"),
        ]
    )
    session.commit()
    text = get_page(rep, f"/desk/tickets/{content.ticket}")
    assert text.index("The refund for [order] has not come.") < text.index("What resolved it")
    assert 'data-copy="Sent again by UPI; it came the same day."' in text
    assert "Where is it, [name]?" in text
    assert text.count("turn turn--note") == 1


def test_open_ticket_is_not_shown(rep: FlaskClient, session: Session, content: PageContent) -> None:
    ticket = session.get(Ticket, content.ticket)
    assert ticket
    ticket.status = "open"
    session.commit()
    get_page(rep, f"/desk/tickets/{content.ticket}", status=404)


@pytest.mark.parametrize(
    ("kind", "words"), [("answered", "Noted: it answered."), ("not_answered", "Noted: it did not.")]
)
def test_vote_works_with_and_without_scripts(
    rep: FlaskClient, csrf: Csrf, session: Session, content: PageContent, kind: str, words: str
) -> None:
    data = {"s": first_search(rep), "document": f"ticket:{content.ticket}", "kind": kind}
    response = rep.post("/desk/feedback", data=data, headers=csrf(rep))
    assert words in get_page(rep, response.location)
    assert words in rep.post("/desk/feedback", data=data, headers={**csrf(rep), **PARTIAL}).text
    feedback = session.scalars(select(Feedback)).one()
    assert (feedback.kind, feedback.document) == (kind, data["document"])


@pytest.mark.parametrize(
    "change", [{"kind": "click"}, {"kind": ""}, {"document": "user:1"}, {"document": "article:x"}, {"document": ""}]
)
def test_other_feedback_is_refused(rep: FlaskClient, csrf: Csrf, session: Session, change: dict[str, str]) -> None:
    data = {"kind": "answered", "document": "article:1", **change}
    assert rep.post("/desk/feedback", data=data, headers=csrf(rep)).status_code == 400
    assert session.scalars(select(Feedback)).all() == []


@pytest.mark.parametrize("shares", [True, False])
def test_who_asks_for_a_person_stands_in_the_inbox_with_what_they_tried_if_they_want_it(
    rep: FlaskClient, app: Flask, session: Session, csrf: Csrf, shares: bool
) -> None:
    customer = app.test_client()
    link = re.search(r'class="result__title"><a href="([^"]+)"', customer.get("/help/hi/search?q=refund").text)
    assert link
    customer.get(link[1])
    data = {"name": "सुनील", "contact": "98300 12345", "message": "पैसे नहीं आए", **({"share": "y"} if shares else {})}
    assert customer.post("/help/hi/contact", data=data, headers=csrf(customer)).status_code == 303
    assert "1 customer is waiting" in get_page(rep, "/desk/")
    answer = rep.get("/desk/requests")
    assert (answer.status_code, answer.location) == (301, "/desk/inbox?view=open&channel=web")
    assert "सुनील" in get_page(rep, answer.location)
    talk = session.scalars(select(Conversation)).one()
    text = get_page(rep, f"/desk/inbox/{talk.id}")
    for expected in ("सुनील", 'href="tel:+919830012345"', "पैसे नहीं आए"):
        assert expected in text
    assert ('href="/desk/?q=refund"' in text) is shares
