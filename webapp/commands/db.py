"""`kb db`: the database as a whole."""

import json
from typing import TYPE_CHECKING

import click

from kb.core.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from kb.tables.copying import CopyReport

_URL = "such as postgresql+psycopg://user@host/kb or sqlite:////folder/kb.sqlite3; default: KB_DATABASE."


@click.group()
def command() -> None:
    """The database as a whole: copy it into another one, take migrations back."""


@command.command()
@click.option("--from", "source", metavar="URL", default="", help=f"What is copied, {_URL}")
@click.option("--to", "target", metavar="URL", default="", help=f"Where it goes, {_URL}")
@click.option("--replace", is_flag=True, help="Delete what the target holds.")
@click.option("--json", "as_json", is_flag=True, help="Figures of each table as JSON.")
def copy(source: str, target: str, replace: bool, as_json: bool) -> None:
    """Copy everything from SQLite to PostgreSQL, or back, or to another database of the same kind.

    Ids, times, vectors and the audit trail stay as they are; tables are made where the target has none. It is one transaction:
    stopped in the middle it leaves the target as it was, and at the end every table is read again and compared.

    Stop servers and workers first: what is written after the beginning is not in the copy. A password need not stand in an
    address: PostgreSQL's client also reads PGPASSWORD, PGPASSFILE and ~/.pgpass.
    """
    from kb.tables.copying import copy_database
    from webapp.commands.console import progress_bar

    if not source and not target:
        raise click.UsageError("Name another database with --to URL, or with --from URL.")
    engines = _open(source, must_exist=True), _open(target)
    _require_two(*engines)
    with progress_bar("Copying") as progress:
        report = copy_database(*engines, replace=replace, progress=progress)
    problem = _audit_problem(engines[1])
    if as_json:
        click.echo(json.dumps(_as_json(engines, report, problem)))
    else:
        _print(engines, report)
    if problem:
        raise click.ClickException(f"All was copied, but the audit trail does not hold: {problem}")


@command.command()
@click.argument("revision")
@click.confirmation_option(prompt="What later migrations made room for is deleted. Go on?")
def back(revision: str) -> None:
    """Take back all migrations after REVISION, such as 0051, for an older version of the program.

    Stop servers and workers first.
    """
    from kb.tables.migrations import downgrade_database
    from webapp.commands.console import connect_database

    downgrade_database(connect_database(load_settings()), revision)
    click.echo(f"The database is at migration {revision}. Now start the older version.")


def _open(url: str, *, must_exist: bool = False) -> "Engine":
    from dataclasses import replace
    from pathlib import Path

    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from kb.core.errors import ConfigurationError, NotFoundError
    from webapp.commands.console import connect_database

    settings = load_settings()
    settings = replace(settings, database_url=url) if url else settings
    try:
        parts = make_url(settings.database)
    except ArgumentError as error:
        raise ConfigurationError(
            "%(url)s is no address of a database.", remedy=f"An address is {_URL}", url=settings.database
        ) from error
    if must_exist and parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
        # SQLite would make an empty one.
        raise NotFoundError("There is no file %(path)s to copy from.", path=parts.database)
    return connect_database(settings)


def _require_two(source: "Engine", target: "Engine") -> None:
    from pathlib import Path

    from kb.core.errors import ConfigurationError

    paths = [Path(one.url.database or "").resolve() for one in (source, target) if one.dialect.name == "sqlite"]
    if source.url == target.url or (len(paths) == 2 and paths[0] == paths[1]):
        raise ConfigurationError("Source and target are the same database.", remedy="Name another one with --to URL.")


def _audit_problem(engine: "Engine") -> str:
    from kb.accounts.audit import verify_chain
    from kb.core.database import snapshot_scope

    with snapshot_scope(engine) as session:
        return verify_chain(session).problem


def _print(engines: "tuple[Engine, Engine]", report: "CopyReport") -> None:
    for line in report.odd_lines:
        click.echo(f"  {line}", err=True)
    filled = sum(1 for rows, _ in report.tables.values() if rows)
    click.echo(
        f"{report.rows} rows of {filled} tables copied and compared in {report.seconds:.1f} s, "
        f"as they were at {report.as_of:%Y-%m-%d %H:%M:%S} UTC. The audit trail was followed."
    )
    url = engines[1].url.render_as_string(hide_password=True)
    click.echo(f"To work with the copy: set KB_DATABASE={url} and start the servers; the index files stay good.")


def _as_json(engines: "tuple[Engine, Engine]", report: "CopyReport", problem: str) -> dict[str, object]:
    source, target = (one.url.render_as_string(hide_password=True) for one in engines)
    return {
        "from": source,
        "to": target,
        "as_of": report.as_of.isoformat(),
        "seconds": round(report.seconds, 2),
        "rows": report.rows,
        "tables": {name: {"rows": rows, "checksum": checksum} for name, (rows, checksum) in report.tables.items()},
        "odd": [
            {"table": table, "column": column, "done": done, "rows": count}
            for (table, column, done), count in sorted(report.odd_counts.items())
        ],
        "audit_problem": problem,
    }
