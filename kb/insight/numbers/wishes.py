"""What customers wish of a service at any hour, one measure each, and an honest None where it is not measured yet.

After the 24/7 engagement index: reach me my way, know my need, do not make me repeat, a live person, fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.insight.numbers.figures import LEAST
from kb.insight.numbers.lengths import length_at
from kb.insight.numbers.measures import Measure
from kb.insight.numbers.reading import Counted, is_customers


@dataclass(frozen=True)
class Answer:
    """One measure of a wish. value, before: None where fewer than LEAST are known. figure: on the page of numbers, where it
    leads; "" for none."""

    key: str
    unit: str
    value: float | None
    before: float | None
    of: int
    figure: str = ""
    rising: int = 1


@dataclass(frozen=True)
class Wish:
    """unmeasured: what belongs to it and nobody measures yet."""

    key: str
    answers: Sequence[Answer]
    unmeasured: Sequence[str] = ()


def make_wishes(counted: Counted) -> list[Wish]:
    wishes = [
        Wish("my_way", [_ways(counted), _weakest_language(counted)], ["preferred_way"]),
        Wish("my_need", [_found(counted), _sure(counted), _known(counted)]),
        Wish("no_repeating", [_again(counted), _handed_over(counted)], ["asked_twice"]),
        Wish("live_person", [_asked(counted), _gave_up(counted)], ["at_night"]),
        Wish("fast", [_half(counted, Measure.FIRST_RESPONSE), _half(counted, Measure.RESOLUTION), _told(counted)]),
    ]
    if counted.is_comparable:
        return wishes
    return [replace(wish, answers=[replace(one, before=None) for one in wish.answers]) for wish in wishes]


def _share(part: int, of: int) -> float | None:
    return part / of if of >= LEAST else None


def _ways(counted: Counted) -> Answer:
    """Channels by which at least one conversation in fifty began."""
    counts = []
    for before in (False, True):
        some = counted.by(Measure.CONVERSATION, lambda one: one.channel, before=before)
        total = some.total()
        ways = sum(1 for count in some.values() if count * 50 >= total > 0)
        counts.append((float(ways) if total >= LEAST else None, total))
    return Answer("ways", "count", counts[0][0], counts[1][0], counts[0][1], "conversations")


def _weakest_language(counted: Counted) -> Answer:
    """Of the languages that one search in fifty is in, the share answered in the one where it is least."""
    found: list[tuple[float | None, int]] = []
    for before in (False, True):
        totals = counted.by(Measure.SEARCH, lambda one: one.language, before=before, where=is_customers)
        answered = counted.by(
            Measure.SEARCH, lambda one: one.language, before=before,
            where=lambda one: is_customers(one) and one.subject == "answered",
        )  # fmt: skip
        of = totals.total()
        shares = [answered[name] / count for name, count in totals.items() if count >= LEAST and count * 50 >= of]
        found.append((min(shares, default=None), of))
    return Answer("weakest_language", "share", found[0][0], found[1][0], found[0][1], "languages")


def _found(counted: Counted) -> Answer:
    shares = []
    for before in (False, True):
        some = counted.by(Measure.SEARCH, lambda one: one.subject, before=before, where=is_customers)
        shares.append((_share(some["answered"], some.total()), some.total()))
    return Answer("found", "share", shares[0][0], shares[1][0], shares[0][1], "found")


def _of_subject(
    counted: Counted, key: str, measure: Measure, subject: str, figure: str, rising: int = 1
) -> Answer:  # fmt: skip
    shares = []
    for before in (False, True):
        some = counted.by(measure, lambda one: one.subject, before=before)
        shares.append((_share(some[subject], some.total()), some.total()))
    return Answer(key, "share", shares[0][0], shares[1][0], shares[0][1], figure, rising)


def _sure(counted: Counted) -> Answer:
    return _of_subject(counted, "sure", Measure.SURE, "right", "sure")


def _known(counted: Counted) -> Answer:
    return _of_subject(counted, "known", Measure.CONVERSATION, "known", "conversations")


def _gave_up(counted: Counted) -> Answer:
    return _of_subject(counted, "gave_up", Measure.TOLD, "gave_up", "told", -1)


def _told(counted: Counted) -> Answer:
    shares = []
    for before in (False, True):
        some = counted.by(Measure.TOLD, lambda one: one.subject, before=before)
        of = some["inside"] + some["shorter"] + some["longer"]
        shares.append((_share(some["inside"], of), of))
    return Answer("told", "share", shares[0][0], shares[1][0], shares[0][1], "told")


def _of_conversations(counted: Counted, key: str, measure: Measure, figure: str) -> Answer:
    shares = []
    for before in (False, True):
        of = counted.sum(Measure.CONVERSATION, before=before)
        shares.append((_share(counted.sum(measure, before=before), of), of))
    return Answer(key, "share", shares[0][0], shares[1][0], shares[0][1], figure, -1)


def _again(counted: Counted) -> Answer:
    return _of_conversations(counted, "again", Measure.AGAIN, "conversations")


def _handed_over(counted: Counted) -> Answer:
    return _of_conversations(counted, "handed_over", Measure.HANDED_OVER, "escalations")


def _asked(counted: Counted) -> Answer:
    """Of those who wrote to us, the share that somebody answered: answers of the period beside what began in it."""
    shares = []
    for before in (False, True):
        of = counted.sum(Measure.CONVERSATION, before=before)
        answered = counted.lengths(Measure.FIRST_RESPONSE, before=before).total()
        shares.append((_share(min(answered, of), of), of))
    return Answer("answered_by_person", "share", shares[0][0], shares[1][0], shares[0][1], "first_response")


def _half(counted: Counted, measure: Measure) -> Answer:
    values = []
    for before in (False, True):
        some = counted.lengths(measure, before=before)
        values.append((length_at(some, 0.5) if some.total() >= LEAST else None, some.total()))
    return Answer(measure.value, "length", values[0][0], values[1][0], values[0][1], measure.value, -1)
