"""Files of messages: what they are is read from their content, and nothing that a computer would run is taken."""

import io
import unicodedata
import warnings
from collections.abc import Sequence

from PIL import Image
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError, NotFoundError
from kb.tables import Attachment, Conversation

MOST_FILES = 10
LONGEST_NAME = 200
# What browsers show by themselves, and nothing in it can act.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
ANYTHING = "application/octet-stream"
_MOST_PIXELS = 100_000_000
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
# Beginnings of files, longer ones first.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"RIFF", "audio/wav"),
    (b"#!AMR", "audio/amr"),
)
# By their name, inside what is a zip: letters, tables and slides.
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"L\0\0\0\x01\x14\x02\0"),
    *(b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
)
_PROGRAM_ENDINGS = frozenset(
    (
        *(
            "apk",
            "app",
            "bat",
            "cmd",
            "com",
            "cpl",
            "dll",
            "dmg",
            "exe",
            "hta",
            "iso",
            "jar",
            "js",
            "jse",
            "lnk",
            "msc",
        ),
        *("msi", "msp", "pif", "ps1", "psm1", "reg", "scr", "sh", "vb", "vbe", "vbs", "wsf", "wsh"),
    )
)


class TooManyFilesError(InvalidInputError):
    """There are MOST_FILES beside this draft already."""


class FileTooLargeError(InvalidInputError):
    """Larger than an attachment may be."""


class FileRefusedError(InvalidInputError):
    """A program, or nothing at all."""


def clean_file_name(name: str) -> str:
    """The last part of a path, without what cannot be seen or stored."""
    name = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(" " if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else one for one in name)
    shown = " ".join(shown.split()).strip(". ")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        kept = dot + ending if dot and len(ending) <= 10 else ""
        shown = (stem if kept else shown)[: LONGEST_NAME - len(kept)] + kept
    return shown or "file"


def content_type_of(name: str, data: bytes) -> str:
    """By its content; the name only tells letters and tables from other zips. ANYTHING where it is not known."""
    picture = _picture_type(data)
    if picture:
        return picture
    if data[4:8] == b"ftyp":
        return "video/mp4"
    found = next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), "")
    if found == "application/zip":
        return _OFFICE.get(name.rpartition(".")[2].lower(), found)
    if found and not (found == "audio/wav" and data[8:12] != b"WAVE"):
        return found
    return "text/plain" if _is_text(data) else ANYTHING


def _picture_type(data: bytes) -> str:
    """ "" for what is no picture, is damaged at its head, or is larger than any screen."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as image:
                width, height = image.size
                return _FORMATS[image.format or ""] if width * height <= _MOST_PIXELS else ""
    except Exception:  # noqa: BLE001  a damaged picture fails in any way
        return ""


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(data) > len(head)  # cut within a character
    return True


def add_file(
    session: Session,
    conversation: Conversation,
    name: str,
    data: bytes,
    *,
    user_id: int | None,
    message_id: int | None = None,
    largest: int,
) -> Attachment:
    """A file beside a draft of `user_id`, or of a message. largest: bytes.

    Raises TooManyFilesError, FileTooLargeError, and FileRefusedError for an empty one and for programs.
    """
    name = clean_file_name(name)
    if len(data) > largest:
        raise FileTooLargeError(
            "%(name)s has %(size)s MB; %(allowed)s MB are allowed.",
            name=name,
            size=f"{len(data) / 2**20:.1f}",
            allowed=largest // 2**20,
        )
    if not data:
        raise FileRefusedError("%(name)s is empty.", name=name)
    if data.startswith(_PROGRAMS) or name.rpartition(".")[2].lower() in _PROGRAM_ENDINGS:
        raise FileRefusedError("%(name)s is a program, and programs are not taken.", name=name)
    beside = Attachment.message_id == message_id if message_id is not None else _beside_draft(conversation.id, user_id)
    if (session.scalar(select(func.count(Attachment.id)).where(beside)) or 0) >= MOST_FILES:
        raise TooManyFilesError("%(most_files)s files are the most that one message can have.", most_files=MOST_FILES)
    attachment = Attachment(
        conversation_id=conversation.id,
        message_id=message_id,
        user_id=user_id,
        name=name,
        content_type=content_type_of(name, data),
        size=len(data),
        content=data,
    )
    session.add(attachment)
    session.flush()
    return attachment


def _beside_draft(conversation_id: int, user_id: int | None) -> ColumnElement[bool]:
    return (
        (Attachment.conversation_id == conversation_id)
        & (Attachment.user_id == user_id)
        & Attachment.message_id.is_(None)
    )


def files_beside_draft(session: Session, conversation_id: int, user_id: int) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment).where(_beside_draft(conversation_id, user_id)).order_by(Attachment.id)
    ).all()


def remove_file(session: Session, conversation_id: int, file_id: int, user_id: int) -> None:
    """One that lies beside this person's draft. Raises NotFoundError."""
    found = session.scalars(
        select(Attachment).where(_beside_draft(conversation_id, user_id), Attachment.id == file_id)
    ).first()
    if found is None:
        raise NotFoundError("There is no such file.")
    session.delete(found)
    session.flush()


def send_files(session: Session, conversation_id: int, user_id: int, message_id: int) -> None:
    """What lies beside the draft goes with the message."""
    session.execute(update(Attachment).where(_beside_draft(conversation_id, user_id)).values(message_id=message_id))


def take_files_back(session: Session, message_id: int) -> None:
    """Files of a message that was withdrawn lie beside the draft again."""
    session.execute(update(Attachment).where(Attachment.message_id == message_id).values(message_id=None))
