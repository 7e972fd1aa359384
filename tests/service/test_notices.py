"""Pinned notices: where and when they run, what is refused, what can be taken back, which searches they match."""

from datetime import timedelta

import pytest
from content_factory import add_article
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError
from kb.service.notice_matching import matching_notices
from kb.service.notices import (
    NoticeContent,
    article_key_of,
    history_of,
    list_notices,
    notices_version,
    running_notices,
    save_notice,
    standing_of,
    take_down,
    undo,
)
from kb.tables import Notice

NOW = utc_now()
HOUR = timedelta(hours=1)


def content(**more: object) -> NoticeContent:
    given: dict[str, object] = {
        "texts": {"en": "Parcels to Assam are late.", "bn": "আসামের পার্সেল দেরিতে আসছে।"},
        "degree": "warning",
        "begins_at": NOW - HOUR,
        "ends_at": NOW + HOUR,
    }
    return NoticeContent(**(given | more))  # type: ignore[arg-type]


def pin(session: Session, **more: object) -> Notice:
    return save_notice(session, content(**more), user_id=None, now=NOW - 3 * HOUR)


def texts(session: Session, language: str, at: timedelta = timedelta(0)) -> list[str]:
    return [one.text for one in running_notices(session, language, now=NOW + at)]


def test_it_runs_from_its_beginning_to_its_end_in_the_languages_that_it_is_written_in(session: Session) -> None:
    pin(session)
    assert texts(session, "en") == ["Parcels to Assam are late."]
    assert texts(session, "bn") == ["আসামের পার্সেল দেরিতে আসছে।"]
    assert texts(session, "hi") == []
    assert [texts(session, "en", at) for at in (-2 * HOUR, HOUR)] == [[], []]
    staff = running_notices(session, "hi", in_any_language=True, now=NOW)
    assert [(one.language, one.text) for one in staff] == [("en", "Parcels to Assam are late.")]


def test_the_version_changes_with_what_is_shown(session: Session) -> None:
    nothing = notices_version(session)
    notice = pin(session)
    pin(session, begins_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)  # planned: nothing is shown yet
    first = notices_version(session)
    assert first != nothing
    save_notice(session, content(degree="outage"), user_id=None, notice_id=notice.id, seen_version=1)
    second = notices_version(session)
    assert second not in {nothing, first}
    notice.ends_at = utc_now() - timedelta(seconds=1)
    session.flush()
    assert notices_version(session) == nothing


@pytest.mark.parametrize(
    "wrong",
    [
        {"texts": {"en": "   ", "hi": ""}},
        {"texts": {"en": "x" * 301}},
        {"degree": "panic"},
        {"ends_at": NOW - 2 * HOUR},
        {"begins_at": NOW - 9 * HOUR, "ends_at": NOW - 8 * HOUR},
        {"ends_at": NOW + timedelta(days=120)},
    ],
)
def test_what_cannot_be_shown_is_refused(session: Session, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        save_notice(session, content(**wrong), user_id=None)
    assert list_notices(session) == []


def test_every_change_can_be_taken_back_the_newest_first(session: Session) -> None:
    notice = pin(session)
    save_notice(
        session, content(texts={"en": "Parcels are late."}), user_id=None, notice_id=notice.id, seen_version=1, now=NOW
    )
    with pytest.raises(ConflictError):
        save_notice(session, content(), user_id=None, notice_id=notice.id, seen_version=1, now=NOW)
    take_down(session, notice.id, user_id=None)
    assert texts(session, "en") == []
    down, changed, made = history_of(session, notice.id)
    with pytest.raises(ConflictError):
        undo(session, made.id, user_id=None)
    undo(session, down.id, user_id=None)
    assert texts(session, "en") == ["Parcels are late."]
    undo(session, changed.id, user_id=None)
    assert texts(session, "bn") == ["আসামের পার্সেল দেরিতে আসছে।"]
    undo(session, made.id, user_id=None)
    assert standing_of(notice) == "taken_down"
    assert [one.kind for one in history_of(session, notice.id)].count("undone") == 3


def test_it_leads_to_the_article_in_the_reader_s_language(session: Session) -> None:
    add_article(session, "Late parcels", "Wait.", slug="late-parcels")
    key = article_key_of(session, "https://help.example/help/en/articles/late-parcels?s=1#top")
    pin(session, article_key=key)
    assert running_notices(session, "en")[0].article == ("late-parcels", "Late parcels")
    assert running_notices(session, "bn")[0].article is None
    with pytest.raises(InvalidInputError):
        article_key_of(session, "no-such-thing")


@pytest.mark.parametrize(
    ("about", "query", "language", "matches"),
    [
        ("UPI payment भुगतान", "my upi is stuck", "en", True),
        ("UPI payment भुगतान", "payments fail", "en", True),
        ("UPI payment भुगतान", "भुगतान नहीं हुआ", "hi", True),
        ("UPI payment भुगतान", "bhugtan nahi hua", "hi-Latn", True),
        ("UPI payment भुगतान", "when is my chair coming", "en", False),
        ("", "parcel to assam", "en", True),  # by its own texts
        ("", "how are you", "en", False),
    ],
)
def test_a_search_matches_by_a_telling_word(
    session: Session, about: str, query: str, language: str, matches: bool
) -> None:
    pin(session, about=about)
    assert bool(matching_notices(running_notices(session, "en"), query, language, ())) is matches


def test_a_search_matches_by_where_it_leads(session: Session) -> None:
    pin(session, topic="delivery")
    running = running_notices(session, "en")
    assert matching_notices(running, "where is it", "en", {"delivery"})
    assert not matching_notices(running, "parcel", "en", {"refunds"})
