"""Text as it comes from people: bytes to text, slugs."""

import hashlib
import unicodedata
from collections.abc import Sequence

import anyascii
import regex

from kb.core.errors import InvalidInputError, Rejection
from kb.text.cleaning import clean_text, has_override, without_format_characters
from kb.text.words import find_words

MAX_BYTES = 2_000_000
MAX_SLUG_BYTES = 200  # a slug is also a file name, and file systems stop at 255 bytes

_LATIN = regex.compile(r"[\p{Script=Latin}\p{M}\p{N}]*\p{Script=Latin}[\p{Script=Latin}\p{M}\p{N}]*")


class ArticleError(InvalidInputError):
    """An article cannot be used; `rejections` has every reason with its line."""

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        self.rejections = tuple(rejections)
        super().__init__("; ".join(str(rejection) for rejection in rejections))


def reject(path: str, line: int | None, reason: str) -> ArticleError:
    """An ArticleError with one reason, to raise."""
    return ArticleError([Rejection(path, line, reason)])


def hash_bytes(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def describe_size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def check_size(size: int, path: str) -> None:
    """Raises ArticleError where `size` (bytes) is more than an article may have."""
    if size > MAX_BYTES:
        raise reject(
            path, None, f"is {describe_size(size)} long; an article may have {describe_size(MAX_BYTES)} at most"
        )


def decode_article(data: bytes, path: str, *, keep_mark: bool = False) -> str:
    """UTF-8 text of a file, without the mark of its byte order unless `keep_mark`.

    Raises ArticleError for too much, binary content, another encoding.
    """
    check_size(len(data), path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise reject(path, 1, "is encoded as UTF-16; save it as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise reject(path, line, f"is binary, not text (NUL at byte {nul})")
    try:
        return data.decode("utf-8" if keep_mark else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise reject(
            path, line, f"is not UTF-8: byte 0x{byte:02x} at offset {error.start}; save it as UTF-8"
        ) from error


def bidi_control_lines(text: str) -> list[int]:
    """The lines (1-based) that have directional overrides or isolates."""
    return [number for number, line in enumerate(text.split("\n"), start=1) if has_override(line)]


# Characters of a heading: its anchor is full long before.
_LOOKED_AT = 5_000


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens, "" where there is no letter or digit.

    Words in Latin letters become ASCII (é → e, ß → ss). Other scripts keep their letters with their combining
    marks (a browser percent-encodes them): a transliteration would be unreadable to everybody. At most 200 bytes.
    """
    # Joiners are dropped, not treated as spaces: they stand inside of Indic words.
    joined = without_format_characters(clean_text(text[:_LOOKED_AT]))
    words: list[str] = []
    for word in find_words(unicodedata.normalize("NFKC", joined).lower()):
        if not _LATIN.fullmatch(word):
            words.append(word)
        elif ascii_word := regex.sub(r"[^a-z0-9]+", "", anyascii.anyascii(word).lower()):
            words.append(ascii_word)
    slug = unicodedata.normalize("NFC", "-".join(words))
    while len(slug.encode()) > MAX_SLUG_BYTES:
        head = slug.rpartition("-")[0]
        slug = head or slug[:-1]
    return slug


def is_slug(text: str) -> bool:
    """Whether `text` may stand as a slug: what slugify would leave alone."""
    return bool(text) and slugify(text) == text
