"""Hours of service: whether somebody is there, until when, and when the next time is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.core.errors import InvalidInputError
from kb.service.hours import LONGEST_TEXT, parse_hours

KOLKATA, LONDON = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/London")
OFFICE = "mon-fri 9:00-13:00, 14-18; sat 10-14; 2026-12-25 closed; 2026-12-24 9-12; 2026-12-28..2026-12-31 closed"


def at(text: str, zone: ZoneInfo = KOLKATA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2026-12-21 09:00", "2026-12-21 09:00", "2026-12-21 13:00"),  # a Monday
        ("2026-12-21 13:00", "2026-12-21 14:00", None),
        ("2026-12-21 17:59", "2026-12-21 17:59", "2026-12-21 18:00"),
        ("2026-12-21 18:00", "2026-12-22 09:00", None),
        ("2026-12-19 14:00", "2026-12-21 09:00", None),  # Saturday afternoon to Monday
        ("2026-12-24 12:30", "2026-12-26 10:00", None),  # over Christmas, a Friday
        ("2026-12-26 20:00", "2027-01-01 09:00", None),  # over days that are named from and to
    ],
)
def test_next_time_is_the_true_one(now: str, opens: str, closes: str | None) -> None:
    hours = parse_hours(OFFICE, KOLKATA)
    assert hours.opens_at(at(now)) == at(opens)
    assert hours.closes_at(at(now)) == (at(closes) if closes else None)
    assert hours.is_open(at(now)) == (closes is not None)


def test_hours_past_midnight_belong_to_the_evening_before() -> None:
    hours = parse_hours("fri 22:00-2:00", KOLKATA)
    assert hours.is_open(at("2026-12-05 01:59"))  # Saturday
    assert not hours.is_open(at("2026-12-04 01:59"))
    assert hours.closes_at(at("2026-12-04 23:00")) == at("2026-12-05 02:00")


def test_the_zone_decides_and_clocks_that_change_do_not_shift_hours() -> None:
    hours = parse_hours("mon-sun 8:00-20:00", LONDON)
    assert hours.opens_at(at("2026-03-28 21:00", LONDON)) == at("2026-03-29 08:00", LONDON)
    opens = hours.opens_at(at("2026-03-28 21:00", LONDON))
    assert opens is not None
    assert opens.hour == 7
    assert parse_hours("mon-sun 8:00-20:00", KOLKATA).is_open(at("2026-03-28 03:00", LONDON))


def test_day_and_night_never_closes_and_nothing_never_opens() -> None:
    assert parse_hours("always", KOLKATA).closes_at(at("2026-12-05 03:00")) is not None
    assert parse_hours("mon-sun closed", KOLKATA).opens_at(at("2026-12-05 03:00")) is None
    assert parse_hours("always; 2026-12-25 closed", KOLKATA).opens_at(at("2026-12-25 00:00")) == at("2026-12-26 00:00")


@pytest.mark.parametrize(
    "text", ["mon, wed 9-12", "MONDAY,Wednesday  9.00 - 12:00", "wed-mon closed\nmon 9-12\nwed 9-12"]
)
def test_days_may_be_written_as_people_do(text: str) -> None:
    weekly = parse_hours(text, KOLKATA).weekly
    assert weekly[0] == weekly[2] == ((540, 720),)
    assert weekly[1] == weekly[3] == ()


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "mon", "mon 9", "mon 9-9", "mon 25-26", "mon 9:75-10", "mon 9-12, 11-14", "mun 9-12",
     "2026-02-30 closed", "2026-12-31..2026-12-01 closed", "2026-01-01..2029-01-01 closed", "x" * (LONGEST_TEXT + 1)],
)  # fmt: skip
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_hours(text, KOLKATA)
    assert len(caught.value.message) < 200


@given(
    st.text(alphabet=st.sampled_from("monfri sat.closed0123456789-:;,\n#always"), max_size=200) | st.text(max_size=80)
)
def test_any_text_is_hours_or_a_clear_error(text: str) -> None:
    try:
        hours = parse_hours(text, KOLKATA)
    except InvalidInputError:
        return
    now = at("2026-06-01 12:00")
    opens = hours.opens_at(now)
    assert opens is None or (opens >= now and hours.is_open(opens) and opens - now < timedelta(days=401))
