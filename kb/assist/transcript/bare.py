"""Text without labels: a turn of the customer, a note of our side, or paragraphs of two who are told apart by how they talk."""

from collections.abc import Sequence

import regex

from kb.assist.transcript.events import is_rule
from kb.assist.transcript.labels import is_bare_label, is_sure_note
from kb.assist.transcript.messages import Message, Reading
from kb.assist.transcript.wording import serving
from kb.assist.turns import Role
from kb.text.mail.signature import is_greeting, strip_letter

# A paragraph that talks like this is of one who serves, if another one asks.
_SURELY_SERVES = 1.5
_MOST_WORDS_APART = 60
_LONGEST_GREETING = 3
_DASH = regex.compile(r"^\s*(?:[-–—•*]{1,2}\s+|[-–—]{1,2}(?=\p{L}))")
_PRINTED_DASH = regex.compile(r"^\s*[–—]")
# Each dash is another speaker; only clear words make one speak twice.
_NOT_ANOTHER = -2.0


def read_bare(lines: Sequence[str]) -> Reading:
    """What to make of lines that nobody is named in."""
    whole = [line for line in lines if line.strip() and not is_rule(line)]
    if not whole:
        return Reading("text")
    if len(whole) == 1 and is_bare_label(whole[0].rstrip(" :：")):
        # A label whose words are not typed yet.
        return Reading("labels")
    if is_sure_note(whole[0]):
        return Reading("note", [Message(whole, role=Role.NOTE)])
    if is_greeting(whole[0]) and strip_letter("\n".join(whole[1:])) != "\n".join(whole[1:]):
        # A letter: its closing words and names are no turns.
        return Reading("text", [Message(whole, role=Role.CUSTOMER)])
    dashed = _dashed(whole)
    if dashed and _is_dialogue(dashed, printed=bool(_PRINTED_DASH.match(whole[0]))):
        sides = take_turns([serving(" ".join(part)) for part in dashed], stay=_NOT_ANOTHER)
        return Reading("paragraphs", [Message(part, role=side) for part, side in zip(dashed, sides, strict=True)])
    parts = _parts(lines)
    serves = [serving(" ".join(part)) for part in parts]
    short = all(len(" ".join(part).split()) <= _MOST_WORDS_APART for part in parts)
    if len(parts) < 2 or not short or max(serves) < _SURELY_SERVES or serves.index(max(serves)) == 0 == len(parts) - 1:
        return Reading("text", [Message(whole, role=Role.CUSTOMER)])
    sides = take_turns(serves)
    if len(set(sides)) == 1:
        return Reading("text", [Message(whole, role=Role.CUSTOMER)])
    return Reading("paragraphs", [Message(part, role=side) for part, side in zip(parts, sides, strict=True)])


def _dashed(lines: Sequence[str]) -> list[list[str]]:
    """What each dash begins, with the lines below it that have none; nothing where the first line has none."""
    parts: list[list[str]] = []
    for line in lines:
        found = _DASH.match(line)
        if found:
            parts.append([line[found.end() :]])
        elif not parts:
            return []
        else:
            parts[-1].append(line)
    return parts


def _is_dialogue(parts: Sequence[Sequence[str]], *, printed: bool) -> bool:
    """Whether dashes divide speakers rather than the points of a list: somebody serves, greets back or answers a question.
    printed: with the dash that books put before what is said.
    """
    texts = [" ".join(part) for part in parts]
    if len(parts) < 2 or any(len(text.split()) > _MOST_WORDS_APART for text in texts):
        return False
    serves = [serving(text) for text in texts]
    asks = [text.rstrip().endswith(("?", "？", "؟")) for text in texts]
    answered = sum(
        asks[number] and not asks[number + 1] and serves[number + 1] >= 0 for number in range(len(texts) - 1)
    )
    greeted = all(map(_greets, texts[:2]))
    return max(serves) >= _SURELY_SERVES or greeted or (len(parts) > 2 and answered >= (1 if printed else 2))


def _greets(text: str) -> bool:
    first = regex.split(r"[,.!।?]", text, maxsplit=1)[0]
    return len(first.split()) <= _LONGEST_GREETING and is_greeting(first)


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """Paragraphs."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def take_turns(serves: Sequence[float], *, stay: float = -1.0) -> list[Role]:
    """The likeliest row of sides: people mostly take turns, and mostly the customer begins. stay: what it costs to go on."""
    change = 0.0
    scores = {Role.CUSTOMER: (-serves[0] + 1.0, [Role.CUSTOMER]), Role.AGENT: (serves[0], [Role.AGENT])}
    for value in serves[1:]:
        scores = {
            role: max(
                (score + own + (stay if before is role else change), [*path, role])
                for before, (score, path) in scores.items()
            )
            for role, own in ((Role.CUSTOMER, -value), (Role.AGENT, value))
        }
    return max(scores.values(), key=lambda item: item[0])[1]
