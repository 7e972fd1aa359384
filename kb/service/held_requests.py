"""What customers send while the database takes nothing: kept in files until it does, then stored once.

A file holds what would have been stored, masked as that is, and is named by the random name of the request or answer, by which
the database knows whether it has it already: storing it again, or by two at once, changes nothing. Who dies between storing it
and deleting its file leaves that for the next, who finds it stored.
"""

import base64
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.durable import sync_folder
from kb.core.errors import KbError, NotFoundError
from kb.privacy.redaction import mask_secrets
from kb.service.consents import Ticked
from kb.service.contact import Receipt, answer_request, request_contact
from kb.service.conversations import get_conversation
from kb.service.sent_pictures import SentPicture
from kb.tables import Conversation

logger = logging.getLogger(__name__)

FOLDER = "held"
ENDING, BROKEN = ".json", ".broken"
# A locked database ends within minutes; what comes on top is refused, and its form comes back.
MOST_HELD, MOST_BYTES = 1000, 500 * 2**20
# Seconds after which a file that was never finished belongs to nobody any more; and days that one that cannot be read is kept.
_ABANDONED_AFTER, _BROKEN_KEPT_DAYS = 3600, 30

MakeLink = Callable[[str, Conversation], str]


class HeldFullError(KbError):
    """Nothing more can be kept: too much waits already, or the disk takes nothing."""


@dataclass(frozen=True)
class SentByCustomer:
    """A request, or with a conversation_id an answer in it. receipt: the text of its mail, "" for none; page: what the token of
    the link in it is added to; ticked: the words by which they let their visit go along."""

    external_id: str
    message: str
    sent_at: datetime
    language: str = ""
    name: str = ""
    contact: str = ""
    order_number: str = ""
    visit: str | None = None
    asked_in: str | None = None
    conversation_id: int | None = None
    receipt: str = ""
    page: str = ""
    ticked: str = ""
    pictures: Sequence[SentPicture] = field(default=(), repr=False)


def store_sent(session: Session, sent: SentByCustomer, make_link: MakeLink, *, region: str) -> Conversation:
    """Into the database, once; the caller commits. Raises NotFoundError where the conversation of an answer is gone."""
    if sent.conversation_id is not None:
        conversation = get_conversation(session, sent.conversation_id)
        answer_request(
            session,
            conversation,
            sent.message,
            external_id=sent.external_id,
            pictures=sent.pictures,
            region=region,
            sent_at=sent.sent_at,
        )
        return conversation
    receipt = Receipt(sent.receipt, lambda conversation: make_link(sent.page, conversation)) if sent.receipt else None
    return request_contact(
        session,
        name=sent.name,
        contact=sent.contact,
        message=sent.message,
        language=sent.language,
        visit=sent.visit,
        region=region,
        external_id=sent.external_id,
        order_number=sent.order_number,
        pictures=sent.pictures,
        asked_in=sent.asked_in,
        receipt=receipt,
        ticked=Ticked(sent.ticked, sent.language) if sent.ticked else None,
        sent_at=sent.sent_at,
    )


def hold(home: Path, sent: SentByCustomer, *, region: str) -> None:
    """Keep it on disk, readable by nobody else, and safe when this returns. Raises HeldFullError.

    What unlocks or pays something is masked first, as in the database.
    """
    folder = home / FOLDER
    content = json.dumps(_to_json(sent, region)).encode()
    scratch = folder / f".{os.getpid()}.{time.time_ns()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_room(folder, len(content))
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(folder / f"{sent.external_id}{ENDING}")
        sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise HeldFullError(f"Nothing can be kept in {folder}: {error.strerror}.") from error


def has_held(home: Path) -> bool:
    """Whether anything waits: looks at the folder alone."""
    return any(name.endswith(ENDING) for name in _names(home / FOLDER))


def count_held(home: Path) -> tuple[int, int]:
    """How many wait, and how many were put aside since they could not be read or stored."""
    names = _names(home / FOLDER)
    return sum(name.endswith(ENDING) for name in names), sum(name.endswith(BROKEN) for name in names)


