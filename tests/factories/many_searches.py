"""A year of searches with their gaps, made by a few statements."""

from datetime import timedelta

import numpy as np
from sqlalchemy import Engine, insert

from kb.tables import Gap, GapState, Miss, SearchEvent, utc_now

LANGUAGES = ("en", "en", "en", "hi", "bn", "hi-Latn")
CAUSES = ("no_answer", "no_answer", "voted_down", "asked_person")


def add_searches_with_gaps(engine: Engine, events: int, misses: int, gaps: int, largest: int, fingerprint: str) -> None:
    """`misses` of the `events` are in `gaps` open gaps, of which the first has `largest` and the others ever fewer."""
    now = utc_now()
    shares = 1 / np.arange(1, gaps + 1) ** 0.8
    sizes = np.maximum(1, np.minimum(largest, shares / shares.sum() * misses)).astype(int)
    sizes[0] = largest
    of_gap = np.repeat(np.arange(1, gaps + 1), sizes)[:misses]
    vector = np.ones(64, "<f4").tobytes()
    with engine.begin() as connection:
        connection.execute(
            insert(SearchEvent),
            [
                {
                    "id": number,
                    "public_id": f"e{number}",
                    "place": "help",
                    "audience": "customer",
                    "query": f"question {number % 9} about thing {of_gap[number - 1] if number <= len(of_gap) else 0}",
                    "language": LANGUAGES[number % len(LANGUAGES)],
                    "outcome": "none" if number <= len(of_gap) else "answered",
                    "confidence": 0.1,
                    "results": ["article:1", "article:2"],
                    "timings": {"total": 12.5},
                    "created_at": now - timedelta(minutes=5 * number),
                }
                for number in range(1, events + 1)
            ],
        )
        connection.execute(
            insert(Gap),
            [
                {
                    "id": number,
                    "label": f"question 0 about thing {number}",
                    "state": GapState.OPEN.value,
                    "reason": "no_content",
                    "evidence": [{"kind": "unknown_words", "words": ["thing"]}],
                    "centroid": vector,
                    "fingerprint": fingerprint,
                }
                for number in range(1, gaps + 1)
            ],
        )
        connection.execute(
            insert(Miss),
            [
                {
                    "event_id": number,
                    "gap_id": int(gap),
                    "cause": CAUSES[number % len(CAUSES)],
                    "language": LANGUAGES[number % len(LANGUAGES)],
                    "vector": vector,
                    "created_at": now - timedelta(minutes=5 * number),
                }
                for number, gap in enumerate(of_gap, start=1)
            ],
        )
