"""Exports of tickets that were sent, from their arrival until they are imported.

They are in the database, where the worker of every machine finds them. Nothing in them is redacted yet: each block is compressed
and sealed with the server's key, so that no copy of the database shows what they say.
"""

import os
import secrets
import zlib
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.core.errors import ConflictError, NotFoundError
from kb.core.sealing import Seal
from kb.tables import UploadPart

# Bytes of the file in one row.
PART_BYTES = 2**20


class Uploads:
    """key: the server's secret, the same on all machines."""

    def __init__(self, session: Session, key: str) -> None:
        self._session, self._seal = session, Seal(key)

    def keep(self, file: IO[bytes], checkpoint: Callable[[], None]) -> str:
        """Its name; of an empty one nothing is kept. checkpoint commits, after each block: whoever else writes need not wait."""
        name, number = secrets.token_hex(16), 0
        while block := file.read(PART_BYTES):
            sealed = self._seal.close_bytes(zlib.compress(block, level=1))
            self._session.add(UploadPart(upload=name, number=number, sealed=sealed))
            checkpoint()
            number += 1
        return name

    def parts(self, name: str) -> Iterator[bytes]:
        """Raises NotFoundError, or ConflictError where it was sealed with another key."""
        number = 0
        while True:
            part = select(UploadPart.sealed).where(UploadPart.upload == name, UploadPart.number == number)
            sealed = self._session.scalar(part)
            if sealed is None:
                if not number:
                    raise NotFoundError("The uploaded file is not there any more.", remedy="Upload it again.")
                return
            content = self._seal.open_bytes(sealed)
            if content is None:
                raise ConflictError(
                    "The uploaded file cannot be read: KB_SECRET_KEY is another one than when it was sent.",
                    remedy="Set the same KB_SECRET_KEY on all machines, or upload the file again.",
                )
            yield zlib.decompress(content)
            number += 1

    def copy_to(self, name: str, path: Path, longest: int | None = None) -> bool:
        """Write it into a file that its owner alone can read; of a longer one the first `longest` bytes. Whether that is all.

        Raises what `parts` raises, and OSError.
        """
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in self.parts(name):
                if longest is not None and file.tell() + len(part) > longest:
                    file.write(part[: longest - file.tell()])
                    return False
                file.write(part)
        return True

    def names(self, older_than: datetime | None = None) -> set[str]:
        asked = select(UploadPart.upload).distinct()
        if older_than is not None:
            asked = asked.where(UploadPart.created_at < older_than)
        return set(self._session.scalars(asked))

    def forget(self, names: Collection[str]) -> None:
        self._session.execute(delete(UploadPart).where(UploadPart.upload.in_(names)))
