"""What tests of the synchronisation of a folder say again and again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from kb.articles import SyncReport, find_article, save_article, source_of_article
from kb.tables import Article

Sync = Callable[..., SyncReport]
Write = Callable[..., Path]
LISTS = ("created", "updated", "written", "unchanged", "archived", "conflicts", "rejected", "warnings")


def said(report: SyncReport) -> dict[str, list[str]]:
    """What a report has to say, without its empty parts."""
    return {name: [str(entry) for entry in getattr(report, name)] for name in LISTS if getattr(report, name)}


def get(session: Session, address: str = "en/a") -> Article:
    found = find_article(session, *address.split("/"))
    assert found is not None
    return found


def edit(session: Session, address: str = "en/a", **fields: object) -> Article:
    """Change an article as the studio does."""
    article = get(session, address)
    saved = save_article(
        session, replace(source_of_article(session, article), **fields), author="studio", article=article
    )
    session.commit()
    return saved
