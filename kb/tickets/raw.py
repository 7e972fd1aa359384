"""What every importer makes of a row: a ticket as it was exported, not yet redacted, checked for shape only."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from kb.text.mail import LONGEST_MAIL, plain_text

CHANNELS = {
    "phone": "phone voice call phone_call_inbound phone_call_outbound voicemail telephony ivr mobile_call",
    "email": "email mail e-mail e_mail",
    "chat": "chat live_chat livechat messaging native_messaging web_messenger web_widget widget chatbot in-app in_app",
    "sms": "sms text mobile_sms",
    "social": "social social_media social_network facebook twitter x whatsapp instagram telegram line viber youtube "
    "any_channel instagram_dm twitter_dm facebook_post facebook_messenger messenger tiktok",
    "web": "web web_form webform form portal help_center helpcenter web_service website self_service feedback_widget "
    "website_form customer_portal",
}
_CHANNEL_OF = {alias: channel for channel, aliases in CHANNELS.items() for alias in aliases.split()}

_RESOLVED_STATUSES_TEXT = """
solved closed resolved done completed complete fixed finished archived auto_closed auto_resolved gelöst geschlossen
erledigt résolu fermé clos resuelto cerrado solucionado resolvido fechado concluído encerrado abgeschlossen behoben terminé
हल बंद সমাধান বন্ধ সমাধান_হয়েছে हल_हो_गया हल_किया_गया बंद_किया_गया पूर्ण निपटाया_गया সমাধান_করা_হয়েছে বন্ধ_করা_হয়েছে সম্পন্ন মীমাংসিত
"""
RESOLVED_STATUSES = frozenset(unicodedata.normalize("NFC", _RESOLVED_STATUSES_TEXT).split())
_OPEN_STATUSES_TEXT = """
new open opened pending hold on_hold waiting in_progress reopened re_opened active assigned unassigned snoozed to_do
todo backlog draft escalated waiting_on_customer waiting_on_third_party waiting_for_customer awaiting_reply
awaiting_response offen neu in_bearbeitung wartend नया खुला लंबित নতুন খোলা মুলতুবি ouvert nouveau en_cours en_attente abierto
nuevo pendiente en_curso aberto novo pendente em_andamento
"""
_OPEN_STATUSES = frozenset(unicodedata.normalize("NFC", _OPEN_STATUSES_TEXT).split())
_DROPPED_STATUSES = frozenset(("deleted", "spam", "suspended", "trash", "junk"))

# Of a turn in HTML, this much is read; of its text LONGEST_MAIL.
_LONGEST_SOURCE = 400_000
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
    """One exported ticket. `problem` and `resolution` are given by exports without messages, else made from `turns`."""

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
    word = re.sub(r"[\s_]+", "_", str(value or "").strip().lower().rpartition("::")[2])
    return _CHANNEL_OF.get(word, "other")


def status_of(value: object) -> tuple[str, bool]:
    """(`resolved` or `open`, whether the word is known). An empty status is resolved: exports without the column hold
    resolved tickets. A word that nobody knows means open: an unsolved ticket must not answer anybody.
    """
    word = unicodedata.normalize("NFC", str("" if value is None else value))
    status = re.sub(r"[\s_/-]+", "_", word.strip().lower()).strip("_")
    if not status or status in RESOLVED_STATUSES:
        return "resolved", True
    if status in _DROPPED_STATUSES:
        raise RowError(f"the ticket's status is {status!r}")
    return "open", status in _OPEN_STATUSES


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
    return plain_text(str(value)[:_LONGEST_SOURCE])[:LONGEST_MAIL]


def tags_of(value: Any) -> list[str]:
    """Tags of a list or of a text with commas, at most fifty."""
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    tags = (plain_text(str(part)).strip()[:100] for part in parts if not isinstance(part, dict | list))
    return list(dict.fromkeys(tag for tag in tags if tag))[:50]


def shorten(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else text[:40] + "…")
