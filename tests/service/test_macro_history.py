"""The history of a macro: who changed it from what to what, the way back, and what stays with whom it belongs to."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.accounts.people import create_user
from kb.core.clock import utc_now
from kb.core.errors import NotAllowedError, NotFoundError
from kb.service.macro_history import macro_history, restore_version
from kb.service.macros import KEPT, Writer, delete_macro, note_macro_used, restore_macro, save_macro
from kb.tables import Macro, MacroChange, Role


@pytest.fixture
def asha(session: Session) -> Writer:
    return Writer(create_user(session, "asha@test.example", Role.TRAINER, "a good password").id, trains=True)


@pytest.fixture
def rep(session: Session) -> Writer:
    return Writer(create_user(session, "rep2@test.example", Role.REP, "a good password").id, trains=False)


def write(session: Session, writer: Writer, text: str, macro: Macro | None = None, *, shared: bool = True) -> Macro:
    return save_macro(session, writer, name="Late", language="en", text=text, shared=shared, macro=macro)


def told(session: Session, macro: Macro) -> list[tuple[str | None, str | None]]:
    return [
        (one.before and one.before["text"], one.after and one.after["text"]) for one in macro_history(session, macro)
    ]


def test_each_change_is_noted_with_who_and_what_and_can_be_taken_back(session: Session, asha: Writer) -> None:
    macro = write(session, asha, "One")
    write(session, asha, "Two", macro)
    write(session, asha, "Two", macro)
    note_macro_used(session, macro)
    assert told(session, macro) == [("One", "Two"), (None, "One")]
    newest, first = macro_history(session, macro)
    assert newest.changed_by is not None
    assert newest.changed_by.email == "asha@test.example"
    restore_version(session, macro, newest.id, asha)
    assert (macro.text, macro.name, macro.uses) == ("One", "Late", 1)
    assert told(session, macro)[0] == ("Two", "One")
    for change_id in (first.id, 10**6):
        with pytest.raises(NotFoundError):
            restore_version(session, macro, change_id, asha)
    other = save_macro(session, asha, name="Other", language="en", text="x", shared=True)
    with pytest.raises(NotFoundError):
        restore_version(session, other, newest.id, asha)


def test_what_was_deleted_comes_back_also_as_it_was_before(session: Session, asha: Writer) -> None:
    macro = write(session, asha, "One")
    write(session, asha, "Two", macro)
    delete_macro(session, macro, asha)
    delete_macro(session, macro, asha)
    assert told(session, macro) == [("Two", None), ("One", "Two"), (None, "One")]
    restore_version(session, macro, macro_history(session, macro)[1].id, asha)
    assert (macro.text, macro.deleted_at) == ("One", None)
    delete_macro(session, macro, asha)
    restore_macro(session, macro, asha)
    assert told(session, macro)[:2] == [(None, "One"), ("One", None)]


def test_history_goes_with_its_macro(session: Session, asha: Writer) -> None:
    macro, other = (
        write(session, asha, "One"),
        save_macro(session, asha, name="O", language="en", text="x", shared=True),
    )
    delete_macro(session, macro, asha)
    macro.deleted_at = utc_now() - KEPT - timedelta(days=1)
    session.flush()
    delete_macro(session, other, asha)
    session.expire_all()
    assert session.scalars(select(MacroChange.macro_id).distinct()).all() == [other.id]
    assert session.scalar(select(func.count(Macro.id))) == 1


def test_what_somebody_wrote_for_themselves_stays_theirs_when_it_is_shared(session: Session, asha: Writer) -> None:
    macro = write(session, asha, "My own words", shared=False)
    write(session, asha, "My other words", macro, shared=False)
    assert told(session, macro) == [("My own words", "My other words"), (None, "My own words")]
    write(session, asha, "For everybody", macro, shared=True)
    write(session, asha, "For all", macro, shared=True)
    assert told(session, macro) == [("For everybody", "For all"), (None, "For everybody")]
    assert [one.was_shared for one in macro_history(session, macro)] == [False, True]
    hidden = session.scalars(select(MacroChange.id).order_by(MacroChange.id)).all()[:3]
    for change_id in hidden:
        with pytest.raises(NotFoundError):
            restore_version(session, macro, change_id, asha)


def test_shared_ones_are_taken_back_by_trainers_alone_and_sample_ones_are_nobodys(
    session: Session, asha: Writer, rep: Writer
) -> None:
    macro = write(session, Writer(0, trains=True), "One")
    assert macro_history(session, macro)[0].changed_by is None
    write(session, asha, "Two", macro)
    with pytest.raises(NotAllowedError):
        restore_version(session, macro, macro_history(session, macro)[0].id, rep)
    assert macro.text == "Two"
