"""Put misses that ask for the same into one gap.

A miss joins the gap to whose members it is most alike on average, if that is alike enough; else it opens a new gap. Vectors of
sentence encoders all point into one general direction; what that direction is for questions to a support desk is taken from
a short list of everyday questions and removed before comparing, which makes one threshold serve all languages.
This is quick, and knows only what came before; `kb.insight.gaps.regrouping` looks at all of them together now and then.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.insight.gaps.editing import change_state
from kb.insight.gaps.regrouping import refresh_gaps
from kb.insight.gaps.titles import shorten_question
from kb.search.encoding import Encoder, Vectors
from kb.tables import Gap, GapState, Miss

ALIKE_FROM = 0.45


@dataclass(frozen=True)
class FoundMiss:
    """A search that counts as a miss, and why."""

    event_id: int
    query: str
    language: str
    asked_at: datetime
    cause: str


class Grouper:
    """The gaps in memory while misses are added to them."""

    def __init__(self, session: Session, encoder: Encoder) -> None:
        self._session = session
        self._fingerprint = encoder.fingerprint
        self._centre = centre_of(encoder)
        counts = select(Miss.gap_id, func.count().label("members")).group_by(Miss.gap_id).subquery()
        rows = session.execute(
            select(Gap, func.coalesce(counts.c.members, 1))
            .outerjoin(counts, counts.c.gap_id == Gap.id)
            .where(Gap.fingerprint == encoder.fingerprint)
            .order_by(Gap.id)
        ).all()
        self._gaps = [gap for gap, _ in rows]
        self._counts = [count for _, count in rows]
        # A sum divided by its count, not normalised: its product with a vector is the average cosine to the members.
        self._means = np.zeros((max(2 * len(rows), 64), encoder.dimensions), np.float32)
        for row, gap in enumerate(self._gaps):
            self._means[row] = np.frombuffer(gap.centroid, "<f4")
        self._touched: set[int] = set()

    def add(self, miss: FoundMiss, vector: Vectors) -> None:
        """Put one miss into its gap. A closed gap that is missed again is open again; a dismissed one stays so."""
        centred = vector - self._centre
        centred = (centred / max(float(np.linalg.norm(centred)), 1e-9)).astype(np.float32)
        row = self._nearest(centred)
        if row is None:
            row = self._open_gap(miss, centred)
        else:
            count = self._counts[row]
            self._means[row] += (centred - self._means[row]) / (count + 1)
            self._counts[row] = count + 1
        gap = self._gaps[row]
        if gap.state == GapState.CLOSED:
            change_state(self._session, gap.id, GapState.OPEN, user_id=None)
        self._touched.add(row)
        self._session.add(
            Miss(
                event_id=miss.event_id,
                gap=gap,
                cause=miss.cause,
                language=miss.language,
                vector=centred.tobytes(),
                created_at=miss.asked_at,
            )
        )

    def finish(self) -> None:
        """Store the middles of the gaps that grew, and name each after a question near to its middle."""
        self._session.flush()
        refresh_gaps(self._session, {self._gaps[row].id for row in self._touched})
        self._touched.clear()

    def _open_gap(self, miss: FoundMiss, centred: Vectors) -> int:
        row = len(self._gaps)
        if row == len(self._means):
            self._means = np.concatenate([self._means, np.zeros_like(self._means)])
        gap = Gap(label=shorten_question(miss.query), centroid=centred.tobytes(), fingerprint=self._fingerprint)
        self._session.add(gap)
        self._gaps.append(gap)
        self._counts.append(1)
        self._means[row] = centred
        return row

    def _nearest(self, centred: Vectors) -> int | None:
        if not self._gaps:
            return None
        similarity = self._means[: len(self._gaps)] @ centred
        best = int(similarity.argmax())
        return best if similarity[best] >= ALIKE_FROM else None


_centres: dict[str, Vectors] = {}


def centre_of(encoder: Encoder) -> Vectors:
    """The mean of everyday questions, encoded once per process."""
    if encoder.fingerprint not in _centres:
        lines = (Path(__file__).parent / "reference_questions.txt").read_text("utf-8").splitlines()
        _centres[encoder.fingerprint] = encoder.encode_queries([line for line in lines if line]).mean(axis=0)
    return _centres[encoder.fingerprint]
