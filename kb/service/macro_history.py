"""The history of a macro: who changed what, and back to what it said before. The caller commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kb.core.errors import NotFoundError
from kb.service.macros import Writer, restore_macro, save_macro
from kb.tables import Macro, MacroChange, User

MOST_HISTORY = 50


@dataclass(frozen=True)
class PastChange:
    """before, after: name, language, text and shared, None as in MacroChange; before also where it is nobody else's to read."""

    id: int
    changed_at: datetime
    changed_by: User | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    was_shared: bool  # by this change it became everybody's


def macro_history(session: Session, macro: Macro) -> list[PastChange]:
    """The last changes, the newest first. One statement.

    Of a macro that is shared they end with the one that made it so: what somebody wrote for themselves stays theirs.
    """
    found = session.scalars(
        select(MacroChange)
        .where(MacroChange.macro_id == macro.id)
        .options(joinedload(MacroChange.changed_by))
        .order_by(MacroChange.id.desc())
        .limit(MOST_HISTORY)
    )
    changes: list[PastChange] = []
    for one in found:
        was_own = macro.owner_id is None and not (one.before or one.after or {}).get("shared", False)
        shares = was_own and one.after is not None and one.after["shared"]
        if was_own and not shares:
            break
        before = None if shares else one.before
        changes.append(PastChange(one.id, one.changed_at, one.changed_by, before, one.after, shares))
        if shares:
            break
    return changes


def restore_version(session: Session, macro: Macro, change_id: int, writer: Writer) -> Macro:
    """What it said before a change holds again; whose it is stays as it is. One that was deleted comes back.

    Raises NotFoundError for a change that is not in its history or before which there was nothing; InvalidInputError and
    NotAllowedError as `kb.service.macros.save_macro` does.
    """
    before = next((one.before for one in macro_history(session, macro) if one.id == change_id), None)
    if before is None:
        raise NotFoundError("There is no such change.")
    restore_macro(session, macro, writer)
    return save_macro(
        session,
        writer,
        name=before["name"],
        language=before["language"],
        text=before["text"],
        shared=macro.owner_id is None,
        macro=macro,
    )
