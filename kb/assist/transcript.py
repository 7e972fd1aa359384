"""A conversation as people paste it: text with labels, exports of chat programs, or JSON, read into turns.

"Customer: …", "एजेंट: …", "**গ্রাহক**: …", "[10:32] Priya: …", "12/03/24, 10:15 - Priya: …", "<Priya> …", "(1m 3s) Agent Maya: …", or
a label alone above its words. A line without a label continues the turn before. The first to speak is the customer.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from kb.assist.turns import Role, Turn, parse_turns
from kb.core.errors import InvalidInputError
from kb.text.terms import normalise
from kb.text.words import WORD

# Of a longer text the end is read: what the customer asks now stands there.
MAX_LENGTH = 200_000
# A label stands in the first characters of its line.
_HEAD_LENGTH = 120

_CUSTOMER_WORDS = frozenset(
    normalise(
        "customer client user visitor caller requester guest buyer shopper consumer human grahak grahok "
        "ग्राहक कस्टमर क्लाइंट यूज़र यूजर विज़िटर विजिटर आगंतुक उपयोगकर्ता খরিদ্দার "
        "গ্রাহক ক্রেতা কাস্টমার ক্লায়েন্ট ইউজার ভিজিটর ব্যবহারকারী খদ্দের c u q"
    ).split()
)
_AGENT_WORDS = frozenset(
    normalise(
        "agent rep representative support advisor adviser operator assistant bot chatbot system staff executive helpdesk "
        "एजेंट प्रतिनिधि सपोर्ट सहायता सहायक सलाहकार ऑपरेटर बॉट सिस्टम "
        "এজেন্ট প্রতিনিধি সাপোর্ট সহায়তা সহায়ক উপদেষ্টা অপারেটর বট সিস্টেম a s"
    ).split()
)
# "Customer care" is not the customer.
_AGENT_PHRASES = tuple(
    normalise(phrase)
    for phrase in (
        "customer care",
        "customer service",
        "customer support",
        "customer success",
        "help desk",
        "grahak seva",
        "ग्राहक सेवा",
        "ग्राहक सहायता",
        "कस्टमर केयर",
        "कस्टमर सपोर्ट",
        "কাস্টমার কেয়ার",
        "কাস্টমার সাপোর্ট",
        "গ্রাহক সেবা",
        "গ্রাহক পরিষেবা",
        "গ্রাহক সহায়তা",
    )
)
_MAX_LABEL_WORDS = 4

_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\b\.?)?"
_DATE = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\s\p{L}{3,9}\.?(?:\s\d{2,4})?|\p{L}{3,9}\.?\s\d{1,2}(?:,?\s\d{4})?)"
_STAMP = rf"(?:[\[(]?\s*(?:{_DATE}(?:,?\s+|T))?{_TIME}Z?\s*[\])]?|\(\s*(?:\d+\s*[hm]\s*){{0,2}}\d+\s*s\s*\))"
_NAME = r"(?P<name>[\p{L}][^:：<>\[\]()|\t]{0,39}?)"
_NOTE = r"(?:\s*[\[(](?P<note>[^\])]{1,40})[\])])?"
# Not the one within a time.
_COLON = r"(?!(?<=\d)[:：]\d)[:：]"
_FLAGS = regex.IGNORECASE
_LABELLED = regex.compile(
    rf"(?P<stamp>{_STAMP}\s*[-–—|]?\s*)?{_NAME}{_NOTE}(?P<late>\s+{_STAMP})?\s*{_COLON}\s*", _FLAGS
)
_ANGLED = regex.compile(rf"(?P<stamp>{_STAMP}\s*)?<\s*{_NAME}\s*>\s*", _FLAGS)
# Only for labels that are known: "Customer – …", "Customer | …", "Customer<tab>…".
_DASHED = regex.compile(rf"(?P<stamp>{_STAMP}\s*)?{_NAME}{_NOTE}(?:\s+[-–—]\s+|\s*[|\t]\s*)", _FLAGS)
_ALONE = regex.compile(
    rf"(?P<stamp>{_STAMP}\s*[-–—|]?\s*)?{_NAME}{_NOTE}(?P<late>[\s,·|-]+{_STAMP})?\s*[:：]?\s*$", _FLAGS
)
_DECORATION = regex.compile(r"^[\s>•*_#\u200e\u200f-]+|\*\*|__")
_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}--\t\n\r]", regex.V1)
# How a person's name looks: up to three words that begin like names, without digits.
_LIKE_A_NAME = regex.compile(r"(?:[\p{Lu}\p{Lo}][\p{L}\p{M}.'’-]*)(?:\s+[\p{Lu}\p{Lo}][\p{L}\p{M}.'’-]*){0,2}")


@dataclass(frozen=True)
class Transcript:
    """turns: what was read, without empty ones; cut: the text was too long and its beginning was left out."""

    turns: list[Turn]
    cut: bool = False


@dataclass(frozen=True)
class _Line:
    """text: behind the label; role: by a known label; name: by another label, sure where a time stands beside it."""

    whole: str
    text: str
    role: Role | None = None
    name: str = ""
    sure: bool = False


def without_controls(text: str) -> str:
    """The text with spaces for characters that no page can hold."""
    return _UNPRINTABLE.sub(" ", text)


def read_transcript(text: str) -> Transcript:
    """The turns of a pasted conversation. Any text is read; one without labels is a single turn of the customer."""
    cut = len(text) > MAX_LENGTH
    text = without_controls(text[-MAX_LENGTH:])
    from_json = _read_json(text)
    if from_json is not None:
        return Transcript(from_json, cut)
    lines = [_read_line(line) for line in text.splitlines() if line.strip()]
    speakers = _speakers(lines)
    said: list[tuple[Role, list[str]]] = []
    for line in lines:
        role = line.role or speakers.get(line.name)
        if role is not None:
            said.append((role, [line.text]))
        else:
            if not said:
                said.append((Role.CUSTOMER, []))
            # A name that is nobody's is a word of the sentence ("Error: 504").
            said[-1][1].append(line.whole)
    return Transcript(parse_turns([{"role": role.value, "text": " ".join(parts)} for role, parts in said]), cut)


def _read_json(text: str) -> list[Turn] | None:
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        turns = parse_turns(json.loads(text))
        return parse_turns([{"role": turn.role.value, "text": without_controls(turn.text)} for turn in turns])
    except (json.JSONDecodeError, RecursionError, InvalidInputError):
        return None


def _read_line(line: str) -> _Line:
    plain = _DECORATION.sub("", line).strip()
    head = plain[:_HEAD_LENGTH]
    for pattern in (_LABELLED, _ANGLED, _DASHED):
        found = pattern.match(head)
        if found is None:
            continue
        groups = found.groupdict()
        rest = plain[found.end() :]
        role = _role_of(groups["name"], groups.get("note"))
        if role is not None:
            return _Line(line, rest, role)
        sure = bool(groups.get("stamp") or groups.get("late")) or pattern is _ANGLED
        if pattern is not _DASHED and (sure or _LIKE_A_NAME.fullmatch(groups["name"].strip())):
            return _Line(line, rest, name=groups["name"].strip(), sure=sure)
    alone = _ALONE.match(head) if len(plain) <= _HEAD_LENGTH else None
    if alone is not None:
        role = _role_of(alone["name"], alone["note"])
        if role is not None:
            return _Line(line, "", role)
        if (alone["stamp"] or alone["late"]) and _LIKE_A_NAME.fullmatch(alone["name"].strip()):
            return _Line(line, "", name=alone["name"].strip())
    return _Line(line, line)


def _role_of(name: str, note: str | None) -> Role | None:
    """The role that a label names: "Agent Maya", "Maya (support)", "Customer care"; None for other words."""
    for label in (note or "", name):
        words = WORD.findall(normalise(label))
        if not words or len(words) > _MAX_LABEL_WORDS:
            continue
        if any(f" {phrase} " in f" {' '.join(words)} " for phrase in _AGENT_PHRASES):
            return Role.AGENT
        ends = {words[0], words[-1]} if len(words) > 1 else {words[0]}
        ends -= {word for word in ends if len(word) == 1 and len(words) > 1}
        if ends & _AGENT_WORDS:
            return Role.AGENT
        if ends & _CUSTOMER_WORDS:
            return Role.CUSTOMER
    return None


def _speakers(lines: Sequence[_Line]) -> dict[str, Role]:
    """Who stands behind labels that are names. A name without a time beside it must come twice, so that
    "Error: 504" stays what the customer said; where one name does, the only other one is its partner.
    """
    counts = Counter(line.name for line in lines if line.name)
    names = {line.name for line in lines if line.name and (line.sure or counts[line.name] > 1)}
    others = set(counts) - names
    if len(names) == 1 and len(others) == 1:
        names |= others
    order = [name for name in counts if name in names]
    known = {line.role for line in lines if line.role}
    if known == {Role.AGENT}:
        return dict.fromkeys(order, Role.CUSTOMER)
    speakers = dict.fromkeys(order, Role.AGENT)
    if not known and order:
        speakers[order[0]] = Role.CUSTOMER
    return speakers
