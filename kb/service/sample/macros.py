"""The macros of the sample shop, from their file into the database. The caller commits."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.service.macros import Writer, save_macro
from kb.service.sample.files import LARGEST_FILE
from kb.tables import Macro


def has_macros(session: Session) -> bool:
    """Whether anybody has made one, deleted ones too."""
    return session.scalar(select(exists().where(Macro.id.is_not(None)))) or False


def store_sample_macros(session: Session, path: Path) -> int:
    """Bring them in as shared ones; returns how many texts there are. Raises InvalidInputError for a file that is none."""
    if path.stat().st_size > LARGEST_FILE:
        raise InvalidInputError(f"{path} is too large.")
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    writer, stored = Writer(0, trains=True), 0
    for entry in entries:
        for language, text in entry.items():
            if language != "name":
                save_macro(session, writer, name=entry["name"], language=language, text=text, shared=True)
                stored += 1
    return stored
