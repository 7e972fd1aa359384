"""One style of dates and digits for each language, in pages of customers and of the desk, and in texts."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_babel import gettext, ngettext
from sqlalchemy import Engine

from kb.core.settings import Settings
from webapp.app import create_app
from webapp.shared import formatting
from webapp.shared.formatting import format_day, format_length, format_number, format_time
from webapp.shared.locale import in_language

ROOT = Path(formatting.__file__).parents[1]
DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("language", "long", "medium", "number"),
    [
        ("en", "3 November 2026", "3 Nov 2026", "12,34,567"),
        ("hi", "3 नवंबर 2026", "3 नव॰ 2026", "12,34,567"),
        ("bn", "৩ নভেম্বর, ২০২৬", "৩ নভেঃ, ২০২৬", "১২,৩৪,৫৬৭"),
    ],
)
def test_dates_and_numbers_have_the_style_of_the_language(
    app: Flask, language: str, long: str, medium: str, number: str
) -> None:
    with app.test_request_context(f"/help/{language}/"):
        assert format_day(DAY, "long") == long
        assert format_day(DAY) == medium
        assert format_number(1234567) == number
        assert render_template_string("{{ day|dateformat('long') }} {{ n|numberformat }}", day=DAY, n=1234567) == (
            f"{long} {number}"
        )


def test_bengali_digits_stand_in_all_that_is_said_in_bengali(app: Flask) -> None:
    with app.test_request_context("/help/bn/"):
        assert ngettext("%(num)s article", "%(num)s articles", 1205) == "১,২০৫টি লেখা"
        assert render_template_string("{{ ngettext('%(num)s article', '%(num)s articles', 12) }}") == "১২টি লেখা"
        assert re.search("[0-9]", gettext("Page %(number)s of %(count)s", number=3, count=45)) is None
        assert "১৫" in render_template_string("{{ _('turn %(number)s', number=15) }}")
        assert format_length(timedelta(minutes=25)) == "২৫ মিনিট"
        assert formatting.ago(formatting.utc_now() - timedelta(hours=3)) == "৩ ঘন্টা আগে"


def test_what_is_typed_or_written_by_people_keeps_its_digits(app: Flask) -> None:
    with app.test_request_context("/help/bn/"):
        assert "1800 000 5454" in gettext("Call %(number)s", number="1800 000 5454")
        assert "<b>" not in render_template_string("{{ _('Call %(number)s', number='<b>') }}")


def test_moments_are_told_in_the_time_of_the_shop(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, time_zone_text="Asia/Kolkata"), engine)
    late = datetime(2026, 11, 3, 20, 0, tzinfo=UTC)
    with app.test_request_context("/help/bn/"):
        assert format_time(late) == "০১:৩০"
        assert format_day(late) == "৪ নভেঃ, ২০২৬"


def test_a_text_in_another_language_has_that_ones_style(app: Flask) -> None:
    with app.test_request_context("/help/en/"), in_language("bn"):
        assert format_day(DAY, "long") == "৩ নভেম্বর, ২০২৬"


def test_the_country_of_the_shop_decides_the_order(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, phone_region="US"), engine)
    with app.test_request_context("/help/en/"):
        assert format_day(DAY, "long") == "November 3, 2026"
        assert format_number(1234567) == "1,234,567"


def test_nothing_formats_dates_or_numbers_elsewhere() -> None:
    own = re.compile(
        r"from babel\.(?:dates|numbers) import .*format_|flask_babel import .*format_|(timedelta|datetime|time|decimal)format\b"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(ROOT.rglob("*"))
        if path.suffix in {".py", ".html", ".xml"}
        and path != Path(formatting.__file__)
        and own.search(path.read_text())
    ]
    assert found == []


def test_translations_write_their_own_digits() -> None:
    """Bengali texts have Bengali digits but for what is typed: numbers to dial, dates in files, names of encodings."""
    text = (ROOT / "translations/bn/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n\n", 1)[1].splitlines() if line.startswith("msgstr")]
    typed = re.compile(
        r"^msgstr(\[\d\])?|%\(\w+\)s|03/04|UTF-8|Windows-1252|98300 12345|\+91|123-456-789|20\d\d-\d\d-\d\d"
        r"|mon-fri .* always|9:00-18:00|article:12|112, 101"
        r'|"[^"]*(https?:|KB_)\S*'
    )
    assert [line for line in lines if re.search("[0-9]", typed.sub("", line))] == []
