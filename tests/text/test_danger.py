"""What smells of danger is told from what only sounds like it: texts in three languages, in Latin letters, spelled badly."""

import contextlib
import json
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.core.settings import PROJECT_ROOT
from kb.text.danger.defaults import LANGUAGES, LEVELS, default_rules
from kb.text.danger.finder import DangerFinder
from kb.text.danger.rules import RuleError

HERE = Path(__file__).parent / "safety"
HALVES = ("development", "held_out")
# Written in rounds when all before them were right; docs/experiments/0027 has how many of each were missed at first.
SETS = (*HALVES, "later", "fourth", "fifth", "sixth")
WAYS_OF_WRITING = ("en", "hi", "bn", "hi-Latn", "bn-Latn")
# Questions that people ask of a shop; the few of these sets that do tell of danger are named below.
GOLDEN = ("golden.jsonl", "answers.jsonl", "reworded.jsonl", "misses.jsonl")
DO_SMELL = ("battery is swollen",)


def dangers(half: str) -> list[list[str]]:
    return [line.split("\t") for line in (HERE / f"{half}_dangers.tsv").read_text("utf-8").splitlines()]


def ordinary(half: str) -> list[list[str]]:
    return [line.split("\t") for line in (HERE / f"{half}_ordinary.tsv").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def finder() -> DangerFinder:
    return DangerFinder([(rule.kind, rule.words) for rule in default_rules().values()])


@pytest.mark.parametrize("half", SETS)
def test_no_written_danger_is_missed(finder: DangerFinder, half: str) -> None:
    missed = [text for _, _, text in dangers(half) if not finder.find(text)]
    assert not missed


@pytest.mark.parametrize("half", SETS)
def test_nearly_all_dangers_are_of_the_kind_that_they_are(finder: DangerFinder, half: str) -> None:
    # Some are two things at once: a child that falls is hurt, too.
    other = [text for kind, _, text in dangers(half) if finder.find(text)[0].kind != kind]
    assert len(other) <= max(2, 0.06 * len(dangers(half))), other


@pytest.mark.parametrize("half", SETS)
def test_at_most_one_ordinary_text_in_a_hundred_raises_an_alarm(finder: DangerFinder, half: str) -> None:
    alarms = [text for _, text in ordinary(half) if finder.find(text)]
    assert len(alarms) <= len(ordinary(half)) // 100, alarms


def test_questions_of_a_shop_raise_no_alarm(finder: DangerFinder) -> None:
    texts = []
    for name in GOLDEN:
        lines = (PROJECT_ROOT / "tests" / "relevance" / name).read_text("utf-8").splitlines()
        texts += [row.get("text") or row.get("query") or "" for row in map(json.loads, lines)]
    assert len(texts) > 800
    alarms = [text for text in texts if finder.find(text) and not any(words in text for words in DO_SMELL)]
    assert len(alarms) <= 2, alarms


@pytest.mark.parametrize("half", HALVES)
def test_written_texts_are_even_over_the_ways_of_writing_and_different(half: str) -> None:
    counts = Counter(language for _, language, _ in dangers(half))
    assert set(counts) == set(WAYS_OF_WRITING)
    assert min(counts.values()) >= 11
    assert {kind for kind, *_ in dangers(half)} <= set(LEVELS)
    other = HALVES[1 - HALVES.index(half)]
    assert not {text for *_, text in dangers(half)} & {text for *_, text in dangers(other)}
    assert not {text for *_, text in ordinary(half)} & {text for *_, text in ordinary(other)}


@pytest.mark.parametrize(
    "text",
    [
        "no smoke, it just does not start",
        "there isn't any smoke coming out of it",
        "the power bank is not swollen, only slow",
        "mixer se dhua nahi nikal raha",
        "मशीन से धुआं नहीं निकल रहा, बस आवाज है",
        "charger theke dhoya ber hocche na",
        "ব্যাটারি ফোলেনি, শুধু চার্জ হয় না",
        "we never got any shock from the iron",
        "gas leak nahi ho rahi",
    ],
)
def test_what_is_said_not_to_be_is_no_danger(finder: DangerFinder, text: str) -> None:
    assert finder.find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "fan not working smoke coming out",
        "charger nahi chal raha dhua nikal raha hai",
        "gas leak ho rahi hai band nahi ho rahi",
        "smoke alarm price? also smoke is coming from the charger",
        "what is the price of the kettle. also I got an electric shock from it",
        "finger cut, it will not stop bleeding",
    ],
)
def test_a_no_elsewhere_or_an_ordinary_sense_beside_it_hides_no_danger(finder: DangerFinder, text: str) -> None:
    assert finder.find(text)


