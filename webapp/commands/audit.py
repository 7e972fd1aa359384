"""`kb audit`: the audit trail of the security events."""

import json
import sys

import click

from kb.core.settings import load_settings


@click.group()
def command() -> None:
    """Security events: check that nothing was altered, hand them out."""


@command.command()
@click.option(
    "--head", default="", help="Hash of an event that must be in it, from the log: shows that the end was not cut off."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def verify(head: str, as_json: bool) -> None:
    """Follow the chain of hashes from its beginning to its end. Fails where an event was altered or is missing."""
    from kb.accounts.audit import has_event, verify_chain
    from kb.core.database import snapshot_scope
    from webapp.commands.console import open_database

    with snapshot_scope(open_database(load_settings())) as session:
        verified = verify_chain(session)
        problem = verified.problem
        if head and not problem and not has_event(session, head):
            problem = f"There is no event with the hash {head}."
    if as_json:
        click.echo(json.dumps({"events": verified.entries, "head": verified.head, "problem": problem}))
    elif not problem:
        click.echo(f"{verified.entries} events, none altered. The last has the hash {verified.head or '(none)'}.")
    if problem:
        if not as_json:
            click.echo(f"kb: {problem}", err=True)
        sys.exit(1)


@command.command()
def export() -> None:
    """Print all events, one line of JSON each, the oldest first."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, all_events, record
    from kb.core.database import session_scope, snapshot_scope
    from webapp.commands.console import open_database

    engine = open_database(load_settings())
    with session_scope(engine) as session:
        record(session, AuditKind.EXPORTED, COMMAND_LINE, about="audit")
    with snapshot_scope(engine) as session:
        for row in all_events(session):
            click.echo(json.dumps(row, ensure_ascii=False))
