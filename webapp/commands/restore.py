"""`kb restore`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from kb.backup.restoring import Restored


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="Read all of the file and say whether it is whole; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(file: Path, check: bool, as_json: bool) -> int:
    """Make an installation out of what `kb backup` wrote, in an empty KB_HOME and an empty database.

    It may be another machine, and the other kind of database (KB_DATABASE). An older backup is brought up to date.
    """
    from kb.backup.restoring import check_backup, restore_backup
    from webapp.commands.backup import describe
    from webapp.commands.console import progress_bar

    settings = load_settings()
    if check:
        with progress_bar("Reading") as advance:
            manifest = check_backup(file, advance)
        rows = f"{sum(manifest.tables.values()):,} rows"
        click.echo(
            json.dumps({"ok": True, **describe(manifest)})
            if as_json
            else f"{file} is whole: made {manifest.made_at} on {manifest.database_kind}, {rows}."
        )
        return 0
    with progress_bar("Restoring") as advance:
        restored = restore_backup(settings, file, advance)
    problem, events = _verify_audit(settings)
    if as_json:
        found = {**describe(restored.manifest), "migrated_from": restored.migrated_from, "audit_events": events}
        click.echo(json.dumps({**found, "audit_problem": problem}))
    else:
        _tell(restored, events)
    if problem:
        click.echo(f"kb: {problem}", err=True)
    return 1 if problem else 0


def _tell(restored: "Restored", events: int) -> None:
    manifest = restored.manifest
    click.echo(
        f"Restored what was there at {manifest.made_at}: {sum(manifest.tables.values()):,} rows, "
        f"{len(manifest.files) - 1} files; the audit trail of {events} events is unbroken."
    )
    for line in restored.odd:
        click.echo(f"  {line}", err=True)
    if restored.migrated_from:
        click.echo(f"The database was brought up to date from migration {restored.migrated_from}.")
    if manifest.settings:
        click.echo(f"Set there, so set them here as well: {', '.join(manifest.settings)}.")
    click.echo(
        "Replies that waited to be sent then are sent when a server or a worker starts. "
        "Next: kb model prepare, kb index, kb doctor"
    )


def _verify_audit(settings: Settings) -> tuple[str, int]:
    from kb.accounts.audit import verify_chain
    from kb.core.database import snapshot_scope
    from webapp.commands.console import open_database

    with snapshot_scope(open_database(settings)) as session:
        verified = verify_chain(session)
    return verified.problem or "", verified.entries
