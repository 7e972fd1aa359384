"""An invented quarter of the sample shop, so that the page of numbers shows something on the first visit.

Day by day the same for everybody. Every row is marked as sample, is shown as such, counts in no report, and goes with
`kb sample remove`.
"""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import cast

from sqlalchemy import Table, delete, exists, insert, select
from sqlalchemy.orm import Session

from kb.insight.numbers.day import Counts, add
from kb.insight.numbers.lengths import bucket_of
from kb.insight.numbers.measures import Measure
from kb.tables import Article, Channel, DailyCount, SearchEvent
from kb.tables.search import SAMPLE

DAYS = 91
_SEED = 2013
# Languages with their share of the searches and how many of them are answered on the first and on the last day.
_LANGUAGES = (
    ("en", 0.40, 0.78, 0.83),
    ("hi", 0.24, 0.71, 0.79),
    ("hi-Latn", 0.16, 0.64, 0.74),
    ("bn", 0.13, 0.58, 0.75),  # half of its articles came in the middle of the quarter
    ("bn-Latn", 0.07, 0.55, 0.68),
)
_PLACES = (("help", 0.62), ("ask", 0.1), ("widget", 0.08), ("conversation", 0.13), ("desk", 0.07))
# Channels with their share, and seconds to the first answer and to the end, half of them.
_CHANNELS = (
    (Channel.CHAT.value, 0.36, 95.0, 1_100.0),
    (Channel.EMAIL.value, 0.27, 9_500.0, 64_000.0),
    (Channel.PHONE.value, 0.19, 50.0, 700.0),
    (Channel.WEB.value, 0.13, 7_200.0, 58_000.0),
    (Channel.SMS.value, 0.05, 1_500.0, 21_000.0),
)
# Of so many articles anything happened.
_MOST_ARTICLES = 60
# Days before the end on which the sale of the shop began, and how long it lasted.
_SALE, _SALE_DAYS = 33, 5


def has_searches(session: Session) -> bool:
    """Whether anybody has searched here: then the figures are to be real ones. One statement."""
    return session.scalar(select(exists().where(SearchEvent.place != SAMPLE))) or False


def has_sample_history(session: Session) -> bool:
    """Whether any invented figure is there. One statement."""
    return session.scalar(select(exists().where(DailyCount.is_sample))) or False


def store_sample_history(session: Session, today: date) -> int:
    """The quarter up to yesterday; returns how many rows. The caller commits."""
    articles = session.scalars(
        select(Article.id).where(Article.status == "published").order_by(Article.translation_key, Article.language)
    ).all()
    chance = Random(_SEED)
    weights = [(f"article:{number}", 0.15 + chance.paretovariate(1.3)) for number in articles]
    # Most of them are read by hardly anybody: these are the ones that the page lists as not used.
    weights = sorted(weights, key=lambda one: -one[1])[:_MOST_ARTICLES]
    rows = []
    for number in range(DAYS):
        day = today - timedelta(days=DAYS - number)
        for (measure, language, channel, subject, bucket), count in _day(chance, day, number, weights).items():
            rows.append(
                {
                    "day": day, "measure": measure, "language": language, "channel": channel, "subject": subject,
                    "bucket": bucket, "count": count, "is_sample": True,
                }
            )  # fmt: skip
    # Without objects of their own, which takes a third of the time.
    session.connection().execute(insert(cast(Table, DailyCount.__table__)), rows)
    return len(rows)


def remove_sample_history(session: Session) -> int:
    """How many rows went. The caller commits."""
    gone = session.execute(delete(DailyCount).where(DailyCount.is_sample).returning(DailyCount.id))
    return len(gone.all())


def _day(chance: Random, day: date, number: int, articles: list[tuple[str, float]]) -> Counts:
    counts: Counts = Counter()
    in_sale = DAYS - _SALE <= number < DAYS - _SALE + _SALE_DAYS
    # Fewer people come at the end of the week, some more each month, and twice as many to the sale.
    crowd = (0.62 if day.weekday() == 6 else 0.85 if day.weekday() == 5 else 1.0) * (1 + number / 400)
    crowd *= (1.9 if in_sale else 1.0) * chance.uniform(0.9, 1.1)
    grown = number / (DAYS - 1)
    searches = int(260 * crowd)
    for _ in range(searches):
        _search(chance, counts, grown, in_sale=in_sale)
    _read(chance, counts, articles, int(searches * 0.55))
    for _ in range(int(36 * crowd)):
        _conversation(chance, counts, grown, crowd, in_sale=in_sale)
    return counts


def _choose(chance: Random, some: tuple[tuple[str, float], ...]) -> str:
    return chance.choices([name for name, _ in some], [share for _, share in some])[0]


