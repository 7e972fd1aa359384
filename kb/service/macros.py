"""Macros: texts that are sent often. Shared ones are for everybody, personal ones for whom they belong to. The caller commits.

A macro has a row for each language, all with the same name. What is deleted can be brought back for KEPT.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import wait_for_turn
from kb.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from kb.service.macro_filling import Variable, first_name, unknown_variables
from kb.tables import Conversation, ConversationFact, Macro, MacroChange, Message
from kb.text.cleaning import clean_text
from kb.text.fitting import share_of_terms
from kb.text.terms import index_terms, query_terms

LONGEST_NAME, LONGEST_TEXT = 100, 10_000
# That one person sees; more can be neither overlooked nor searched well.
MOST = 1_000
KEPT = timedelta(days=30)
# Of the words that are looked for, so much has to stand in a macro; a word of the name counts double.
_ENOUGH = 0.5


@dataclass(frozen=True)
class Writer:
    """Who changes macros; trains: may change what is shared."""

    user_id: int
    trains: bool


@dataclass(frozen=True)
class Found:
    """A macro in the language that fits best. wanted: the language that it does not have, "" where it has it."""

    macro: Macro
    wanted: str = ""


def list_macros(session: Session, user_id: int) -> Sequence[Macro]:
    """What this person may use, by name. One statement."""
    query = select(Macro).where(Macro.deleted_at.is_(None), or_(Macro.owner_id.is_(None), Macro.owner_id == user_id))
    return session.scalars(query.order_by(Macro.name, Macro.language, Macro.id).limit(MOST)).all()


def get_macro(session: Session, macro_id: int, user_id: int) -> Macro:
    """Also one that was deleted. Raises NotFoundError, for what belongs to somebody else too."""
    macro = session.get(Macro, macro_id) if macro_id < 2**31 else None
    if macro is None or macro.owner_id not in (None, user_id):
        raise NotFoundError("There is no such macro.")
    return macro


def may_change(macro: Macro, writer: Writer) -> bool:
    """One's own, and what is shared for those who look after the content."""
    return writer.trains if macro.owner_id is None else macro.owner_id == writer.user_id


def save_macro(
    session: Session,
    writer: Writer,
    *,
    name: str,
    language: str,
    text: str,
    shared: bool,
    macro: Macro | None = None,
) -> Macro:
    """Make one, or change `macro`. Raises InvalidInputError and NotAllowedError; nothing is changed then."""
    owner_id = None if shared else writer.user_id
    if (macro is not None and not may_change(macro, writer)) or (shared and not writer.trains):
        raise NotAllowedError("Shared macros are changed by trainers.")
    name, text = " ".join(clean_text(name).split()), clean_text(text).strip()
    if not name or not text:
        raise InvalidInputError("A macro needs a name and a text.")
    if len(name) > LONGEST_NAME or len(text) > LONGEST_TEXT:
        raise InvalidInputError(
            "A name has %(longest_name)s characters at most, a text %(longest_text)s; these have %(length)s and %(text_length)s.",
            longest_name=LONGEST_NAME,
            longest_text=LONGEST_TEXT,
            length=len(name),
            text_length=len(text),
        )
    if unknown := unknown_variables(text):
        known = ", ".join(f"{{{variable}}}" for variable in Variable)
        raise InvalidInputError(
            "There is no variable %(listed)s.",
            remedy="There are: %(known)s",
            listed=", ".join(f"{{{one}}}" for one in unknown),
            known=known,
        )
    wait_for_turn(session, "macros")
    twin = select(Macro).where(
        Macro.name == name, Macro.language == language, Macro.owner_id.is_not_distinct_from(owner_id)
    )
    for other in session.scalars(twin.where(Macro.deleted_at.is_(None))):
        if macro is None or other.id != macro.id:
            raise InvalidInputError(
                "There is a macro %(name)r in this language already.", remedy="Change that one.", name=name
            )
    before = snapshot(macro) if macro is not None and macro.deleted_at is None else None
    if macro is None:
        macro = Macro(name=name, language=language, text=text, owner_id=owner_id)
        session.add(macro)
    else:
        macro.name, macro.language, macro.text, macro.owner_id = name, language, text, owner_id
        macro.updated_at = utc_now()
    session.flush()
    _note(session, macro, writer, before, snapshot(macro))
    return macro


