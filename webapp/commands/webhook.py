"""`kb webhook`: other systems that are told of replies and of what becomes of conversations."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kb.core.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.tables import Webhook


@click.group()
def command() -> None:
    """Other systems that are told of replies and of what becomes of conversations (docs/channels.md)."""


@command.command()
@click.argument("url")
@click.option("--channel", "channels", multiple=True, help="Only conversations of this channel; may be repeated.")
def add(url: str, channels: tuple[str, ...]) -> None:
    """Add URL. The secret that signs its requests is made here and shown once."""
    from kb.core.http_call import CallFailedError, check_reachable
    from kb.service.channels.webhooks import add_webhook

    settings = load_settings()
    with _session() as session:
        webhook = add_webhook(session, url, channels)
        try:
            check_reachable(url, private=settings.webhook_private)
        except CallFailedError as error:
            click.echo(f"kb: {error} It is added all the same.", err=True)
    click.echo(f"Webhook {webhook.id} is added for {_channels(webhook)}.")
    click.echo(f"Secret: {webhook.secret}")
    click.echo(f"It is shown this once. Try it: kb webhook test {webhook.id}", err=True)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_all(as_json: bool) -> None:
    """Show all, with what went wrong last."""
    from kb.service.channels.webhooks import count_waiting, list_webhooks

    with _session() as session:
        waiting = count_waiting(session)
        found = list_webhooks(session)
    if as_json:
        webhooks = [{**_to_json(one), "waiting": waiting.get(one.id, 0)} for one in found]
        click.echo(json.dumps(webhooks, ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("None. Add one: kb webhook add URL --channel sms")
    for one in found:
        off = "" if one.active else "  off"
        click.echo(f"{one.id:>3}  {one.url}  {_channels(one)}  {waiting.get(one.id, 0)} waiting{off}")
        if one.last_error:
            click.echo(f"     last error: {one.last_error}")


@command.command()
@click.argument("webhook_id", metavar="ID", type=int)
def remove(webhook_id: int) -> None:
    """Remove webhook ID. Replies that wait for it look for another way out."""
    from kb.service.channels.webhooks import remove_webhook

    with _session() as session:
        removed = remove_webhook(session, webhook_id)
    click.echo(f"Webhook {webhook_id} ({removed.url}) is removed.")


@command.command()
@click.argument("webhook_id", metavar="ID", type=int)
def test(webhook_id: int) -> None:
    """Call webhook ID once, with the event `ping`, and say what it answers."""
    from kb.core.errors import ConflictError
    from kb.service.channels.calls import ping
    from kb.service.channels.webhooks import get_webhook

    settings = load_settings()
    with _session() as session:
        webhook = get_webhook(session, webhook_id)
        session.expunge(webhook)
    answer = ping(webhook, private=settings.webhook_private)
    if not 200 <= answer.status < 300:
        raise ConflictError(f"{webhook.url} answered {answer.status}; anything but 2xx is tried again for a day.")
    click.echo(f"{webhook.url} answered {answer.status}.")


def _channels(webhook: "Webhook") -> str:
    return ", ".join(webhook.channels) or "all channels"


def _to_json(webhook: "Webhook") -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "channels": webhook.channels,
        "active": webhook.active,
        "last_error": webhook.last_error,
        "last_sent_at": webhook.last_sent_at.isoformat() if webhook.last_sent_at else None,
    }


@contextmanager
def _session() -> "Iterator[Session]":
    from kb.core.database import session_scope
    from webapp.commands.console import open_database

    with session_scope(open_database(load_settings())) as session:
        yield session
