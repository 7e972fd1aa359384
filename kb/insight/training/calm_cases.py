"""Frustrated customers to practise on: written for it, in four ways of writing; they come with the package."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import CaseKind, TrainingCase

_FILE = Path(__file__).with_name("calm_cases.json")


@lru_cache(maxsize=1)
def written_cases() -> tuple[dict[str, Any], ...]:
    """key, language, level, feeling, reasons (as conversations store them), topic, title, turns."""
    return tuple(json.loads(_FILE.read_text(encoding="utf-8")))


def store_calm_cases(session: Session) -> int:
    """Those that are not there yet; returns how many. What a trainer has changed or taken out stays so. One statement where all
    are there."""
    there = set(session.scalars(select(TrainingCase.key).where(TrainingCase.key.is_not(None))))
    new = [one for one in written_cases() if one["key"] not in there]
    session.add_all(
        TrainingCase(
            kind=CaseKind.CALM.value,
            key=one["key"],
            topic=one["topic"],
            level=one["level"],
            language=one["language"],
            title=one["title"],
            turns=one["turns"],
            feeling=one["feeling"],
            feeling_reasons=one["reasons"],
        )
        for one in new
    )
    session.flush()
    return len(new)
