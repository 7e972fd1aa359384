"""The dialect in which the time, perhaps with a name, stands below the words: what one copies from Chatwoot."""

from collections.abc import Sequence

from kb.assist.transcript.events import is_event, is_rule, without_stars
from kb.assist.transcript.headed import names_in_first_lines
from kb.assist.transcript.heads import name_then_when
from kb.assist.transcript.messages import NOTHING, Message, Reading
from kb.assist.transcript.stamps import is_stamp
from kb.assist.turns import Role


def read_footed(lines: Sequence[str]) -> Reading:
    """Messages above lines that say when, and for one side who."""
    messages: list[Message] = []
    words: list[str] = []
    feet = 0
    for line in lines:
        text = line.strip()
        if not text or is_rule(text):
            continue
        if is_event(text) and not words:
            messages.append(Message([without_stars(text)], role=Role.SYSTEM))
            continue
        named = name_then_when(text)
        if words and (is_stamp(text) or (named is not None and named["gap"].strip())):
            name = named["name"].strip(" ,-") if named is not None and not is_stamp(text) else ""
            messages.append(Message(words, name))
            words, feet = [], feet + 1
        else:
            words.append(text)
    if words or feet < 2:
        return NOTHING
    spoken = [message for message in messages if message.role is None]
    names_in_first_lines(spoken)
    if not all(message.speaker for message in spoken):
        # Programs of this kind name their own side.
        for message in spoken:
            message.role = Role.AGENT if message.speaker else Role.CUSTOMER
    return Reading("time below the words", messages, 2.0 * feet)
