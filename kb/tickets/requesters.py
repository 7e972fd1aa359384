"""Keyed hashes of requesters: the tickets of one person can be joined without storing who it is."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Collection
from pathlib import Path

import phonenumbers

from kb.core.errors import ConfigurationError
from kb.core.home import make_home

_FILE = "requester_key"
_LENGTH = 32


def load_requester_key(home: Path, secret_key: str = "") -> bytes:
    """The key in `home/requester_key`, made at the first call, readable by its owner only. Raises ConfigurationError.

    secret_key: KB_SECRET_KEY, where it is set: machines with homes of their own make the same key of it, or the tickets of one
    person would be several people's, and not all of them found where that person asks to be erased.
    """
    path = home / _FILE
    try:
        make_home(home)
        if not path.exists():
            _create(path, secret_key)
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{path}, the key for hashes of requesters, cannot be used: {error}.",
            remedy="Restore it from a backup; or delete it, then histories before and after are no longer joined.",
        ) from error
    if len(key) != _LENGTH:
        raise ConfigurationError(
            f"{path} does not hold a key of {_LENGTH} bytes.", remedy="Restore it from a backup, or delete it."
        )
    return key


def _create(path: Path, secret_key: str) -> None:
    """Write whole or not at all: of two processes that start at once, one key wins."""
    own = secrets.token_hex(_LENGTH)
    key = hmac.new(secret_key.encode(), b"requesters of tickets", hashlib.sha256).hexdigest() if secret_key else own
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(key + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def hashes_of_requester(key: bytes, identifiers: Collection[str]) -> frozenset[str]:
    """All under which somebody's tickets may be kept: a number in E.164 also as help desks write it."""
    written = set(identifiers)
    for one in identifiers:
        try:
            number = phonenumbers.parse(one)
        except phonenumbers.NumberParseException:
            continue
        formats = vars(phonenumbers.PhoneNumberFormat).values()
        written |= {phonenumbers.format_number(number, way) for way in formats if isinstance(way, int)}
        national = phonenumbers.national_significant_number(number)
        written |= {national, f"0{national}", f"{number.country_code}{national}"}
    return frozenset(found for one in written if (found := hash_requester(key, one)) is not None)


def hash_requester(key: bytes, requester: str) -> str | None:
    """64 hex digits; None for an unknown requester. The same e-mail in any case gives the same hash."""
    normal = " ".join(requester.casefold().split())
    return hmac.new(key, normal.encode(), hashlib.sha256).hexdigest() if normal else None
