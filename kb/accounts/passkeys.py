"""Passkeys (WebAuthn): a person's device signs a challenge of ours instead of telling a password.

What a device is asked and what it answers goes through the pages of `webapp`; here answers are checked and kept.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from kb.accounts.stored_text import hash_key
from kb.core.database import insert_new
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError
from kb.tables import Passkey, UsedChallenge, User, utc_now

# How long a challenge can be answered: a log-in page may stay open for a while before somebody turns to it.
VALID_FOR = timedelta(minutes=15)
_MOST_PASSKEYS, _LONGEST_NAME = 20, 100
# Answers of devices have some hundred bytes; with a certificate, for which we do not ask, some thousand.
_LONGEST_ANSWER = 20_000
_TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class RelyingParty:
    """The site as devices know it. id: the name of its host; origins: scheme, host and port of the pages that may ask."""

    id: str
    name: str
    origins: tuple[str, ...]


def creation_options(session: Session, user: User, party: RelyingParty, challenge: bytes) -> str:
    """What a browser is to ask a device for a new passkey of that person: JSON of PublicKeyCredentialCreationOptions."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    return options_to_json(
        generate_registration_options(
            rp_id=party.id,
            rp_name=party.name,
            user_id=_handle_of(user),
            user_name=user.email,
            user_display_name=user.name or user.email,
            challenge=challenge,
            timeout=_milliseconds(),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                # It is found without an address being typed, and the device asks for a finger, a face or its own code.
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(own_passkeys(session, user.id)),
        )
    )


def request_options(party: RelyingParty, challenge: bytes, passkeys: Sequence[Passkey] = ()) -> str:
    """What a browser is to ask a device of somebody who logs in: JSON of PublicKeyCredentialRequestOptions.

    passkeys: those that will do; none: whatever the device has for this site, which tells nobody who has which.
    """
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    return options_to_json(
        generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=_milliseconds(),
            allow_credentials=_descriptors(passkeys),
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
    )


def add_passkey(session: Session, user: User, party: RelyingParty, challenge: bytes, answer: str, name: str) -> Passkey:
    """Keep a new passkey. answer: JSON of the browser's PublicKeyCredential.

    Raises InvalidInputError (name; an answer to something else), ConflictError (known already, too many, no password here),
    NotAllowedError (the challenge was answered before).
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not all(character.isprintable() for character in name):
        raise InvalidInputError(
            "The name of a passkey has 1 to %(longest_name)s characters, all of which can be seen.",
            longest_name=_LONGEST_NAME,
        )
    if not user.password_hash:
        raise ConflictError("Whoever logs in by a provider has no passkeys here.")
    count = session.scalar(select(func.count()).select_from(Passkey).where(Passkey.user_id == user.id)) or 0
    if count >= _MOST_PASSKEYS:
        raise ConflictError(
            "There are %(most_passkeys)s passkeys already.",
            remedy="Remove those that nobody uses.",
            most_passkeys=_MOST_PASSKEYS,
        )
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_registration_credential_json

    sent = _check(answer, parse_registration_credential_json)
    verified = _check(
        answer,
        lambda _: verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        ),
    )
    use_challenge(session, challenge)
    row = {
        "user_id": user.id,
        "name": name,
        "credential_id": _base64url(verified.credential_id),
        "credential_hash": _hash_of(verified.credential_id),
        "public_key": verified.credential_public_key,
        "transports": [one.value for one in sent.response.transports or [] if one.value in _TRANSPORTS],
        "sign_count": verified.sign_count,
        "created_at": utc_now(),
    }
    number = insert_new(session, cast(Table, Passkey.__table__), row, key=["credential_hash"])
    if number is None:
        raise ConflictError("This passkey is known already.")
    return session.get_one(Passkey, number)


def authenticate_by_passkey(
    session: Session, party: RelyingParty, challenge: bytes, answer: str, *, user_id: int | None = None
) -> User:
    """The active person whose device answered the challenge. user_id: only this one will do.

    Raises NotAllowedError, in the same words whatever was wrong.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    try:
        sent = _check(answer, parse_authentication_credential_json)
        passkey = session.scalar(select(Passkey).where(Passkey.credential_hash == _hash_of(sent.raw_id)))
        user = None if passkey is None else session.get(User, passkey.user_id)
        if passkey is None or user is None or user_id not in {None, user.id} or not user.password_hash:
            raise _refused()
        if sent.response.user_handle not in {None, _handle_of(user)}:
            raise _refused()
        known, count_before = passkey, passkey.sign_count
        verified = _check(
            answer,
            lambda _: verify_authentication_response(
                credential=sent,
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=list(party.origins),
                credential_public_key=known.public_key,
                credential_current_sign_count=count_before,
                require_user_verification=True,
            ),
        )
    except InvalidInputError as error:
        raise _refused() from error
    use_challenge(session, challenge)
    # As with a password: whoever closes the account or removes the passkey meanwhile ends this log-in, too.
    now = utc_now()
    used = update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == count_before)
    is_there = session.execute(used.values(sign_count=verified.new_sign_count, last_used_at=now).returning(Passkey.id))
    if is_there.first() is None:
        raise _refused()
    open_account = update(User).where(User.id == user.id, User.active)
    if session.execute(open_account.values(last_login_at=now).returning(User.id)).first() is None:
        raise _refused()
    return user


