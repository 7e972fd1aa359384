"""Changing the rules of escalation: what a trainer wrote holds in place of the setting, until they go back to it.

Each change is a row of the history of `kb.tables.curation` and never changed; the last one says what holds, and how many
there are tells every process that it is something else now. The caller commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.service.escalation import Advice, advise
from kb.service.escalation_rules import DEFAULT_RULES, LONGEST, Fault, Rule, read_rules
from kb.tables import Conversation, ConversationState, CuratedChange, CuratedKind, Message, MessageRole
from kb.text.cleaning import clean_text

MOST_HISTORY, MOST_TRIED = 50, 50
# Of the customers' messages that are read to try rules on.
_MOST_MESSAGES = 1000
_OF_RULES = (CuratedChange.kind == CuratedKind.ESCALATION.value,)


class UnreadableRulesError(InvalidInputError):
    """faults: all of them, by line; none where nothing was written at all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("These rules cannot be read.", remedy="Write a rule a line, such as: angry -> team lead")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Tried:
    """An open conversation for which two sets of rules say something different."""

    conversation: Conversation
    now: tuple[Advice, ...]
    then: tuple[Advice, ...]


@dataclass(frozen=True)
class Trial:
    """looked_at: how many open conversations; differing: those of them for which it would be different."""

    looked_at: int
    differing: tuple[Tried, ...]


def rules_history(session: Session) -> list[CuratedChange]:
    """The last changes with who made them, the newest first; what its `after` says holds, None is the setting. One statement."""
    statement = select(CuratedChange).where(*_OF_RULES).options(joinedload(CuratedChange.changed_by))
    return list(session.scalars(statement.order_by(CuratedChange.id.desc()).limit(MOST_HISTORY)))


def rules_text(changes: Sequence[CuratedChange], setting: str) -> str:
    """What holds, as it is written. changes: of `rules_history`; setting: of KB_ESCALATION."""
    stored = changes[0].after if changes else None
    return str(stored["text"]) if stored is not None else setting.strip() or DEFAULT_RULES


# Asks how often they were changed.
RULES_VERSION = select(func.count(CuratedChange.id)).where(*_OF_RULES)


def stored_rules(session: Session) -> str | None:
    """What a trainer wrote, None where the setting holds. One statement."""
    newest = select(CuratedChange.after).where(*_OF_RULES).order_by(CuratedChange.id.desc()).limit(1)
    stored = session.scalar(newest)
    return str(stored["text"]) if stored is not None else None


def load_stored_rules(session: Session) -> tuple[int, str | None]:
    """`stored_rules` with their `RULES_VERSION`."""
    return session.scalar(RULES_VERSION) or 0, stored_rules(session)


def rules_in_force(stored: str | None, setting: str) -> tuple[Rule, ...]:
    """The rules that hold. stored: as `stored_rules` gives it; a line of it that this version cannot read is left out."""
    return read_rules(setting if stored is None else stored)[0]


def change_rules(session: Session, text: str, user_id: int | None, *, seen: int) -> bool:
    """Take what a trainer wrote; False where that holds already. seen: the number of the newest change that they saw, 0 for none.

    Raises UnreadableRulesError, and ConflictError where a colleague has changed them meanwhile.
    """
    return _put(session, {"text": require_readable(text)}, user_id, seen=seen)


def reset_rules(session: Session, user_id: int | None, *, seen: int) -> bool:
    """Back to the setting. Raises ConflictError as `change_rules` does."""
    return _put(session, None, user_id, seen=seen)


def restore_rules(session: Session, change_id: int, user_id: int | None, *, seen: int) -> bool:
    """What held before a change holds again. Raises NotFoundError, and as `change_rules` does."""
    change = session.get(CuratedChange, change_id)
    if change is None or change.kind != CuratedKind.ESCALATION.value:
        raise NotFoundError("There is no such change.")
    if change.before is not None:
        require_readable(str(change.before["text"]))
    return _put(session, change.before, user_id, seen=seen, undoes=change.id)


def require_readable(text: str) -> str:
    """The text as it is stored. Raises UnreadableRulesError."""
    text = clean_text(text[: LONGEST + 1])
    if not text.strip():
        raise UnreadableRulesError([])
    rules, faults = read_rules(text)
    if faults or (not rules and text.strip().lower() != "none"):
        raise UnreadableRulesError(faults)
    return text.strip()


def try_rules(
    session: Session, text: str, setting: str, *, find_words: Callable[[Sequence[str]], frozenset[str]]
) -> Trial:
    """What other rules would say of the open conversations, the newest first. find_words: see `kb.service.escalation.advise`.

    Raises UnreadableRulesError.
    """
    then = read_rules(require_readable(text))[0]
    now = rules_in_force(stored_rules(session), setting)
    talks = session.scalars(
        select(Conversation)
        .where(Conversation.state == ConversationState.OPEN.value)
        .order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
        .limit(MOST_TRIED)
    ).all()
    said = _said_in(session, talks)
    differing = []
    for talk in talks:
        words = find_words(said[talk.id])
        tried = Tried(talk, *(tuple(_advise(session, talk, rules, said[talk.id], words)) for rules in (now, then)))
        if [one.whom for one in tried.now] != [one.whom for one in tried.then]:
            differing.append(tried)
    return Trial(len(talks), tuple(differing))


def _advise(
    session: Session, talk: Conversation, rules: Sequence[Rule], said: Sequence[str], words: frozenset[str]
) -> list[Advice]:
    return advise(session, talk, rules, find_words=lambda _said: words, said=said)


def _said_in(session: Session, talks: Sequence[Conversation]) -> dict[int, list[str]]:
    """What the customers wrote, the oldest first; of very many messages only the newest. One statement."""
    said: dict[int, list[str]] = {talk.id: [] for talk in talks}
    rows = session.execute(
        select(Message.conversation_id, Message.text)
        .where(Message.conversation_id.in_(list(said)), Message.role == MessageRole.CUSTOMER.value)
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(_MOST_MESSAGES)
    )
    for number, text in rows:
        said[number].insert(0, text)
    return said


def _put(
    session: Session, after: dict[str, str] | None, user_id: int | None, *, seen: int, undoes: int | None = None
) -> bool:
    newest = session.execute(
        select(CuratedChange.id, CuratedChange.after).where(*_OF_RULES).order_by(CuratedChange.id.desc()).limit(1)
    ).one_or_none()
    number, before = (newest[0], newest[1]) if newest is not None else (0, None)
    if number != seen:
        raise ConflictError("A colleague has changed these rules meanwhile.", remedy="Look at what they wrote first.")
    if before == after:
        return False
    session.add(
        CuratedChange(
            kind=CuratedKind.ESCALATION.value, subject_id=0, before=before, after=after, undoes=undoes,
            changed_at=utc_now(), changed_by_id=user_id,
        )
    )  # fmt: skip
    session.flush()
    return True
