"""The jobs of the ways in and out: replies on their way, calls of webhooks, the mailbox."""

from typing import Any

from kb.core.settings import Settings
from kb.jobs.kind import JobContext
from kb.service.channels.calls import send_due_calls
from kb.service.channels.compose import Sender
from kb.service.channels.delivery import WaysOut, deliver_due
from kb.service.channels.mailbox import was_sent
from kb.service.channels.reading import read_mailbox
from webapp.shared.meters import MAILS
from webapp.worker.tools import WorkerTools

DELIVERY, WEBHOOKS, MAILBOX = "deliver", "webhooks", "mailbox"


def ways_out(settings: Settings) -> WaysOut:
    name, address = settings.mail_from
    imap = settings.mail_imap
    looks = None if imap is None else lambda message_id: was_sent(imap, message_id)
    return WaysOut(settings.mail_smtp, Sender(name, address, settings.site_name), looks)


def deliver(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Replies that can no longer be taken back go out."""
    found = deliver_due(tools.engine, ways_out(tools.settings), checkpoint=lambda: context.progress(0, 0))
    for became, number in found.items():
        MAILS.labels("out", became).inc(number)
    return dict(found) or None


def call_webhooks(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """What webhooks have not been told yet is sent to them."""
    private = tools.settings.webhook_private
    found = send_due_calls(tools.engine, private=private, checkpoint=lambda: context.progress(0, 0))
    return dict(found) or None


def read_mails(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """New mails of the mailbox become messages. Raises MailServerError where it cannot be read."""
    settings = tools.settings
    imap = settings.mail_imap
    if imap is None:
        return None
    found = read_mailbox(
        tools.engine,
        imap,
        own_address=settings.mail_from[1],
        region=settings.phone_region,
        zone=settings.time_zone,
        checkpoint=lambda: context.progress(0, 0),
    )
    for became, number in found.became.items():
        MAILS.labels("in", became).inc(number)
    return found.to_json() if found.read else None
