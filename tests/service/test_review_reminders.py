"""What is due to be reviewed is told once: one mail a day to its owner, one signed call to webhooks, whatever is down."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from mail_servers import Outgoing
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from webhook_server import Receiver, running_receiver

from kb.accounts.people import get_user
from kb.articles import save_article
from kb.articles.source import make_source
from kb.articles.store import mark_reviewed
from kb.core.settings import Settings
from kb.jobs.kind import JobContext
from kb.service.channels.calls import send_due_calls
from kb.service.channels.webhooks import add_webhook
from kb.service.review_reminders import unsent
from kb.tables import Article, ReviewReminder, WebhookCall
from webapp.worker.tools import WorkerTools
from webapp.worker.workflow import remind

ZONE = ZoneInfo("Asia/Kolkata")
TODAY = date(2026, 11, 30)
NOON = datetime.combine(TODAY, time(12), ZONE).astimezone(UTC)
OWNER = "trainer@test.example"


@pytest.fixture
def job(settings: Settings, engine: Engine, outgoing: Outgoing) -> Callable[..., dict[str, int]]:
    """Run it at a time."""

    def run(now: datetime = NOON, *, mail: bool = True) -> dict[str, int]:
        smtp = f"smtp://127.0.0.1:{outgoing.port}" if mail else ""
        ours = replace(
            settings, mail_smtp_text=smtp, mail_from_text="help@shop.example", public_url_text="https://help.shop.example"
        )  # fmt: skip
        found = remind(WorkerTools(ours, engine), JobContext(engine, {}, lambda _done, _total: None), now)
        return {name: int(count) for name, count in (found or {}).items()}

    return run


def stored(session: Session, slug: str, review_by: date | None, **fields: object) -> Article:
    values = {"title": slug.title(), "slug": slug, "language": "en", "status": "published", "owner": OWNER, **fields}
    found = save_article(session, make_source({**values, "review_by": review_by}, "Text."))
    session.commit()
    return found


def test_the_owner_gets_one_mail_about_all_of_theirs_and_no_second_one(
    job: Callable[..., dict[str, int]], outgoing: Outgoing, session: Session
) -> None:
    get_user(session, OWNER).language = "bn"
    for number in range(40):
        stored(session, f"lamp-{number}", TODAY - timedelta(days=number))
    stored(session, "ahead", TODAY + timedelta(days=1))
    stored(session, "kept-back", TODAY, status="draft")
    stored(session, "nobodys", TODAY, owner="")
    stored(session, "left", TODAY, owner="left@shop.example")
    assert job(NOON.replace(hour=0, minute=0) - timedelta(hours=1)) == {}, "nobody is woken"
    assert job() == {"noted": 42, "sent": 1}
    assert job(NOON + timedelta(minutes=30)) == {}
    [mail] = outgoing.mails
    assert outgoing.recipients == [[OWNER]]
    text = mail.get_content()
    assert "40" in str(mail["Subject"]) or "৪০" in str(mail["Subject"])
    assert text.count("https://help.shop.example/studio/articles/") == 31
    assert text.index("Lamp-39") < text.index("Lamp-20")
    assert "Lamp-0 " not in text
    # What becomes due within a day of a mail waits for the next one.
    stored(session, "late", TODAY)
    assert job(NOON + timedelta(hours=1)) == {"noted": 1}
    assert job(NOON + timedelta(hours=21)) == {"noted": 1, "sent": 1}
    assert [line for line in outgoing.mails[1].get_content().splitlines() if line.startswith("- ")] != []


def test_a_review_ends_it_and_the_next_day_of_review_begins_anew(
    job: Callable[..., dict[str, int]], outgoing: Outgoing, session: Session
) -> None:
    article = stored(session, "lamp", TODAY)
    assert job() == {"noted": 1, "sent": 1}
    mark_reviewed(session, article, TODAY, author=OWNER, review_by=TODAY + timedelta(days=91))
    session.commit()
    assert job(NOON + timedelta(days=30)) == {}
    assert job(NOON + timedelta(days=91)) == {"noted": 1, "sent": 1}
    assert len(outgoing.mails) == 2


def test_a_mail_server_that_is_down_loses_nothing_and_doubles_nothing(
    job: Callable[..., dict[str, int]], outgoing: Outgoing, session: Session
) -> None:
    stored(session, "lamp", TODAY)
    outgoing.stop()
    assert job() == {"noted": 1, "waiting": 1}
    count, why = unsent(session)
    assert count == 1
    assert "cannot be reached" in why
    later = stored(session, "kettle", TODAY)
    assert job(NOON + timedelta(seconds=30)) == {"noted": 1}
    # It was reviewed while the mail waited: that is not told any more.
    mark_reviewed(session, later, TODAY, author=OWNER, review_by=TODAY + timedelta(days=365))
    session.commit()
    outgoing.start()
    assert job(NOON + timedelta(hours=2)) == {"sent": 1}
    [mail] = outgoing.mails
    assert "Lamp" in mail.get_content()
    assert "Kettle" not in mail.get_content()
    session.expire_all()
    assert unsent(session) == (0, "")


def test_without_a_mail_server_nothing_waits_for_one(
    job: Callable[..., dict[str, int]], outgoing: Outgoing, session: Session
) -> None:
    stored(session, "lamp", TODAY)
    assert job(mail=False) == {"noted": 1}
    assert job(NOON + timedelta(days=2)) == {}
    assert outgoing.mails == []
    assert session.scalars(select(ReviewReminder.next_try_at)).all() == [None]


def test_webhooks_are_told_once_signed_and_together(
    job: Callable[..., dict[str, int]], engine: Engine, session: Session
) -> None:
    with running_receiver() as receiver:
        assert isinstance(receiver, Receiver)
        add_webhook(session, receiver.url)
        add_webhook(session, receiver.url, ["sms"])
        session.commit()
        for number in range(3):
            stored(session, f"lamp-{number}", TODAY, audience="internal")
        for minutes in (0, 30, 60):
            job(NOON + timedelta(minutes=minutes), mail=False)
        assert session.scalars(select(WebhookCall.conversation_id)).all() == [None]
        assert send_due_calls(engine, private=True, now=lambda: NOON + timedelta(hours=2)) == {"sent": 1}
    [(headers, _body)], [told] = receiver.calls, receiver.bodies()
    assert headers["Kb-Signature"].startswith("t=")
    assert told["event"] == "articles.review_due"
    first = told["articles"][0]
    assert (first["slug"], first["owner"], first["review_by"]) == ("lamp-0", OWNER, "2026-11-30")
    assert first["url"] == f"https://help.shop.example/studio/articles/{first['id']}"
