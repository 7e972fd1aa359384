"""Lines that say who speaks and when, and hold no words: where they stand in a paste, in each of the forms that there are."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from kb.assist.transcript.events import is_event
from kb.assist.transcript.labels import is_bare_label, is_field, is_sure_note, role_of_label
from kb.assist.transcript.stamps import FLAGS, STAMP, is_stamp, says_when
from kb.assist.turns import Role

LONGEST_HEAD = 120
_MOST_NAME_WORDS = 6
_WHEN = rf"(?P<stamp>(?>{STAMP}))"
_HINT = r"(?:\s*(?:[\[(](?P<hint>[^\])\d][^\])]{0,39})[\])]|\|\s*(?P<hint>[\p{L}][\p{L}\p{M} ]{1,30}?)))?"
_NAME = r"(?P<name>[^\s\[\](){}<>|:·•—][^\[\](){}<>|:\t·•—]{0,59}?)"
_ADDRESS = r"(?P<address>\s*<[^<>\s]{3,80}>)?"
_AFTER = r"(?:\s+(?P<after>internal|private|note|public|आंतरिक|अभ्यंतर|অভ্যন্তরীণ))?"

# "Asha Roy  10:32 AM", "Marta, [12.03.24 10:32]", "pixelfox — Today at 10:32", "Omar · 3:20 PM", "Nina (Agent) - 10:18".
_NAME_THEN_WHEN = regex.compile(
    rf"{_NAME}{_HINT}{_ADDRESS}(?P<gap>\s*,\s*\[|\s*[—–·•|]\s*|\s+-\s+|,\s+|\s*\[\s*|\s*\(\s*|\s+){_WHEN}\s*[\])]?{_AFTER}\s*:?",
    FLAGS,
)
# Teams: "[10:32] Hannah Weiss", "[Tuesday 10:32 AM] IT Helpdesk".
_WHEN_THEN_NAME = regex.compile(rf"(?:\[\s*{_WHEN}\s*\]|{_WHEN}\s)\s*{_NAME}{_HINT}", FLAGS)
_NAME_ALONE = regex.compile(rf"{_NAME}{_HINT}(?P<aside>,\s[^:?!।.]{{1,40}})?{_ADDRESS}\s*:?", FLAGS)
_MARKS = regex.compile(r"(?<!\*)\*\*(?!\*)|^[>#\s]+")
_JOIN_AT_END = regex.compile(r"\s+(?:at|on|um|am|le|को|এ)$", FLAGS)
_HAS_DIGIT = regex.compile(r"\d")
# No time stands right before this colon.
_ENDS_IN_WORD = regex.compile(r"[\p{L}--[mMzZtT]]\s*[:：]$", regex.VERSION1)
# What stands around the time on its line: "APP  2:14 PM", ":headphones:  10:34 AM", " — ".
_BESIDE_TIME = regex.compile(r"^(?:(?:APP|BOT|:[\w+-]+:|[^\p{L}\p{M}\p{N}\[(]{1,4})\s*)+", regex.VERSION1)
# "You sent", "Theo replied", "Bella wrote:".
_SENT = regex.compile(r"(?P<name>[^\s:?!।.,][^:?!।.,]{0,39}?)\s+(?:sent|replied|wrote|writes|says|said)\s*:?", FLAGS)
_TO = regex.compile(r"(?:to|an|à)\s+[^\s.?!][^.?!]{0,60}(?:@\S+)?|[^\s]{1,40}(?:\s+को|-কে|কে)|मुझे|আমাকে|to me", FLAGS)
_ROLE_ICON = regex.compile(r"(?:[\p{L} ]{2,30})\s*[—–]\s*(?P<rest>.*)", FLAGS)
_CASED_NAME = regex.compile(
    r"(?:[\p{Lu}\p{Lo}~@][\p{L}\p{M}.'’-]*|\p{So}\p{M}*|[\p{Emoji_Presentation}]+)"
    r"(?:\s+(?:from|of|the|von|de|van|[\p{Lu}\p{Lo}&][\p{L}\p{M}.'’-]*|[\p{Emoji_Presentation}]+)){0,5}",
    regex.VERSION1,
)
_HANDLE = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]{1,31}", regex.VERSION1)
_RARE_HANDLE = regex.compile(r"(?=.*[_.\d])[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]{2,31}(?<!\.)", regex.VERSION1)
_SENTENCE_END = regex.compile(r"[?!।.…]\s*$")


@dataclass(frozen=True)
class Head:
    """Lines first to last (excluded) are a head: whose words follow. name "": the same person goes on. loose: only a blank apart
    from its time, or two lines; such a name must come twice or look like one. bare: a time without
    brackets stands before the name.
    """

    first: int
    last: int
    name: str
    hint: str = ""
    note: bool = False
    loose: bool = False
    indented: bool = False
    stamp: str = ""
    bare: bool = False


def name_then_when(text: str) -> "regex.Match[str] | None":
    """The parts of a line such as "Maya (Agent) - 10:18", None for others."""
    if len(text) > LONGEST_HEAD or not _HAS_DIGIT.search(text) or _ENDS_IN_WORD.search(text):
        return None
    found = _NAME_THEN_WHEN.fullmatch(text)
    return found if found is not None and says_when(found["stamp"]) else None


def _when_then_name(text: str) -> "regex.Match[str] | None":
    """The parts of "[10:32] Hannah Weiss" or "10:15:02 Hannah Weiss"; a name without brackets has to look like one."""
    found = _WHEN_THEN_NAME.fullmatch(text)
    if found is not None and says_when(found["stamp"]) and (text.startswith("[") or is_cased_name(found["name"])):
        return found
    return None


def _names_that_hold(heads: Sequence[Head]) -> list[Head]:
    """Without heads whose name may just be words before a time."""
    counts = Counter(head.name for head in heads)
    indented = bool(heads) and heads[0].indented
    return [
        head
        for head in heads
        if not head.loose
        or (
            counts[head.name] > 1
            or role_of_label(head.name, head.hint) is not None
            or (bool(head.hint) and (head.indented or not indented))
            or (is_cased_name(head.name) and (head.indented or not indented))
        )
    ]


def is_cased_name(name: str) -> bool:
    """Whether words begin like the names of people, or are a handle; in scripts without capitals any few words do."""
    name = name.replace(", ", " ")
    words = name.split()
    if len(words) == 1 and _RARE_HANDLE.fullmatch(name):
        return True
    return len(words) <= 5 and _CASED_NAME.fullmatch(name) is not None and _SENTENCE_END.search(name) is None


def _could_be_name(name: str) -> bool:
    return (
        0 < len(name.split()) <= _MOST_NAME_WORDS
        and _SENTENCE_END.search(name.removesuffix(".")) is None
        and any(character.isalnum() for character in name)
        and not is_stamp(name)
        and not is_event(name)
        and not is_sure_note(name)
        and not is_field(name)
    )


def same_line(lines: Sequence[str]) -> list[Head]:
    heads: list[Head] = []
    for number, line in enumerate(lines):
        text = _MARKS.sub("", line).strip()
        if len(text) > LONGEST_HEAD or not any(character.isdigit() for character in text):
            continue
        found = None if is_stamp(text) else _when_then_name(text) or name_then_when(text)
        if found is not None and says_when(found["stamp"]):
            groups = found.groupdict()
            name = _JOIN_AT_END.sub("", groups["name"].strip(" ,-–—"))
            if not _could_be_name(name):
                continue
            gap = groups.get("gap")
            hint = groups.get("hint") or ""
            # Discord puts the roles of a person on the line below the name.
            first = number
            if gap is not None and number and _is_role_line(lines[number - 1], text, lines, number):
                name, hint, first = lines[number - 1].strip(), name, number - 1
            apart = text.startswith("[") if gap is None else gap.strip() != "" or len(gap) > 1
            heads.append(
                Head(
                    first,
                    number + 1,
                    name,
                    hint,
                    bool(groups.get("after")),
                    not apart,
                    stamp=groups["stamp"],
                    bare=gap is None and not text.startswith("["),
                )
            )
        elif is_stamp(text) and heads:
            heads.append(Head(number, number + 1, ""))
    named = _names_that_hold([head for head in heads if head.name])
    if sum(head.bare for head in named) == 1:
        # "10:30 at the station" once is no head.
        named = [head for head in named if not head.bare]
    return _without_stray_times(named, heads)


def _is_role_line(above: str, line: str, lines: Sequence[str], number: int) -> bool:
    """Whether the line above a head holds the name, and the head itself the rank of that person ("Support Team — …")."""
    above = above.strip()
    blank_or_first = number >= 2 and bool(lines[number - 2].strip())
    rank = _ROLE_ICON.fullmatch(line)
    return bool(
        rank and _HANDLE.fullmatch(above) and blank_or_first and role_of_label(line.split("—")[0].strip()) is Role.AGENT
    )


def _without_stray_times(named: list[Head], heads: Sequence[Head]) -> list[Head]:
    """Named heads, and the times alone after the first of them."""
    if not named:
        return []
    times = [head for head in heads if not head.name and head.first > named[0].first]
    return sorted([*named, *times], key=lambda head: head.first)


def two_lines(lines: Sequence[str]) -> list[Head]:
    written = [number for number, line in enumerate(lines) if line.strip()]
    heads: list[Head] = []
    times: list[Head] = []
    for place, number in enumerate(written):
        later = [lines[other] for other in written[place + 1 : place + 4]]
        if not later:
            break
        # "mara.w" / " — " / "9:14 PM"; "Nina Patel" / "to support@…" / "Mar 12, 10:15am".
        skip = int(
            len(later) > 1 and (_TO.fullmatch(later[0].strip()) is not None or not any(c.isalnum() for c in later[0]))
        )
        time = _BESIDE_TIME.sub("", later[skip].strip()) if skip < len(later) else ""
        name = _NAME_ALONE.fullmatch(lines[number].strip()) if len(lines[number]) <= LONGEST_HEAD else None
        if name is not None and is_stamp(time) and _could_be_name(name["name"].strip(" ,")):
            last = place + 1 + skip
            after = [lines[other] for other in written[last + 1 : last + 2]]
            last += int(bool(after) and _TO.fullmatch(after[0].strip()) is not None)
            hint = _beside(name)
            indented = later[skip][:1].isspace() or later[skip] != _BESIDE_TIME.sub("", later[skip])
            first = number
            if place and _are_initials(lines[written[place - 1]], name["name"]):
                # Teams and Intercom draw the initials of a person where there is no picture.
                first = written[place - 1]
            whole = name["name"].strip(" ,")
            sent = _SENT.fullmatch(whole)
            whole = sent["name"] if sent is not None else whole
            heads.append(
                Head(
                    first,
                    written[last] + 1,
                    whole,
                    hint,
                    loose=number > written[0] and first > written[0],
                    indented=indented,
                    stamp=time,
                )
            )
        elif is_stamp(lines[number].strip()) and heads and number >= heads[-1].last:
            times.append(Head(number, number + 1, ""))
    named = _names_that_hold(heads)
    if len(named) < 2:
        return []
    covered = {line for head in named for line in range(head.first, head.last)}
    times += [Head(head.last - 1, head.last, "") for head in heads if head not in named]
    return sorted(
        [*named, *(time for time in times if time.first not in covered and time.first > named[0].first)],
        key=lambda head: head.first,
    )


def _beside(name: "regex.Match[str]") -> str:
    """What stands beside a name on its line: "(Support)", ", Team Looms", an address."""
    return " ".join(filter(None, (name["hint"], *((name[part] or "").strip("<>, ") for part in ("aside", "address")))))


def _are_initials(line: str, name: str) -> bool:
    letters = line.strip()
    words = name.split()
    return 0 < len(letters) <= 2 and letters.isupper() and letters == "".join(word[0] for word in words)[: len(letters)]


def time_first(lines: Sequence[str]) -> list[Head]:
    written = [number for number, line in enumerate(lines) if line.strip()]
    heads: list[Head] = []
    for place, number in enumerate(written[:-2]):
        below = lines[written[place + 1]].strip()
        name = _NAME_ALONE.fullmatch(below) if len(below) <= LONGEST_HEAD else None
        if is_stamp(lines[number].strip()) and name is not None and _could_be_name(name["name"].strip()):
            heads.append(Head(number, written[place + 1] + 1, name["name"].strip(), name["hint"] or "", loose=True))
    if not heads or heads[0].first != written[0]:
        return []
    return _names_that_hold(heads) if max(Counter(head.name for head in heads).values()) > 1 else []


def labels_alone(lines: Sequence[str]) -> list[Head]:
    heads: list[Head] = []
    for number, line in enumerate(lines):
        text = line.strip().strip("*_#> ").rstrip(":： ")
        if not text or len(text) > 60:
            continue
        sent = _SENT.fullmatch(text)
        name = _NAME_ALONE.fullmatch(text)
        if sent is not None and _could_be_name(sent["name"]):
            heads.append(Head(number, number + 1, sent["name"], loose=True))
        elif name is not None and _is_label(name["name"].strip(), name["hint"] or ""):
            beside = _beside(name)
            heads.append(Head(number, number + 1, name["name"].strip(), beside))
        elif _could_be_name(text) and is_cased_name(text):
            heads.append(Head(number, number + 1, text, loose=True))
    sure = {head.name for head in heads if not head.loose}
    sent_names = Counter(head.name for head in heads if head.loose and _SENT.fullmatch(lines[head.first].strip()))
    if not sure and sum(sent_names.values()) < 2:
        return []
    counts = Counter(head.name for head in heads)
    return [
        head
        for head in heads
        if not head.loose
        or head.name in sent_names
        or (sent_names and not sure and _leads(head, lines) and counts[head.name] >= 1)
    ]


def _is_label(name: str, hint: str) -> bool:
    return role_of_label(name, hint) is not None and (is_bare_label(name) or is_cased_name(name))


def _leads(head: Head, lines: Sequence[str]) -> bool:
    """Whether a name alone is followed by words, and nothing but a name."""
    return head.last < len(lines) and bool(lines[head.last].strip())


def times_alone(lines: Sequence[str]) -> list[Head]:
    """Times and no names at all: each time begins a message of nobody in particular."""
    written = [number for number, line in enumerate(lines) if line.strip()]
    times = [Head(number, number + 1, "") for number in written if is_stamp(lines[number].strip())]
    return times if len(times) > 1 and times[0].first == written[0] else []


# From the forms that tell most about a head to those that tell least.
DIALECTS: tuple[tuple[str, Callable[[Sequence[str]], list[Head]]], ...] = (
    ("name and time on a line", same_line),
    ("name above time", two_lines),
    ("time above name", time_first),
    ("labels on their own line", labels_alone),
    ("times alone", times_alone),
)
