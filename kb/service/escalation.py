"""Escalating a conversation: whether it is advised, to whom and why; doing it carries everything along. The caller commits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.service.conversations import assign, note_event
from kb.service.escalation_rules import Rule, parse_rules
from kb.service.frustration.reasons import contacts_in, kind_of
from kb.service.frustration.steps import manager_requests, names_a_step
from kb.service.frustration.storing import earlier_contacts
from kb.service.heard import ESCALATION, roles_as_heard
from kb.service.messages import store_message
from kb.service.timeline import newest_messages
from kb.tables import (
    Conversation,
    ConversationFact,
    ConversationState,
    EventKind,
    Message,
    MessageRole,
    Promise,
    User,
)

_LEVELS = ("calm", "annoyed", "angry")
# Kinds of stored reasons that are words of rules.
_REASONS = frozenset({"legal", "public", "leaving", "abuse", "manager", "silent"})
_LONGEST_WORDS, _MOST_FACTS = 300, 12


@dataclass(frozen=True)
class Facts:
    """What rules are asked about. words: of kb.service.escalation_rules.WORDS; contacts: which contact within 14 days this is;
    waited: minutes that the customer waits now; open: minutes since we first had it; manager: how often they asked for one."""

    words: frozenset[str] = frozenset()
    contacts: int = 1
    waited: float = 0.0
    open: float = 0.0
    manager: int = 0


@dataclass(frozen=True)
class Advice:
    """whom and within: as the rule says; reasons: in words; rule: as it was written."""

    whom: str
    within: str
    reasons: tuple[str, ...]
    rule: str
    email: str = ""


def escalation_advice(
    level: int, reasons: Sequence[str], facts: Facts, rules: Sequence[Rule] = parse_rules("")
) -> list[Advice]:
    """To whom, and why, the most pressing first, each of them once; nobody where no rule holds.

    level and reasons: as they are stored with a conversation.
    """
    words = facts.words | {_LEVELS[level]} | ({"annoyed"} if level == len(_LEVELS) - 1 else set())
    words |= {kind for reason in reasons if (kind := kind_of(reason)) in _REASONS}
    numbers = {"contacts": facts.contacts, "waited": facts.waited, "open": facts.open, "manager": facts.manager}
    advice: dict[str, Advice] = {}
    for rule in rules:
        if all(condition.holds(frozenset(words), numbers) for condition in rule.conditions):
            because = _because(rule, facts, reasons)
            advice.setdefault(rule.whom.lower(), Advice(rule.whom, rule.within, because, rule.text, rule.email))
    return list(advice.values())


_IN_WORDS = {
    "safety": "a matter of safety",
    "fraud": "suspected fraud",
    "filed": "a legal step has been taken",
    "annoyed": "annoyed",
    "angry": "angry",
    "calm": "calm",
}


def _because(rule: Rule, facts: Facts, reasons: Sequence[str]) -> tuple[str, ...]:
    because: list[str] = []
    for condition in rule.conditions:
        if condition.sign:
            value = {"contacts": facts.contacts, "waited": facts.waited, "open": facts.open, "manager": facts.manager}
            because.append(_NUMBER_IN_WORDS[condition.word].format(round(value[condition.word])))
        elif condition.word in _IN_WORDS:
            because.append(_IN_WORDS[condition.word])
    return tuple(dict.fromkeys([*because, *reasons]))


_NUMBER_IN_WORDS = {
    "contacts": "contact number {0} within 14 days",
    "waited": "waits for {0} minutes",
    "open": "open for {0} minutes",
    "manager": "asked for a manager {0} times",
}


def facts_of(
    conversation: Conversation,
    said: Sequence[str],
    contacts: int,
    *,
    words: frozenset[str] = frozenset(),
    now: datetime | None = None,
) -> Facts:
    """What is known of a conversation. said: the customer's messages; words: what others have found in it (safety, fraud)."""
    now = now or utc_now()
    waiting = conversation.waiting_since if conversation.state == ConversationState.OPEN.value else None
    return Facts(
        words | ({"filed"} if any(names_a_step(text) for text in said) else set()),
        contacts=contacts,
        waited=_minutes(waiting, now),
        open=_minutes(conversation.created_at, now),
        manager=manager_requests(said),
    )


def _minutes(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds() / 60, 0.0) if since else 0.0


