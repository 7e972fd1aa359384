"""`kb doctor`'s look at the ways in and out: can the mailbox be read, are mails taken, do webhooks and the provider answer."""

from collections.abc import Iterator

from sqlalchemy import Engine

from kb.core.settings import Settings

# State, subject, text, remedy: as the findings of `kb doctor`.
Found = tuple[str, str, str, str]


def look_at_mail(settings: Settings) -> Iterator[Found]:
    """Connects and logs in; sends nothing and reads nothing."""
    from kb.service.channels.mailbox import open_inbox
    from kb.service.channels.smtp import MailServerError, check_smtp

    imap, smtp = settings.mail_imap, settings.mail_smtp
    if imap is None and smtp is None:
        yield (
            "note",
            "E-mail",
            "not set up: customers cannot write by e-mail, and replies do not go out by it.",
            ("KB_MAIL_IMAP and KB_MAIL_SMTP, if you want it (docs/channels.md)"),
        )
        return
    for name, server in (("KB_MAIL_IMAP", imap), ("KB_MAIL_SMTP", smtp)):
        where = "in" if server is imap else "out"
        if server is None:
            yield "note", f"E-mail {where}", f"{name} is not set.", f"Set {name} (docs/channels.md)"
            continue
        try:
            if server is imap:
                with open_inbox(server):
                    pass
            else:
                check_smtp(server)
        except MailServerError as error:
            yield "wrong", f"E-mail {where}", error.message, f"Check {name} and the server; replies and mails wait."
        else:
            sender = f", as {settings.mail_from[1]}" if server is smtp else f", folder {server.folder}"
            yield "ok", f"E-mail {where}", f"{server.host}:{server.port}{sender}", ""


def look_at_held(settings: Settings) -> Iterator[Found]:
    """What customers sent while the database took nothing; says something only where there is some."""
    from kb.service.held_requests import FOLDER, count_held

    waiting, broken = count_held(settings.home)
    if waiting:
        text = f"{waiting} wait in {settings.home / FOLDER} until the database takes something and a worker runs."
        yield "note", "Requests of customers", text, "kb serve or kb worker, with this KB_HOME"
    if broken:
        text = f"{broken} could not be stored: {settings.home / FOLDER}/*.broken. The log says why."
        yield "wrong", "Requests of customers", text, "Read them and answer by hand; delete the files then."


def look_at_webhooks(engine: Engine) -> Iterator[Found]:
    from kb.core.database import session_scope
    from kb.service.channels.webhooks import count_waiting, list_webhooks

    with session_scope(engine) as session:
        webhooks, waiting = list_webhooks(session), count_waiting(session)
    for one in webhooks:
        if not one.active:
            yield "note", "Webhook", f"{one.id} is off: {one.last_error}", f"kb webhook remove {one.id}"
        elif one.last_error:
            text = f"{one.id} ({one.url}) has {waiting.get(one.id, 0)} calls waiting: {one.last_error}"
            yield "wrong", "Webhook", text, f"kb webhook test {one.id}"
    if webhooks and not any(one.last_error for one in webhooks):
        yield "ok", "Webhooks", f"{len(webhooks)}, {sum(waiting.values())} calls waiting", ""


def look_at_provider(settings: Settings) -> Iterator[Found]:
    """Asks the provider by which people log in for what it says of itself; nothing where none is set."""
    from webapp.auth.openid import OpenIdClient, ProviderError

    provider = settings.oidc
    if provider is None:
        return
    try:
        OpenIdClient(provider).check()
    except ProviderError as error:
        remedy = error.remedy or "Check KB_OIDC_ISSUER and the provider; until then people log in with passwords."
        yield "wrong", "Log-in by a provider", error.message, remedy
    else:
        yield "ok", "Log-in by a provider", provider.issuer, ""