def test_the_gravest_danger_comes_first(finder: DangerFinder) -> None:
    found = [
        danger.kind for danger in finder.find("battery phool gayi thi, ab dhua nikal raha hai aur gas leak bhi hai")
    ]
    assert found == ["fire", "gas", "battery"]


@pytest.mark.parametrize(
    "text",
    [
        "smoke",
        "smkoe coming from the chargr",
        "SMOKE COMING FROM CHARGER!!!",
        "smoke coming   from\u200b the charger",
        "smoke\ncoming from charger",
    ],
)
def test_capitals_signs_and_swapped_letters_do_not_matter(finder: DangerFinder, text: str) -> None:
    assert bool(finder.find(text)) == (text != "smoke")


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(finder: DangerFinder, text: str) -> None:
    assert finder.find(text) == finder.find(text)


def test_a_question_costs_less_than_a_millisecond(finder: DangerFinder) -> None:
    texts = [text for half in HALVES for *_, text in [*dangers(half), *ordinary(half)]]
    begin = time.process_time()
    for text in texts:
        finder.find(text)
    assert (time.process_time() - begin) / len(texts) < 0.005


@pytest.mark.parametrize("words", ["battery swollen ", "not on fire ", "dhua nikal ", "x1y2z3 ", "a", "ব্যাটারি"])
def test_a_text_of_a_million_letters_is_read_in_a_moment(finder: DangerFinder, words: str) -> None:
    text = words * (1_000_000 // len(words))
    begin = time.process_time()
    finder.find(text)
    assert time.process_time() - begin < 10


def test_a_danger_at_the_beginning_or_the_end_of_a_long_text_is_found(finder: DangerFinder) -> None:
    log = "2026-11-29 12:00:00 INFO nothing happened here\n" * 5000
    assert finder.find(f"smoke is coming from the charger\n{log}")
    assert finder.find(f"{log}\nsmoke is coming from the charger")
    assert finder.find(log) == []


def test_each_kind_is_shipped_in_each_language_with_words_message_and_number() -> None:
    rules = default_rules()
    assert set(rules) == {(kind, language) for kind in LEVELS for language in LANGUAGES}
    for rule in rules.values():
        assert "!" in rule.words
        assert 60 < len(rule.message) <= 400
        assert rule.numbers
    said = {kind: rules[kind, "en"].numbers for kind in LEVELS}
    assert said["self_harm"][0] == "14416"
    assert said["fraud"] == ("1930",)
    assert "101" in said["fire"]
    assert said["injury"][0] == "108"


def test_a_trainers_own_words_find_what_they_say() -> None:
    finder = DangerFinder(
        [
            ("fire", "thing drone: drone, quadcopter\nglow: glowing, glow*\n! drone + glow @4\n- glow + paint"),
            ("gas", "# none yet"),
        ]
    )  # fmt: skip
    assert finder.find("my drone glows red")[0].kind == "fire"
    assert finder.find("the quadcoptr is glowing")[0].words == ("quadcoptr", "glowing")
    assert finder.find("drone with glow paint") == []
    assert finder.find("drone that I bought last year is somehow glowing") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("swollen", "Line 1"),
        ("a: b\n! a + ", "Line 2: a part is empty"),
        ("a: b\n! a + b > c", "either + or >"),
        ("a: b\n\n! a @99", "Line 3: @ is followed"),
        ("empty:  , ,", "has no words"),
        ("a: sm*", "at least three letters"),
        ("\n".join(["# x"] * 500), "400 at most"),
        ("a: " + "b, " * 3000, "Line 1 has"),
        ("! a + b + c + d + e + f", "6 parts"),
    ],
)
def test_lines_that_cannot_be_read_are_named(words: str, said: str) -> None:
    with pytest.raises(RuleError, match=said.replace("+", r"\+")):
        DangerFinder([("fire", words)])


@given(st.text(alphabet="abc :!-+>|@*#,1ক\n", max_size=80))
def test_any_rules_are_read_or_refused(words: str) -> None:
    with contextlib.suppress(RuleError):
        DangerFinder([("fire", words)]).find("a b c ab abc")
