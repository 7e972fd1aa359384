"""What speaks against articles is found with its evidence, kept once, settled, and found again only for something new."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from content_factory import add_article
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.flags.collecting import OF_FIGURES, OF_TEXTS, collect_flags, not_before
from kb.insight.flags.contradictions import find_contradictions
from kb.insight.flags.duplicates import find_duplicates
from kb.insight.flags.figures import find_falling
from kb.insight.flags.found import FoundFlag
from kb.insight.flags.keeping import keep_flags, reopen_flag, report_article, settle_flag
from kb.insight.flags.links import find_broken
from kb.insight.flags.listing import FlagFilter, count_flags, flags_of_rep, list_flags, own_flag
from kb.insight.numbers.measures import Measure
from kb.tables import Article, ArticleDay, ArticleFlag, DailyCount, FlagKind, FlagMark, FlagState

LANGUAGES = ("en", "hi", "bn")
TODAY = date(2026, 6, 30)


def nothing() -> None:
    pass


def count(session: Session, article: Article, measure: Measure, days_ago: int, number: int) -> None:
    session.add(
        DailyCount(
            day=TODAY - timedelta(days=days_ago), measure=measure.value, subject=f"article:{article.id}", count=number
        )
    )


def found(session: Session, kind: FlagKind) -> list[FoundFlag]:
    return [one for one in find_falling(session, TODAY, UTC) if one.kind is kind]


@pytest.mark.parametrize(
    ("past", "now", "falls"),
    [
        ((45, 5), (8, 12), True),
        ((45, 5), (3, 4), False),  # too few to say
        ((6, 2), (2, 10), False),  # too few before
        ((45, 5), (17, 3), False),  # within what chance does
        ((10, 40), (4, 16), False),  # it was never better
    ],
)
def test_votes_fall_against_the_articles_own_past(
    session: Session, past: tuple[int, int], now: tuple[int, int], falls: bool
) -> None:
    article = add_article(session, "Clean a lamp", "Use a cloth.")
    for days_ago, (yes, no) in ((60, past), (5, now)):
        count(session, article, Measure.ARTICLE_YES, days_ago, yes)
        count(session, article, Measure.ARTICLE_NO, days_ago, no)
    session.commit()
    flags = found(session, FlagKind.VOTES)
    assert bool(flags) is falls
    if falls:
        assert flags[0].evidence["before"] == sum(past)
        assert flags[0].evidence["now_yes"] == now[0]


def test_each_day_counts_on_its_side(session: Session) -> None:
    """Also where another article was settled within the days that are looked at."""
    article, other = add_article(session, "Clean a lamp", "Cloth."), add_article(session, "Mend a lamp", "Glue.")
    user: Any = get_user(session, "trainer@test.example")
    before = {112: 1_000, 91: 200, 90: 30, 29: 4}
    now = {28: 10, 20: 200, 19: 3_000, 1: 40_000}
    for one in (article, other):
        for days_ago, number in {113: 7_000_000, **before}.items():
            count(session, one, Measure.ARTICLE_YES, days_ago, number)
        for days_ago, number in {**now, 0: 7_000_000}.items():
            count(session, one, Measure.ARTICLE_NO, days_ago, number)
    session.commit()
    keep_flags(session, OF_FIGURES, find_falling(session, TODAY, UTC))
    flag = session.scalars(select(ArticleFlag).where(ArticleFlag.article_id == other.id)).one()
    settle_flag(session, flag.id, FlagState.RIGHT, answer="A bad batch", user_id=user.id, region="IN")
    flag.settled_at = datetime.combine(TODAY - timedelta(days=20), datetime.min.time(), UTC)
    session.commit()
    counted = {one.article_id: (one.evidence["before"], one.evidence["now"]) for one in found(session, FlagKind.VOTES)}
    assert counted == {article.id: (1_234, 43_210), other.id: (1_444, 43_000)}


def test_invented_figures_of_the_sample_flag_nothing(session: Session) -> None:
    article = add_article(session, "Clean a lamp", "Use a cloth.")
    for days_ago, yes, no in ((60, 45, 5), (5, 8, 12)):
        count(session, article, Measure.ARTICLE_YES, days_ago, yes)
        count(session, article, Measure.ARTICLE_NO, days_ago, no)
    for row in session.new:
        row.is_sample = True
    session.commit()
    assert found(session, FlagKind.VOTES) == []


def test_more_readers_ask_for_a_person(session: Session) -> None:
    article = add_article(session, "Clean a lamp", "Use a cloth.")
    for days_ago, views, contacts in ((60, 200, 10), (5, 80, 20)):
        session.add(
            ArticleDay(article_id=article.id, day=TODAY - timedelta(days=days_ago), views=views, contacts=contacts)
        )
    session.commit()
    (flag,) = found(session, FlagKind.SUCCESS)
    assert (flag.evidence["before_contacts"], flag.evidence["now_contacts"]) == (10, 20)


@pytest.mark.parametrize(("others_now", "falls"), [(100, True), (10, False)])
def test_solved_falls_against_what_others_solve(session: Session, others_now: int, falls: bool) -> None:
    """A quiet month is no fault of an article."""
    article, other = add_article(session, "Clean a lamp", "Cloth."), add_article(session, "Mend a lamp", "Glue.")
    for one, days_ago, number in ((article, 60, 60), (other, 60, 300), (article, 5, 4), (other, 5, others_now)):
        count(session, one, Measure.ARTICLE_SOLVED, days_ago, number)
    session.commit()
    assert [flag.article_id for flag in found(session, FlagKind.SOLVED)] == ([article.id] if falls else [])


def test_nobody_reads_it(session: Session) -> None:
    old = datetime(2025, 1, 1, tzinfo=UTC)
    silent = add_article(session, "Sharpen a pencil", "Turn it.", created_at=old)
    add_article(session, "New thing", "Turn it.", created_at=datetime(2026, 6, 20, tzinfo=UTC))
    add_article(session, "For reps", "Turn it.", created_at=old, audience="internal")
    read = add_article(session, "Clean a lamp", "Use a cloth.", created_at=old)
    count(session, read, Measure.ARTICLE_READ, 10, 150)
    session.commit()
    assert found(session, FlagKind.UNREAD) == [], "too few reads in all to say so"
    count(session, read, Measure.ARTICLE_READ, 11, 150)
    session.commit()
    assert [flag.article_id for flag in found(session, FlagKind.UNREAD)] == [silent.id]


def test_settled_figures_are_looked_at_anew_from_that_day(session: Session) -> None:
    article = add_article(session, "Clean a lamp", "Use a cloth.")
    for days_ago, yes, no in ((60, 45, 5), (20, 8, 12)):
        count(session, article, Measure.ARTICLE_YES, days_ago, yes)
        count(session, article, Measure.ARTICLE_NO, days_ago, no)
    session.commit()
    keep_flags(session, OF_FIGURES, find_falling(session, TODAY, UTC))
    flag = session.scalars(select(ArticleFlag)).one()
    user = get_user(session, "trainer@test.example")
    settle_flag(session, flag.id, FlagState.RIGHT, answer="A bad batch", user_id=user.id, region="IN")
    flag.settled_at = datetime(2026, 6, 15, tzinfo=UTC)
    session.commit()
    assert found(session, FlagKind.VOTES) == [], "the same votes"
    count(session, article, Measure.ARTICLE_YES, 3, 5)
    count(session, article, Measure.ARTICLE_NO, 3, 15)
    session.commit()
    (again,) = found(session, FlagKind.VOTES)
    assert again.key != flag.evidence_key
    assert again.evidence["now"] == 20


def test_links_that_lead_nowhere(session: Session) -> None:
    add_article(session, "Draft", "Text.", slug="draft", status="draft")
    add_article(session, "Secret", "Text.", slug="secret", audience="internal")
    add_article(session, "There", "Text.", slug="there")
    body = "[a](lost.md) [b](draft.md) [c](secret.md) [d](there.md) [e](https://other.example/x)"
    article = add_article(session, "Lamp", body)
    rep = add_article(session, "For reps", "[c](secret.md)", audience="internal")
    flags = find_broken(session, LANGUAGES, tick=nothing)
    assert {(one.evidence["link"], one.evidence["why"]) for one in flags} == {
        ("lost.md", "missing"), ("draft.md", "unpublished"), ("secret.md", "internal"),
    }  # fmt: skip
    assert {one.article_id for one in flags} == {article.id}
    assert rep.id not in {one.article_id for one in flags}


SAME = [
    ("en", "Refund times", "A refund to UPI takes 3 days.", "UPI payments", "UPI refunds arrive within 5 days."),
    ("en", "Returns", "You can return a lamp within 10 days.", "Lamps", "Lamps can be returned within 14 days."),
    ("en", "Contact us", "Call us on 1800 111 2222.", "Help", "Call 1800 333 4444."),
    ("en", "Delivery cost", "Delivery costs ₹49 below ₹499.", "Orders", "Delivery costs Rs. 59."),
    ("en", "Refund", "|Way|Time|\n|---|---|\n|UPI|2 days|\n|Card|7 days|", "Refund of a payment",
     "|Way|Time|\n|---|---|\n|UPI|4 days|\n|Card|7 days|"),
    ("hi", "रिफ़ंड कब आएगा", "UPI से रिफ़ंड 3 दिन में आता है।", "पेमेंट", "UPI का रिफ़ंड 5 दिन में आ जाता है।"),
    ("bn", "টাকা ফেরত", "কার্ডে টাকা ফেরত ৭ দিনে আসে।", "পেমেন্ট", "কার্ডে টাকা ফেরত আসতে ১০ দিন লাগে।"),
]  # fmt: skip
OTHER = [
    ("en", "Refund times", "A refund to UPI takes 3 days.", "UPI payments", "UPI refunds arrive within 72 hours."),
    ("en", "Returns", "You can return a lamp within 10 days.", "Phones", "Phones can be returned within 14 days."),
    ("en", "Delivery", "It takes 3 days.", "Refunds", "It takes 5 days."),
    ("en", "Delivery", "Delivery takes 3 days.", "Refunds", "A refund takes 5 days."),
    ("en", "Refund", "|Way|Time|\n|---|---|\n|UPI|2 days|", "Refunds", "|Way|Time|\n|---|---|\n|Card|7 days|"),
    ("en", "Old", "> Refunds to UPI take 9 days.", "Refund times", "Refunds to UPI take 3 days."),
]


@pytest.mark.parametrize(("case", "contradict"), [*((case, True) for case in SAME), *((case, False) for case in OTHER)])
def test_articles_that_say_other_numbers_of_one_thing(
    session: Session, case: tuple[str, ...], contradict: bool
) -> None:
    language, *texts = case
    first = add_article(session, texts[0], texts[1], slug="one", language=language)
    second = add_article(session, texts[2], texts[3], slug="two", language=language)
    flags = find_contradictions(session, LANGUAGES, tick=nothing)
    assert [(one.article_id, one.other_id) for one in flags] == ([(first.id, second.id)] if contradict else [])
    if contradict:
        sides = flags[0].evidence["sides"]
        assert all(side["amount"] and side["text"] for side in sides)


def test_a_sentence_against_several_rows_of_one_table_is_one_flag(session: Session) -> None:
    rows = "".join(f"| {month} | ₹900 |\n" for month in (1, 2, 3))
    add_article(session, "Locker rent", f"| Month | Locker rent you pay |\n|---|---|\n{rows}")
    add_article(session, "Locker fees", "The locker rent you pay is ₹1,200 a month.")
    assert len(find_contradictions(session, LANGUAGES, tick=nothing)) == 1


def test_languages_that_say_other_numbers(session: Session) -> None:
    add_article(session, "Send it back", "## When\n\nWithin 10 days.\n\n## Fee\n\nIt costs ₹49.", slug="a")
    hindi = add_article(session, "लौटाएँ", "## कब\n\n14 दिन में।\n\n## फ़ीस\n\n₹49 लगते हैं।", slug="a", language="hi",
                        translation_key="a")  # fmt: skip
    add_article(
        session, "ফেরত", "## কখন\n\n১০ দিনের মধ্যে।\n\n## ফি\n\n₹৪৯ লাগে।", slug="a", language="bn", translation_key="a"
    )
    (flag,) = find_contradictions(session, LANGUAGES, tick=nothing)
    assert flag.article_id == hindi.id
    assert [side["amount"] for side in flag.evidence["sides"]] == ["14 दिन", "10 days"]


def test_languages_that_are_built_otherwise_are_compared_by_what_each_has_once(session: Session) -> None:
    """Translations are written freely: the number stands in another section."""
    english = "We send a link.\n\n## Steps\n\n1. Open it.\n2. Wait 1–2 days.\n\nIt works for 36 hours."
    add_article(session, "Refund link", english, slug="a")
    add_article(session, "লিংক", "লিংক ৭২ ঘণ্টা চলে।\n\n## ধাপ\n\nখুলুন, ১–২ দিন অপেক্ষা করুন।", slug="a", language="bn",
                translation_key="a")  # fmt: skip
    (flag,) = find_contradictions(session, LANGUAGES, tick=nothing)
    assert [side["amount"] for side in flag.evidence["sides"]] == ["৭২ ঘণ্টা", "36 hours"], "as they are written"


RETURN = """To send a lamp back, open your orders and choose the lamp. Print the label and put it on the box.
Hand the box to the courier at your door. The money is back when the lamp has reached our warehouse."""
RETURN_AGAIN = """Open your orders and choose the lamp to send it back. Print the label, put it on the box.
Hand the box to the courier at the door. When the lamp has reached the warehouse the money is back."""


def test_duplicates_are_found_with_their_sentences(session: Session) -> None:
    older = add_article(session, "Send a lamp back", RETURN)
    newer = add_article(session, "How to return a lamp", RETURN_AGAIN)
    add_article(session, "Clean a lamp", "Use a dry cloth for the shade, never water, and switch the lamp off before.")
    add_article(session, "लैंप", RETURN, slug="hindi", language="hi")
    add_article(session, "For reps", RETURN, slug="reps", audience="internal")
    (flag,) = find_duplicates(session, tick=nothing)
    assert (flag.article_id, flag.other_id) == (newer.id, older.id)
    assert len(flag.evidence["pairs"]) >= 3


def run(session: Session) -> dict[str, int]:
    return collect_flags(
        session, LANGUAGES, now=datetime(2026, 6, 30, 12, tzinfo=UTC), zone=UTC, checkpoint=session.commit, tick=nothing
    )


def test_what_is_settled_stays_so_until_there_is_something_new(session: Session) -> None:
    user: Any = get_user(session, "trainer@test.example")
    article = add_article(session, "Lamp", "See [this](lost.md) and [that](gone.md).", revision=1)
    assert run(session) == {"new": 2, "back": 0, "past": 0}
    assert run(session) == {"new": 0, "back": 0, "past": 0}
    lost, gone = sorted(session.scalars(select(ArticleFlag)), key=lambda one: one.evidence["link"], reverse=True)
    with pytest.raises(InvalidInputError):
        settle_flag(session, lost.id, FlagState.RIGHT, answer=" ", user_id=user.id, region="IN")
    settle_flag(session, lost.id, FlagState.RIGHT, answer="Call 98300 12345", user_id=user.id, region="IN")
    assert "98300" not in lost.answer
    settle_flag(session, gone.id, FlagState.MENDED, answer="", user_id=user.id, region="IN")
    article.revision, article.topic = 2, "x"
    session.commit()
    assert run(session)["back"] == 1, "it was not mended"
    assert (lost.state, gone.state) == (FlagState.RIGHT, FlagState.OPEN)
    assert gone.came_back_at
    article.body, article.revision = "Nothing.", 3
    session.commit()
    assert run(session)["past"] == 1
    assert (lost.state, gone.state) == (FlagState.RIGHT, FlagState.PAST)
    reopen_flag(session, lost.id)
    assert (lost.state, lost.settled_at) == (FlagState.OPEN, None)
    with pytest.raises(NotFoundError):
        reopen_flag(session, 98765)
    assert count_flags(session) == {"open": {"links": 1}, "settled": {"links": 1}}
    assert [one.id for one in list_flags(session, FlagFilter(), limit=5)] == [lost.id]
    assert [one.id for one in list_flags(session, FlagFilter(settled=True, article=article.id), limit=5)] == [gone.id]


def test_a_long_look_at_all_texts_is_not_taken_again_at_once(session: Session) -> None:
    article = add_article(session, "Lamp", "See [this](lost.md).", revision=1)
    assert run(session)["new"] == 1
    begun = datetime(2026, 6, 30, 11, 50, tzinfo=UTC)
    assert not_before(begun, 5.0) == begun
    mark = session.get_one(FlagMark, "texts not before")
    mark.seen = not_before(begun, 600.0).isoformat()
    article.body, article.revision = "Nothing.", 2
    session.commit()
    assert run(session)["past"] == 0, "ten minutes of work are not done again after ten minutes"
    mark.seen = not_before(begun, 30.1 / 20).isoformat()
    session.commit()
    assert run(session)["past"] == 1


def test_what_a_rep_says_is_redacted_and_once(session: Session) -> None:
    rep: Any = get_user(session, "rep@test.example")
    article = add_article(session, "Lamp", "Text.")
    talk = make_talk(session, ["customer: hello"])
    said = {"user_id": rep.id, "region": "IN"}
    with pytest.raises(InvalidInputError):
        report_article(session, article, " … ", conversation_id=None, **said)
    first = report_article(session, article, "Wrong for asha@example.com", conversation_id=talk.id, **said)
    assert "asha" not in first.comment
    assert report_article(session, article, "The fee is wrong", conversation_id=98765, **said) is first
    assert (first.comment, first.conversation_id) == ("The fee is wrong", talk.id)
    settle_flag(session, first.id, FlagState.MENDED, answer="Fee corrected", user_id=rep.id, region="IN")
    second = report_article(session, article, "And the address", conversation_id=None, **said)
    assert second is not first
    assert [one.id for one in flags_of_rep(session, rep.id)] == [second.id, first.id]
    assert own_flag(session, article.id, rep.id) is second
    session.commit()
    assert run(session) == {"new": 0, "back": 0, "past": 0}, "nobody but people settles what people say"
    assert {kind.value for kind in OF_TEXTS} | {kind.value for kind in OF_FIGURES} | {"rep", "outside"} == set(FlagKind)
