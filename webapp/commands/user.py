"""`kb user`: the people who may log in."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kb.core.errors import ConfigurationError, InvalidInputError
from kb.core.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ROLES = ("rep", "trainer", "admin")


@click.group()
def command() -> None:
    """Add people and set their roles and passwords."""


@command.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")
@click.option("--name", default="", help="How the person is called on the pages.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
def add(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Add a person. A random password is made and shown once, to be changed at the first log-in, unless one is given."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.known_names import names_of_site
    from kb.accounts.people import create_user
    from kb.tables import Role

    password, made = _password(password_stdin)
    names = names_of_site(load_settings())
    with _session() as session:
        user = create_user(session, email, Role(role), password, name=name, must_change=made, site=names)
        record(session, AuditKind.PERSON_ADDED, COMMAND_LINE, about=user.email, detail={"role": user.role})
    click.echo(f"Added {user.email} ({user.role}).")
    _show(made, password)


@command.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")
@click.option("--name", default="", help="How the person is called on the pages.")
@click.option("--link", "shows_link", is_flag=True, help="Show the link, to be handed over, instead of sending it.")
def invite_person(email: str, role: str, name: str, shows_link: bool) -> None:
    """Add a person who chooses their password by a link, good for a week, once. It goes to them by mail."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.invitations import invite, invite_again
    from kb.accounts.people import find_user
    from kb.tables import Role
    from webapp.shared.account_links import sign_link
    from webapp.shared.security import load_secret_key

    settings = load_settings()
    if not settings.public_url:
        raise ConfigurationError(
            "Links need an address.", remedy="Set KB_PUBLIC_URL, such as https://help.example.com."
        )
    if settings.mail_smtp is None and not shows_link:
        raise ConfigurationError(
            "No mail is sent from here.", remedy="Set KB_MAIL_SMTP, or hand over what --link shows."
        )
    with _session() as session:
        user = find_user(session, email)
        if user is None:
            user, nonce = invite(session, email, Role(role), name, by_mail=not shows_link)
        else:
            nonce = invite_again(session, user, by_mail=not shows_link)
        record(session, AuditKind.INVITED, COMMAND_LINE, about=user.email, detail={"role": user.role})
    click.echo(f"Invited {user.email} ({user.role}).")
    if shows_link:
        click.echo(f"{settings.public_url}/login/password/{sign_link(nonce, load_secret_key(settings))}")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_people(as_json: bool) -> None:
    """Show everybody who may log in."""
    from kb.accounts.people import list_users

    with _session() as session:
        people = [
            {
                "email": user.email,
                "name": user.name,
                "role": user.role,
                "active": user.active,
                "last_login_at": user.last_login_at.isoformat() if user.last_login_at else None,
            }
            for user in list_users(session)
        ]
    if as_json:
        click.echo(json.dumps(people, ensure_ascii=False, indent=2))
        return
    if not people:
        click.echo("Nobody yet. Add somebody: kb user add EMAIL --role admin")
    for person in people:
        state = "" if person["active"] else "  closed"
        click.echo(f"{person['role']:<8} {person['email']}  {person['name']}{state}".rstrip())


@command.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
def password(email: str, password_stdin: bool) -> None:
    """Give a person a new password and log them out everywhere."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.known_names import names_of_site
    from kb.accounts.people import get_user, set_password

    text, made = _password(password_stdin)
    with _session() as session:
        user = get_user(session, email)
        set_password(session, user, text, must_change=made, site=names_of_site(load_settings()))
        record(session, AuditKind.PASSWORD_RESET, COMMAND_LINE, about=user.email)
    click.echo(f"Password of {user.email} changed; logged out everywhere.")
    _show(made, text)


@command.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
def role(email: str, role: str) -> None:
    """Change what a person may do."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.people import change_role, get_user
    from kb.tables import Role

    with _session() as session:
        user = get_user(session, email)
        before = user.role
        change_role(session, user, Role(role))
        record(session, AuditKind.ROLE_CHANGED, COMMAND_LINE, about=user.email, detail={"before": before, "now": role})
    click.echo(f"{user.email} is {user.role} now.")


@command.command()
@click.argument("email")
def close(email: str) -> None:
    """Close an account: log the person out and withdraw their tokens."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.people import get_user, set_active

    with _session() as session:
        user = get_user(session, email)
        set_active(session, user, False)
        record(session, AuditKind.ACCOUNT_CLOSED, COMMAND_LINE, about=user.email)
    click.echo(f"The account {user.email} is closed.")


@command.command()
@click.argument("email")
def reopen(email: str) -> None:
    """Open a closed account again."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.people import get_user, set_active

    with _session() as session:
        user = get_user(session, email)
        set_active(session, user, True)
        record(session, AuditKind.ACCOUNT_REOPENED, COMMAND_LINE, about=user.email)
    click.echo(f"The account {user.email} is open.")


@command.command("second-step-off")
@click.argument("email")
def second_step_off(email: str) -> None:
    """For who has lost app and recovery codes: let them in by their password alone, and log them out everywhere."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.people import get_user
    from kb.accounts.second_step import take_away

    with _session() as session:
        user = get_user(session, email)
        if take_away(session, user):
            record(session, AuditKind.CODES_OFF, COMMAND_LINE, about=user.email)
    click.echo(f"{user.email} logs in without a second step.")


@command.command()
@click.argument("email")
@click.option("--name", default="command line", help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, help="What it is good for; default everything that the person may.")
@click.option("--days", type=int, default=90, show_default=True, help="Days until it ends.")
@click.option("--revoke", is_flag=True, help="Withdraw all tokens of the person instead.")
def token(email: str, name: str, scopes: tuple[str, ...], days: int, revoke: bool) -> None:
    """Make a bearer token for the API with the rights of a person. It is shown once."""
    from kb.accounts.audit import COMMAND_LINE, AuditKind, record
    from kb.accounts.people import get_user
    from kb.accounts.tokens import issue_token, revoke_tokens

    with _session() as session:
        user = get_user(session, email)
        made = "" if revoke else issue_token(session, user, name, scopes=scopes or None, days=days)
        withdrawn = revoke_tokens(session, user) if revoke else 0
        kind = AuditKind.TOKEN_WITHDRAWN if revoke else AuditKind.TOKEN_MADE
        record(session, kind, COMMAND_LINE, about=user.email, detail={"count": withdrawn} if revoke else {"name": name})
    click.echo(f"{withdrawn} tokens of {user.email} withdrawn." if revoke else made)


@contextmanager
def _session() -> "Iterator[Session]":
    from kb.core.database import session_scope
    from webapp.commands.console import open_database

    with session_scope(open_database(load_settings())) as session:
        yield session


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password and whether it was made here. Raises InvalidInputError where standard input is empty."""
    from kb.accounts.passwords import generate_password

    if not from_stdin:
        return generate_password(), True
    text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise InvalidInputError("There is no password on standard input.")
    return text, False


def _show(made: bool, password: str) -> None:
    if made:
        click.echo(f"Password: {password}")
        click.echo("It is shown this once and stored only as a hash.", err=True)
