"""How long what the machine was asked is kept, and that nobody overwrites what another window said."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.assist.asking_state import Asking
from kb.assist.asking_store import Talk, find_talk, keep_talk
from kb.assist.asking_turns import CustomerTurn, Reply, ReplyKind
from kb.core.errors import ConflictError
from kb.privacy.retention import KeepFor, delete_what_is_old
from kb.tables import AskedTalk, utc_now

ONE = Asking((CustomerTurn("refund"), Reply(ReplyKind.NOTHING)))


def test_it_is_kept_as_long_as_searches(session: Session) -> None:
    old, new = (keep_talk(session, Talk(Asking()), ONE, language="en") for _ in range(2))
    row = session.scalars(select(AskedTalk).where(AskedTalk.public_id == old.public_id)).one()
    row.updated_at = utc_now() - timedelta(days=31)
    session.flush()
    assert delete_what_is_old(session, KeepFor(30, 0, 0, 0)) == {"asked_talks": 1}
    assert find_talk(session, old.public_id) is None
    assert find_talk(session, new.public_id) is not None


def test_who_has_seen_less_overwrites_nothing(session: Session) -> None:
    kept = keep_talk(session, Talk(Asking()), ONE, language="en")
    seen = find_talk(session, kept.public_id)
    assert seen
    keep_talk(session, seen, seen.asking.with_turns(CustomerTurn("and by card?")), language="en")
    with pytest.raises(ConflictError):
        keep_talk(session, seen, seen.asking.with_turns(CustomerTurn("something else")), language="en")
    newest = find_talk(session, kept.public_id)
    assert newest
    assert (newest.said, newest.asking.turns[-1]) == (3, CustomerTurn("and by card?"))
