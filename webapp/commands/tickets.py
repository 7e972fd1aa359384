"""`kb tickets`: resolved tickets in, redacted."""

import json
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click

from kb.core.errors import Rejection
from kb.core.settings import load_settings
from webapp.commands.searchable import bring_index_up_to_date

if TYPE_CHECKING:
    from kb.tickets import ImportReport, Preview, Reading


@click.group()
def command() -> None:
    """Import resolved tickets, redacted."""


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(("zendesk", "freshdesk", "chatwoot", "csv", "jsonl", "mbox")),
    required=True,
    help="What the file was exported as.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column means where it is not understood; FIELD 'ignore' leaves it out. May be given several times.",
)
@click.option(
    "--dates",
    type=click.Choice(("auto", "dmy", "mdy")),
    default="auto",
    show_default=True,
    help="Whether 03/04 is 3 April (dmy) or 4 March (mdy); auto decides by all dates in the file.",
)
@click.option(
    "--own-domain",
    "own_domains",
    multiple=True,
    metavar="DOMAIN",
    help="Whose mails are answers, in a mailbox; without it, those of the address that takes part in most of them.",
)
@click.option("--dry-run", is_flag=True, help="Print the first tickets as they are understood; store nothing.")
@click.option("--no-index", is_flag=True, help="Leave the search collections as they are (then type: kb index).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_command(
    file: Path,
    source: str,
    mapping: tuple[str, ...],
    dates: str,
    own_domains: tuple[str, ...],
    dry_run: bool,
    no_index: bool,
    as_json: bool,
) -> int:
    """Import the tickets in FILE.

    Names, addresses, numbers and codes are replaced before anything is stored. Importing again changes only what has
    changed. Each ticket that cannot be used is reported on standard error as path:line: reason, the others are
    imported; the exit status is then 1. A status that is not known means open, a date that cannot be read is left out:
    both are counted once at the end.

    \b
    zendesk    JSON with comments: {"tickets": [...], "users": [...]}, {"ticket": {...}}, {"results": [...]}, pages of
               them one after another, an array, or one ticket a line
    freshdesk  JSON of tickets with conversations, of its API or its account export, or its CSV
    chatwoot   JSON of conversations with messages, or CSV
    csv        columns id, subject, problem, resolution, channel, language, status, created_at, resolved_at, tags,
               requester, requester_email, agent, also under the names that help desks give them ("Ticket Subject");
               id and one of subject and problem are needed; try --dry-run first
    jsonl      objects with the same names, or with messages: [{"role": "customer", "text": "..."}]
    mbox       a mailbox: each thread is a ticket, attachments are left out
    """
    from sqlalchemy.orm import Session

    from kb.tickets import import_tickets, load_requester_key, parse_mapping, preview_tickets
    from webapp.commands.console import err, open_database, progress_bar

    def show_rejection(rejection: Rejection) -> None:
        err.print(str(rejection), markup=False)

    def show_columns(reading: "Reading") -> None:
        if reading.is_guess:
            err.print(f"Columns: {_columns(reading)}.", markup=False, soft_wrap=True)

    settings = load_settings()
    key, region = load_requester_key(settings.home, settings.secret_key), settings.phone_region
    columns, own = parse_mapping(mapping), frozenset(domain.lower().lstrip("@") for domain in own_domains)
    if dry_run:
        preview = preview_tickets(
            file, source, requester_key=key, region=region, columns=columns, dates=dates, own_domains=own
        )
        for rejection in preview.rejected:
            show_rejection(rejection)
        as_text = (
            json.dumps(preview.to_json(), ensure_ascii=False, indent=2, default=str) if as_json else _preview(preview)
        )
        click.echo(as_text)
        return 1 if preview.rejected and not preview.tickets else 0
    engine = open_database(settings)
    with Session(engine, expire_on_commit=False) as session, progress_bar("Tickets") as advance:
        report = import_tickets(
            session,
            file,
            source,
            requester_key=key,
            region=region,
            columns=columns,
            dates=dates,
            own_domains=own,
            progress=advance,
            checkpoint=session.commit,
            on_rejection=show_rejection,
            on_start=show_columns,
        )
        session.commit()
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join([_summary(report), *report.reading.notes()]))
    is_indexed = no_index or bring_index_up_to_date(settings, engine, "ticket")
    return 0 if is_indexed and not report.rejected_count else 1


def _columns(reading: "Reading") -> str:
    used = ", ".join(f"{header!r} is {column}" for header, column in reading.columns.items())
    unused = ", ".join(repr(header) for header in reading.unused_columns)
    return used + (f"; not used: {unused}" if unused else "")


def _preview(preview: "Preview") -> str:
    """The first tickets as a person reads them."""
    lines = [f"Columns: {_columns(preview.reading)}."] if preview.reading.columns else []
    for ticket in preview.tickets:
        fields = ticket.fields
        lines += ["", f"Ticket {ticket.external_id}"]
        for name in ("subject", "status", "channel", "language", "created_at", "resolved_at", "problem", "resolution"):
            value = fields.get(name)
            text = shorten(str(value), 200, placeholder=" …") if value else "-"
            lines.append(f"  {name:<12}{text}")
    return "\n".join([*lines, "", "Nothing was stored.", *preview.reading.notes()]).lstrip("\n")


def _summary(report: "ImportReport") -> str:
    parts = [f"{report.created} created", f"{report.updated} updated", f"{report.unchanged} unchanged"]
    if report.open:
        parts.append(f"{report.open} of them not resolved yet (kept, not searched)")
    if report.rejected_count:
        parts.append(f"{report.rejected_count} rejected")
    return f"Tickets: {', '.join(parts)}."
