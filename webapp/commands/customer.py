"""`kb customer`: what is stored about one customer, handed out or erased."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.core.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.core.settings import Settings
    from kb.privacy.person import Person


@click.group()
def command() -> None:
    """Hand out or erase all that is stored about one customer. WHO: their number, e-mail address or phone number."""


@command.command()
@click.argument("who")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(who: str, file: Path) -> None:
    """Write everything about WHO to FILE, a zip with JSON and their files, readable by you alone."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.core.database import session_scope
    from kb.core.errors import InvalidInputError
    from webapp.commands.console import open_database

    settings = load_settings()
    with session_scope(open_database(settings)) as session:
        person = _person(session, settings, who)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise InvalidInputError(f"{file} cannot be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "wb") as target:
            counts = _export(session, settings, person, target)
        record(session, AuditKind.EXPORTED, COMMAND_LINE, about=_about(person), detail={"rows": sum(counts.values())})
    click.echo(f"{file}: {sum(counts.values())} rows of {len(counts)} tables.")


@command.command()
@click.argument("who")
@click.option("--yes", is_flag=True, help="Yes, erase it. Without it nothing is done but counting.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def erase(who: str, yes: bool, as_json: bool) -> None:
    """Erase everything about WHO: rows, files, index, and their name in what others wrote. It cannot be taken back."""
    from sqlalchemy.orm import Session as DatabaseSession

    from kb.accounts.audit import COMMAND_LINE
    from kb.core.errors import InvalidInputError
    from kb.privacy.person import rows_of_person
    from webapp.commands.console import open_database
    from webapp.worker.erasing import erase as erase_everywhere
    from webapp.worker.tools import WorkerTools

    settings = load_settings()
    engine = open_database(settings)
    with DatabaseSession(engine) as session:
        person = _person(session, settings, who)
        count = sum(len(keys) for keys in rows_of_person(session, person).values())
    if not yes:
        raise InvalidInputError(
            f"This erases {count} rows about {_about(person) or 'them'}, for good.",
            remedy=f"If you mean it: kb customer erase --yes {who}",
        )
    found = erase_everywhere(settings, WorkerTools(settings, engine), person, COMMAND_LINE).figures()
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(
        f"Erased: {found['rows']} rows; named in {found['masked']} others, taken out there; "
        f"{found['copies']} copies of their words; {found['files']} files."
    )
    if found["public_articles"]:
        articles = ", ".join(str(number) for number in found["public_articles"])
        click.echo(f"Public articles that name them are left to you: {articles}.")


def _person(session: "Session", settings: "Settings", who: str) -> "Person":
    from webapp.worker.erasing import person_of

    return person_of(session, settings, who)


def _export(session: "Session", settings: "Settings", person: "Person", target: Any) -> dict[str, int]:
    from webapp.worker.exporting import export_everything

    return export_everything(session, settings, person, target)


def _about(person: "Person") -> str:
    return ", ".join(f"customer {number}" for number in sorted(person.customers))