def snapshot(macro: Macro) -> dict[str, Any]:
    """What a macro says, for its history."""
    return {"name": macro.name, "language": macro.language, "text": macro.text, "shared": macro.owner_id is None}


def _note(
    session: Session, macro: Macro, writer: Writer, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    if before != after:
        user_id = writer.user_id or None  # nobody's where the program itself brings macros in
        session.add(MacroChange(macro_id=macro.id, before=before, after=after, changed_by_id=user_id))
        session.flush()


def delete_macro(session: Session, macro: Macro, writer: Writer) -> None:
    """It can be brought back for a while. What was deleted long ago goes for good."""
    if not may_change(macro, writer):
        raise NotAllowedError("Shared macros are changed by trainers.")
    session.execute(delete(Macro).where(Macro.deleted_at < utc_now() - KEPT))
    if macro.deleted_at is None:
        _note(session, macro, writer, snapshot(macro), None)
    macro.deleted_at = utc_now()
    session.flush()


def restore_macro(session: Session, macro: Macro, writer: Writer) -> None:
    """Raises InvalidInputError where another one has taken its name meanwhile."""
    if macro.deleted_at is None:
        return
    save_macro(
        session,
        writer,
        name=macro.name,
        language=macro.language,
        text=macro.text,
        shared=macro.owner_id is None,
        macro=macro,
    )
    macro.deleted_at = None
    session.flush()


def note_macro_used(session: Session, macro: Macro) -> None:
    """One more use, also where two insert it at once."""
    session.execute(
        update(Macro)
        .where(Macro.id == macro.id)
        .values(uses=Macro.uses + 1, last_used_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    session.expire(macro)


def find_macros(macros: Iterable[Macro], text: str, language: str, *, limit: int = 8) -> list[Found]:
    """Those that fit what is looked for, the best first, each in the language that is nearest to `language`.

    Without words all of them, the most used first. Pure; the last word may be only begun.
    """
    versions: dict[tuple[int | None, str], list[Macro]] = {}
    for macro in macros:
        versions.setdefault((macro.owner_id, macro.name.casefold()), []).append(macro)
    terms = query_terms(text[:2_000], language)
    ranked = []
    for group in versions.values():
        score = max(_fits(macro, terms) for macro in group) if terms else 1.0
        if score >= _ENOUGH:
            uses = sum(macro.uses for macro in group)
            ranked.append((-score, group[0].owner_id is None, -uses, group[0].name.casefold(), group))
    ranked.sort(key=lambda entry: entry[:4])
    return [nearest(group, language) for *_, group in ranked[:limit]]


def _fits(macro: Macro, terms: Sequence[str]) -> float:
    return share_of_terms(terms, _terms(macro.name, macro.language), _terms(macro.text, macro.language))


@lru_cache(maxsize=2 * MOST)
def _terms(text: str, language: str) -> frozenset[str]:
    return frozenset(index_terms(text, language))


def nearest(versions: Sequence[Macro], language: str) -> Found:
    """The version in `language`, else in the same language with other letters, else English, else any one."""
    spoken = language.partition("-")[0]
    by_language = {macro.language: macro for macro in versions}
    if not language or language in by_language:
        return Found(by_language.get(language) or by_language.get("en") or versions[0])
    for tag, macro in by_language.items():
        if tag.partition("-")[0] == spoken:
            return Found(macro)
    return Found(by_language.get("en") or versions[0], wanted=spoken)


def values_of(session: Session, conversation: Conversation, rep: str) -> dict[str, str]:
    """What is known for the variables from the conversation itself; rep: the name of whoever writes. One statement.

    Where a kind of fact was given more than once, the newest one in this conversation holds.
    """
    kinds = {"order": Variable.ORDER, "device": Variable.PRODUCT, "amount": Variable.AMOUNT}
    rows = session.execute(
        select(ConversationFact.kind, ConversationFact.value, ConversationFact.words)
        .join(Message, Message.id == ConversationFact.message_id)
        .where(ConversationFact.conversation_id == conversation.id, ConversationFact.kind.in_(list(kinds)))
        .order_by(Message.sent_at, ConversationFact.id)
        .limit(500)
    )
    values = {kinds[kind].value: words if kind != "order" else value for kind, value, words in rows}
    values[Variable.CUSTOMER_NAME.value] = first_name(conversation.customer.name)
    values[Variable.REP.value] = first_name(rep)
    return values
