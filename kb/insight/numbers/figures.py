"""The figures of the studio's page of numbers, made from what was counted: what is drawn is what the table says.

Words and drawings are the page's; here are keys and values. Units: count, share (of 1), length (seconds), score (1 to 5).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kb.insight.numbers.lengths import length_at
from kb.insight.numbers.measures import DESK_PLACES, Measure
from kb.insight.numbers.reading import Counted, Total, is_customers

OUTCOMES = ("answered", "unsure", "none")
FATES = ("inside", "shorter", "longer", "place_only", "gave_up")
# A period that is longer is shown by weeks; so many languages have a line of their own.
_MOST_DAYS, _MOST_LANGUAGES = 31, 4
# With fewer of them a share or a median says nothing.
LEAST = 5


@dataclass(frozen=True)
class Point:
    """key: a day (of weeks the Monday), a language, a channel, an outcome. values: one for each series, None where nothing is
    known."""

    key: date | str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Figure:
    """kind: how it is drawn (columns over time, lines over time, bars). value, before: its one number, in the period and in the
    one before; unit: of that number; points_unit: of the points. of: of how many it was found. parts: what the points are
    (day, language, channel, …). rising: whether more is better (1), worse (-1) or neither (0)."""

    key: str
    kind: str
    unit: str
    value: float | None
    before: float | None
    of: int
    series: Sequence[str]
    points: Sequence[Point]
    parts: str
    points_unit: str = ""
    rising: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(value for point in self.points for value in point.values)

    @property
    def is_weekly(self) -> bool:
        """Whether its points are weeks; a long time is shown by them."""
        keys = [point.key for point in self.points[:2]]
        return self.parts == "week" or (len(keys) == 2 and _gap(*keys) == 7)

    def running(self, today: date) -> int | None:
        """The place of the point whose day or week is not over yet: less was counted of it than of the others."""
        last = self.points[-1].key if self.points else ""
        if not isinstance(last, date) or last + timedelta(days=7 if self.is_weekly else 1) <= today:
            return None
        return len(self.points) - 1


def _gap(first: date | str, second: date | str) -> int:
    return (second - first).days if isinstance(first, date) and isinstance(second, date) else 0


@dataclass(frozen=True)
class _Bins:
    """Days, or weeks where the period is long."""

    counted: Counted
    keys: list[date] = field(default_factory=list)

    @classmethod
    def of(cls, counted: Counted) -> "_Bins":
        period = counted.period
        days = (period.first + timedelta(days=number) for number in range(period.days))
        return cls(counted, list(dict.fromkeys(_bin(day, period.days) for day in days)))

    def sums(self, part: Callable[[str, str, str], str | None]) -> dict[date, Counter[str]]:
        """part: of measure, language and subject, where it counts; None for what does not."""
        found: dict[date, Counter[str]] = {key: Counter() for key in self.keys}
        for one in self.counted.days:
            key = part(one.measure, one.language, one.subject)
            if key is not None:
                found[_bin(one.day, self.counted.period.days)][key] += one.count
        return found


def _bin(day: date, days: int) -> date:
    return day if days <= _MOST_DAYS else day - timedelta(days=day.weekday())


def make_figures(counted: Counted) -> list[Figure]:
    """In the order of the page. Without a comparison where nobody counted in the period before."""
    figures = _make(counted, _Bins.of(counted))
    return figures if counted.is_comparable else [_alone(figure) for figure in figures]


def _alone(figure: Figure) -> Figure:
    if tuple(figure.series) != ("now", "before"):
        return replace(figure, before=None)
    points = [replace(point, values=point.values[:1]) for point in figure.points]
    return replace(figure, before=None, series=("now",), points=points)


def _make(counted: Counted, bins: _Bins) -> list[Figure]:
    return [
        _searches(counted, bins),
        _found(counted, bins),
        _languages(counted),
        _places(counted),
        _asked_person(counted, bins),
        _sure(counted, bins),
        _conversations(counted),
        _spoken(counted),
        _length(counted, "first_response", Measure.FIRST_RESPONSE),
        _length(counted, "resolution", Measure.RESOLUTION),
        _handling(counted),
        _told(counted),
        _waits(counted),
        _escalations(counted, bins),
        _feeling(counted, bins),
        _score(counted, "satisfaction", Measure.SATISFACTION),
        _score(counted, "effort", Measure.EFFORT),
    ]


def _share(part: int, of: int) -> float | None:
    return part / of if of >= LEAST else None


def _searches(counted: Counted, bins: _Bins) -> Figure:
    sums = bins.sums(lambda measure, _, subject: subject if measure == Measure.SEARCH else None)
    now, before = (counted.sum(Measure.SEARCH, before=one, where=is_customers) for one in (False, True))
    points = [Point(day, [sums[day][outcome] for outcome in OUTCOMES]) for day in bins.keys]
    return Figure("searches", "columns", "count", now, before, now, OUTCOMES, points, "day")


def _found(counted: Counted, bins: _Bins) -> Figure:
    sums = bins.sums(lambda measure, _, subject: subject if measure == Measure.SEARCH else None)
    values = []
    for is_before in (False, True):
        some = counted.by(Measure.SEARCH, lambda one: one.subject, before=is_before, where=is_customers)
        values.append((_share(some["answered"], some.total()), some.total()))
    points = [Point(day, [_share(sums[day]["answered"], sums[day].total())]) for day in bins.keys]
    (now, of), (before, _) = values
    return Figure("found", "lines", "share", now, before, of, ("answered",), points, "day", rising=1)


def _by_outcome(counted: Counted, key: str, part: Callable[[Total], str], where: Callable[[Total], bool]) -> Figure:
    names = counted.by(Measure.SEARCH, part, where=where)
    before = counted.by(Measure.SEARCH, part, before=True, where=where)
    sums = counted.by(Measure.SEARCH, lambda one: f"{part(one)}/{one.subject}", where=where)
    points = [
        Point(name, [sums[f"{name}/{outcome}"] for outcome in OUTCOMES])
        for name, count in names.most_common(12)
        if count
    ]
    now_kinds, kinds_before = (sum(1 for count in some.values() if count) for some in (names, before))
    return Figure(key, "bars", "count", now_kinds, kinds_before, names.total(), OUTCOMES, points, key)


def _languages(counted: Counted) -> Figure:
    return _by_outcome(counted, "languages", lambda one: one.language, is_customers)


def _places(counted: Counted) -> Figure:
    found = _by_outcome(counted, "places", lambda one: one.channel, lambda _: True)
    now, before = (
        counted.sum(Measure.SEARCH, before=one, where=lambda row: row.channel in DESK_PLACES)
        for one in (False, True)
    )  # fmt: skip
    return Figure("places", "bars", "count", now, before, now, OUTCOMES, found.points, "places")


def _asked_person(counted: Counted, bins: _Bins) -> Figure:
    sums = bins.sums(lambda measure, *_: "asked_person" if measure == Measure.ASKED_PERSON else None)
    shares = []
    for is_before in (False, True):
        asked = counted.sum(Measure.ASKED_PERSON, before=is_before)
        of = counted.sum(Measure.SEARCH, before=is_before, where=is_customers)
        shares.append((_share(asked, of), of))
    points = [Point(day, [sums[day]["asked_person"]]) for day in bins.keys]
    (now, of), (before, _) = shares
    return Figure("asked_person", "columns", "share", now, before, of, ("asked_person",), points, "day", "count")


def _sure(counted: Counted, bins: _Bins) -> Figure:
    """By week, of all and of the languages with most judged searches."""
    names = counted.by(Measure.SURE, lambda one: one.language)
    languages = [name for name, count in names.most_common(_MOST_LANGUAGES) if count]
    weeks = list(dict.fromkeys(day - timedelta(days=day.weekday()) for day in bins.keys))
    sums: dict[date, Counter[tuple[str, str]]] = {week: Counter() for week in weeks}
    for one in counted.days:
        if one.measure == Measure.SURE:
            week = one.day - timedelta(days=one.day.weekday())
            for language in (one.language, ""):
                sums[week][language, one.subject] += one.count

    def share(week: date, language: str) -> float | None:
        right, wrong = sums[week][language, "right"], sums[week][language, "wrong"]
        return _share(right, right + wrong)

    values = []
    for is_before in (False, True):
        some = counted.by(Measure.SURE, lambda one: one.subject, before=is_before)
        values.append((_share(some["right"], some.total()), some.total()))
    series = ["", *languages]
    points = [Point(week, [share(week, language) for language in series]) for week in weeks]
    (now, of), (before, _) = values
    return Figure("sure", "lines", "share", now, before, of, series, points, "week", rising=1)


def _conversations(counted: Counted) -> Figure:
    return _begun(counted, "conversations", lambda one: one.channel)


def _spoken(counted: Counted) -> Figure:
    return _begun(counted, "spoken", lambda one: one.language)


def _begun(counted: Counted, key: str, part: Callable[[Total], str]) -> Figure:
    now = counted.by(Measure.CONVERSATION, part)
    before = counted.by(Measure.CONVERSATION, part, before=True)
    points = [Point(name, [count, before[name]]) for name, count in now.most_common(12) if count]
    parts = "channel" if key == "conversations" else "languages"
    value, earlier = now.total(), before.total()
    return Figure(key, "bars", "count", value, earlier, value, ("now", "before"), points, parts)


def _length(counted: Counted, key: str, measure: Measure) -> Figure:
    channels = [name for name, count in counted.by(measure, lambda one: one.channel).most_common(12) if count]
    points = []
    for channel in channels:
        some = counted.lengths(measure, where=lambda one, channel=channel: one.channel == channel)  # type: ignore[misc]
        enough = some.total() >= LEAST
        points.append(Point(channel, [length_at(some, share) if enough else None for share in (0.5, 0.9)]))
    now, of = _median(counted, measure, before=False)
    before, _ = _median(counted, measure, before=True)
    return Figure(key, "bars", "length", now, before, of, ("half", "most"), points, "channel", rising=-1)


def _median(
    counted: Counted, measure: Measure, *, before: bool, where: Callable[[Total], bool] | None = None
) -> tuple[float | None, int]:
    some = counted.lengths(measure, before=before, where=where)
    return (length_at(some, 0.5) if some.total() >= LEAST else None), some.total()


def _handling(counted: Counted) -> Figure:
    points = []
    for subject in ("with", "without"):
        values = [
            _median(counted, Measure.HANDLING, before=before, where=lambda one, s=subject: one.subject == s)[0]  # type: ignore[misc]
            for before in (False, True)
        ]
        points.append(Point(subject, values))
    now, of = _median(counted, Measure.HANDLING, before=False)
    before, _ = _median(counted, Measure.HANDLING, before=True)
    return Figure("handling", "bars", "length", now, before, of, ("now", "before"), points, "suggestion", rising=-1)


def _told(counted: Counted) -> Figure:
    now, before = (counted.by(Measure.TOLD, lambda one: one.subject, before=one) for one in (False, True))
    shares = [
        _share(some["inside"], some["inside"] + some["shorter"] + some["longer"]) for some in (now, before)
    ]  # fmt: skip
    points = [Point(fate, [now[fate], before[fate]]) for fate in FATES]
    return Figure(
        "told", "bars", "share", shares[0], shares[1], now.total(), ("now", "before"), points, "fate", "count", rising=1
    )


def _waits(counted: Counted) -> Figure:
    points = []
    for measure in (Measure.TOLD_WAIT, Measure.WAITED):
        points.append(
            Point(measure.value, [_median(counted, measure, before=before)[0] for before in (False, True)])
        )  # fmt: skip
    now, of = _median(counted, Measure.WAITED, before=False)
    before, _ = _median(counted, Measure.WAITED, before=True)
    return Figure("waits", "bars", "length", now, before, of, ("now", "before"), points, "wait", rising=-1)


def _escalations(counted: Counted, bins: _Bins) -> Figure:
    kinds = (Measure.ESCALATED.value, Measure.HANDED_OVER.value)
    sums = bins.sums(lambda measure, *_: measure if measure in kinds else None)
    now, before = (counted.sum(Measure.ESCALATED, before=one) for one in (False, True))
    points = [Point(day, [sums[day][kind] for kind in kinds]) for day in bins.keys]
    return Figure("escalations", "columns", "count", now, before, now, kinds, points, "day", rising=-1)


def _feeling(counted: Counted, bins: _Bins) -> Figure:
    names = {"0": "calm", "1": "annoyed", "2": "angry"}
    sums = bins.sums(lambda measure, _, subject: names.get(subject) if measure == Measure.FEELING else None)
    values = []
    for is_before in (False, True):
        some = counted.by(Measure.FEELING, lambda one: one.subject, before=is_before)
        values.append((_share(some["1"] + some["2"], some.total()), some.total()))
    points = [Point(day, [sums[day][name] for name in names.values()]) for day in bins.keys]
    (now, of), (before, _) = values
    series = tuple(names.values())
    return Figure("feeling", "columns", "share", now, before, of, series, points, "day", "count", rising=-1)


def _score(counted: Counted, key: str, measure: Measure) -> Figure:
    now, before = (counted.by(measure, lambda one: one.subject, before=one) for one in (False, True))
    means = [
        sum(int(score) * count for score, count in some.items()) / some.total() if some.total() >= LEAST else None
        for some in (now, before)
    ]
    points = [Point(score, [now[score], before[score]]) for score in ("5", "4", "3", "2", "1")]
    return Figure(
        key, "bars", "score", means[0], means[1], now.total(), ("now", "before"), points, "score", "count", rising=1
    )
