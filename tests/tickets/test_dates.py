"""Dates in every form that exports were seen to have, and which of 03 and 04 is the month."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.tables import Ticket
from kb.tickets import ImportReport
from kb.tickets.dates import Dates, OrderEvidence

Write = Callable[..., Path]
Import = Callable[..., ImportReport]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000+0000", "2026-03-01 12:00:00 UTC", "2026-03-01 17:30:00 +0530",
        "2026-03-01 17:30:00 IST", "2026-03-01T17:30:00+05:30[Asia/Kolkata]", "20260301T120000Z", "2026/03/01 12:00",
        "2026-03-01 12:00 PM", "Sun, 01 Mar 2026 12:00:00 GMT", "Sunday, March 1, 2026 12:00 PM", "Mar 1, 2026 12:00 PM",
        "1 March 2026 at 12:00", "01-MAR-26 12.00.00 PM", "01-Mar-2026 12:00", "Sun Mar 01 17:30:00 IST 2026", "1772366400",
        "1772366400000", "46082.5", "01.03.2026, 12:00 Uhr", "1. März 2026 12:00", "dimanche 1 mars 2026 à 12:00", "1/3/26 12:00",
        "1 de marzo de 2026 12:00",
        "1 मार्च 2026, 12:00", "১ মার্চ ২০২৬ ১২:০০",
        "Sun Mar 1 2026 17:30:07 GMT+0530 (India Standard Time)",
    ],
)  # fmt: skip
def test_time_in_any_form_is_read(text: str) -> None:
    found = Dates().read(text)
    assert found
    assert found.replace(second=0) == NOON


@pytest.mark.parametrize(
    "text",
    ["2026-03-01", "20260301", "2026/3/1", "1.3.2026", "01/03/2026", "1-3-2026", "1 Mar 2026", "March 1st, 2026", "1er mars 2026",
     "01-Mar-26", "१ मार्च २०२६", "1 মার্চ 2026", "2026年3月1日", "46082.0"],
)  # fmt: skip
def test_day_in_any_form_is_read(text: str) -> None:
    assert Dates().read(text) == MIDNIGHT


@pytest.mark.parametrize("value", [1772366400, 1772366400.0, 1772366400000])
def test_numbers_are_seconds_or_milliseconds(value: object) -> None:
    assert Dates().read(value) == NOON


@pytest.mark.parametrize(
    "value",
    ["soon", "yesterday", "", "31/02/2026", "99/99/2026", "12:30", "5", "2026", "0001-01-01T00:00:00+14:00", "1 Foo 2026",
     "x" * 9999, None, True, [], {}, -1, 1e300, float("nan"), "3 days", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_what_is_no_date_is_none(value: object) -> None:
    assert Dates().read(value) is None


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.integers()
    | st.floats()
    | st.from_regex(r"\d{1,4}[-/. ]\w{1,9}[-/. ]\d{1,4}.{0,12}", fullmatch=True)
)
def test_no_value_is_an_error(value: object) -> None:
    found = Dates().read(value)
    assert found is None or found.tzinfo is UTC


def test_thousands_of_unreadable_dates_do_not_take_the_day() -> None:
    dates = Dates()
    start = time.process_time()
    for number in range(20_000):
        assert dates.read(f"some {number} thing") is None
    assert time.process_time() - start < 30


def test_order_is_what_the_evidence_says() -> None:
    evidence = OrderEvidence()
    for text in ("03/04/2026", "25/04/2026", "7/7/2026", "01.05.2026", "no date"):
        evidence.add(text)
    assert (evidence.day_first, evidence.month_first, evidence.either) == (1, 0, 1)
    assert evidence.order == "dmy"


def created(session: Session) -> list[str]:
    return [f"{ticket.created_at:%Y-%m-%d}" for ticket in session.scalars(select(Ticket).order_by(Ticket.external_id))]


def table(*dates: str) -> str:
    return "id,subject,created at\n" + "".join(f"{number},a,{date}\n" for number, date in enumerate(dates))


def test_one_date_at_the_end_decides_for_the_whole_table(write: Write, run_import: Import, session: Session) -> None:
    report = run_import(write(table("03/04/2026", "04/05/2026", "04/25/2026"), "t.csv"), "csv")
    assert created(session) == ["2026-03-04", "2026-04-05", "2026-04-25"]
    assert (report.to_json()["date_order"], report.to_json()["date_order_assumed"]) == ("mdy", False)


def test_day_is_first_where_the_file_does_not_say_and_the_report_says_so(
    write: Write, run_import: Import, session: Session
) -> None:
    report = run_import(write(table("03/04/2026", "04/05/2026"), "t.csv"), "csv")
    assert created(session) == ["2026-04-03", "2026-05-04"]
    assert [note for note in report.reading.notes() if "3 April" in note and "--dates" in note]


def test_month_is_first_where_the_phones_are_american(write: Write, run_import: Import, session: Session) -> None:
    run_import(write(table("03/04/2026"), "t.csv"), "csv", region="US")
    assert created(session) == ["2026-03-04"]


def test_dates_asked_for_override(write: Write, run_import: Import, session: Session) -> None:
    run_import(write(table("03/04/2026", "25/04/2026"), "t.csv"), "csv", dates="mdy")
    assert created(session) == ["2026-03-04", "2026-04-25"]  # the second can only be read in one way
    with pytest.raises(InvalidInputError, match="Unknown order"):
        run_import(write(table("03/04/2026"), "t.csv"), "csv", dates="ymd")


@pytest.mark.parametrize(("last", "first"), [("04/25/2026", "2026-03-04"), ("25/04/2026", "2026-04-03")])
def test_json_is_decided_over_the_file_too(
    last: str, first: str, write: Write, run_import: Import, session: Session
) -> None:
    lines = [
        '{"id": 1, "subject": "a", "created_at": "03/04/2026"}',
        f'{{"id": 2, "subject": "b", "created_at": "{last} 10:00"}}',
    ]
    run_import(write("\n".join(lines), "t.jsonl"), "jsonl")
    assert created(session)[0] == first


def test_unreadable_date_costs_the_date_and_is_counted(write: Write, run_import: Import, session: Session) -> None:
    report = run_import(write(table("never", "2026-03-01", "31/31/2026"), "t.csv"), "csv")
    assert (report.created, report.rejected) == (3, [])
    assert report.to_json()["unreadable_dates"] == 2
    assert report.to_json()["unreadable_examples"] == ["created_at 'never'", "created_at '31/31/2026'"]
