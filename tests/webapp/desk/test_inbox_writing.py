"""Writing in the inbox: replies that can be taken back, notes, drafts, two who write at once, files."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import get_page
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk, say
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.service.drafts import get_draft
from kb.tables import Attachment, Channel, Conversation, CustomerIdentity, Message, Role, UsedDocument

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
JSON = {"Accept": "application/json"}


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


@pytest.fixture
def rep_id(session: Session) -> int:
    return get_user(session, "rep@test.example").id


@pytest.fixture
def talk(session: Session) -> Conversation:
    found = make_talk(session)
    session.commit()
    return found


def hidden(page: str, name: str) -> str:
    found = re.search(rf'id="composer".*?name="{name}" value="([^"]*)"', page, re.DOTALL)
    assert found, name
    return found[1]


def write(client: FlaskClient, csrf: Csrf, talk: Conversation, text: str, *, page: str = "", **fields: str):  # type: ignore[no-untyped-def]
    """As the form of `page` (fetched now if not given) would send it."""
    page = page or get_page(client, f"/desk/inbox/{talk.id}")
    data = {name: hidden(page, name) for name in ("key", "last_seen", "recipient", "next")}
    data |= {"kind": "reply", "step": "send", "text": text, **fields}
    headers = csrf(client) | (JSON if fields.get("as_json") else {})
    return client.post(f"/desk/inbox/{talk.id}/messages", data=data, headers=headers)


def texts(session: Session, talk: Conversation, role: str = "agent") -> list[str]:
    session.rollback()
    wanted = select(Message.text).where(Message.conversation_id == talk.id, Message.role == role).order_by(Message.id)
    return list(session.scalars(wanted.where(Message.delivery != "withdrawn")))


def test_reply_goes_out_later_and_undo_brings_its_text_back(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, rep_id: int
) -> None:
    answer = write(rep, csrf, talk, "It comes tomorrow.\nSorry!")
    assert answer.status_code == 303
    message = session.scalars(select(Message).where(Message.role == "agent")).one()
    assert (message.delivery, message.user_id, message.text) == ("pending", rep_id, "It comes tomorrow.\nSorry!")
    page = get_page(rep, answer.location)
    assert "Sending…" in page
    undo = re.search(rf'action="(/desk/inbox/{talk.id}/messages/{message.id}/undo)"', page)
    assert undo
    back = rep.post(undo[1], headers=csrf(rep))
    page = get_page(rep, back.location)
    assert "It comes tomorrow.\nSorry!</textarea>" in page
    assert "Taken back" in page
    assert texts(session, talk) == []
    assert write(rep, csrf, talk, "It comes today.").status_code == 303
    assert texts(session, talk) == ["It comes today."]
    assert get_draft(session, talk.id, rep_id) is None


def test_undo_when_it_has_gone_out_says_so_and_changes_nothing(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    write(rep, csrf, talk, "Gone")
    message = session.scalars(select(Message).where(Message.role == "agent")).one()
    message.delivery = "sent"
    session.commit()
    path = f"/desk/inbox/{talk.id}/messages/{message.id}/undo"
    assert rep.post(path, headers=csrf(rep) | JSON).json == {"text": None}
    assert "it has gone out already" in get_page(rep, rep.post(path, headers=csrf(rep)).location)
    assert texts(session, talk) == ["Gone"]


def test_nobody_takes_back_what_a_colleague_wrote(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, login: Login
) -> None:
    write(rep, csrf, talk, "Mine")
    message = session.scalars(select(Message).where(Message.role == "agent")).one()
    colleague = login("trainer")
    colleague.post(f"/desk/inbox/{talk.id}/messages/{message.id}/undo", headers=csrf(colleague))
    assert texts(session, talk) == ["Mine"]


def test_button_that_is_pressed_twice_sends_once(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    first = write(rep, csrf, talk, "Once", page=page, as_json="1").json
    assert first["seconds"] == 5
    assert write(rep, csrf, talk, "Once", page=page, as_json="1").json["id"] == first["id"]
    write(rep, csrf, talk, "A note", page=page, kind="note", key="note-key-1")
    write(rep, csrf, talk, "A note", page=page, kind="note", key="note-key-1")
    assert texts(session, talk) == ["Once"]
    assert texts(session, talk, "note") == ["A note"]


def test_text_that_was_changed_after_an_earlier_one_had_arrived_stays_as_the_draft(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, rep_id: int
) -> None:
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    assert write(rep, csrf, talk, "By noon", page=page, as_json="1").json["earlier"] is False
    assert write(rep, csrf, talk, "By noon, by post", page=page, as_json="1").json["earlier"] is True
    draft = get_draft(session, talk.id, rep_id)
    assert draft is not None
    assert draft.text == "By noon, by post"
    page = get_page(rep, write(rep, csrf, talk, "By noon, by post!", page=page).location)
    assert "Your earlier text has been sent" in page
    assert "By noon, by post!</textarea>" in page
    assert texts(session, talk) == ["By noon"]


def test_two_replies_at_once_the_second_is_asked_and_nothing_is_lost(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, login: Login, rep_id: int
) -> None:
    colleague = login("trainer")
    seen = get_page(rep, f"/desk/inbox/{talk.id}")
    write(colleague, csrf, talk, "From the colleague <b>")
    answer = write(rep, csrf, talk, "From me", page=seen)
    assert answer.location.endswith("ask=colleague")
    page = get_page(rep, answer.location)
    assert "A colleague has replied since you began to write" in page
    assert "From the colleague &lt;b&gt;" in page.split("composer__ask")[1].split("</blockquote>")[0]
    assert "From me</textarea>" in page
    assert texts(session, talk) == ["From the colleague <b>"]
    draft = get_draft(session, talk.id, rep_id)
    assert draft is not None
    assert draft.text == "From me"
    assert write(rep, csrf, talk, "From me", page=page, anyway="1").status_code == 303
    assert texts(session, talk) == ["From the colleague <b>", "From me"]
    asked = write(rep, csrf, talk, "Again", page=seen, as_json="1", key="another-key").json
    assert (asked["ask"], asked["shown"]) == ("colleague", "From the colleague <b>")


def test_draft_that_arrives_after_its_message_does_not_come_back(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, rep_id: int
) -> None:
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    write(rep, csrf, talk, "Sent already", page=page)
    late = {"text": "Sent already", "key": hidden(page, "key")}
    assert rep.post(f"/desk/inbox/{talk.id}/draft", data=late, headers=csrf(rep)).status_code == 204
    assert get_draft(session, talk.id, rep_id) is None


def test_ones_own_second_reply_is_not_asked_about(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    write(rep, csrf, talk, "One", page=page)
    write(rep, csrf, talk, "Two", page=page, key="another-key")
    assert texts(session, talk) == ["One", "Two"]


def test_recipient_that_changed_since_the_draft_began_is_asked_about(
    rep: FlaskClient, csrf: Csrf, session: Session
) -> None:
    talk = make_talk(session, channel=Channel.EMAIL)
    session.commit()
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    assert hidden(page, "recipient") == "asha@example.com"
    identity = session.scalars(select(CustomerIdentity).where(CustomerIdentity.kind == "email")).one()
    identity.value = "new@example.com"
    session.commit()
    answer = write(rep, csrf, talk, "Secret", page=page)
    asked = get_page(rep, answer.location)
    assert "this was to go to asha@example.com. Now it would go to new@example.com." in asked
    assert texts(session, talk) == []
    assert write(rep, csrf, talk, "Secret", page=page, as_json="1").json == {
        "ask": "recipient",
        "shown": "new@example.com",
    }
    write(rep, csrf, talk, "Secret", page=asked, anyway="1")
    assert session.scalars(select(Message.recipient).where(Message.role == "agent")).one() == "new@example.com"


def test_note_is_kept_and_never_sent(rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation) -> None:
    assert "sent=" not in write(rep, csrf, talk, "She is upset", kind="note").location
    note = session.scalars(select(Message).where(Message.role == "note")).one()
    assert (note.text, note.delivery) == ("She is upset", "")
    assert "note, for colleagues only" in get_page(rep, f"/desk/inbox/{talk.id}")


def test_what_is_said_on_the_phone_is_written_down_at_once(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    talk = make_talk(session, channel=Channel.PHONE, phone="98300 12345")
    session.commit()
    assert "Write down" in get_page(rep, f"/desk/inbox/{talk.id}")
    assert write(rep, csrf, talk, "Told her", as_json="1").json["undo"] is None


def test_without_seconds_to_undo_none_is_offered(
    settings: Settings, app: Flask, talk: Conversation, rep: FlaskClient, csrf: Csrf
) -> None:
    app.extensions["kb_settings"] = replace(settings, undo_seconds_text="0")
    assert write(rep, csrf, talk, "At once", as_json="1").json["undo"] is None


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_message_without_words_is_not_sent(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, text: str
) -> None:
    assert "A message needs words." in get_page(rep, write(rep, csrf, talk, text).location)
    assert write(rep, csrf, talk, text, as_json="1").status_code == 400
    assert texts(session, talk) == []


def test_draft_is_kept_while_one_types_and_is_gone_when_it_is_empty(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, rep_id: int
) -> None:
    path = f"/desk/inbox/{talk.id}/draft"
    message = say(session, talk, "agent: earlier")
    session.commit()
    data = {"text": "half <b>", "kind": "note", "last_seen": str(message.id), "recipient": "a@example.com"}
    assert rep.post(path, data=data, headers=csrf(rep)).status_code == 204
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    assert "half &lt;b&gt;</textarea>" in page
    assert re.search(r'value="note" checked', page)
    assert (hidden(page, "last_seen"), hidden(page, "recipient")) == (str(message.id), "a@example.com")
    rep.post(path, data=data | {"text": " "}, headers=csrf(rep))
    assert get_draft(session, talk.id, rep_id) is None


@pytest.mark.parametrize("value", ["99999999999999999999", "-1", "x", "\0", ""])
def test_numbers_that_no_database_can_hold_do_no_harm(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, value: str
) -> None:
    fields = {"last_seen": value, "document": f"article:{value}", "key": value, "recipient": value}
    rep.post(f"/desk/inbox/{talk.id}/draft", data={"text": "x", **fields}, headers=csrf(rep))
    assert write(rep, csrf, talk, "Well", **fields).status_code == 303
    assert texts(session, talk) == ["Well"]
    for step in ("assign", "snooze", "language"):
        data = {"to": value, "seen": value, "for": "date", "until": value}
        answer = rep.post(f"/desk/inbox/{talk.id}/{step}", data=data, headers=csrf(rep))
        assert answer.status_code < 500
    assert rep.get(f"/desk/inbox/{talk.id}?before={value}&sent={value}").status_code == 200


def test_documents_that_were_inserted_count_as_sent_with_the_reply_and_not_when_it_is_taken_back(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    def states() -> dict[str, str]:
        session.rollback()
        return {used.document: used.state for used in session.scalars(select(UsedDocument))}

    draft = {"text": "See", "document": ["article:12", "article:12", "user:1", "ticket:7"]}
    rep.post(f"/desk/inbox/{talk.id}/draft", data=draft, headers=csrf(rep))
    assert states() == {"article:12": "inserted", "ticket:7": "inserted"}
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    assert page.count('name="document" value="article:12"') == 1
    sent = write(rep, csrf, talk, "See", document="article:12", as_json="1").json
    assert states() == {"article:12": "sent", "ticket:7": "inserted"}
    rep.post(sent["undo"], headers=csrf(rep) | JSON)
    assert states()["article:12"] == "inserted"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, "PNG")
    return out.getvalue()


def upload(client: FlaskClient, csrf: Csrf, talk: Conversation, *files: tuple[str, bytes]):  # type: ignore[no-untyped-def]
    return post_files(client, f"/desk/inbox/{talk.id}/files", csrf(client) | JSON, *files)


def post_files(client: FlaskClient, path: str, headers: dict[str, str], *files: tuple[str, bytes], **fields: str):  # type: ignore[no-untyped-def]
    """Encoded here: the test client would leave a temporary file open."""
    named = [FileStorage(io.BytesIO(content), filename=name) for name, content in files]
    boundary, body = encode_multipart(MultiDict([*fields.items(), *(("file", one) for one in named)]))
    return client.post(path, data=body, headers=headers, content_type=f"multipart/form-data; boundary={boundary}")


def test_files_go_out_with_the_reply_pictures_are_shown_and_the_rest_is_saved(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    page = b"<html><script>alert(1)</script></html>"
    answer = upload(
        rep, csrf, talk, ("बिल <1>.png", picture()), ("page.png", page), ("../../etc/passwd.pdf", b"%PDF-1.7 x")
    )
    assert answer.json["refused"] == []
    assert "बिल &lt;1&gt;.png" in answer.json["html"]
    write(rep, csrf, talk, "See the bill")
    shown = get_page(rep, f"/desk/inbox/{talk.id}")
    files = session.scalars(select(Attachment).order_by(Attachment.id)).all()
    assert all(file.message_id for file in files)
    assert [(file.name, file.content_type) for file in files] == [
        ("बिल <1>.png", "image/png"),
        ("page.png", "text/plain"),
        ("passwd.pdf", "application/pdf"),
    ]
    assert shown.count("<img") == 1
    for file in files:
        answer = rep.get(f"/desk/inbox/{talk.id}/files/{file.id}")
        is_picture = file.content_type == "image/png"
        assert answer.headers["Content-Disposition"].startswith("inline" if is_picture else "attachment")
        assert answer.content_type == ("image/png" if is_picture else "application/octet-stream")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.data == file.content
    saved = rep.get(f"/desk/inbox/{talk.id}/files/{files[0].id}?save=1").headers["Content-Disposition"]
    assert saved.startswith("attachment")
    assert "filename*=UTF-8''%E0%A4%AC" in saved


def test_undo_puts_the_files_back_beside_the_draft(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    upload(rep, csrf, talk, ("a.txt", b"hello"))
    sent = write(rep, csrf, talk, "With a file", as_json="1").json
    back = rep.post(sent["undo"], headers=csrf(rep) | JSON).json
    assert back["text"] == "With a file"
    assert "a.txt" in back["files"]
    write(rep, csrf, talk, "With a file")
    file = session.scalars(select(Attachment)).one()
    assert file.message_id is not None
    assert file.message_id > sent["id"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("setup.exe", b"hello", "it is empty or a program"),
        ("photo.png", b"MZ\x90\x00", "it is empty or a program"),
        ("tool", b"\x7fELF\x02", "it is empty or a program"),
        ("nothing.txt", b"", "it is empty or a program"),
        ("big.txt", b"x" * (1024 * 1024 + 1), "1 MB are the most"),
    ],
)
def test_file_that_is_not_taken_is_told_and_the_text_stays(
    rep: FlaskClient, csrf: Csrf, session: Session, app: Flask, settings: Settings, talk: Conversation,
    name: str, content: bytes, words: str,
) -> None:  # fmt: skip
    app.extensions["kb_settings"] = replace(settings, largest_attachment_text="1")
    assert words in upload(rep, csrf, talk, (name, content)).json["refused"][0]
    path = f"/desk/inbox/{talk.id}/messages"
    answer = post_files(rep, path, csrf(rep), (name, content), text="My text", step="attach", kind="reply")
    page = get_page(rep, answer.location)
    assert words in page
    assert "My text</textarea>" in page
    assert session.scalars(select(Attachment)).all() == []


def test_eleventh_file_is_left_out_and_one_can_be_taken_out(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    answer = upload(rep, csrf, talk, *((f"{number}.txt", b"x") for number in range(11)))
    assert "10.txt was left out" in answer.json["refused"][0]
    path = re.search(r'formaction="([^"]+/remove)"', answer.json["html"])
    assert path
    assert rep.post(path[1], headers=csrf(rep)).status_code == 303
    assert len(session.scalars(select(Attachment)).all()) == 9
    assert rep.post(path[1], headers=csrf(rep)).status_code == 404


def test_files_of_another_conversation_or_of_a_colleagues_draft_are_not_touched(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, login: Login
) -> None:
    upload(rep, csrf, talk, ("a.txt", b"hello"))
    file = session.scalars(select(Attachment)).one()
    other = make_talk(session, email="b@example.com")
    session.commit()
    assert rep.get(f"/desk/inbox/{other.id}/files/{file.id}").status_code == 404
    colleague = login("trainer")
    path = f"/desk/inbox/{talk.id}/files/{file.id}/remove"
    assert colleague.post(path, headers=csrf(colleague)).status_code == 404
    write(colleague, csrf, talk, "From the colleague")
    session.rollback()
    assert session.scalars(select(Attachment.message_id)).one() is None


def test_who_looks_and_who_types_is_shown_to_the_others(
    rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation, login: Login
) -> None:
    colleague = login("trainer")
    path = f"/desk/inbox/{talk.id}/presence"
    assert "Test" not in rep.post(path, headers=csrf(rep)).text
    assert "Test rep is looking at this" in colleague.post(path, headers=csrf(colleague)).text
    colleague.post(path, data={"typing": "1"}, headers=csrf(colleague))
    answer = rep.get(path)
    assert "Test trainer is writing" in answer.text
    before = answer.headers["X-Changed"]
    write(colleague, csrf, talk, "Hello")
    assert rep.get(path).headers["X-Changed"] != before