def _search(chance: Random, counts: Counts, grown: float, *, in_sale: bool) -> None:
    language, _, first, last = chance.choices(_LANGUAGES, [one[1] for one in _LANGUAGES])[0]
    share = first + (last - first) * grown - (0.06 if in_sale else 0.0)
    drawn = chance.random()
    outcome = "answered" if drawn < share else "unsure" if drawn < share + (1 - share) * 0.55 else "none"
    place = _choose(chance, _PLACES)
    add(counts, Measure.SEARCH, language=language, channel=place, subject=outcome)
    is_customers = place not in ("desk", "conversation")
    if is_customers and chance.random() < {"answered": 0.02, "unsure": 0.13, "none": 0.3}[outcome]:
        add(counts, Measure.ASKED_PERSON, language=language, channel=place)
    if outcome == "answered" and chance.random() < 0.11:
        right = chance.random() < 0.84 + 0.08 * grown - (0.05 if language.startswith("bn") else 0)
        add(counts, Measure.SURE, language=language, subject="right" if right else "wrong")


def _read(chance: Random, counts: Counts, articles: list[tuple[str, float]], reads: int) -> None:
    if not articles:
        return
    for document in chance.choices([name for name, _ in articles], [weight for _, weight in articles], k=reads):
        add(counts, Measure.ARTICLE_READ, subject=document)
        drawn = chance.random()
        # Which articles help more is the same on all days.
        helps = 0.62 + 0.36 * ((int(document.partition(":")[2]) * 37 % 101) / 100)
        if drawn < 0.12:
            measure = Measure.ARTICLE_YES if chance.random() < helps else Measure.ARTICLE_NO
            add(counts, measure, subject=document)
        elif drawn < 0.17:
            add(counts, Measure.ARTICLE_COPIED, subject=document)
        elif drawn < 0.2:
            add(counts, Measure.ARTICLE_SOLVED, subject=document)


def _conversation(chance: Random, counts: Counts, grown: float, crowd: float, *, in_sale: bool) -> None:
    channel, _, half, whole = chance.choices(_CHANNELS, [one[1] for one in _CHANNELS])[0]
    language = chance.choices(_LANGUAGES, [one[1] for one in _LANGUAGES])[0][0]
    known = chance.random() < 0.55 + 0.2 * grown
    add(counts, Measure.CONVERSATION, language=language, channel=channel, subject="known" if known else "new")
    if chance.random() < 0.16 - 0.05 * grown:
        add(counts, Measure.AGAIN, channel=channel)
    heat = 0.2 + (0.1 if in_sale else 0.0) - 0.05 * grown
    drawn = chance.random()
    level = 2 if drawn < heat * 0.25 else 1 if drawn < heat else 0
    add(counts, Measure.FEELING, language=language, channel=channel, subject=str(level))
    busy = crowd * (1.5 if in_sale else 1.0)
    waited = half * busy * chance.lognormvariate(0, 0.7)
    if channel == Channel.CHAT.value and not _wait(chance, counts, waited, half * busy):
        return
    add(counts, Measure.FIRST_RESPONSE, channel=channel, bucket=bucket_of(waited))
    length = waited + whole * (1 - 0.15 * grown) * chance.lognormvariate(0, 0.6)
    add(counts, Measure.RESOLUTION, channel=channel, bucket=bucket_of(length))
    if channel in (Channel.CHAT.value, Channel.PHONE.value):
        helped = chance.random() < 0.3 + 0.35 * grown
        handled = (length - waited) * (0.78 if helped else 1.05)
        subject = "with" if helped else "without"
        add(counts, Measure.HANDLING, channel=channel, subject=subject, bucket=bucket_of(handled))
    if chance.random() < 0.02 + 0.06 * level:
        add(counts, Measure.ESCALATED, channel=channel)
    if chance.random() < 0.06:
        add(counts, Measure.HANDED_OVER, channel=channel)
    _survey(chance, counts, language, channel, level, grown)


def _wait(chance: Random, counts: Counts, waited: float, told: float) -> bool:
    """What they were told in line and what became true; whether they stayed."""
    if chance.random() < 0.06:
        add(counts, Measure.TOLD, subject="gave_up")
        return False
    add(counts, Measure.WAITED, bucket=bucket_of(waited))
    if chance.random() < 0.08:
        add(counts, Measure.TOLD, subject="place_only")
        return True
    low, high = told * 0.4, told * 2.4
    fate = "shorter" if waited < low else "inside" if waited <= high else "longer"
    add(counts, Measure.TOLD, subject=fate)
    add(counts, Measure.TOLD_WAIT, bucket=bucket_of(told * chance.uniform(0.85, 1.2)))
    return True


def _survey(chance: Random, counts: Counts, language: str, channel: str, level: int, grown: float) -> None:
    kind, measure = chance.choice((("satisfaction", Measure.SATISFACTION), ("effort", Measure.EFFORT)))
    add(counts, Measure.SURVEY_ASKED, channel=channel, subject=kind)
    if chance.random() < 0.28:
        score = round(min(5, max(1, chance.gauss(4.1 + 0.3 * grown - 0.9 * level, 0.9))))
        add(counts, measure, language=language.partition("-")[0], channel=channel, subject=str(score))
