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
_DASH = regex.compile(r"^\s*[-–—•*]\s+")


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
    parts = _parts(lines)
    serves = [serving(" ".join(part)) for part in parts]
    short = all(len(" ".join(part).split()) <= _MOST_WORDS_APART for part in parts)
    if len(parts) < 2 or not short or max(serves) < _SURELY_SERVES or serves.index(max(serves)) == 0 == len(parts) - 1:
        return Reading("text", [Message(whole, role=Role.CUSTOMER)])
    sides = take_turns(serves)
    if len(set(sides)) == 1:
        return Reading("text", [Message(whole, role=Role.CUSTOMER)])
    return Reading("paragraphs", [Message(part, role=side) for part, side in zip(parts, sides, strict=True)])


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """Paragraphs; lines, where each begins with a dash."""
    written = [line for line in lines if line.strip()]
    if len(written) > 1 and all(_DASH.match(line) for line in written):
        return [[_DASH.sub("", line)] for line in written]
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def take_turns(serves: Sequence[float]) -> list[Role]:
    """The likeliest row of sides: people mostly take turns, and mostly the customer begins."""
    change, stay = 0.0, -1.0
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
