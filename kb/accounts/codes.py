"""Codes by time, as an app on the telephone makes them (RFC 6238), and the codes that let somebody in who has lost it."""

import hmac
import secrets
import unicodedata
from datetime import datetime
from typing import cast

import pyotp
from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from kb.accounts.sessions import end_sessions, note_second_step
from kb.accounts.stored_text import hash_key
from kb.core.database import upsert
from kb.core.errors import ConflictError, NotAllowedError
from kb.core.sealing import Seal
from kb.tables import CodeSecret, RecoveryCode, User, utc_now

RECOVERY_CODES = 10
# 31 characters none of which looks like another; 16 of them are 79 bits.
_CHARACTERS, _LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 16
_DIGITS = 6
# A clock may be half a minute off, and somebody needs time to type.
_STEPS = (0, -1, 1)
# Nothing longer than this is a code of any kind.
_LONGEST = 100


def begin_setup(session: Session, user: User, seal: Seal) -> None:
    """Make a secret for an app. The one until now stays good until a code of the new one was typed."""
    row = {"user_id": user.id, "new_secret": seal.close(pyotp.random_base32())}
    # Pressed twice, the second secret is the one that the page shows.
    upsert(session, cast(Table, CodeSecret.__table__), row, key=("user_id",), change=("new_secret",))
    session.expire_all()


def secret_to_set_up(session: Session, user_id: int, seal: Seal) -> str:
    """In letters and digits, for the app; "" where nothing is being set up."""
    row = session.get(CodeSecret, user_id)
    return (seal.open(row.new_secret) or "") if row is not None and row.new_secret else ""


def address_for_app(secret: str, *, email: str, site: str) -> str:
    """What the picture says that an app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def turn_on(
    session: Session, user: User, typed: str, seal: Seal, *, session_id: int | None, now: datetime | None = None
) -> list[str]:
    """The app shows codes of the new secret: from now on they are asked for. Returns recovery codes, which are kept nowhere.

    All other sessions end. Raises ConflictError where nothing is being set up, NotAllowedError for a wrong code.
    """
    now = now or utc_now()
    row = session.get(CodeSecret, user.id)
    secret = secret_to_set_up(session, user.id, seal)
    if row is None or not secret:
        raise ConflictError("Nothing is being set up.")
    step = _step_of(secret, typed, now)
    if step is None:
        raise NotAllowedError("The code is wrong.")
    row.secret, row.new_secret, row.last_step, row.since = row.new_secret, "", step, now
    end_sessions(session, user, but=session_id)
    if session_id is not None:
        note_second_step(session, session_id)
    return make_recovery_codes(session, user)


def turn_off(session: Session, user: User) -> bool:
    """No more codes are asked for; False where none were."""
    was_on = codes_since(session, user.id) is not None
    session.execute(delete(CodeSecret).where(CodeSecret.user_id == user.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    return was_on


def codes_since(session: Session, user_id: int) -> datetime | None:
    """Since when codes are asked for; None where they are not."""
    return session.scalar(select(CodeSecret.since).where(CodeSecret.user_id == user_id, CodeSecret.secret != ""))


def people_with_codes(session: Session) -> set[int]:
    """The numbers of those who are asked for codes. One statement."""
    return set(session.scalars(select(CodeSecret.user_id).where(CodeSecret.secret != "")))


def use_code(session: Session, user_id: int, typed: str, seal: Seal, *, now: datetime | None = None) -> bool:
    """Whether it is a code of this half minute, the last or the next, in digits of any script. It counts once."""
    row = session.scalars(
        select(CodeSecret).where(CodeSecret.user_id == user_id, CodeSecret.secret != "")
    ).one_or_none()
    secret = seal.open(row.secret) if row is not None else None
    step = _step_of(secret, typed, now or utc_now()) if secret else None
    if row is None or step is None:
        return False
    is_fresh = (
        update(CodeSecret)
        .where(CodeSecret.user_id == user_id, CodeSecret.secret == row.secret, CodeSecret.last_step < step)
        .values(last_step=step)
        .returning(CodeSecret.user_id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(is_fresh).first() is not None


def make_recovery_codes(session: Session, user: User) -> list[str]:
    """New ones instead of those until now; returned this once."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(_CHARACTERS) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_key(code)) for code in codes)
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, _LENGTH, 4)) for code in codes]


def use_recovery_code(session: Session, user_id: int, typed: str) -> bool:
    """Whether it is one of the person's that was not used yet, however it is grouped and written. It is gone then."""
    code = "".join(character for character in typed[:_LONGEST].casefold() if character.isalnum())
    used = (
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == hash_key(code))
        .returning(RecoveryCode.id)
    )
    return session.execute(used).first() is not None


def recovery_codes_left(session: Session, user_id: int) -> int:
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)) or 0


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The half minute whose code it is, the nearest first; None for what is no code, or another."""
    code = _digits_of(typed)
    if code is None:
        return None
    app = pyotp.TOTP(secret, digits=_DIGITS)
    here = app.timecode(now)
    for step in _STEPS:
        if hmac.compare_digest(app.generate_otp(here + step), code):
            return here + step
    return None


def _digits_of(typed: str) -> str | None:
    """Six digits as 0 to 9, whatever script they are typed in, with spaces or hyphens between them."""
    digits = [unicodedata.decimal(one, None) for one in typed[:_LONGEST] if not one.isspace() and one != "-"]
    if len(digits) != _DIGITS or None in digits:
        return None
    return "".join(str(digit) for digit in digits)