def held_of(home: Path, is_theirs: Callable[[Mapping[str, Any]], bool]) -> list[tuple[Path, Mapping[str, Any]]]:
    """What waits and is somebody's, also what cannot be read: of that, its text as `message`."""
    found: list[tuple[Path, Mapping[str, Any]]] = []
    for name in _names(home / FOLDER):
        path = home / FOLDER / name
        try:
            text = path.read_text("utf-8", errors="replace")
        except OSError:  # another worker has stored it
            continue
        try:
            fields = json.loads(text)
        except ValueError:
            fields = {"message": text}
        if isinstance(fields, dict) and is_theirs(fields):
            found.append((path, fields))
    return found


def store_held(
    engine: Engine,
    home: Path,
    make_link: MakeLink,
    *,
    region: str,
    checkpoint: Callable[[], None] | None = None,
) -> dict[str, int]:
    """Store all that waits, the oldest first; returns how many of what: stored, gone (their conversation was erased), broken.

    make_link: the address of a request's page, from the `page` that stands with it. checkpoint: called before each; it may raise.
    Where the database takes nothing yet, the rest stays.
    """
    folder = home / FOLDER
    counts: Counter[str] = Counter()
    for path in _oldest_first(folder):
        if checkpoint:
            checkpoint()
        sent = _read(path)
        if sent is None:
            counts["broken"] += 1
            continue
        try:
            with session_scope(engine) as session:
                store_sent(session, sent, make_link, region=region)
        except OperationalError:
            break
        except NotFoundError:
            counts["gone"] += 1
        except Exception:  # those behind it must not wait for one that can never be stored
            logger.exception("What a customer sent cannot be stored: %s", path)
            counts["broken"] += 1
            path.replace(path.with_suffix(BROKEN))
            continue
        else:
            counts["stored"] += 1
        path.unlink(missing_ok=True)
    _clear_away(folder)
    return dict(counts)


def _to_json(sent: SentByCustomer, region: str) -> dict[str, Any]:
    fields = asdict(sent)
    fields["sent_at"] = sent.sent_at.isoformat()
    for name in ("message", "name"):
        fields[name] = mask_secrets(fields[name], region=region)
    fields["pictures"] = [
        {"name": one.name, "content": base64.b64encode(one.content).decode()} for one in sent.pictures
    ]
    return fields


def _read(path: Path) -> SentByCustomer | None:
    """None where another worker has had it already, or it cannot be read: then it is put aside, and the log says so."""
    try:
        fields = json.loads(path.read_bytes())
        pictures = [SentPicture(one["name"], base64.b64decode(one["content"])) for one in fields["pictures"]]
        return SentByCustomer(**{**fields, "sent_at": datetime.fromisoformat(fields["sent_at"]), "pictures": pictures})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        logger.exception("What a customer sent cannot be read: %s", path)
        path.replace(path.with_suffix(BROKEN))
        return None


def _check_room(folder: Path, more: int) -> None:
    sizes = [entry.stat().st_size for entry in os.scandir(folder)]
    if len(sizes) >= MOST_HELD or sum(sizes) + more > MOST_BYTES:
        raise HeldFullError(f"{len(sizes)} requests wait in {folder} already.")


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _oldest_first(folder: Path) -> list[Path]:
    found = []
    for name in _names(folder):
        if name.endswith(ENDING):
            path = folder / name
            try:
                found.append((path.stat().st_mtime_ns, path))
            except OSError:  # another worker has stored it
                continue
    return [path for _, path in sorted(found)]


def _clear_away(folder: Path) -> None:
    now = utc_now().timestamp()
    for name in _names(folder):
        kept = _BROKEN_KEPT_DAYS * 86_400 if name.endswith(BROKEN) else _ABANDONED_AFTER
        path = folder / name
        try:
            if not name.endswith(ENDING) and now - path.stat().st_mtime > kept:
                path.unlink()
        except OSError:
            continue
