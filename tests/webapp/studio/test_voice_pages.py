"""The studio's pages of the voice of the customer: list, one theme, answer, export, webhook; in three languages."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from page_checks import check_page
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from statements import recorded_statements
from talks import make_talk

from kb.core.clock import utc_now
from kb.service.channels.webhooks import add_webhook
from kb.tables import Channel, Role, VoiceAnswer, VoiceStatement, VoiceTheme, WebhookCall

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def theme(session: Session) -> VoiceTheme:
    """A complaint that is overdue, and feedback that a spreadsheet would take for a formula."""
    theme = VoiceTheme(title="Parcels are late")
    session.add(theme)
    session.flush()
    talk = make_talk(session, ["customer: My parcel is late again"], channel=Channel.EMAIL)
    for number, (kind, text) in enumerate(
        [("complaint", "My parcel is <b>late</b> again"), ("feedback", "=late by a week")]
    ):
        session.add(
            VoiceStatement(
                theme_id=theme.id, kind=kind, source="message", source_id=number + 1, conversation_id=talk.id, text=text,
                language="en", vector=b"", fingerprint="x", said_at=utc_now() - timedelta(days=number),
                due_on=date(2020, 1, 31) if kind == "complaint" else None,
            )
        )  # fmt: skip
    session.commit()
    return theme


@pytest.mark.parametrize(("language", "word"), [("en", "overdue since"), ("hi", "शिकायत"), ("bn", "মতামত")])
def test_pages_in_each_language(
    login: Login, csrf: Csrf, engine: Engine, theme: VoiceTheme, language: str, word: str
) -> None:
    client = login("trainer")
    client.post("/preferences", data={"language": language}, headers=csrf(client))
    for path in ("/studio/voice/", "/studio/voice/?view=due", f"/studio/voice/{theme.id}"):
        with recorded_statements(engine) as statements:
            page = client.get(path)
        text = check_page(page)
        assert len(statements) <= 15
        assert word in text
        assert "<b>late" not in text
    assert client.get("/studio/voice/?view=nothing").status_code == 404
    assert client.get("/studio/voice/987").status_code == 404


def test_owner_title_and_due_day(login: Login, csrf: Csrf, session: Session, theme: VoiceTheme) -> None:
    client = login("trainer")
    path, owner = f"/studio/voice/{theme.id}", session.scalar(select(func.min(VoiceStatement.id)))
    given = {"title": "Courier", "state": "planned", "owner": str(owner), "due": "2031-02-03"}
    assert client.post(path, data=given, headers=csrf(client)).status_code == 303
    page = client.get(path).text
    assert "Courier" in page
    assert "3 Feb 2031" in page
    for wrong in ({"state": "lost"}, {"due": "soon"}, {"owner": "98765"}):
        answer = client.post(path, data=given | {"title": "Other"} | wrong, headers=csrf(client))
        assert answer.status_code == 422
    assert "Other" not in client.get(path).text


def test_answering_all_and_marking_one(login: Login, csrf: Csrf, session: Session, theme: VoiceTheme) -> None:
    client = login("trainer")
    path = f"/studio/voice/{theme.id}"
    assert client.post(f"{path}/answer", data={"text-en": " "}, headers=csrf(client)).status_code == 422
    too_long = client.post(f"{path}/answer", data={"text-en": "x" * 6000}, headers=csrf(client))
    assert too_long.status_code == 422
    assert "x" * 6000 in too_long.text, "what was typed stays"
    assert client.post(f"{path}/answer", data={"text-en": "Sorry."}, headers=csrf(client)).status_code == 303
    assert session.scalars(select(VoiceAnswer)).one().texts == {"en": "Sorry."}
    number = session.scalars(select(VoiceStatement.id).where(VoiceStatement.kind == "complaint")).one()
    marked = client.post(f"{path}/statements/{number}", data={"answered": "yes"}, headers=csrf(client))
    assert marked.status_code == 303
    assert "overdue" not in client.get(path).text
    client.post(f"{path}/statements/{number}", data={"answered": "no"}, headers=csrf(client))
    assert "overdue" in client.get(path).text


def test_handing_over(login: Login, csrf: Csrf, session: Session, theme: VoiceTheme) -> None:
    client = login("trainer")
    path = f"/studio/voice/{theme.id}"
    table = client.get(f"{path}/statements.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["text"] for row in rows] == ["My parcel is <b>late</b> again", "'=late by a week"]
    data = json.loads(client.get(f"{path}/statements.json").data)
    assert (data["complaints"], data["feedback"], data["unanswered"]) == (1, 1, 1)
    assert "# Parcels are late" in client.get(path).text
    client.post(f"{path}/hand-over", headers=csrf(client))
    assert session.scalars(select(WebhookCall)).all() == []
    add_webhook(session, "https://tracker.example/hook")
    add_webhook(session, "https://sms.example/hook", ["sms"])
    session.commit()
    assert client.post(f"{path}/hand-over", headers=csrf(client)).status_code == 303
    told = json.loads(session.scalars(select(WebhookCall)).one().body)
    assert (told["event"], told["theme"]["title"]) == ("voice.theme", "Parcels are late")
    assert "asha@example.com" not in json.dumps(told)
