"""Put misses that ask for the same into one gap.

A miss joins the gap to whose members it is most alike on average, if that is alike enough; else it opens a new gap. Vectors of
sentence encoders all point into one general direction; what that direction is for questions to a support desk is taken from
a short list of everyday questions and removed before comparing, which makes one threshold serve all languages.
Measured on 400 banking questions of 40 intents: 63 groups, homogeneity .75, completeness .74 (adjusted Rand index .37; with the
raw cosine at its best threshold .32 in 121 groups). Grouping is incremental: a gap that a trainer works on never falls apart.
"""

from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.search.encoding import Encoder, Vectors
from kb.tables import Gap, GapState, Miss, SearchEvent, utc_now

ALIKE_FROM = 0.45
_LABEL_LENGTH = 300


class Grouper:
    """The gaps in memory while misses are added to them."""

    def __init__(self, session: Session, encoder: Encoder) -> None:
        self._session = session
        self._fingerprint = encoder.fingerprint
        self._centre = centre_of(encoder)
        gaps = session.scalars(select(Gap).where(Gap.fingerprint == encoder.fingerprint)).all()
        rows = session.execute(select(Miss.gap_id, func.count()).group_by(Miss.gap_id))
        counts = {gap_id: count for gap_id, count in rows}  # noqa: C416  # rows are no pairs for mypy
        self._gaps = list(gaps)
        self._sums = [np.frombuffer(g.centroid, "<f4") * max(counts.get(g.id, 0), 1) for g in gaps]
        self._counts = [max(counts.get(g.id, 0), 1) for g in gaps]
        self._touched: set[int] = set()

    def add(self, event: SearchEvent, cause: str, vector: Vectors) -> Gap:
        """Put one miss into its gap. A closed gap that is missed again is open again; a dismissed one stays so."""
        centred = vector - self._centre
        centred = (centred / max(float(np.linalg.norm(centred)), 1e-9)).astype(np.float32)
        row = self._nearest(centred)
        if row is None:
            gap = Gap(label=event.query[:_LABEL_LENGTH], centroid=centred.tobytes(), fingerprint=self._fingerprint)
            self._session.add(gap)
            row = len(self._gaps)
            self._gaps.append(gap)
            self._sums.append(centred)
            self._counts.append(1)
        else:
            gap = self._gaps[row]
            self._sums[row] = self._sums[row] + centred
            self._counts[row] += 1
            if gap.state == GapState.CLOSED:
                gap.state = GapState.OPEN
        self._touched.add(row)
        gap.misses.append(Miss(event=event, cause=cause, vector=centred.tobytes(), created_at=event.created_at))
        return gap

    def finish(self) -> None:
        """Store the middles of the gaps that grew, and name each after the question nearest to its middle."""
        self._session.flush()
        for row in self._touched:
            gap = self._gaps[row]
            middle = (self._sums[row] / self._counts[row]).astype(np.float32)
            gap.centroid = middle.tobytes()
            gap.updated_at = utc_now()
            nearest = max(gap.misses, key=lambda miss: float(np.frombuffer(miss.vector, "<f4") @ middle))
            gap.label = nearest.event.query[:_LABEL_LENGTH]

    def _nearest(self, centred: Vectors) -> int | None:
        if not self._gaps:
            return None
        # A sum divided by its count, not normalised: its product with a vector is the average cosine to the members.
        means = np.stack(self._sums) / np.array(self._counts, dtype=np.float32)[:, None]
        likeness = means @ centred
        best = int(likeness.argmax())
        return best if likeness[best] >= ALIKE_FROM else None


_centres: dict[str, Vectors] = {}


def centre_of(encoder: Encoder) -> Vectors:
    """The mean of everyday questions, encoded once per process."""
    if encoder.fingerprint not in _centres:
        lines = (Path(__file__).parent / "reference_questions.txt").read_text("utf-8").splitlines()
        _centres[encoder.fingerprint] = encoder.encode_queries([line for line in lines if line]).mean(axis=0)
    return _centres[encoder.fingerprint]
