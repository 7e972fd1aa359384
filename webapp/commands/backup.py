"""`kb backup`."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.core.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from kb.backup.archive import Manifest


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what is in it as JSON.")
def command(target: Path, as_json: bool) -> None:
    """Write everything into one file, TARGET.zip or a new one in the folder TARGET, while the server runs.

    In it: the database (articles, tickets, customers, conversations, pictures, people, vectors), and of KB_HOME the secret keys,
    requests that wait for the database, uploads, flows, calibrations. Not in it: settings (environment variables), index files
    and models, which are made anew. Whoever has the file has everything: keep it as the server itself.
    """
    from kb.backup.making import backup_path, make_backup
    from webapp.commands.console import connect_database, progress_bar

    settings = load_settings()
    path = backup_path(target.absolute())
    engine = connect_database(settings)
    _tell_audit(engine, path)
    with progress_bar("Copying the database") as advance:
        manifest = make_backup(settings, engine, path, os.environ, advance)
    size = path.stat().st_size
    if as_json:
        click.echo(json.dumps({"file": str(path), "bytes": size, **describe(manifest)}))
        return
    click.echo(
        f"{path}: {size / 1e6:,.1f} MB, {sum(manifest.tables.values()):,} rows, {len(manifest.files) - 1} files."
    )
    if manifest.settings:
        click.echo(f"Settings are not in it; these are set here: {', '.join(manifest.settings)}.")


def describe(manifest: "Manifest") -> dict[str, object]:
    """What programs are told of a backup."""
    return {
        "made_at": manifest.made_at,
        "program": manifest.program,
        "migration": manifest.migration,
        "database_kind": manifest.database_kind,
        "tables": dict(manifest.tables),
        "files": sorted(manifest.files),
        "settings": list(manifest.settings),
    }


def _tell_audit(engine: "Engine", path: Path) -> None:
    """Everything leaves the database. One that takes no writing at this moment is backed up all the same."""
    from sqlalchemy.exc import OperationalError

    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.core.database import session_scope
    from kb.tables.database_state import database_state

    if not database_state(engine).is_current:
        return
    try:
        with session_scope(engine) as session:
            record(session, AuditKind.EXPORTED, COMMAND_LINE, about="backup", detail={"file": path.name})
    except OperationalError:
        click.echo("kb: The audit trail could not be told: the database takes no writing.", err=True)
