"""Characters that nobody sees: which of them are taken out of texts, and which stay.

| function | for | takes out | puts in their place |
|---|---|---|---|
| `clean_text` | articles | controls, no characters, overrides of direction | nothing |
| `clean_line` | titles, names | the same, and all that is invisible at the ends; NFC, white space folded | nothing |
| `clean_message` | tickets | as `clean_text`, and marks of direction, which can hide a number from redaction | nothing |
| `blank_controls` | pasted conversations | controls and no characters; line ends stay as they are | a blank |
| `clean_query` | searches | as `clean_message`, and zero-width spaces; NFC, white space folded | a blank |
| `without_format_characters` | slugs | everything of Unicode's class Cf | nothing |
| `FOLDED_AWAY` | terms of the index | what is written or left out at will inside of a word | nothing |

Zero-width joiners stay wherever text is kept: Indic scripts need them. NUL and lone surrogates never do: PostgreSQL refuses
them.
"""

import unicodedata

import regex

# For the inside of a character class. C0 and C1 controls but tab and line feed:
_CONTROLS = r"\x00-\x08\x0B-\x1F\x7F-\x9F"
# Lone surrogates, code points that will never be characters, byte order marks.
_NO_CHARACTERS = r"\p{Cs}\p{Noncharacter_Code_Point}\uFEFF"
# Overrides, embeddings and isolates can make a text read differently from what it is ("Trojan Source", CVE-2021-42574). They
# also come in unseen with text pasted from office programs, so they are taken out and not refused.
_OVERRIDES = r"\u202A-\u202E\u2066-\u2069"
# Text that mixes Hebrew or Arabic with other scripts needs these to look right.
_DIRECTION_MARKS = r"\u200E\u200F\u061C"
_ZERO_WIDTH_SPACES = r"\u200B\u2060-\u2065"

_UNWANTED = regex.compile(f"[{_CONTROLS}{_NO_CHARACTERS}{_OVERRIDES}]")
_UNWANTED_IN_MESSAGES = regex.compile(f"[{_CONTROLS}{_NO_CHARACTERS}{_OVERRIDES}{_DIRECTION_MARKS}]")
_UNWANTED_IN_QUERIES = regex.compile(
    f"[{_CONTROLS}{_NO_CHARACTERS}{_OVERRIDES}{_DIRECTION_MARKS}{_ZERO_WIDTH_SPACES}]+"
)
_UNPRINTABLE = regex.compile(f"[{_CONTROLS}{_NO_CHARACTERS}--\\r]", regex.V1)
_OVERRIDE = regex.compile(f"[{_OVERRIDES}]")
_INVISIBLE_ENDS = regex.compile(r"^[\s\p{Cf}]+|[\s\p{Cf}]+$")
_WHITE_SPACE = regex.compile(r"\s+")
_FORMAT_CHARACTERS = regex.compile(r"\p{Cf}+")

# For str.translate: joiners, zero-width spaces, byte order marks and soft hyphens stand inside of words or not.
FOLDED_AWAY = {ord(character): None for character in "\u200b\u200c\u200d\u2060\ufeff\u00ad"}


def normalise_newlines(text: str) -> str:
    """Line ends as \\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clean_text(text: str) -> str:
    """Text of several lines without the characters that may not stay. Joiners and direction marks are kept."""
    return _UNWANTED.sub("", normalise_newlines(text))


def clean_line(text: str) -> str:
    """One line: as clean_text, NFC, white space folded, nothing invisible at the ends."""
    folded = _WHITE_SPACE.sub(" ", clean_text(text))
    return _INVISIBLE_ENDS.sub("", unicodedata.normalize("NFC", folded))


def clean_message(text: str) -> str:
    """Text of several lines from a customer: as clean_text, without marks of direction."""
    return _UNWANTED_IN_MESSAGES.sub("", normalise_newlines(text))


def blank_controls(text: str) -> str:
    """Text of several lines, pasted: a blank for each character that no page can hold, so that nothing moves."""
    return _UNPRINTABLE.sub(" ", text)


def clean_query(text: str) -> str:
    """What is typed into a search box, as one line of NFC; a blank where something invisible was."""
    if not text.isprintable():
        text = _UNWANTED_IN_QUERIES.sub(" ", text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def without_format_characters(text: str) -> str:
    """Without joiners, direction marks and everything else that formats and is not seen."""
    return _FORMAT_CHARACTERS.sub("", text)


def has_override(text: str) -> bool:
    """Whether the text changes its direction without showing it."""
    return _OVERRIDE.search(text) is not None
