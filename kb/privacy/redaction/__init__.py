"""Personal data out of texts before they are stored: `redact`.

Each detector finds spans in a view of the text; what one has claimed is hidden from the next (`spans`). The order is the
priority: what has a check digit or a shape of its own goes before what only the neighbouring words give away.
See docs/decisions/0004-tickets-and-redaction.md.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from kb.privacy.redaction import features, links, passwords
from kb.privacy.redaction.introductions import find_introductions
from kb.privacy.redaction.names import find_names, name_words, prepare_names
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
    "[passport]",
    "[voter]",
    "[licence]",
)

_PLACEHOLDER = re.compile("|".join(re.escape(placeholder) for placeholder in PLACEHOLDERS))
# Replacing may bring a number closer to a telling word. It settles at once except in texts made to avoid it.
_MOST_ROUNDS = 10


# Who writes to a person wants to be answered: how to reach them, and whom, stays in what that person gets to read.
_TO_ANSWER = frozenset({"[email]", "[phone]", "[name]", "[upi]"})


def redact(
    text: str,
    *,
    names: Sequence[str] = (),
    region: str = "IN",
    own_domains: frozenset[str] = frozenset(),
    keep: frozenset[str] = frozenset(),
) -> str:
    """The text with placeholders for what identifies a person or unlocks something of theirs.

    `names` are redacted as whole words, whole or in part; `region` is the country of phone numbers without a prefix;
    role addresses at `own_domains` (help@…) stay, and so does what would get a placeholder of `keep`. Redacting twice
    changes nothing more. Never raises; linear in the length of the text.
    """
    given = tuple(dict.fromkeys(name for name in names if name.strip()))
    for _ in range(_MOST_ROUNDS):
        redacted = _redact_once(text, given, region, own_domains, keep)
        if redacted == text:
            break
        text = redacted
    return text


def mask_secrets(text: str, *, region: str) -> str:
    """The text for a person who has to answer it: without what unlocks, pays or identifies, with how to reach its writer."""
    return redact(text, region=region, keep=_TO_ANSWER)


def masked_kinds(*texts: str) -> list[str]:
    """The placeholders in texts that `mask_secrets` made, each once."""
    return [
        placeholder
        for placeholder in PLACEHOLDERS
        if any(placeholder in text for text in texts) and placeholder not in _TO_ANSWER
    ]


def find_personal_data(text: str, *, region: str = "IN") -> list[Span]:
    """Where `redact` would put placeholders at first sight, in order. Never raises; linear in the length of the text."""
    return [
        span
        for span in _look(text, (), region, frozenset()).places()
        if text[span.start : span.end] != span.placeholder
    ]


def _redact_once(
    text: str, given: tuple[str, ...], region: str, own_domains: frozenset[str], keep: frozenset[str]
) -> str:
    return _look(text, given, region, own_domains).render(keep)


def _look(text: str, given: tuple[str, ...], region: str, own_domains: frozenset[str]) -> Canvas:
    """The text with all that was found in it."""
    canvas = Canvas(text)
    seen = features.look(canvas.view)
    if seen.bracket:
        canvas.apply(_find_placeholders)
    if seen.link:
        canvas.apply(links.find_links, cased=True)
    if seen.at:
        # Imported here, as what is for digits: an ordinary question has neither, and a command that asks one would wait for the
        # patterns longer than for its search.
        from kb.privacy.redaction import addresses

        canvas.apply(addresses.find_spelled_addresses)
        names = name_words(given) if own_domains else frozenset()
        canvas.apply(partial(addresses.find_addresses, own_domains=own_domains, names=names))
        canvas.apply(addresses.find_spaced_upi)
    if seen.secret:
        canvas.apply(passwords.find_passwords)
        canvas.apply(passwords.find_credentials)
        canvas.apply(passwords.find_vouchers)
    if seen.digits:
        from kb.privacy.redaction.numbers import claim_numbers

        claim_numbers(canvas, seen, region)
    if seen.introduction:
        canvas.apply(find_introductions, cased=True)
    if seen.spoken:
        canvas.apply(find_spoken_numbers)
    if given:
        canvas.apply(partial(find_names, names=prepare_names(given)), cased=True)
    return canvas


def _find_placeholders(view: str) -> Iterator[Span]:
    for match in _PLACEHOLDER.finditer(view):
        yield Span(match.start(), match.end(), None)
