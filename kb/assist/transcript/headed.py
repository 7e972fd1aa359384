"""Dialects in which who says it, and when, stand on lines of their own above the words: Slack, Discord, Telegram, Teams, HubSpot,
Gmail on the screen, Zendesk tickets, and labels alone on their line.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import regex

from kb.assist.transcript.events import is_event, is_help_desk_line, is_rule, without_stars
from kb.assist.transcript.heads import DIALECTS, Head, is_cased_name
from kb.assist.transcript.inline import sure_label
from kb.assist.transcript.labels import is_note_hint, role_of_label
from kb.assist.transcript.messages import NOTHING, Message, Reading
from kb.assist.transcript.stamps import FLAGS, is_stamp, newest_first
from kb.assist.turns import Role

_LABELLED = regex.compile(r"[\p{Lu}\p{Lo}+][^:?!।]{0,39}:\s+\S", regex.VERSION1)
# Reactions and counts that are copied along.
_NOISE = regex.compile(
    r":[\w+-]+:\s*\d{1,4}|[^\p{L}\p{M}\p{N}\s]{1,4}\s*\d{1,3}|\d{1,3}\s+repl(?:y|ies)|(?:view thread|new messages|edited)",
    FLAGS,
)


def read_headed(lines: Sequence[str]) -> Reading:
    """Messages under lines that say who speaks and when."""
    best = NOTHING
    for dialect, find in DIALECTS:
        reading = _read_with(dialect, find, lines)
        if reading.evidence > best.evidence:
            best = reading
    return best


def _read_with(dialect: str, find: Callable[[Sequence[str]], list[Head]], lines: Sequence[str]) -> Reading:
    heads = find(lines)
    if not heads:
        return NOTHING
    messages: list[Message] = []
    _add_words(messages, None, lines[: heads[0].first])
    speaker, hint = "", ""
    empty = 0
    for number, head in enumerate(heads):
        end = heads[number + 1].first if number + 1 < len(heads) else len(lines)
        if head.name:
            speaker, hint = head.name, head.hint
        role = Role.NOTE if head.note or is_note_hint(head.hint) else None
        message = Message([], speaker, hint, role)
        before = len(messages)
        _add_words(messages, message, lines[head.last : end])
        # Under the last one nothing may have been typed yet.
        empty += len(messages) == before and number + 1 < len(heads)
        if len(messages) == before:
            # Whoever says nothing anywhere was no speaker; see `reading`.
            messages.append(message)
    if not any(head.name for head in heads):
        names_in_first_lines([message for message in messages if message.role is None])
    if newest_first([head.stamp for head in heads if head.name]):
        begin = next((number for number, message in enumerate(messages) if message.speaker), 0)
        messages[begin:] = reversed(messages[begin:])
    names = Counter(head.name for head in heads if head.name)
    if (
        len(heads) == 1
        and heads[0].loose
        and heads[0].first > 0
        and role_of_label(heads[0].name, heads[0].hint) is None
    ):
        # One line that looks like a head, in the middle of a text.
        return NOTHING
    if messages and not messages[0].speaker and messages[0].role is None and heads[-1].last >= len(lines):
        # Words before the first and none after the last: these are no heads but stand below their words.
        empty += 1
    # A head that is followed by nothing was none.
    evidence = 2.0 * len(heads) - 3.0 * empty - (0 if len(names) > 1 or len(heads) == 1 else 1)
    return Reading(dialect, messages, evidence) if evidence > 0 else NOTHING


def names_in_first_lines(messages: Sequence[Message]) -> None:
    """Speakers from the messages themselves, where each begins with a name on its own line, or with a name and a colon."""
    if all(not m.speaker and len(m.lines) > 1 and is_cased_name(m.lines[0]) for m in messages):
        for message in messages:
            message.speaker, message.lines = message.lines[0], message.lines[1:]
    elif not any(m.speaker for m in messages) and all(m.lines and _LABELLED.match(m.lines[0]) for m in messages):
        for message in messages:
            message.speaker, _, words = message.lines[0].partition(":")
            message.lines[0] = words.strip()


def _add_words(messages: list[Message], message: Message | None, lines: Sequence[str]) -> None:
    """Put the words between two heads into `message`; events become messages of their own. None: words before the first head."""
    current = message
    started = False
    for line in lines:
        text = line.strip()
        if not text or is_rule(text) or _NOISE.fullmatch(text):
            continue
        labelled = sure_label(line) if ":" in line else None
        if labelled is not None:
            messages.append(labelled)
            continue
        if is_event(text) or (message is None and (_is_form(text, messages) or is_help_desk_line(text))):
            if message is None and messages and messages[-1].role is Role.SYSTEM and not is_event(text):
                messages[-1].lines.append(text)
            else:
                messages.append(Message([without_stars(text)], role=Role.SYSTEM))
            continue
        if current is None and is_stamp(text):
            continue
        if current is None:
            current = Message([])
        if not started:
            messages.append(current)
            started = True
        current.lines.append(text)


def _is_form(text: str, before: Sequence[Message]) -> bool:
    return bool(before) and before[-1].role is Role.SYSTEM and (":" in text or "started" in text.casefold())
