"""Whose side each speaker is on: by their label, by how they are named, by how they talk, by who speaks first."""

from collections.abc import Sequence

import regex

from kb.assist.transcript.bare import take_turns
from kb.assist.transcript.events import agent_named
from kb.assist.transcript.labels import role_of_label
from kb.assist.transcript.messages import Message
from kb.assist.transcript.wording import serving
from kb.assist.turns import Role
from kb.text.terms import normalise
from kb.text.words import find_words

_PHONE = regex.compile(r"[~\s]*\+?[\d\s().-]{8,20}")
_ADDRESS = regex.compile(r"([\w.+-]+)@[\w-]+(?:\.[\w-]+)+")
_OUR_MAILBOX = regex.compile(
    r"support|help|care|service|info|hello|hi|contact|team|no-?reply|office|sales|billing|kundenservice|customer",
    regex.IGNORECASE,
)
_OURS = frozenset(
    normalise(
        "support care help helpdesk service services team official bot desk staff mod moderator office shop store bank "
        "admin operator warehouse sales billing soporte kundenservice madad sahayata "
        "seva सहायता मदद सेवा केयर हेल्प टीम बैंक दुकान भंडार "
        "कार्यालय सपोर्ट সাপোর্ট সহায়তা সেবা কেয়ার হেল্প টিম ব্যাংক দোকান সার্ভিস অফিস মডারেটর শপ স্টোর"
    ).split()
)
_MYSELF = frozenset(normalise("you me myself ich आप मैं আপনি আমি").split())
# "Maya from Jhilmil", "Tina, Team Looms", "Dev (PaySetu)": whom one names with their house is of the house.
_OF_HOUSE = regex.compile(r"\S+ (?:from|@|\||of team) \S.*|\S+, team \S.*", regex.IGNORECASE)

_FIRST_ASKS = 1.5
# As much as this is needed to overrule what the labels of the others suggest.
_CLEARLY = 3.0


def assign_roles(messages: Sequence[Message]) -> list[Role]:
    """The role of each message, in their order. What nobody is named for belongs to whoever fits before the next speaker."""
    _settle_labels(messages)
    _settle_nameless(messages)
    _settle_names(messages)
    spoken = (Role.CUSTOMER, Role.AGENT)
    roles: list[Role] = []
    for number, message in enumerate(messages):
        if message.role is None:
            # The paste began in the middle of a message: of the other side than the next one.
            later = next((m.role for m in messages[number + 1 :] if m.role in spoken), None)
            earlier = next((role for role in reversed(roles) if role in spoken), None)
            message.role = earlier or (Role.AGENT if later is Role.CUSTOMER else Role.CUSTOMER)
        roles.append(message.role)
    return roles


def _settle_labels(messages: Sequence[Message]) -> None:
    """Roles from words such as "Agent" beside or instead of a name."""
    for message in messages:
        if message.role is None and message.speaker:
            message.role = role_of_label(message.speaker, message.hint)
    roles = {message.role for message in messages}
    if Role.SYSTEM in roles and Role.AGENT not in roles and not any(m.role is None for m in messages):
        # "User: …", "System: …": here the program is the one who answers.
        for message in messages:
            if message.role is Role.SYSTEM and message.speaker:
                message.role = Role.AGENT
    # Whoever is labelled once ("Maya (agent)") is the same person without the label.
    known = {m.speaker: m.role for m in messages if m.role in (Role.CUSTOMER, Role.AGENT) and m.speaker}
    for message in messages:
        if message.role is None:
            message.role = known.get(message.speaker)


def _settle_nameless(messages: Sequence[Message]) -> None:
    """Where no message has a name or a side, how they talk has to tell."""
    spoken = [message for message in messages if message.role is None]
    if len(spoken) > 1 and not any(message.speaker for message in spoken) and len(spoken) + 2 >= len(messages):
        for message, role in zip(spoken, take_turns([serving(message.text) for message in spoken]), strict=True):
            message.role = role


def _settle_names(messages: Sequence[Message]) -> None:
    unknown = list(dict.fromkeys(m.speaker for m in messages if m.role is None and m.speaker))
    if not unknown:
        return
    scores = {name: _serves(name, messages) for name in unknown}
    known = {message.role for message in messages}
    first = next((m for m in messages if m.role not in (Role.SYSTEM, Role.NOTE)), None)
    if first is not None and first.speaker in scores:
        scores[first.speaker] -= _FIRST_ASKS
    least = min(unknown, key=lambda name: (scores[name], unknown.index(name)))
    decided = dict.fromkeys(unknown, Role.AGENT)
    if Role.CUSTOMER in known:
        decided |= {name: Role.CUSTOMER for name in unknown if scores[name] <= -2 * _CLEARLY and Role.AGENT in known}
    elif Role.AGENT in known:
        decided |= {name: Role.CUSTOMER for name in unknown if name == least or scores[name] < 1}
        if len(unknown) == 1 and scores[least] >= 2 * _CLEARLY:
            decided[least] = Role.AGENT
    elif len(unknown) > 1 or scores[least] < _CLEARLY:
        decided[least] = Role.CUSTOMER
    for message in messages:
        if message.role is None and message.speaker:
            message.role = decided[message.speaker]


def _serves(name: str, messages: Sequence[Message]) -> float:
    """How much a speaker seems to be of our side (above 0) or a customer (below 0)."""
    own = [message for message in messages if message.speaker == name]
    score = _name_serves(name, own[0].hint)
    score += sum(serving(message.text) for message in own)
    named = normalise(name)
    for message in messages:
        if message.role is Role.SYSTEM and (helper := agent_named(message.text)) and normalise(helper) in named:
            score += 2 * _CLEARLY
    return score


def _name_serves(name: str, hint: str) -> float:
    if _PHONE.fullmatch(name) or name.startswith("~"):
        return -2 * _CLEARLY
    address = _ADDRESS.search(f"{name} {hint}")
    if address is not None:
        return 2 * _CLEARLY if _OUR_MAILBOX.match(address[1]) else -_CLEARLY
    words = find_words(normalise(f"{name} {hint}".replace("_", " ")))
    if len(words) == 1 and words[0] in _MYSELF:
        # Whoever pastes is the rep.
        return _CLEARLY
    score = 2 * _CLEARLY if any(word in _OURS for word in words) else 0.0
    if _OF_HOUSE.fullmatch(name) or hint:
        score += _CLEARLY
    return score
