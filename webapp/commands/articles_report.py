"""What the commands for articles say at the end, and how their changes become searchable."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from kb.core.errors import KbError
from kb.core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from kb.articles import SyncReport


def open_session(engine: "Engine") -> "Session":
    """Closed at the end of its block, which undoes what was not committed."""
    from sqlalchemy.orm import Session

    return Session(engine, expire_on_commit=False)


def print_lines(report: "SyncReport", *, show_all: bool = False) -> None:
    """Every rejected file and every conflict on a line of its own; of warnings one line for each kind, or all of them."""
    for rejection in report.rejected:
        click.echo(str(rejection), err=True)
    for conflict in report.conflicts:
        click.echo(f"{conflict} (conflict)", err=True)
    for kind, warnings in report.kinds().items():
        if show_all or len(warnings) == 1:
            for warning in warnings:
                click.echo(f"{warning} (warning)", err=True)
        else:
            files = len({warning.path for warning in warnings})
            click.echo(f"{kind}: {len(warnings)} in {files} files, such as {warnings[0]} (warning)", err=True)
    if not show_all and any(len(warnings) > 1 for warnings in report.kinds().values()):
        click.echo("To see every warning, type the command again with --all or --json.", err=True)
    if report.conflicts:
        click.echo(
            "To settle conflicts, type the command again with --on-conflict file or --on-conflict article.", err=True
        )


def summary(report: "SyncReport", dry_run: bool = False) -> str:
    """What was done, in one line."""
    counts: dict[str, Collection[object]] = {
        "created": report.created,
        "updated": report.updated,
        "archived": report.archived,
        "files written": report.written,
        "unchanged": report.unchanged,
        "in conflict": report.conflicts,
        "rejected": {rejection.path for rejection in report.rejected},
    }
    always = {"created", "updated", "unchanged"}
    parts = [f"{len(found)} {name}" for name, found in counts.items() if found or name in always]
    return ("Nothing done; it would be: " if dry_run else "Articles: ") + ", ".join(parts) + "."


def bring_index_up_to_date(settings: Settings, engine: "Engine") -> bool:
    """Make the changes searchable. Says what failed and returns False where they are not: the articles are in anyway."""
    from indexer.documents import wanted_documents
    from kb.tables import IndexedDocument
    from webapp.commands.console import progress_bar

    with open_session(engine) as session:
        wanted = {
            (doc.id, doc.collection.value, doc.content_hash)
            for doc in wanted_documents(session)
            if doc.kind == "article"
        }
        rows = session.query(IndexedDocument).filter_by(document_kind="article")
        if wanted == {(row.document_id, row.collection, row.content_hash) for row in rows}:
            return True
    try:
        from indexer.encoders.opening import open_encoder
        from indexer.updating import bring_up_to_date

        with progress_bar("Search collections") as advance:
            bring_up_to_date(engine, settings.index_dir, open_encoder(settings), advance)
    except KbError as error:
        click.echo(f"kb: The articles are in, but search does not know them yet: {error} Then type: kb index", err=True)
        return False
    return True
