"""A request from the form to the page of one's own, and everything that can go wrong on the way."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from talks import say

from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.attachments import add_file
from kb.service.contact import MOST_RECEIPTS
from kb.service.conversations import close
from kb.tables import Attachment, Conversation, ConversationFact, Delivery, Message, Role, User

Csrf = Callable[[FlaskClient], dict[str, str]]
FORM = "/help/en/contact"
TYPED = {"name": "Asha Rao", "contact": "asha@example.com", "message": "My lamp hums"}
MARKUP = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}'


def picture(colour: str = "red", kind: str = "JPEG") -> bytes:
    stored = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(stored, kind)
    return stored.getvalue()


def own_page_of(client: FlaskClient, page: str) -> str:
    found = re.search(r'href="(/help/en/requests/[^"]+)"', page)
    assert found
    return found[1]


def send(client: FlaskClient, csrf: Csrf, **changes: object) -> str:
    """The page after a form was sent."""
    response = client.post(FORM, data={**TYPED, **changes}, headers=csrf(client))
    assert response.status_code == 303, response.text[:1500]
    return get_page(client, response.location)


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_sent_request_has_a_number_and_a_page_with_order_and_pictures(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    pictures = [(io.BytesIO(picture()), "la mp.jpg"), (io.BytesIO(picture("blue", "PNG")), "b.png")]
    page = send(client, csrf, order_number=" JH-20417733 ", pictures=pictures)
    request = session.scalars(select(Conversation)).one()
    reference = request.details["reference"]
    assert re.fullmatch(r"\d{3}-\d{3}-\d{3}", reference)
    assert reference in page
    address = own_page_of(client, page)
    own = get_page(client, address)
    assert reference in own
    assert "JH-20417733" in own
    assert "My lamp hums" in own
    assert "Waiting for a person" in own
    facts = session.scalars(select(ConversationFact).where(ConversationFact.kind == "order")).all()
    assert [fact.value for fact in facts] == ["JH-20417733"]
    files = re.findall(r'src="(/help/en/requests/[^"]+)"', own)
    assert len(files) == 2
    shown = client.get(files[0])
    assert shown.content_type == "image/jpeg"
    assert "no-store" in client.get(address).headers["Cache-Control"]
    assert client.get(address).headers["X-Robots-Tag"] == "noindex"
    stored = session.scalars(select(Attachment).order_by(Attachment.id)).all()
    assert [(one.name, one.user_id) for one in stored] == [("la mp.jpg", None), ("b.png", None)]


@pytest.mark.parametrize("language", ["hi", "bn"])
def test_the_way_is_in_the_customers_language(client: FlaskClient, csrf: Csrf, language: str, session: Session) -> None:
    response = client.post(f"/help/{language}/contact", data=TYPED, headers=csrf(client))
    page = get_page(client, response.location)
    found = re.search(rf'href="(/help/{language}/requests/[^"]+)"', page)
    assert found
    own = get_page(client, found[1])
    for english in ("Your request", "Waiting", "Sent on", "Pictures", "close it"):
        assert english not in page + own
    # The number is typed and read out: it stays in the digits of keyboards.
    assert session.scalars(select(Conversation)).one().details["reference"] in own


class TestOwnPage:
    @pytest.fixture
    def address(self, client: FlaskClient, csrf: Csrf) -> str:
        return own_page_of(client, send(client, csrf))

    @pytest.fixture
    def talk(self, session: Session, address: str) -> Conversation:
        assert address
        return session.scalars(select(Conversation)).one()

    def test_notes_and_what_can_be_taken_back_are_never_shown(
        self, client: FlaskClient, session: Session, address: str, talk: Conversation
    ) -> None:
        say(session, talk, "agent: See https://shop.example/a?x=1&y=2 and <b>this</b> javascript:alert(1)")
        note = say(session, talk, "note: Customer is a liar")
        hidden = [say(session, talk, f"agent: secret {number}") for number in range(2)]
        hidden[0].delivery = Delivery.WITHDRAWN.value
        hidden[1].delivery, hidden[1].send_at = Delivery.PENDING.value, utc_now() + timedelta(minutes=1)
        failed = say(session, talk, "agent: No mail reached you")
        failed.delivery = Delivery.FAILED.value
        files = [
            add_file(session, talk, "n.txt", b"n", user_id=None, message_id=one.id, largest=9)
            for one in (note, *hidden)
        ]
        beside = add_file(session, talk, "draft.txt", b"d", user_id=session.scalars(select(User.id)).first(), largest=9)
        session.commit()
        page = get_page(client, address)
        for unseen in ("liar", "secret", "n.txt", "draft.txt"):
            assert unseen not in page
        assert "No mail reached you" in page
        assert "&lt;b&gt;this&lt;/b&gt;" in page
        assert 'href="https://shop.example/a?x=1&amp;y=2"' in page
        assert 'href="javascript' not in page
        for file in (*files, beside):
            assert client.get(f"{address}/files/{file.id}").status_code == 404
        assert "We have answered" in page or "A person has it" in page

    def test_file_of_another_request_is_not_given_out(
        self, client: FlaskClient, csrf: Csrf, session: Session, address: str
    ) -> None:
        send(client, csrf, message="another", pictures=[(io.BytesIO(picture()), "a.jpg")])
        file = session.scalars(select(Attachment)).one()
        assert client.get(f"{address}/files/{file.id}").status_code == 404

    def test_answering_there_with_pictures_once_and_opening_it_again(
        self, client: FlaskClient, csrf: Csrf, session: Session, address: str, talk: Conversation
    ) -> None:
        close(session, talk, None)
        session.commit()
        assert "This request is closed" in get_page(client, address)
        for _ in range(2):
            form = {"message": "It <b>still</b> hums", "pictures": [(io.BytesIO(picture()), "a.jpg")], "key": "k" * 22}
            response = client.post(address, data=form, headers=csrf(client))
            assert response.status_code == 303
        page = get_page(client, address)
        assert "It &lt;b&gt;still&lt;/b&gt; hums" in page
        session.refresh(talk)
        assert talk.state == "open"
        assert count(session, Message) == 2
        assert count(session, Attachment) == 1

    def test_customer_closes_it_as_solved(
        self, client: FlaskClient, csrf: Csrf, session: Session, address: str, talk: Conversation
    ) -> None:
        assert client.get(f"{address}/solved").status_code == 405
        for _ in range(2):
            assert client.post(f"{address}/solved", headers=csrf(client)).status_code == 303
        session.refresh(talk)
        assert talk.state == "closed"
        assert "Solved" in get_page(client, address)

    def test_made_up_link_says_how_to_find_it_again(self, client: FlaskClient, csrf: Csrf, address: str) -> None:
        for way in (address[:-3] + "abc", address + "x", "/help/en/requests/1", "/help/en/requests/" + "x" * 900):
            page = check_page(client.get(way), status=404)
            assert "Find your request again with its number" in page
            assert client.post(way, data={"message": "hi"}, headers=csrf(client)).status_code == 404
            assert client.post(f"{way}/solved", headers=csrf(client)).status_code == 404

    def test_found_again_by_number_and_contact_and_never_told_which_of_them_is_wrong(
        self, app: Flask, csrf: Csrf, address: str, talk: Conversation
    ) -> None:
        client = app.test_client()  # on another device
        get_page(client, "/help/en/requests")
        reference = talk.details["reference"]
        form = {"reference": reference.replace("-", " "), "contact": " ASHA@example.com"}
        response = client.post("/help/en/requests", data=form, headers=csrf(client))
        assert response.status_code == 303
        assert "My lamp hums" in get_page(client, response.location)
        answers = []
        for wrong in ({"contact": "bo@example.com"}, {"reference": "123-456-782"}):
            answer = client.post("/help/en/requests", data={**form, **wrong}, headers=csrf(client))
            answers.append((answer.status_code, re.findall(r'role="alert">.*?</div>', answer.text, re.DOTALL)))
        assert answers[0] == answers[1]
        assert answers[0][0] == 422
        assert len(answers[0][1]) == 1

    def test_trying_numbers_through_is_slowed_down(self, app: Flask, csrf: Csrf, address: str) -> None:
        statuses = []
        for number in range(24):
            client = app.test_client()
            form = {"reference": "123-456-782", "contact": "asha@example.com"}
            origin = {"REMOTE_ADDR": f"10.0.0.{number}"}  # from many machines at once
            answer = client.post("/help/en/requests", data=form, headers=csrf(client), environ_overrides=origin)
            statuses.append(answer.status_code)
        assert statuses == [422] * 20 + [429] * 4


class TestBadInput:
    @pytest.mark.parametrize("field", ["name", "contact", "message", "order_number", "key", "share", "csrf_token"])
    def test_markup_in_any_field_is_text(self, client: FlaskClient, csrf: Csrf, field: str) -> None:
        response = client.post(FORM, data={**TYPED, field: MARKUP}, headers=csrf(client))
        is_given_back = response.status_code in {400, 422}
        pages = [check_page(response, status=response.status_code)] if is_given_back else []
        if not pages:
            sent = get_page(client, response.location)
            pages = [sent, get_page(client, own_page_of(client, sent))]
        for page in pages:
            assert "<script>alert" not in page
            assert "onerror=alert(1)>" not in page.replace("onerror=alert(1)&gt;", "")

    @pytest.mark.parametrize("field", ["name", "contact", "message", "order_number", "key", "share", "anything"])
    def test_file_where_text_is_expected_is_as_if_it_were_empty(
        self, client: FlaskClient, csrf: Csrf, session: Session, field: str
    ) -> None:
        data = {**TYPED, field: (io.BytesIO(b"text"), "text.txt")}
        response = client.post(FORM, data=data, headers=csrf(client))
        assert response.status_code == (422 if field in TYPED else 303)
        assert count(session, Attachment) == 0

    @pytest.mark.parametrize("address", ["/help/en/requests", "/help/en/contact/suggestions", "/preferences"])
    def test_other_forms_take_no_file_for_text_either(self, client: FlaskClient, csrf: Csrf, address: str) -> None:
        names = ("reference", "contact", "message", "theme", "language", "next")
        data = {name: (io.BytesIO(b"text"), "text.txt") for name in names}
        assert client.post(address, data=data, headers=csrf(client)).status_code in {200, 303, 422}

    def test_json_is_no_form(self, client: FlaskClient, csrf: Csrf) -> None:
        for body in ([1, 2], {"name": [1], "message": {"a": 1}}, "text", None):
            assert client.post(FORM, json=body, headers=csrf(client)).status_code == 422

    def test_text_where_a_picture_is_expected_does_no_harm(self, client: FlaskClient, csrf: Csrf) -> None:
        assert send(client, csrf, pictures="data:image/png;base64,AAAA")

    def test_same_form_twice_is_one_conversation_and_another_message_is_another(
        self, client: FlaskClient, csrf: Csrf, session: Session
    ) -> None:
        key = re.search(r'name="key"[^>]*value="([^"]+)"', get_page(client, FORM))
        assert key
        first, again = (send(client, csrf, key=key[1], pictures=[(io.BytesIO(picture()), "a.jpg")]) for _ in range(2))
        assert own_page_of(client, first).split(".")[0] == own_page_of(client, again).split(".")[0]
        assert (count(session, Conversation), count(session, Message), count(session, Attachment)) == (1, 1, 1)
        send(client, csrf, key=key[1], message="Something else")
        assert count(session, Conversation) == 2
        for _ in range(2):  # a program that sends no key
            send(client, csrf, message="Third")
        assert count(session, Conversation) == 3
        send(client, csrf, key="another form", message="Third")
        assert count(session, Conversation) == 4

    def test_key_of_somebody_else_leads_to_nothing_of_theirs(
        self, app: Flask, client: FlaskClient, csrf: Csrf, session: Session
    ) -> None:
        send(client, csrf, key="k" * 22)
        page = send(app.test_client(), csrf, key="k" * 22, message="Not mine")
        assert count(session, Conversation) == 2
        assert "My lamp hums" not in page

    @pytest.mark.parametrize(
        ("files", "complaint"),
        [
            ([picture()] * 4, "Three pictures can be sent at most."),
            ([b"MZ program"], "is no picture that we can show"),
            ([b"<svg onload='alert(1)'/>"], "is no picture that we can show"),
            ([picture("red", "PNG")[:-25]], "damaged"),
        ],
    )
    def test_picture_that_cannot_be_taken_costs_nothing_that_was_typed(
        self, client: FlaskClient, csrf: Csrf, session: Session, files: list[bytes], complaint: str
    ) -> None:
        pictures = [(io.BytesIO(data), f"<b>{number}.jpg") for number, data in enumerate(files)]
        response = client.post(FORM, data={**TYPED, "pictures": pictures}, headers=csrf(client))
        page = check_page(response, status=422)
        assert complaint in page
        assert "choose your pictures once more" in page
        assert "My lamp hums</textarea>" in page
        assert "<b>0" not in page
        assert count(session, Conversation) == 0

    def test_picture_of_too_many_bytes_is_named(
        self, client: FlaskClient, csrf: Csrf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kb.service.sent_pictures.LARGEST", 100)
        response = client.post(FORM, data={**TYPED, "pictures": (io.BytesIO(picture()), "a.jpg")}, headers=csrf(client))
        assert "a.jpg has more than 10 MB." in check_page(response, status=422)

    @pytest.mark.parametrize(
        ("number", "is_taken"),
        [("", True), ("  ", True), ("JH-20417733", True), ("#4021/88", True), ("ord 20417733", True), ("২০৪১৭৭৩৩", True),
         ("none", False), ("I do not have it at hand", False), ("4111 1111 1111 1111", False), ("1", False), ("9" * 61, False)],
    )  # fmt: skip
    def test_order_number_is_looked_at_loosely(
        self, client: FlaskClient, csrf: Csrf, session: Session, number: str, is_taken: bool
    ) -> None:
        response = client.post(FORM, data={**TYPED, "order_number": number}, headers=csrf(client))
        assert response.status_code == (303 if is_taken else 422)
        if is_taken:
            details = session.scalars(select(Conversation)).one().details
            assert details.get("order_number", "") == number.strip()
        else:
            assert "does not look like the number of an order" in response.text

    @pytest.mark.parametrize("with_old_token", [True, False])
    def test_expired_session_gives_back_what_was_typed_and_takes_it_then(
        self, client: FlaskClient, csrf: Csrf, session: Session, with_old_token: bool
    ) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', get_page(client, FORM))
        assert token
        client.delete_cookie("kb_session")
        typed = TYPED | {"message": "पैसे <नहीं> आए"} | ({"csrf_token": token[1]} if with_old_token else {})
        page = check_page(client.post(FORM, data=typed), status=400)
        assert "The page was open for too long" in page
        assert "पैसे &lt;नहीं&gt; आए</textarea>" in page
        assert count(session, Conversation) == 0
        fields = dict(
            re.findall(r'<input[^>]*name="(csrf_token|key)"[^>]*value="([^"]+)"', page[page.index('class="form"') :])
        )
        assert client.post(FORM, data=typed | fields).status_code == 303
        assert count(session, Conversation) == 1

    @pytest.mark.parametrize(
        ("address", "typed"),
        [
            ("/help/en/articles/when-refund-arrives/vote", {"vote": "no", "reason": "<too> long"}),
            ("/preferences", {"theme": "dark", "next": "/help/en/"}),
        ],
    )
    def test_every_other_form_of_the_help_centre_can_be_sent_again(
        self, client: FlaskClient, address: str, typed: dict[str, str]
    ) -> None:
        page = check_page(client.post(address, data=typed), status=400)
        assert f'action="{address}"' in page
        fields = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page[page.index(f'action="{address}"') :])
        )
        assert fields.keys() >= typed.keys()
        assert client.post(address, data=fields).status_code == 303

    def test_forms_of_those_who_are_logged_in_are_not_offered_again(
        self, login: Callable[[Role | str], FlaskClient]
    ) -> None:
        answer = login("admin").post("/admin/people/1", data={"action": "role", "role": "admin"})
        assert answer.status_code == 400
        assert 'name="role"' not in answer.text

    def test_too_often_gives_back_what_was_typed(self, client: FlaskClient, csrf: Csrf) -> None:
        for number in range(10):
            send(client, csrf, message=f"number {number}")
        response = client.post(FORM, data={**TYPED, "message": "the eleventh"}, headers=csrf(client))
        page = check_page(response, status=429)
        assert re.search(r'name="message"[^>]*>\s*the eleventh</textarea>', page)
        assert "data-proof" in page


class TestSuggestions:
    def test_articles_are_suggested_while_writing_and_nothing_is_kept(
        self, client: FlaskClient, csrf: Csrf, session: Session
    ) -> None:
        form = {"message": "refund arrives when"}
        answer = client.post("/help/en/contact/suggestions", data=form, headers=csrf(client))
        assert "/help/en/articles/when-refund-arrives" in answer.text
        assert "<html" not in answer.text
        assert count(session, Conversation) == 0
        assert (
            client.post("/help/en/contact/suggestions", data={"message": " "}, headers=csrf(client)).text.strip() == ""
        )

    def test_without_scripts_they_stand_on_the_page_after_sending(self, client: FlaskClient, csrf: Csrf) -> None:
        page = send(client, csrf, message="refund arrives when")
        assert "/help/en/articles/when-refund-arrives" in page


class TestReceipt:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, mail_smtp_text="smtp://help%40jhilmil.example:x@localhost:2525")

    def test_number_and_link_go_out_by_mail_with_nothing_that_was_typed(
        self, client: FlaskClient, csrf: Csrf, session: Session
    ) -> None:
        page = send(client, csrf, name="Buy at http://spam.example", message="cheap http://spam.example")
        receipt = session.scalars(select(Message).where(Message.role == "system")).one()
        talk = session.scalars(select(Conversation)).one()
        assert (receipt.delivery, receipt.recipient) == ("pending", "asha@example.com")
        assert talk.details["reference"] in receipt.text
        assert "spam" not in receipt.text
        link = re.search(r"http://localhost(/help/en/requests/\S+)", receipt.text)
        assert link
        own = get_page(client, link[1])
        assert talk.details["reference"] in own
        assert "We have your request" not in own  # what our program sends is nothing that anybody said
        assert talk.preview.startswith("cheap")
        assert "by mail" in page

    def test_nobodys_mailbox_is_filled_by_the_form(self, client: FlaskClient, csrf: Csrf, session: Session) -> None:
        for number in range(MOST_RECEIPTS + 2):
            send(client, csrf, message=f"number {number}")
        send(client, csrf, contact="+919830012345")
        receipts = session.scalars(select(Message).where(Message.role == "system")).all()
        assert len(receipts) == MOST_RECEIPTS


def test_no_form_of_the_help_centre_fails_over_files_markup_or_a_token_that_is_none(app: Flask, csrf: Csrf) -> None:
    """Every POST of the help centre, with all names of fields that any of its forms has."""
    names = """name contact message reference order_number key share vote s why text document q typing theme language next
        number line score comment email when read seen step choice history question answer""".split()  # noqa: SIM905
    values = {"language": "en", "token": "none", "slug": "when-refund-arrives", "topic": "refunds"}
    wrong = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("help.") or "POST" not in (rule.methods or ()):
            continue
        known = {name: values.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, known)
        client = app.test_client()
        for fields in (
            {name: (io.BytesIO(b"text"), "text.txt") for name in names},
            dict.fromkeys(names, MARKUP),
            dict.fromkeys(names, "\0\u202e" * 20),
            {},
        ):
            answer = client.post(address, data=fields, headers=csrf(client))
            if answer.status_code >= 500 or "<script>alert(1)" in answer.text:
                wrong.append(f"{rule.rule}: {answer.status_code}")
    assert not wrong