def advise(
    session: Session,
    conversation: Conversation,
    rules: Sequence[Rule],
    *,
    find_words: Callable[[Sequence[str]], frozenset[str]] = lambda _said: frozenset(),
    said: Sequence[str] | None = None,
) -> list[Advice]:
    """The advice for a stored conversation; none where it is closed or has been escalated since the customer last wrote.

    find_words: what others see in the customer's messages (safety, fraud), see `Facts.words`. said: these messages where the
    caller has them; then nothing is read, and contacts are those of the reasons.
    """
    if conversation.state == ConversationState.CLOSED.value or not rules:
        return []
    if conversation.escalated_at and conversation.escalated_at >= conversation.last_message_at:
        return []
    if said is None:
        messages = newest_messages(session, conversation)
        said = _said(conversation, messages)
        contacts = 1 + (session.scalar(select(earlier_contacts(conversation))) or 0)
    else:
        contacts = contacts_in(conversation.frustration_reasons)
    facts = facts_of(conversation, said, contacts, words=find_words(said))
    return escalation_advice(conversation.frustration, conversation.frustration_reasons, facts, rules)


def escalate(
    session: Session,
    conversation: Conversation,
    to: str,
    user_id: int,
    *,
    within: str = "",
    reasons: Sequence[str] = (),
    summary: str = "",
) -> Message:
    """Pass a conversation on: a note with the reasons and a hand-over of five lines, an event, and the person who has it now.

    to: as a rule names them. Where that is the name or e-mail address of an active person here, the conversation becomes theirs;
    for a desk with an extension it stays with whom it is, to be transferred warmly. summary: in place of the one made here.
    Returns the note. Raises InvalidInputError where nobody is named.
    """
    to = " ".join(to.split())
    if not to:
        raise InvalidInputError(
            "Nobody is named to whom it is escalated.", remedy="Choose one of the rules, or type a name."
        )
    why = list(dict.fromkeys([*reasons, *conversation.frustration_reasons]))
    text = _note(
        to, within, _LEVELS[conversation.frustration], why, summary.strip() or _hand_over(session, conversation)
    )
    note = store_message(
        session, conversation, MessageRole.NOTE, text, user_id=user_id, details={ESCALATION: to}
    ).message
    person = _person(session, to)
    data = {
        "to": to,
        "within": within,
        "person": person,
        "level": conversation.frustration,
        "reasons": why,
        "note": note.id,
    }
    note_event(session, conversation, EventKind.ESCALATED, user_id, data)
    if person is not None:
        assign(session, conversation, person, user_id)
    conversation.escalated_at = utc_now()
    session.flush()
    return note


def _said(conversation: Conversation, messages: Sequence[Message]) -> list[str]:
    roles = roles_as_heard(messages, conversation.channel)
    return [one.text for one, role in zip(messages, roles, strict=True) if role == MessageRole.CUSTOMER.value]


def _person(session: Session, to: str) -> int | None:
    """The active person whom these words name, by their e-mail address or whole name; None where it is nobody or several."""
    words = to.lower()
    found = session.scalars(
        select(User.id)
        .where(User.active, (func.lower(User.email) == words) | (func.lower(User.name) == words))
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _note(to: str, within: str, level: str, reasons: Sequence[str], hand_over: str) -> str:
    head = f"Escalated to {to}" + (f", within {within}" if within else "")
    why = f"The customer is {level}" + (": " + "; ".join(reasons) if reasons else "") + "."
    return f"{head}\n{why}\n\n{hand_over}"


def _hand_over(session: Session, conversation: Conversation) -> str:
    """The five lines of a good hand-over, from what is stored; what nobody knows is left open to be filled in."""
    messages = newest_messages(session, conversation)
    said = _said(conversation, messages)
    answers = [message.text for message in messages if message.role == MessageRole.AGENT.value]
    facts = session.scalars(
        select(ConversationFact)
        .where(ConversationFact.conversation_id == conversation.id)
        .order_by(ConversationFact.id)
        .limit(_MOST_FACTS)
    ).all()
    promises = session.scalars(
        select(Promise)
        .where(Promise.conversation_id == conversation.id, Promise.kept_at.is_(None))
        .order_by(Promise.id)
    ).all()
    lines = (
        ("Order / account", "; ".join(dict.fromkeys(fact.value for fact in facts))),
        ("Problem in one sentence", conversation.subject or (said[0] if said else "")),
        ("What I've checked", answers[-1] if answers else ""),
        ("What the customer wants", said[-1] if said else ""),
        ("What I promised, and until when", "; ".join(_promised(promise) for promise in promises)),
    )
    return "\n".join(f"{heading}: {' '.join(text.split())[:_LONGEST_WORDS]}".rstrip() for heading, text in lines)


def _promised(promise: Promise) -> str:
    return promise.text + (f" ({promise.due_at:%d %B %Y, %H:%M} UTC)" if promise.due_at else "")
