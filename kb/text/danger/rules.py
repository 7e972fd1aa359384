"""The rules of danger as people write them, line by line:

    # a comment
    thing battery: battery, power bank
    swollen: swollen, swell*, puffed up
    ! battery + swollen
    ! battery > leaks @5
    - battery backup

`name: words` is a list; a star stands for any ending; lists of one name are one, in whatever language and kind they are
written. A list of a thing ("thing") is not touched by "no" and "not". `!` says what together is danger: parts of lists or words,
several with `|`, in any order (`+`) or in this one (`>`), within so many words (`@`). `-` says the ordinary sense of words:
where they stand so, in one sentence, they count for nothing.
"""

from dataclasses import dataclass, field

import regex

from kb.core.errors import InvalidInputError
from kb.text.terms import normalise
from kb.text.words import WORD_CLASS

# Words between the first and the last of a combination, both counted.
DEFAULT_WITHIN, FURTHEST = 8, 30
# What is read: more is refused, not cut.
MOST_LINES, LONGEST_LINE, MOST_PARTS = 400, 4000, 5

_LIST = regex.compile(r"(?P<thing>thing\s+)?(?P<name>[\w-]+)\s*:(?P<words>.*)")
_NAME = regex.compile(r"[\w-]+")
_WITHIN = regex.compile(r"@\s*(\d+)\s*$")
_RULE_WORD = regex.compile(rf"[{WORD_CLASS}]+\*?")

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Combination:
    """parts: each one or more names of lists; within: in so many words; in_order: as they are written."""

    parts: tuple[tuple[str, ...], ...]
    within: int
    in_order: bool


@dataclass
class RuleWords:
    """What one or many texts of rules say. lists: name -> phrases, each of normalised words, a star behind open ones."""

    lists: dict[str, dict[Phrase, None]] = field(default_factory=dict)
    things: set[str] = field(default_factory=set)
    dangers: list[tuple[str, Combination]] = field(default_factory=list)
    ordinary: list[Combination] = field(default_factory=list)


class RuleError(InvalidInputError):
    """A line that cannot be read; the message names it."""


def read_rules(kind: str, text: str, into: RuleWords) -> None:
    """Adds what `text` says, its `!` lines for `kind`. Raises RuleError."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise RuleError("There are %(length)s lines; %(most_lines)s at most.", length=len(lines), most_lines=MOST_LINES)
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if len(line) > LONGEST_LINE:
            raise RuleError(
                "Line %(number)s has %(length)s characters; %(longest_line)s at most.",
                number=str(number),
                length=len(line),
                longest_line=LONGEST_LINE,
            )
        if not line or line.startswith("#"):
            continue
        if line[0] == "!":
            into.dangers.append((kind, _read_combination(line[1:], number, into)))
        elif line[0] == "-":
            into.ordinary.append(_read_combination(line[1:], number, into))
        elif (found := _LIST.fullmatch(line)) is not None:
            _read_list(found, number, into)
        else:
            raise RuleError(
                "Line %(number)s is no list and no combination: %(line)r.",
                remedy="A list is “name: word, word”; danger is “! list + list”; an ordinary sense is “- word + list”.",
                number=str(number),
                line=line[:60],
            )


def _read_list(found: "regex.Match[str]", number: int, into: RuleWords) -> None:
    name = found["name"].lower()
    phrases = [phrase for words in found["words"].split(",") if (phrase := _to_phrase(words, number))]
    if not phrases:
        raise RuleError("Line %(number)s: the list “%(name)s” has no words.", number=str(number), name=name)
    into.lists.setdefault(name, {}).update(dict.fromkeys(phrases))
    if found["thing"]:
        into.things.add(name)


def _to_phrase(words: str, number: int) -> Phrase:
    phrase = tuple(_RULE_WORD.findall(normalise(words.replace("'", "").replace("’", ""))))
    if any(word.endswith("*") and len(word) < 4 for word in phrase):
        raise RuleError(
            "Line %(number)s: before a star at least three letters are needed: %(part)r.",
            number=str(number),
            part=words.strip(),
        )
    return phrase


def _read_combination(text: str, number: int, into: RuleWords) -> Combination:
    within = DEFAULT_WITHIN
    if (found := _WITHIN.search(text)) is not None:
        within, text = int(found[1][:4]), text[: found.start()]
        if not 1 <= within <= FURTHEST:
            raise RuleError(
                "Line %(number)s: @ is followed by a number from 1 to %(furthest)s.",
                number=str(number),
                furthest=FURTHEST,
            )
    if "+" in text and ">" in text:
        raise RuleError("Line %(number)s: either + or >, not both.", number=str(number))
    in_order = ">" in text
    parts = [_read_part(part, number, into) for part in text.split(">" if in_order else "+")]
    if len(parts) > MOST_PARTS:
        raise RuleError(
            "Line %(number)s has %(length)s parts; %(most_parts)s at most.",
            number=str(number),
            length=len(parts),
            most_parts=MOST_PARTS,
        )
    return Combination(tuple(parts), within, in_order)


def _read_part(text: str, number: int, into: RuleWords) -> tuple[str, ...]:
    """Names of lists. What is none yet is a list of its own word, too: lists may be written further below, or in another text."""
    names: dict[str, None] = {}
    for piece in text.split("|"):
        phrase = _to_phrase(piece, number)
        if not phrase:
            raise RuleError("Line %(number)s: a part is empty.", number=str(number))
        name = piece.strip().lower()
        if not _is_name(name):
            name = " ".join(phrase)
            into.lists.setdefault(name, {})[phrase] = None
        names[name] = None
    return tuple(names)


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def complete(rules: RuleWords) -> RuleWords:
    """Parts that no list has the name of are the words that they say. To be called once all texts are read."""
    combinations = [combination for _, combination in rules.dangers] + rules.ordinary
    for combination in combinations:
        for names in combination.parts:
            for name in names:
                if name not in rules.lists:
                    rules.lists[name] = {tuple(_RULE_WORD.findall(normalise(name))): None}
    return rules
