"""What every importer makes of a row: a ticket as it was exported, not yet redacted, checked for shape only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kb.tickets.text import plain_text

CHANNELS = {
    "phone": "phone voice call phone_call_inbound phone_call_outbound voicemail telephony ivr mobile_call",
    "email": "email mail e-mail e_mail",
    "chat": "chat live_chat livechat messaging native_messaging web_messenger web_widget widget chatbot in-app in_app",
    "sms": "sms text mobile_sms",
    "social": "social facebook twitter x whatsapp instagram telegram line viber youtube any_channel "
    "instagram_dm twitter_dm "
    "facebook_post facebook_messenger messenger tiktok",
    "web": "web web_form webform form portal help_center helpcenter web_service website",
}
_CHANNEL_OF = {alias: channel for channel, aliases in CHANNELS.items() for alias in aliases.split()}

RESOLVED_STATUSES = frozenset(("solved", "closed", "resolved", "done", "completed", "complete", "fixed"))
_OTHER_STATUSES = frozenset(
    (
        "new",
        "open",
        "pending",
        "hold",
        "on-hold",
        "on_hold",
        "waiting",
        "in_progress",
        "in-progress",
        "reopened",
        "active",
    )
)

# Where more than this is written in one turn it is a log or a pasted document; the rest is left out.
LONGEST_TURN = 50_000
LONGEST_ID = 200


class RowError(ValueError):
    """This row cannot be used; the message says why, in words for the person who made the export."""


@dataclass(frozen=True)
class RawTurn:
    """One message. `text` is plain text without control characters, otherwise as it was."""

    role: str  # customer | agent
    text: str
    public: bool = True
    created_at: datetime | None = None


@dataclass(frozen=True)
class RawTicket:
    """One exported ticket. `problem` and `resolution` are given by exports without messages, else made from "
    "`turns`."""

    source: str
    external_id: str
    subject: str
    status: str  # resolved | open
    channel: str
    turns: Sequence[RawTurn] = ()
    problem: str = ""
    resolution: str = ""
    language: str = ""
    tags: Sequence[str] = ()
    satisfaction: str | None = None
    requester: str = ""  # e-mail, phone or id; only its keyed hash is stored
    names: Sequence[str] = field(default=())  # of the people in it, to be redacted
    own_domains: frozenset[str] = frozenset()
    created_at: datetime | None = None
    resolved_at: datetime | None = None


def channel_of(value: object) -> str:
    """Our word for a channel of an export; `other` for what nobody knows."""
    return _CHANNEL_OF.get(str(value or "").strip().lower().replace(" ", "_"), "other")


def status_of(value: object) -> str:
    """`resolved` or `open`. An empty status is resolved: exports without the column hold resolved tickets."""
    status = str(value or "").strip().lower().replace(" ", "_")
    if not status or status in RESOLVED_STATUSES:
        return "resolved"
    if status in {"deleted", "spam", "suspended"}:
        raise RowError(f"the ticket's status is {status!r}")
    if status in _OTHER_STATUSES:
        return "open"
    raise RowError(
        f"unknown status {_shorten(value)}; known are {', '.join(sorted(RESOLVED_STATUSES | _OTHER_STATUSES))}"
    )


_FORMATS = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%Y-%m-%d %H:%M:%S %Z",
    "%a, %d %b %Y %H:%M:%S %z",
)


def time_of(value: object, what: str) -> datetime | None:
    """An aware time, None for nothing. Times without a zone are UTC; 03/04/2026 is 3 April. Raises RowError."""
    if value is None or value == "":
        return None
    text = str(value).strip()
    if not text:
        return None
    found: datetime | None = None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in _FORMATS:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - a zone is added below
                break
            except ValueError:
                continue
    if found is None:
        raise RowError(f"{what} {_shorten(text)} is no time (an example: 2026-03-31T14:05:00+05:30)")
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        found = found.astimezone(UTC)
    except OverflowError as error:
        raise RowError(f"{what} {_shorten(text)} is out of range") from error
    if not 1990 <= found.year <= 2200:
        raise RowError(f"{what} {_shorten(text)} cannot be: the year is {found.year}")
    return found


def id_of(value: object, what: str = "id") -> str:
    """An id as text. Raises RowError if there is none or it is no id."""
    if value is None or isinstance(value, bool | float | Decimal | dict | list) or not str(value).strip():
        raise RowError(f"it has no {what}")
    text = plain_text(str(value)).strip()
    if not text:
        raise RowError(f"it has no {what}")
    if len(text) > LONGEST_ID:
        raise RowError(f"its {what} is longer than {LONGEST_ID} characters")
    return text


def text_of(value: object, what: str) -> str:
    """Plain text; "" for nothing. Raises RowError for what is no text."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise RowError(f"its {what} is no text")
    return plain_text(str(value)[:LONGEST_TURN])


def tags_of(value: Any) -> list[str]:
    """Tags of a list or of a text with commas, at most fifty."""
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    tags = (plain_text(str(part)).strip()[:100] for part in parts if not isinstance(part, dict | list))
    return list(dict.fromkeys(tag for tag in tags if tag))[:50]


def _shorten(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else text[:40] + "…")
