"""Personal data out of texts before they are stored: `redact`.

Each detector of `contacts`, `numbers` and `names` finds spans in a view of the text; what one has claimed is hidden from
the next (`spans`). The order is the priority: what has a check digit or a shape of its own goes before what only the
neighbouring words give away. See docs/decisions/0004-tickets-and-redaction.md.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from kb.privacy.redaction import contacts, numbers
from kb.privacy.redaction.names import find_introductions, find_names, name_words, prepare_names
from kb.privacy.redaction.spans import Canvas, Span
from kb.privacy.redaction.spoken import find_spoken_numbers

PLACEHOLDERS = (
    "[email]",
    "[phone]",
    "[card]",
    "[aadhaar]",
    "[pan]",
    "[iban]",
    "[code]",
    "[link]",
    "[name]",
    "[upi]",
    "[account]",
)

_PLACEHOLDER = re.compile("|".join(re.escape(placeholder) for placeholder in PLACEHOLDERS))
# Without a digit, an address or an introduction there is nothing to find but names.
_WORTH_A_LOOK = re.compile(
    r"[\d@]|://|www\.|\bat\b|password|passwd|pwd|name|na+m\b|नाम|নাম|/|पासवर्ड|পাসওয়ার্ড", re.IGNORECASE
)
# Ten words without anything else between them are a long number only where some of these are among them.
_SPOKEN = re.compile(
    r"\b(?:nine|eight|seven|zero|nau|aat?h|saa?t|noy)\b|नौ|आठ|सात|शून्य|नाइन|एट|সাত|আট|শূন্য|নাইন|এইট|জিরো|নয়|নয়",
    re.IGNORECASE,
)
# Replacing may bring a number closer to a telling word. It settles at once except in texts made to avoid it.
_MOST_ROUNDS = 10


def redact(
    text: str, *, names: Sequence[str] = (), region: str = "IN", own_domains: frozenset[str] = frozenset()
) -> str:
    """The text with placeholders for what identifies a person or unlocks something of theirs.

    `names` are redacted as whole words, whole or in part; `region` is the country of phone numbers without a prefix;
    role addresses at `own_domains` (help@…) stay. Redacting twice changes nothing more. Never raises; linear in the
    length of the text.
    """
    given = tuple(dict.fromkeys(name for name in names if name.strip()))
    for _ in range(_MOST_ROUNDS):
        redacted = _redact_once(text, given, region, own_domains)
        if redacted == text:
            break
        text = redacted
    return text


def redact_query(text: str) -> str:
    """A search query as it may be kept."""
    return redact(text)


def _redact_once(text: str, given: tuple[str, ...], region: str, own_domains: frozenset[str]) -> str:
    canvas = Canvas(text)
    look = _WORTH_A_LOOK.search(canvas.view) is not None
    canvas.apply(_find_placeholders)
    if look:
        for detector in (
            contacts.find_links,
            contacts.find_spelled_addresses,
            partial(
                contacts.find_addresses,
                own_domains=own_domains,
                names=name_words(given) if own_domains else frozenset(),
            ),
            numbers.find_ibans,
            numbers.find_pans,
            numbers.find_cards,
            numbers.find_passwords,
            numbers.find_harmless,
            numbers.find_references,
            numbers.find_aadhaar,
            numbers.find_accounts,
            partial(contacts.find_phones, region=region),
            numbers.find_codes_after,
            numbers.find_codes_far_after,
            numbers.find_codes_before,
            find_introductions,
        ):
            canvas.apply(detector)
    if _SPOKEN.search(canvas.view):
        canvas.apply(find_spoken_numbers)
    if given:
        canvas.apply(partial(find_names, names=prepare_names(given)))
    return canvas.render()


def _find_placeholders(view: str) -> Iterator[Span]:
    for match in _PLACEHOLDER.finditer(view):
        yield Span(match.start(), match.end(), None)
