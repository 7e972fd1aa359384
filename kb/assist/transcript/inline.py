"""Dialects in which a message begins with who says it, on the same line: WhatsApp, Intercom, Freshchat, Zendesk chat, Tawk,
LiveChat, Slack exports, and labels typed by hand ("Customer: …", "[Agent] …", "एजेंट एक मिनट रुकिए").
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from kb.assist.intent import is_courtesy
from kb.assist.transcript.events import is_encryption_notice, is_event, is_rule, without_stars
from kb.assist.transcript.labels import AGENT_WORDS, CUSTOMER_WORDS, is_field, role_of_label
from kb.assist.transcript.messages import NOTHING, Message, Reading
from kb.assist.transcript.stamps import FLAGS, STAMP, is_stamp, says_when
from kb.assist.transcript.wording import serving
from kb.assist.turns import Role
from kb.text.terms import normalise

# A label stands in the first characters of its line.
_HEAD_LENGTH = 140

# Not the one within a time.
_COLON = r"\s*(?!(?<=\d)[:：]\d)[:：](?:-(?=\s))?\s*"
_NAME = r"(?P<name>[^\s:：\[\](){}<>|][^:：\[\]<>|\t]{0,59}?)"
_HINT = r"(?:\s*[\[(](?P<hint>[^\])\d][^\])]{0,39})[\])])?"
_WHEN = rf"(?P<stamp>{STAMP})"
# Behind a name: no part of the time can be anything else.
_WHEN_LAST = rf"(?P<stamp>(?>{STAMP}))"


@dataclass(frozen=True)
class _Dialect:
    """name: whose way of writing it is; pattern: the head of a line; sure: whether a time makes it sure that this is a label;
    late: whether the time stands behind the name."""

    name: str
    pattern: "regex.Pattern[str]"
    sure: bool = True
    late: bool = False


def _dialect(name: str, pattern: str, *, sure: bool = True, late: bool = False) -> _Dialect:
    return _Dialect(name, regex.compile(pattern, FLAGS), sure, late)


# In this order; the first whose head fits the line takes it.
DIALECTS = (
    _dialect(
        "WhatsApp on an iPhone or in a browser, Tawk, Freshchat",
        rf"\[\s*{_WHEN}\s*\]\s*(?:[-–|]\s*)?{_NAME}{_HINT}{_COLON}",
    ),
    _dialect("Zendesk chat", rf"\(\s*{_WHEN}\s*\)\s*{_NAME}{_HINT}{_COLON}"),
    _dialect("Intercom", rf"{_WHEN}\s*\|\s*{_NAME}{_HINT}{_COLON}"),
    _dialect("WhatsApp on Android", rf"{_WHEN}\s*[-–—]\s+{_NAME}{_HINT}{_COLON}"),
    _dialect("time and name", rf"{_WHEN}\s+{_NAME}{_HINT}{_COLON}"),
    _dialect("LiveChat, Telegram on a Mac", rf"{_NAME}{_HINT},?\s*[\[(]\s*{_WHEN}\s*[\])]{_COLON}"),
    _dialect("Chatwoot", rf"{_NAME}{_HINT}\s*(?:[-–—,]\s+|\s){_WHEN_LAST}{_COLON}", late=True),
    _dialect("name in angles", rf"<\s*{_NAME}\s*>\s*"),
    _dialect("name in brackets", r"\[\s*(?P<name>[^\]\d][^\]]{1,39})\s*\]\s*:?\s*", sure=False),
    _dialect("name and colon", rf"{_NAME}{_HINT}{_COLON}", sure=False),
)
_NAME_AND_COLON = DIALECTS[-1].pattern
# One word in small letters, which has to come twice.
_LOWER_NAME = regex.compile(r"\p{Ll}{3,20}")
# Only for labels that are known: "Customer – …", "Customer | …", "[Customer] …", "customer> …".
_TIME_BEFORE_COLON = regex.compile(r"[\d\])mMzZ.\p{M}\p{Lo}]\s*[:：]", regex.VERSION1)
_KNOWN_ONLY = regex.compile(
    rf"(?:{_NAME}{_HINT}(?:\s+[-–—]\s+|\s*[|\t]\s*|\s*>\s*)|[\[({{]\s*(?P<name>[^\])}}\d\":][^\])}}\":]{{0,39}})\s*[\])}}]\s*)",
    FLAGS,
)
_NAMELESS = regex.compile(rf"(?:\[\s*{_WHEN}\s*\]|\(\s*{_WHEN}\s*\)|{_WHEN}\s+[-–—])\s*", FLAGS)
_LATE = regex.compile(rf"\s*[\[(]\s*{_WHEN}\s*[\])]\s*$", FLAGS)
_DECORATION = regex.compile(r"^[\s>•*_#\u200e\u200f-]*(?:\d{1,3}[.)]\s+)?|(?<!\*)\*\*(?!\*)|(?<!_)__(?!_)")
_CLOSING_TAG = regex.compile(r"\s*</\s*[^<>]{1,40}>\s*$")
_TABLE_BARS = regex.compile(r"^\s*\|.*\|\s*$")

# How a person's name looks: up to three words that begin like names, without digits; a handle; a number; an address.
_LIKE_A_NAME = regex.compile(r"(?:[\p{Lu}\p{Lo}][\p{L}\p{M}.'’-]*)(?:\s+[\p{Lu}\p{Lo}][\p{L}\p{M}.'’-]*){0,3}")
_HANDLE = regex.compile(
    r"(?=.*[_.\d])[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]{2,30}|[\w.+-]{1,40}@[\w-]+(?:\.[\w-]+)+|~?\s?\+?\d[\d\s().-]{7,18}\d"
)
_CONTACT = regex.compile(r"[\w.+-]{1,40}@[\w-]+(?:\.[\w-]+)+|~?\s?\+\d[\d\s().-]{7,18}\d|\d{10,14}")
# A log of a program has times and colons too.
_LOG_LEVELS = frozenset(("error", "info", "warning", "warn", "debug", "trace", "fatal", "critical", "notice"))
_LABEL_FIRST = regex.compile(r"(?P<label>[\p{L}\p{M}]+)\s+(?P<rest>\S.*)", regex.DOTALL)
_SIDES = {word: Role.CUSTOMER for word in CUSTOMER_WORDS if len(word) > 2} | {
    word: Role.AGENT for word in AGENT_WORDS if len(word) > 2
}
# "agent told me …" is what somebody says about an agent.
_NOT_A_LABEL = frozenset(
    normalise(
        "is was are has had have told said says tells asked asks will would can could should did does do who which that of for "
        "from with and or to in on at care service services support success team number id name details portal app page account "
        "side ne ko ka ki ke se hai tha er ke ra der bole bolechen "
        "ने को का की के से है था हैं थे और या में पर कह बोले কে র এর রা দের বলল বলেছে বলেছেন বলছে এবং ও বা"
    ).split()
)


@dataclass
class _Line:
    """text: behind the label; name, hint: of the label; sure: a time or a known word shows that it is one."""

    whole: str
    text: str = ""
    name: str = ""
    hint: str = ""
    role: Role | None = None
    sure: bool = False
    stamped: bool = False
    dialect: str = ""
    colonless: bool = False


def read_inline(lines: Sequence[str]) -> Reading:
    """Messages that begin with their label; a line without one continues the message before."""
    parsed = [_read_line(line) for line in lines]
    names = _speakers(parsed)
    stamped = sum(line.stamped and bool(line.name) for line in parsed)
    known = [line for line in parsed if line.role is not None and not line.colonless]
    colonless = _labels_without_colon(parsed, bool(known))
    messages: list[Message] = []
    evidence = 0.0
    for line in parsed:
        is_label = line.sure or line.name in names or (line.colonless and colonless)
        if line.stamped and not line.name:
            is_label = stamped > 0
        if is_label:
            evidence += 2.0 if line.stamped or line.role is not None else 1.0
            messages.append(_message(line, messages))
        elif line.whole.strip() and not is_rule(line.whole):
            _continue(messages, line.whole, labelled=bool(stamped or known or names))
    if not evidence:
        return NOTHING
    _drop_late_stamps(messages)
    dialects = Counter(line.dialect for line in parsed if line.dialect and (line.sure or line.name in names))
    return Reading(dialects.most_common(1)[0][0] if dialects else "labels", messages, evidence)


def sure_label(line: str) -> Message | None:
    """The message of a line that stands among messages of another dialect and has a time and a known label, or that is a note."""
    parsed = _read_line(line)
    if parsed.role is None or not parsed.sure or not (parsed.stamped or parsed.role in (Role.NOTE, Role.SYSTEM)):
        return None
    return Message([parsed.text] if parsed.text.strip() else [], parsed.name, parsed.hint, parsed.role)


def _message(line: _Line, before: Sequence[Message]) -> Message:
    if line.stamped and not line.name:
        words = without_stars(line.text)
        if line.dialect == "event" or is_event(words) or words != line.text.strip() or not before:
            return Message([words], role=Role.SYSTEM)
        last = next((m for m in reversed(before) if m.role is not Role.SYSTEM), None)
        return Message(
            [line.text], last.speaker if last else "", last.hint if last else "", last.role if last else None
        )
    if is_encryption_notice(line.text):
        return Message([without_stars(line.text)], role=Role.SYSTEM)
    return Message([line.text] if line.text.strip() else [], line.name, line.hint, line.role)


def _continue(messages: list[Message], text: str, labelled: bool) -> None:
    if labelled and is_event(text):
        messages.append(Message([without_stars(text)], role=Role.SYSTEM))
    elif messages and not (
        messages[-1].role is Role.SYSTEM and not messages[-1].speaker and _is_over(messages[-1], text)
    ):
        messages[-1].lines.append(text)
    else:
        messages.append(Message([text]))


def _is_over(event: Message, text: str) -> bool:
    """Whether what follows an event is no part of it: only what looks like a form does ("Started on …", "Name: Asha")."""
    return not (":" in text or len(event.lines) > 8 or regex.search(r"\d{4}", text))


def _read_line(line: str) -> _Line:
    plain = _DECORATION.sub("", line).strip()
    head = plain[:_HEAD_LENGTH]
    if is_event(plain):
        return _Line(line)
    has_digit = any(character.isdigit() for character in head)
    time_before_colon = _TIME_BEFORE_COLON.search(head) is not None
    for dialect in DIALECTS if ":" in head or "：" in head or head.startswith(("<", "[")) else ():
        if dialect.late and not time_before_colon:
            continue
        if dialect.sure and not (has_digit or head.startswith("<")):
            continue
        found = dialect.pattern.match(head)
        if found is None:
            continue
        groups = found.groupdict()
        stamp = groups.get("stamp")
        if stamp is not None and not says_when(stamp):
            continue
        name, hint = groups["name"].strip(" ,-–—"), (groups.get("hint") or "").strip()
        if not name or is_stamp(name):
            continue
        text = _CLOSING_TAG.sub("", plain[found.end() :]) if head.startswith("<") else plain[found.end() :]
        if stamp and normalise(name) in _LOG_LEVELS:
            return _Line(line)
        role = role_of_label(name, hint)
        if role is Role.NOTE and not stamp and normalise(name) in ("note", "notes"):
            return _Line(line, text, name, hint, role, dialect=dialect.name)
        if role is not None or dialect.sure:
            return _Line(line, text, name, hint, role, True, stamp is not None, dialect.name)
        if _looks_like_name(name) or (
            dialect.pattern is _NAME_AND_COLON and _LOWER_NAME.fullmatch(name) and not is_field(name)
        ):
            return _Line(line, text, name, hint, dialect=dialect.name)
        if dialect.pattern is _NAME_AND_COLON:
            break
    if not _TABLE_BARS.match(line):
        found = _KNOWN_ONLY.match(head)
        if found is not None and is_stamp(plain[found.end() :].strip()):
            return _Line(line)
        if found is not None and (role := role_of_label(found["name"].strip(), found.groupdict().get("hint") or "")):
            return _Line(line, plain[found.end() :], found["name"].strip(), "", role, True, False, "labels")
    nameless = _NAMELESS.match(head) if has_digit else None
    if nameless is not None and says_when(nameless["stamp"]):
        dashed = head[: nameless.end()].rstrip().endswith(("-", "–", "—"))
        return _Line(line, plain[nameless.end() :], stamped=True, dialect="event" if dashed else "")
    return _colonless(line, plain)


def _colonless(line: str, plain: str) -> _Line:
    found = _LABEL_FIRST.match(plain[:_HEAD_LENGTH])
    if found is not None:
        role = _SIDES.get(normalise(found["label"]))
        next_word = normalise(found["rest"].split(maxsplit=1)[0]).strip(",.!?")
        if role is not None and next_word not in _NOT_A_LABEL:
            return _Line(line, plain[found.end("label") :].strip(), found["label"], role=role, colonless=True)
    return _Line(line)


def _labels_without_colon(lines: Sequence[_Line], has_others: bool) -> bool:
    """Whether "agent one minute please" begins a turn: beside labels with a colon, or where all lines do it in turns."""
    roles = [line.role for line in lines if line.colonless]
    written = sum(bool(line.whole.strip()) for line in lines)
    return bool(roles) and (has_others or (len(set(roles)) == 2 and len(roles) * 2 >= written))


def _looks_like_name(name: str) -> bool:
    if is_field(name) or name.casefold().startswith(("http", "please ", "dear ")):
        return False
    return _LIKE_A_NAME.fullmatch(name) is not None or _HANDLE.fullmatch(name) is not None


def _speakers(lines: Sequence[_Line]) -> set[str]:
    """Names without a time that are speakers. One must come twice, so that "Wifi: gone" stays what the customer said; the only
    other one is then its partner, and so is one that talks like the side that is missing.
    """
    counts = Counter(line.name for line in lines if line.name and not line.colonless and line.role is None)
    sure = {line.name for line in lines if line.name and line.sure and line.role is None}
    known = {line.role for line in lines if line.role is not None and line.sure}
    names = sure | {name for name, count in counts.items() if count > 1}
    # A number or an address before a colon is nobody's word.
    names |= {name for name in counts if _CONTACT.fullmatch(name)} if len(counts) + len(known) > 1 else set()
    others = [name for name in counts if name not in names]
    labelled = names | {line.name for line in lines if line.role in (Role.CUSTOMER, Role.AGENT) and line.sure}
    if len(others) == 1 and (len(labelled) == 1 or (len(known) == 1 and not names)):
        names |= set(others)
    elif names or known:
        names |= {
            line.name
            for line in lines
            if line.name in others and (serving(line.text) >= 1 or _calls(line.text, labelled))
        }
    elif len(others) == 2 and all(line.name for line in lines if line.whole.strip()) and _one_serves(lines):
        names |= set(others)
    if known or names:
        # "Note: …" between turns is a note, in a text of its own it may be anybody's word.
        names |= {line.name for line in lines if line.role is Role.NOTE and not line.sure}
    return names


def _one_serves(lines: Sequence[_Line]) -> bool:
    """Whether the words of two strangers are those of a conversation."""
    return any(serving(line.text) != 0 or is_courtesy(line.text) for line in lines if line.text.strip())


def _calls(text: str, names: set[str]) -> bool:
    """Whether words speak to one of these people ("Hi Leo, …")."""
    words = set(normalise(text[:60]).replace(",", " ").split())
    return any(normalise(name.split()[0]) in words for name in names if name)


def _drop_late_stamps(messages: Sequence[Message]) -> None:
    """ "Ivy: my voucher expired (10:15 AM)": the time behind the words, where most messages have one."""
    late = [
        message
        for message in messages
        if message.lines and (found := _LATE.search(message.lines[-1])) and says_when(found[0])
    ]
    if len(late) * 2 > len(messages):
        for message in late:
            message.lines[-1] = _LATE.sub("", message.lines[-1])