def use_challenge(session: Session, challenge: bytes) -> None:
    """Note that a challenge was answered well. Raises NotAllowedError where that happened before: of two at once, one."""
    now, key = utc_now(), hashlib.sha256(challenge).hexdigest()
    # Older ones are refused by their age. Whoever checks that may be a little behind.
    session.execute(delete(UsedChallenge).where(UsedChallenge.used_at < now - 2 * VALID_FOR))
    row = {"key": key, "used_at": now}
    if insert_new(session, cast(Table, UsedChallenge.__table__), row, key=["key"]) is None:
        raise _refused()


def people_with_passkeys(session: Session) -> set[int]:
    return set(session.scalars(select(Passkey.user_id).distinct()))


def own_passkeys(session: Session, user_id: int) -> list[Passkey]:
    return list(session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def remove_passkey(session: Session, user_id: int, passkey_id: int) -> str | None:
    """Forget a passkey of a person; its name, or None where it is not theirs or gone already."""
    condition = (Passkey.id == passkey_id) & (Passkey.user_id == user_id)
    return session.scalar(delete(Passkey).where(condition).returning(Passkey.name))


def remove_passkeys(session: Session, user: User) -> int:
    """Forget all passkeys of a person; how many there were."""
    return len(session.scalars(delete(Passkey).where(Passkey.user_id == user.id).returning(Passkey.id)).all())


def _check(answer: str, read: Callable[[str], Answer]) -> Answer:
    """What `read` makes of an answer of a browser, which may be anything. Raises InvalidInputError."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn.helpers.exceptions import WebAuthnException

    broken = (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, LookupError)
    if len(answer) > _LONGEST_ANSWER:
        raise InvalidInputError("That is no answer of a passkey.")
    try:
        return read(answer)
    except (*broken, AttributeError, ArithmeticError, RecursionError) as error:
        raise InvalidInputError("That is no answer of a passkey, or one to something else.") from error


def _refused() -> NotAllowedError:
    return NotAllowedError("This passkey is not known here, or its answer is too old.")


def _handle_of(user: User) -> bytes:
    """By what devices tell people apart: no name, and the same for all passkeys of a person, of which each device keeps one."""
    return hashlib.sha256(f"passkeys of person {user.id} since {user.created_at.isoformat()}".encode()).digest()


def _descriptors(passkeys: Sequence[Passkey]) -> list[Any]:
    from webauthn.helpers import structs

    return [
        structs.PublicKeyCredentialDescriptor(
            id=base64.urlsafe_b64decode(passkey.credential_id + "=" * (-len(passkey.credential_id) % 4)),
            transports=[structs.AuthenticatorTransport(one) for one in passkey.transports] or None,
        )
        for passkey in passkeys
    ]


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _hash_of(credential_id: bytes) -> str:
    return hash_key(_base64url(credential_id))


def _milliseconds() -> int:
    return int(VALID_FOR.total_seconds() * 1000)
