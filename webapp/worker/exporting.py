"""Everything about one customer as a file, with the requests of theirs that still wait in files."""

from typing import IO

from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.privacy.person import Person, export_person
from webapp.worker.erasing import waiting_of


def export_everything(session: Session, settings: Settings, person: Person, file: IO[bytes]) -> dict[str, int]:
    """Returns how many rows of each table are in it."""
    waiting = [fields for _, fields in waiting_of(settings, person, None)]
    return export_person(session, person, file, waiting=waiting)
