"""The confidence of this installation's own: a correction of the calibration it was fitted beside, stored by a job.

All processes use the same row, so that the same query has the same confidence in each of them. It is worth something only beside
the calibration, the signals and the encoder that it was fitted with: beside others it is ignored, and the job fits another.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from kb.core.errors import ConflictError
from kb.search.confidence import FEATURES, Calibration
from kb.tables import CalibrationState, OwnCalibration, utc_now

logger = logging.getLogger(__name__)


class CalibrationSource(Protocol):
    """Something that gives the calibration that is used now."""

    def current(self) -> Calibration: ...


def digest_of(calibration: Calibration) -> str:
    """Names the weights whatever share of answerable searches they are shifted to: signals, weights, bias."""
    bias = calibration.bias
    if (share := calibration.answerable_share) is not None:
        bias -= math.log(share / (1 - share))
    numbers = [f"{name}={calibration.weights[name]:.9g}" for name in FEATURES]
    return sha256(" ".join((*numbers, f"bias={bias:.6f}")).encode()).hexdigest()


def used_calibration(session: Session, base: Calibration, fingerprint: str) -> tuple[int, Calibration]:
    """(its number, the calibration to use): the installation's own where one is in use that fits `base`; else 0 and `base`."""
    row = _in_use(session, fingerprint)
    if row is None:
        return 0, base
    own = apply_own(base, row)
    if own is None:
        logger.warning(
            "The own calibration %d was fitted beside another calibration or for other signals; it is ignored until a job has "
            "fitted a new one.",
            row.id,
        )
        return row.id, base
    return row.id, own


def used_number(fingerprint: str) -> Select[int]:
    """Asks for the number of the own calibration that is in use; nothing where none is."""
    statement = select(OwnCalibration.id).where(
        OwnCalibration.fingerprint == fingerprint, OwnCalibration.state == CalibrationState.IN_USE.value
    )
    return statement.order_by(OwnCalibration.id.desc()).limit(1)


def apply_own(base: Calibration, row: OwnCalibration) -> Calibration | None:
    """The calibration of the row, with the thresholds of `base` and for its share of answerable searches; None where it was
    fitted beside another one."""
    if row.base != digest_of(base) or row.weights.keys() != set(FEATURES):
        return None
    weights = {name: float(row.weights[name]) for name in FEATURES}
    own = replace(
        base, weights=weights, bias=row.bias, answerable_share=row.answerable_share, provenance=dict(row.provenance)
    )
    return own if base.answerable_share is None else own.with_answerable_share(base.answerable_share)


def store_own(
    session: Session,
    base: Calibration,
    fitted: Calibration,
    fingerprint: str,
    provenance: Mapping[str, Any],
    *,
    in_use: bool,
) -> OwnCalibration:
    """Store what a job has fitted. In use it takes the place of the one before; else it is kept to be told of, the last alone."""
    state = CalibrationState.IN_USE if in_use else CalibrationState.NO_BETTER
    of_encoder = OwnCalibration.fingerprint == fingerprint
    if in_use:
        retire_own(session, fingerprint)
    session.execute(delete(OwnCalibration).where(of_encoder, OwnCalibration.state == CalibrationState.NO_BETTER.value))
    row = OwnCalibration(
        fingerprint=fingerprint,
        base=digest_of(base),
        state=state.value,
        weights={name: float(fitted.weights[name]) for name in FEATURES},
        bias=float(fitted.bias),
        answerable_share=fitted.answerable_share,
        provenance=dict(provenance),
        created_at=utc_now(),
    )
    session.add(row)
    session.flush()
    return row


def retire_own(session: Session, fingerprint: str) -> None:
    """Use what is shipped, until a job fits another."""
    session.execute(
        update(OwnCalibration)
        .where(OwnCalibration.fingerprint == fingerprint, OwnCalibration.state == CalibrationState.IN_USE.value)
        .values(state=CalibrationState.REPLACED.value)
    )


def stop_using(session: Session, number: int) -> None:
    """Switch back to what is shipped; the job fits no other until `start_using`. Raises ConflictError where it is not in use."""
    _move(session, number, CalibrationState.IN_USE, CalibrationState.SWITCHED_OFF)


def start_using(session: Session, number: int) -> None:
    """Use it again. Raises ConflictError where it was not switched off by a person."""
    _move(session, number, CalibrationState.SWITCHED_OFF, CalibrationState.IN_USE)


def newest_calibrations(session: Session, fingerprint: str | None = None) -> list[OwnCalibration]:
    """The one in use or switched off, and the last that was fitted and not taken, as far as there are any. One statement."""
    told = (CalibrationState.IN_USE, CalibrationState.SWITCHED_OFF, CalibrationState.NO_BETTER)
    statement = select(OwnCalibration).where(OwnCalibration.state.in_([state.value for state in told]))
    if fingerprint is not None:
        statement = statement.where(OwnCalibration.fingerprint == fingerprint)
    return list(session.scalars(statement.order_by(OwnCalibration.id.desc())))


def is_switched_off(session: Session, fingerprint: str) -> bool:
    """Whether a person wants what is shipped."""
    statement = select(OwnCalibration.id).where(
        OwnCalibration.fingerprint == fingerprint, OwnCalibration.state == CalibrationState.SWITCHED_OFF.value
    )
    return session.execute(statement.limit(1)).first() is not None


def _in_use(session: Session, fingerprint: str) -> OwnCalibration | None:
    number = session.scalar(used_number(fingerprint)) or 0
    return session.get(OwnCalibration, number) if number else None


def _move(session: Session, number: int, before: CalibrationState, after: CalibrationState) -> None:
    moved = session.execute(
        update(OwnCalibration)
        .where(OwnCalibration.id == number, OwnCalibration.state == before.value)
        .values(state=after.value)
        .returning(OwnCalibration.id)
    ).first()
    if moved is None:
        raise ConflictError("Somebody else has switched it meanwhile.", remedy="Look at the page again.")
