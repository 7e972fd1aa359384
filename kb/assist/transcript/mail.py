"""Mails: one with its headers, a row of answers with what they quote, a forwarded one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

from kb.assist.transcript.messages import NOTHING, Message, Reading
from kb.assist.turns import Role
from kb.text.mail.quotes import (
    bare,
    header_kind,
    is_forward_marker,
    is_original_marker,
    read_header_block,
    wrote_header_at,
)

_VALUE = regex.compile(r"^[>\s*_]*[^:：]{1,30}[:：][*_\s]*(?P<value>.*?)[\s*_]*$")
_QUOTED = regex.compile(r"^\s*(?:>\s?)+")
_RULE = regex.compile(r"^[\s>]*[_=-]{5,}\s*$")
_WROTE_NAME = regex.compile(
    r"(?:\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?(?:\s*(?:[+-]\d{4}|\([^)]{1,20}\)|बजे|টায়|টায়))?,?\s*(?:को\s+)?|\d{4},?\s+|[,]\s*)"
    r"(?P<name>[^\d,<>:]{2,60}?(?:,\s)?\s*<[^<>]{3,80}>|[^\d,<>:]{2,60}?)\s*(?:wrote|ने लिखा|লিখেছেন|schrieb|a écrit|escribió)\b",
    regex.IGNORECASE | regex.VERSION1,
)
_ANSWER = regex.compile(r"^(?:(?:re|aw|sv|antw|fwd?|wg)\s?:\s*)+", regex.IGNORECASE)
_MOST_HEADERS = 14
# Whoever wrote the topmost mail, where no header says it.
_WRITER = "(writer)"


@dataclass
class _Part:
    """One mail of a row. outer: the one that quotes it; forwarded: handed on, not answered."""

    sender: str
    subject: str = ""
    recipient: str = ""
    lines: list[str] = field(default_factory=list)
    outer: "_Part | None" = None
    forwarded: bool = False
    quoted: bool = False


def read_mail(lines: Sequence[str]) -> Reading:
    """The mails of a paste, in the order in which they were written."""
    given = list(lines)
    parts = [_Part(_WRITER)]
    headers = 0
    forward = False
    number = 0
    while number < len(given):
        line = given[number]
        block = _header_block(given, number, at_start=headers == 0 and not any(parts[-1].lines))
        if block is not None:
            last, sender, recipient, subject = block
            known = {without_answer_marks(part.subject) for part in parts}
            if any(any(part.lines) for part in parts) and not forward and (_ANSWER.match(subject) or subject in known):
                subject = ""
            if headers == 0 and not any(part.lines for part in parts):
                parts = [_Part(sender or _WRITER, subject, recipient)]
            else:
                parts.append(_Part(sender or "(other)", subject, recipient, forwarded=forward))
            headers, forward, number = headers + 1, False, last
            continue
        count = _wrote_header_at(given, number)
        if count:
            sender = _name_in(" ".join(bare(other) for other in given[number : number + count]))
            following = next((other for other in given[number + count :] if other.strip()), "")
            parts.append(_Part(sender or "(other)", outer=parts[-1], quoted=following.lstrip().startswith(">")))
            headers, number = headers + 1, number + count
            continue
        if is_original_marker(line) or is_forward_marker(line):
            forward = is_forward_marker(line)
            headers += 1
        elif not (_RULE.match(line) and _header_block(given, _next_written(given, number), at_start=False)):
            _add(parts, line)
        number += 1
    if not headers:
        return NOTHING
    _name_the_writer(parts)
    return Reading("mail", _in_order([part for part in parts if part.subject or any(part.lines)]), 3.0 * headers)


def _wrote_header_at(lines: list[str], start: int) -> int:
    """How many lines are "On Monday, Asha <…> wrote:"; several only with an address, lest words before it
    are taken for a part of it."""
    count = wrote_header_at(lines, start)
    joined = " ".join(lines[start : start + count])
    return count if count < 2 or "@" in joined else 0


def _name_the_writer(parts: Sequence[_Part]) -> None:
    """Who answers is whom the mail before was to, or who wrote the one before that."""
    if parts[0].sender == _WRITER and len(parts) > 1 and not parts[1].forwarded:
        before = [part.sender for part in parts[2:] if part.sender != parts[1].sender]
        parts[0].sender = parts[1].recipient or (before[0] if before else _WRITER)


def without_answer_marks(subject: str) -> str:
    """A subject without "Re:" and "Fwd:"."""
    return _ANSWER.sub("", subject).strip()


def _add(parts: Sequence[_Part], line: str) -> None:
    part = parts[-1]
    if part.quoted and line.strip() and not line.lstrip().startswith(">") and part.outer is not None:
        # An answer below what it quotes.
        part.outer.lines.append(line)
        return
    text = _QUOTED.sub("", line) if part.outer is not None or part.quoted else line
    if text.strip() or part.lines:
        part.lines.append(text)


def _in_order(parts: Sequence[_Part]) -> list[Message]:
    """Oldest first. Who hands a mail on writes a note to us; the mail is what it is about."""
    if any(part.forwarded for part in parts):
        at = next(number for number, part in enumerate(parts) if part.forwarded)
        notes = [_message(part, Role.NOTE) for part in parts[:at]]
        return [*notes, *(_message(part) for part in reversed(parts[at:]))]
    return [_message(part) for part in reversed(parts)]


def _message(part: _Part, role: Role | None = None) -> Message:
    lines = [line for line in part.lines if line.strip()]
    return Message([part.subject, *lines] if part.subject else lines, part.sender, role=role, subject=part.subject)


def _next_written(lines: Sequence[str], number: int) -> int:
    return next((other for other in range(number + 1, min(number + 4, len(lines))) if lines[other].strip()), number)


def _header_block(lines: list[str], start: int, *, at_start: bool) -> tuple[int, str, str, str] | None:
    """(line after the headers, sender, recipient, subject) where a mail's headers begin."""
    if not header_kind(lines[start]):
        return None
    found = read_header_block(lines, start)
    last = found[0] if found is not None else _short_block(lines, start, at_start=at_start)
    if last is None:
        return None
    values: dict[str, str] = {}
    for line in lines[start:last]:
        kind, value = header_kind(line), _VALUE.match(line[:400])
        if kind and value:
            values.setdefault(kind, value["value"])
    return last, values.get("from", ""), values.get("to", ""), values.get("subject", "")


def _short_block(lines: Sequence[str], start: int, *, at_start: bool) -> int | None:
    """Fewer headers than programs write: two with an address among them; at the top of a paste a subject is as good as that."""
    kinds: list[str] = []
    number = start
    while number < len(lines) and len(kinds) < _MOST_HEADERS and (kind := header_kind(lines[number])):
        kinds.append(kind)
        number += 1
    has_address = any("@" in line[:400] for line in lines[start:number])
    if not at_start:
        return number if {"from", "to"} <= set(kinds) and has_address else None
    enough = len(set(kinds)) >= 2 and (
        has_address or {"from", "subject"} <= set(kinds) or {"to", "subject"} <= set(kinds)
    )
    return number if enough else None


def _name_in(header: str) -> str:
    found = _WROTE_NAME.search(header[-300:])
    return found["name"].strip(" ,") if found else ""
