"""The studio's pages of numbers, their tables, and the weekly report by mail."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from mail_servers import Outgoing
from page_checks import check_page, get_page
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.insight.numbers import store_sample_history
from kb.insight.numbers.reports import last_report, plan_reports, want_report
from kb.insight.numbers.sample_history import remove_sample_history
from kb.insight.self_service import COUNTED
from kb.jobs.kind import JobContext
from kb.tables import DailyCount, HelpDay, ReportReader, Role, WeeklyReport, utc_now
from webapp.studio.numbers.tables import cell
from webapp.worker.reports import send_reports
from webapp.worker.tools import WorkerTools

Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def trainer(login: Callable[[Role | str], FlaskClient], content: PageContent) -> FlaskClient:
    return login("trainer")


@pytest.fixture
def sample(session: Session, settings: Settings) -> None:
    store_sample_history(session, utc_now().astimezone(settings.time_zone).date())
    session.commit()


def test_an_empty_page_guesses_nothing(trainer: FlaskClient) -> None:
    text = get_page(trainer, "/studio/numbers/")
    assert "Sample data." not in text
    assert text.count("Nothing of it in these days.") == 17
    assert "Not measured yet" in get_page(trainer, "/studio/numbers/wishes")


@pytest.mark.usefixtures("sample")
def test_pages_without_figures_say_what_would_fill_them(trainer: FlaskClient, session: Session) -> None:
    text = get_page(trainer, "/studio/self-service/")
    assert "a visit is here within an hour after it has ended" in text
    assert "No visits are invented for the sample shop" in text
    text = get_page(trainer, "/studio/service/")
    assert "These figures begin with the first customer who waits" in text
    assert "the first figures come with the first of them who is asked" in text
    assert 'href="/studio/numbers/#told"' in text
    remove_sample_history(session)
    session.commit()
    assert "invented" not in get_page(trainer, "/studio/self-service/") + get_page(trainer, "/studio/service/")
    old = utc_now().date() - timedelta(days=60)
    session.add(HelpDay(day=old, language="en", **dict.fromkeys(COUNTED, 1)))
    session.commit()
    assert "The first day with figures is" in get_page(trainer, "/studio/self-service/")


@pytest.mark.usefixtures("sample")
def test_figures_have_a_picture_a_table_a_definition_and_their_rows(trainer: FlaskClient) -> None:
    for address in ("/studio/numbers/", "/studio/numbers/?days=7", "/studio/numbers/?days=90"):
        text = get_page(trainer, address)
        assert text.count('<svg class="chart"') == text.count("<summary>As a table") == 17
        assert text.count("<desc") == 17
        assert "Sample data." in text
        assert "kb sample remove --yes" in text
    text = get_page(trainer, "/studio/numbers/?days=30&sample=0")
    assert "Without sample data." in text
    assert '<svg class="chart"' not in text
    assert "Sample data." in get_page(trainer, "/studio/numbers/wishes?days=30")
    assert "behind these there is nothing" in get_page(trainer, "/studio/numbers/waits/rows")


@pytest.mark.parametrize(("language", "said"), [("en", "so far"), ("hi", "अब तक"), ("bn", "এ পর্যন্ত")])
@pytest.mark.usefixtures("sample")
def test_a_day_that_is_not_over_is_no_fall(
    trainer: FlaskClient, session: Session, settings: Settings, language: str, said: str, csrf: Csrf
) -> None:
    """Early in the day hardly anything was counted, or one bad search in ten."""
    today = utc_now().astimezone(settings.time_zone).date()
    for outcome, count in (("answered", 1), ("none", 9)):
        session.add(
            DailyCount(day=today, measure="search", language="en", channel="help", subject=outcome, count=count)
        )
    session.commit()
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    text = get_page(trainer, "/studio/numbers/?days=30")
    found = text.split('id="found"')[1].split("</section>")[0]
    lines = re.findall(r'<polyline[^>]* points="([^"]*)"', found)
    assert [len(points.split()) for points in lines] == [29]
    assert found.count("chart__running") == 1
    assert said in found.split("<tbody>")[1]
    assert "pale" in found or language != "en"
    assert text.split('id="searches"')[1].split("</section>")[0].count("chart__running") == 2
    over = get_page(trainer, f"/studio/numbers/?from={today - timedelta(days=20)}&to={today - timedelta(days=1)}")
    assert "chart__running" not in over.replace("How often", "").split('id="sure"')[0]
    weeks = get_page(trainer, "/studio/numbers/?days=90").split('id="searches"')[1].split("</section>")[0]
    assert "chart__running" in weeks
    assert said in weeks


@pytest.mark.parametrize("language", ["hi", "bn"])
@pytest.mark.usefixtures("sample")
def test_the_pages_are_in_the_persons_language(trainer: FlaskClient, language: str, csrf: Csrf) -> None:
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    text = get_page(trainer, "/studio/numbers/")
    assert f'lang="{language}"' in text
    assert "Searches of customers" not in text
    assert "As a table" not in text


@pytest.mark.parametrize(
    "query",
    [
        "days=8",
        "days=x",
        "from=2026-02-30",
        "from=2026-03-01&to=2026-02-01",
        "to=2020-01-01",
        "from=1900-01-01",
        "from=9999-12-31",
    ],
)
def test_days_that_cannot_be_are_told(trainer: FlaskClient, query: str) -> None:
    for page in ("/studio/numbers/", "/studio/numbers/wishes", "/studio/numbers/searches/rows"):
        assert 'role="alert"' in check_page(trainer.get(f"{page}?{query}"), status=422)
    assert trainer.get(f"/studio/numbers/searches.csv?{query}").status_code == 422


@pytest.mark.usefixtures("sample")
def test_a_table_can_be_taken_away(trainer: FlaskClient, session: Session) -> None:
    # Who writes to a mailbox chooses its language: nothing of it may be a formula.
    row = session.scalars(
        select(DailyCount).where(DailyCount.measure == "conversation").order_by(DailyCount.day.desc())
    ).first()
    assert row is not None
    row.channel, row.count = "=1+1", 900
    session.commit()
    response = trainer.get("/studio/numbers/conversations.csv?days=30")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"))))
    assert lines[0] == ["channel", "now", "before"]
    assert lines[1][0] == "'=1+1"
    assert float(lines[1][1]) >= 900
    assert trainer.get("/studio/numbers/articles.csv").status_code == 200
    assert trainer.get("/studio/numbers/nothing.csv").status_code == 404
    assert trainer.get("/studio/numbers/nothing/rows").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "  =1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


class _Context:
    def progress(self, done: int, total: int) -> None:
        pass


CONTEXT = cast(JobContext, _Context())


@pytest.mark.usefixtures("sample")
def test_the_report_goes_out_once_a_week_and_waits_for_the_mail_server(
    trainer: FlaskClient, session: Session, settings: Settings, engine: Engine, csrf: Csrf
) -> None:
    monday = datetime(2026, 11, 30, 9, tzinfo=UTC)
    user = get_user(session, "trainer@test.example")
    outgoing = Outgoing()
    tools = WorkerTools(
        replace(settings, mail_smtp_text=f"smtp://127.0.0.1:{outgoing.port}", mail_from_text="help@shop.example"),
        engine,
    )

    def send(now: datetime) -> dict[str, Any]:
        return send_reports(tools, CONTEXT, now)

    assert send(monday) == {}  # nobody wants it
    response = trainer.post("/studio/numbers/report", data={"step": "start"}, headers=csrf(trainer))
    assert response.status_code == 303
    assert "You get it" in get_page(trainer, "/studio/numbers/")
    session.expire_all()
    reader_since = monday - timedelta(days=9)
    want_report(session, user.id, wanted=False)
    want_report(session, user.id, wanted=True)
    session.get_one(ReportReader, user.id).since = reader_since
    session.commit()
    assert send(monday) == {"waiting": 1}  # the server is down
    session.expire_all()
    report = last_report(session, user.id)
    assert report is not None
    assert report.error
    assert "is tried again" in get_page(trainer, "/studio/numbers/")
    assert send(monday + timedelta(seconds=10)) == {}  # not every moment
    outgoing.start()
    try:
        assert send(monday + timedelta(hours=30)) == {"sent": 1}
        assert send(monday + timedelta(hours=31)) == {}
        assert send(monday + timedelta(days=7)) == {"sent": 1}
    finally:
        outgoing.stop()
    mail = outgoing.mails[0]
    assert "23 Nov 2026" in str(mail["Subject"])
    text = mail.get_content()
    assert "Searches of customers: 0" in text  # sample data is not in it
    assert outgoing.recipients[0] == ["trainer@test.example"]
    session.expire_all()
    assert len(session.scalars(select(WeeklyReport)).all()) == 2


def test_reps_get_no_report_and_who_stops_it_gets_none(session: Session, settings: Settings) -> None:
    monday = datetime(2026, 11, 30, 9, tzinfo=UTC)
    for email in ("rep@test.example", "trainer@test.example"):
        session.add(ReportReader(user_id=get_user(session, email).id, since=monday - timedelta(days=30)))
    session.flush()
    sunday = monday - timedelta(days=1)
    assert plan_reports(session, settings.time_zone, sunday) == 1  # of the week before
    assert plan_reports(session, settings.time_zone, monday) == 1
    trainer = get_user(session, "trainer@test.example")
    want_report(session, trainer.id, wanted=False)
    assert plan_reports(session, settings.time_zone, monday + timedelta(days=7)) == 0
    due = session.scalars(select(WeeklyReport.next_try_at).where(WeeklyReport.user_id == trainer.id)).all()
    assert due == [None, None]
