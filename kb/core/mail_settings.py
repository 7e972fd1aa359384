"""Settings of the ways in and out: the mailbox that is read, the server that sends, and webhooks.

Passwords are in no `repr`, and no error repeats the setting in which one stands.
"""

from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from kb.core.errors import ConfigurationError
from kb.core.secret_files import read_secret
from kb.core.setting_values import secret_setting, setting, yes_or_no

_PORTS = {"imap": 143, "imaps": 993, "smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """encrypted: from the first byte; else the connection is encrypted as soon as it stands (STARTTLS)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    encrypted: bool
    folder: str = "INBOX"

    @property
    def is_local(self) -> bool:
        """On this machine, where nothing need be encrypted."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def mail_server(name: str, text: str, password_file: str, protocol: str) -> MailServer | None:
    """`imaps://user:password@host:993/INBOX`; None for "". protocol: imap or smtp. Raises ConfigurationError."""
    if not text.strip():
        return None
    example = f"{protocol}s://help%40example.com:password@mail.example.com" + ("/INBOX" if protocol == "imap" else "")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in {protocol, f"{protocol}s"} or not host or port == 0:
        raise ConfigurationError(
            f"{name} is no address of a mail server.",
            remedy=f"An example: {name}={example} (what is no letter or digit in user and password is written as %40)",
        )
    password = unquote(parts.password or "")
    if password_file:
        password = read_secret(f"{name}_PASSWORD_FILE", password_file)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return MailServer(
        host, port or _PORTS[parts.scheme], unquote(parts.username or ""), password, parts.scheme.endswith("s"), folder
    )


@dataclass(frozen=True)
class MailSettings:
    """A part of `Settings`."""

    mail_imap_text: str = secret_setting(
        "KB_MAIL_IMAP",
        "Mailbox in which customers write to you, read every 30 seconds: `imaps://user:password@host:993/INBOX`; default none",
    )
    mail_imap_password_file: str = setting(
        "KB_MAIL_IMAP_PASSWORD_FILE", "", "File with the password of `KB_MAIL_IMAP`, instead of one in the address"
    )
    mail_smtp_text: str = secret_setting(
        "KB_MAIL_SMTP",
        "Server that sends replies: `smtps://user:password@host:465`, or `smtp://…:587`, encrypted by STARTTLS; default none",
    )
    mail_smtp_password_file: str = setting(
        "KB_MAIL_SMTP_PASSWORD_FILE", "", "File with the password of `KB_MAIL_SMTP`, instead of one in the address"
    )
    mail_from_text: str = setting(
        "KB_MAIL_FROM",
        "",
        "Sender of replies, such as `Jhilmil Help <help@jhilmil.example>`; default: the user of `KB_MAIL_SMTP` or `KB_MAIL_IMAP`",
    )
    webhook_private_text: str = setting(
        "KB_WEBHOOK_PRIVATE", "0", "1: webhooks may lead to addresses of this machine and of private networks"
    )

    @property
    def mail_imap(self) -> MailServer | None:
        return mail_server("KB_MAIL_IMAP", self.mail_imap_text, self.mail_imap_password_file, "imap")

    @property
    def mail_smtp(self) -> MailServer | None:
        return mail_server("KB_MAIL_SMTP", self.mail_smtp_text, self.mail_smtp_password_file, "smtp")

    @property
    def mail_from(self) -> tuple[str, str]:
        """(name, address); the name may be "". ("", "") where no mail is set up. Raises ConfigurationError."""
        servers = [server for server in (self.mail_smtp, self.mail_imap) if server is not None]
        if not servers:
            return "", ""
        users = [server.user for server in servers if "@" in server.user]
        name, address = parseaddr(self.mail_from_text.strip() or next(iter(users), ""))
        local, _, domain = address.rpartition("@")
        if not local or not domain or not domain.isascii() or any(c.isspace() for c in address):
            raise ConfigurationError(
                f"KB_MAIL_FROM is {self.mail_from_text!r}, which is no address that mails can come from.",
                remedy="An example: KB_MAIL_FROM='Jhilmil Help <help@jhilmil.example>'",
            )
        return name, address

    @property
    def webhook_private(self) -> bool:
        return yes_or_no("KB_WEBHOOK_PRIVATE", self.webhook_private_text)
