"""`kb tickets`: resolved tickets in, redacted."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.core.errors import KbError, Rejection
from kb.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from kb.tickets import ImportReport


@click.group()
def command() -> None:
    """Import resolved tickets, redacted."""


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(("zendesk", "csv", "jsonl")),
    required=True,
    help="What the file was exported as.",
)
@click.option("--no-index", is_flag=True, help="Leave the search collections as they are (then type: kb index).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_command(file: Path, source: str, no_index: bool, as_json: bool) -> int:
    """Import the tickets in FILE.

    Names, addresses, numbers and codes are replaced before anything is stored. Importing again changes only what has
    changed. Each ticket that cannot be used is reported on standard error as path:line: reason, the others are
    imported; the exit status is then 1.

    \b
    zendesk  the JSON export with comments: {"tickets": [...], "users": [...]}, an array, or one ticket a line
    csv      columns id, subject, problem, resolution, channel, language, status, created_at, resolved_at, tags,
             requester, requester_email, agent (id and one of subject and problem are needed)
    jsonl    one object a line with the same names, or with messages: [{"role": "customer", "text": "..."}]
    """
    from sqlalchemy.orm import Session

    from kb.tickets import import_tickets, load_requester_key
    from webapp.commands.console import err, open_database, progress_bar

    def show_rejection(rejection: Rejection) -> None:
        err.print(str(rejection), markup=False)

    settings = load_settings()
    engine = open_database(settings)
    with Session(engine, expire_on_commit=False) as session, progress_bar("Tickets") as advance:
        report = import_tickets(
            session,
            file,
            source,
            requester_key=load_requester_key(settings.home),
            region=settings.phone_region,
            progress=advance,
            checkpoint=session.commit,
            on_rejection=show_rejection,
        )
        session.commit()
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(_summary(report))
    is_indexed = no_index or _bring_index_up_to_date(settings, engine)
    return 0 if is_indexed and not report.rejected_count else 1


def _summary(report: "ImportReport") -> str:
    parts = [f"{report.created} created", f"{report.updated} updated", f"{report.unchanged} unchanged"]
    if report.open:
        parts.append(f"{report.open} of them not resolved yet (kept, not searched)")
    if report.rejected_count:
        parts.append(f"{report.rejected_count} rejected")
    return f"Tickets: {', '.join(parts)}."


def _bring_index_up_to_date(settings: Settings, engine: "Engine") -> bool:
    """Make the changes searchable, also those of an earlier import that was interrupted before it came to this."""
    from sqlalchemy.orm import Session

    from indexer.documents import wanted_documents
    from kb.tables import IndexedDocument
    from webapp.commands.console import err, progress_bar

    with Session(engine) as session:
        wanted = {(doc.id, doc.content_hash) for doc in wanted_documents(session) if doc.kind == "ticket"}
        rows = session.query(IndexedDocument).filter_by(document_kind="ticket")
        if wanted == {(row.document_id, row.content_hash) for row in rows}:
            return True
    try:
        from indexer.encoders.opening import open_encoder
        from indexer.updating import bring_up_to_date

        with progress_bar("Search collections") as advance:
            bring_up_to_date(engine, settings.index_dir, open_encoder(settings), advance)
    except KbError as error:
        err.print(
            f"kb: The tickets are in, but search does not know them yet: {error} Then type: kb index", markup=False
        )
        return False
    return True
