"""The hours of service that hold: those that somebody has set in the studio, else those of the settings. The caller commits."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kb.core.errors import ConfigurationError, ConflictError, InvalidInputError
from kb.service.hours import ServiceHours, parse_hours
from kb.tables import ServiceHoursChange

MOST_SHOWN = 30


def check_setting(text: str, zone: ZoneInfo) -> None:
    """Raises ConfigurationError for KB_SERVICE_HOURS that cannot be read."""
    try:
        parse_hours(text, zone)
    except InvalidInputError as error:
        raise ConfigurationError(f"KB_SERVICE_HOURS: {error.message}", remedy=error.remedy) from error


def service_hours(session: Session, default: str, zone: ZoneInfo) -> ServiceHours:
    """One statement. default: KB_SERVICE_HOURS."""
    return parse_hours(hours_text(session, default), zone)


def hours_text(session: Session, default: str) -> str:
    found = session.scalars(select(ServiceHoursChange.text).order_by(ServiceHoursChange.id.desc()).limit(1)).first()
    return found or default


def hours_history(session: Session) -> Sequence[ServiceHoursChange]:
    """The newest first, with who it was: one statement."""
    return session.scalars(
        select(ServiceHoursChange)
        .options(joinedload(ServiceHoursChange.changed_by))
        .order_by(ServiceHoursChange.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def change_hours(session: Session, text: str, zone: ZoneInfo, user_id: int, *, seen_change: int, default: str) -> bool:
    """Returns whether anything was changed; "" goes back to the settings.

    seen_change: number of the newest change that the person had before them, 0 for none. Raises InvalidInputError for hours
    that cannot be read, ConflictError where somebody else has changed them meanwhile.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if text:
        parse_hours(text, zone)
    newest = session.scalars(select(ServiceHoursChange.id).order_by(ServiceHoursChange.id.desc()).limit(1)).first()
    if (newest or 0) != seen_change:
        raise ConflictError("A colleague has changed the hours meanwhile.", remedy="Look at theirs, then change them.")
    if (text or default) == hours_text(session, default):
        return False
    session.add(ServiceHoursChange(text=text, changed_by_id=user_id))
    session.flush()
    return True
