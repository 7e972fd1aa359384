"""How a setting is declared and its text read: numbers, hosts, countries, times."""

import re
from dataclasses import field
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.core.errors import ConfigurationError


def setting(env: str, default: str, description: str) -> str:
    return field(default=default, metadata={"env": env, "description": description})


def secret_setting(env: str, description: str) -> str:
    """One that may hold a password: it is left out of `repr`, and may stand in a file (kb/core/secret_files.py)."""
    return field(default="", repr=False, metadata={"env": env, "description": description, "secret": True})


def yes_or_no(name: str, text: str) -> bool:
    choice = text.strip().lower()
    if choice not in {"", "0", "1", "no", "yes", "off", "on", "false", "true"}:
        raise ConfigurationError(f"{name} is {text!r}, but must be 1 or 0.")
    return choice in {"1", "yes", "on", "true"}


def whole_number(name: str, text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise ConfigurationError(f"{name} is {text!r}, but must be a whole number from {low} to {high}.")
    return value


def country(name: str, text: str) -> str:
    if len(text) != 2 or not (text.isascii() and text.isalpha()):
        raise ConfigurationError(
            f"{name} is {text!r}, but must be a country in two letters.", remedy=f"Use for example {name}=IN, GB or US."
        )
    return text


def hosts(name: str, text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip().lower() for host in text.split(",") if host.strip())
    for host in hosts:
        # They go into the content security policy, where a blank or a semicolon would begin something else.
        if not re.fullmatch(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]", host):
            raise ConfigurationError(f"{name} has {host!r}, which is no host name such as cdn.example.com.")
    return hosts


def origins(name: str, text: str) -> tuple[str, ...]:
    """Addresses of sites without a path, as browsers write them: `https://desk.example.com`, `http://10.0.0.5:8080`."""
    found = []
    for origin in filter(None, (one.strip().rstrip("/").lower() for one in text.split(","))):
        try:
            parts = urlsplit(origin)
            is_usable = parts.port != 0
        except ValueError:
            is_usable = False
        # They go into the content security policy, where a blank, a semicolon or a star would mean something else.
        host = r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])"
        if not is_usable or not re.fullmatch(
            rf"(?:https?://{host}(?::\d{{1,5}})?|chrome-extension://[a-p]{{32}})", origin
        ):
            raise ConfigurationError(
                f"{name} has {origin!r}, which is no address of a site.",
                remedy=f"An example: {name}=https://helpdesk.example.com (without a path; several with commas)",
            )
        usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "-")
        found.append(origin.removesuffix(usual))
    return tuple(found)


def probability(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise ConfigurationError(f"{name} is {text!r}, but must be a number from 0 to 1.")
    return value


def minutes_by_name(name: str, text: str) -> dict[str, int]:
    """`chat=2, email=240` as minutes by name."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        key, _, number = (one.strip() for one in part.partition("="))
        if not key or not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 1_000_000:
            raise ConfigurationError(f"{name} has {part!r}, but must be minutes by channel, such as chat=2, email=240.")
        found[key] = int(number)
    return found


def time_zone(name: str, text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"{name} is {text!r}, which is no time zone.", remedy=f"An example: {name}=Asia/Kolkata, or Europe/London."
        ) from error


def split_web_address(text: str) -> SplitResult | None:
    """The parts of an http or https address with a host and a port that can be; None of anything else."""
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_usable else None


def web_address(name: str, text: str) -> str:
    """An http or https address with a host, or "" where none is set."""
    if not text:
        return ""
    if split_web_address(text) is None or not text.isascii() or any(character <= " " for character in text):
        raise ConfigurationError(f"{name} is {text!r}, but must be an address such as https://example.com/customer.")
    return text


def choices(name: str, text: str, known: frozenset[str]) -> frozenset[str]:
    """Some of what is known, comma-separated; `none` or "" for none."""
    found = frozenset(one.strip().lower() for one in text.split(",") if one.strip()) - {"none"}
    if unknown := sorted(found - known):
        raise ConfigurationError(f"{name} has {unknown[0]!r}, but knows {', '.join(sorted(known))} and none.")
    return found


def contact_ways(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """`phone=1800 000 5454, telegram=https://t.me/example`: numbers of phones, else addresses of pages by https."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        way, _, target = (one.strip() for one in part.partition("="))
        is_number = re.fullmatch(r"\+?[0-9][0-9 ()-]{2,30}", target) is not None
        if not re.fullmatch(r"[A-Za-z][A-Za-z ]{1,29}", way) or not (is_number or target.startswith("https://")):
            raise ConfigurationError(
                f"{name} has {part!r}, which is no way to reach somebody.",
                remedy=f"An example: {name}=phone=1800 000 5454, sms=+919000012345, telegram=https://t.me/example",
            )
        found.append((way.lower(), target if is_number else web_address(name, target)))
    return tuple(found)
