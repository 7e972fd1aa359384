"""What in the settings is not safe where others than this machine reach the server, each with the line to change.

Names are not resolved: a start must not depend on a server of names.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kb.core.settings import Settings

# Of examples in documents, and what people type to get on.
_KNOWN_PASSWORDS = frozenset(
    ["password", "passwort", "postgres", "postgresql", "changeme", "secret", "admin", "root", "kb", "123456"]
)
# Tries after which a key may be found, as a power of ten: 32 random hexadecimal digits have 27 or more, "changeme" four times 3.
_EASY_KEY = 24
_EXAMPLE = re.compile("change.?(me|this)|secret|insecure|example", re.IGNORECASE)
_READ_OF_KEY = 72  # characters: zxcvbn takes long for more


@dataclass(frozen=True)
class Weakness:
    """setting: the one to change; remedy: the line as it should be."""

    setting: str
    text: str
    remedy: str


def is_exposed(settings: Settings) -> bool:
    """Whether others than this machine reach the server: by its address, its name, or a proxy in front."""
    public = urlsplit(settings.public_url).hostname or ""
    return not _is_this_machine(settings.host) or bool(public and not _is_this_machine(public)) or settings.proxies > 0


def weaknesses(settings: Settings) -> list[Weakness]:
    """All of them but those of KB_ACCEPT_INSECURE; none where nobody else reaches the server."""
    if not is_exposed(settings):
        return []
    found = [*_of_transport(settings), *_of_secrets(settings), *_of_others(settings)]
    return [one for one in found if one.setting not in settings.accepted_risks]


def _of_transport(settings: Settings) -> Iterator[Weakness]:
    public = urlsplit(settings.public_url)
    if not public.hostname:
        text = (
            "others reach this server, and no setting says under which address: its links and cookies cannot be right"
        )
        yield Weakness("KB_PUBLIC_URL", text, "KB_PUBLIC_URL=https://help.example.com")
        return
    if public.scheme != "https":
        text = "passwords and what customers write travel unencrypted"
        yield Weakness("KB_PUBLIC_URL", text, f"KB_PUBLIC_URL=https://{public.netloc}")
        return
    if not settings.secure_cookies:
        text = "cookies of people who are logged in are sent without encryption, too"
        yield Weakness("KB_SECURE_COOKIES", text, "KB_SECURE_COOKIES=1")
    if not settings.proxies:
        text = "HTTPS ends in a proxy, so all visitors seem to come from one address and share its limits"
        yield Weakness("KB_PROXIES", text, "KB_PROXIES=1")


def _of_secrets(settings: Settings) -> Iterator[Weakness]:
    key = settings.secret_key
    if key and (_tries(key) < _EASY_KEY or _EXAMPLE.search(key)):
        make = 'KB_SECRET_KEY=$(python3 -c "import secrets; print(secrets.token_hex(32))")'
        yield Weakness("KB_SECRET_KEY", "it can be guessed, and whoever has it is an administrator", make)
    for name, url in (
        ("KB_DATABASE", settings.database_url),
        ("KB_MAIL_IMAP", settings.mail_imap_text),
        ("KB_MAIL_SMTP", settings.mail_smtp_text),
    ):
        if _password(url).lower() in _KNOWN_PASSWORDS:
            text = "the password in it is one that everybody tries first"
            yield Weakness(name, text, f"{name}=… with a new password (or {name}_FILE=/path/to/a/file with the line)")
    path = settings.home / "secret_key"
    if not key and _others_have(path, 0o077):
        yield Weakness("KB_SECRET_KEY", f"others on this machine may read {path}", f"chmod 600 {path}")
    if _others_have(settings.home, 0o007):
        yield Weakness("KB_HOME", f"others on this machine may read {settings.home}", f"chmod 700 {settings.home}")


def _of_others(settings: Settings) -> Iterator[Weakness]:
    for name, sites in (("KB_PANEL_ORIGINS", settings.panel_origins), ("KB_WIDGET_ORIGINS", settings.widget_origins)):
        for site in sites:
            if site.startswith("http://") and not _is_this_machine(urlsplit(site).hostname or ""):
                text = f"anybody on the way can change the pages of {site}, and through them ask here"
                yield Weakness(name, text, f"{name}=https://{site.removeprefix('http://')}")
    for name, url, secret in (
        ("KB_CUSTOMER_URL", settings.customer_url, settings.customer_token),
        ("KB_LLM_URL", settings.llm_url_text, settings.llm_key),
    ):
        host = urlsplit(url.strip()).hostname or ""
        if secret and url.strip().lower().startswith("http://") and not _is_inside(host):
            text = f"its token travels unencrypted to {host}"
            yield Weakness(name, text, f"{name}=https://{url.strip()[len('http://') :]}")
    if settings.rate_limit_storage.startswith("memory:") and settings.workers > 1:
        text = "each server process counts for itself, so whoever guesses passwords may do so as often as there are processes"
        yield Weakness("KB_RATE_LIMIT_STORAGE", text, "KB_RATE_LIMIT_STORAGE= (empty: a file that all of them share)")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_inside(host: str) -> bool:
    """On this machine or, by its look, in a network of one's own: names without a dot are those of containers."""
    if _is_this_machine(host) or "." not in host:
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith((".internal", ".local", ".lan"))


def _tries(key: str) -> float:
    from zxcvbn import zxcvbn  # its lists of words take a tenth of a second to read

    return float(zxcvbn(key[:_READ_OF_KEY], max_length=_READ_OF_KEY)["guesses_log10"])


def _password(url: str) -> str:
    try:
        return unquote(urlsplit(url.strip()).password or "")
    except ValueError:
        return ""


def _others_have(path: Path, rights: int) -> bool:
    try:
        return bool(path.stat().st_mode & rights)
    except OSError:
        return False
