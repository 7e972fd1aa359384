"""Which header of a table means what: by our own names, by the words that exports use, with and without prefixes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from kb.core.errors import InvalidInputError
from kb.tickets.header_words import HEADERS, OTHER_HEADERS


def _read_headers(text: str) -> dict[str, tuple[str, ...]]:
    """A line a column; an indented line goes on."""
    lines = text.strip().replace("\n    ", " ").split("\n")
    return {
        column: tuple(header.strip() for header in headers.split(","))
        for column, _, headers in (line.partition(":") for line in lines)
    }


COLUMNS = _read_headers(HEADERS)
_IN_OTHER_LANGUAGES = _read_headers(OTHER_HEADERS)

# Words that exports put before every header ("Ticket Subject"), or after it ("Created At (UTC)").
_PREFIXES_TEXT = """
ticket tickets case request issue incident conversation query complaint call support sr the customer hs cf fd zd
vorgang vorgangs anfrage fall kunden n nº demande dossier caso solicitud chamado solicitação
टिकट शिकायत अनुरोध টিকিট টিকিটের টিকেট টিকেটের অভিযোগ অভিযোগের অনুরোধের
"""
_SUFFIXES_TEXT = """
utc gmt ist text field value html plain raw iso local time
in ticket tickets vorgang anfrage demande dossier caso solicitud chamado solicitação
"""
_BETWEEN_TEXT = """
of de du des la le les l d da do das dos em el los las del al der die dem den a à का की के ka ki ke এর
"""
_BETWEEN = frozenset(_BETWEEN_TEXT.split())
_IN_BRACKETS = re.compile(r"[(\[{][^)\]}]{0,40}[)\]}]")
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u0dff]+[^\W_]*)*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Asked for to leave a column out.
IGNORED = "ignore"
_PER_PREFIX = 1_000


_ACCENT = re.compile("[\u0300-\u036f]")


def _words(header: str) -> list[str]:
    """In small letters, without accents, brackets, and the small words between others."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", _CAMEL.sub(" ", _IN_BRACKETS.sub(" ", header)).casefold()))
    words: list[str] = _WORD.findall(unicodedata.normalize("NFC", plain))
    return [word for word in words if word not in _BETWEEN] or words


_PREFIXES = frozenset(word for text in _PREFIXES_TEXT.split() for word in _words(text))
_SUFFIXES = frozenset(word for text in _SUFFIXES_TEXT.split() for word in _words(text))


def _ranks() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for column, headers in COLUMNS.items():
        for rank, header in enumerate((column.replace("_", " "), *headers, *_IN_OTHER_LANGUAGES[column])):
            found.setdefault("".join(_words(header)), (column, rank))
    return found


_RANK_OF = _ranks()


def guess_column(header: str) -> tuple[str, int] | None:
    """(column, rank) of a header, 0 the surest; None where nobody knows what it means."""
    words = _words(header[:100])
    for dropped in range(3):
        if found := _RANK_OF.get("".join(words)):
            return found[0], found[1] + dropped * _PER_PREFIX
        if len(words) > 1 and words[0] in _PREFIXES:
            words = words[1:]
        elif len(words) > 1 and words[-1] in _SUFFIXES:
            words = words[:-1]
        else:
            return None
    return None


def map_columns(headers: Iterable[str], asked: Mapping[str, str] | None = None) -> dict[str, str]:
    """Header -> column, for those that are understood; of several for one column the surest (then the first) is taken.

    `asked` (header -> column, or "ignore") goes before any guess. Raises InvalidInputError for headers that are not there
    and for columns that there are not.
    """
    headers = list(headers)
    mapped = _asked_columns(headers, asked or {})
    taken = set(mapped.values())
    best: dict[str, tuple[int, str]] = {}
    for header in headers:
        found = None if header in mapped else guess_column(header)
        if found and found[0] not in taken and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], header)
    mapped |= {header: column for column, (_, header) in best.items()}
    return {header: mapped[header] for header in headers if mapped.get(header, IGNORED) != IGNORED}


def _asked_columns(headers: list[str], asked: Mapping[str, str]) -> dict[str, str]:
    mapped: dict[str, str] = {}
    by_words = {"".join(_words(header)): header for header in reversed(headers)}
    for wanted, column in asked.items():
        header = wanted if wanted in headers else by_words.get("".join(_words(wanted)))
        if header is None:
            raise InvalidInputError(
                f"There is no column {wanted!r}.",
                remedy=f"There are {', '.join(repr(name[:40]) for name in headers[:30])}.",
            )
        mapped[header] = check_column(column)
    for column, count in Counter(mapped.values()).items():
        if count > 1 and column != IGNORED:
            both = ", ".join(repr(header[:40]) for header in mapped if mapped[header] == column)
            raise InvalidInputError(f"Two columns cannot both be {column}: {both}.", remedy="Ignore one of them.")
    return mapped


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Header -> column of texts such as "Short text=subject". The header may have `=` in it, the column has none.

    Raises InvalidInputError for what is not COLUMN=FIELD.
    """
    columns = {}
    for pair in pairs:
        header, separator, column = pair.rpartition("=")
        if not separator or not header.strip():
            raise InvalidInputError(f"{pair!r} is not COLUMN=FIELD.", remedy="An example: Short text=subject")
        columns[header.strip()] = column.strip()
    return columns


def check_column(column: str) -> str:
    """Our name of a column. Raises InvalidInputError if there is none of this name."""
    name = column.strip().lower().replace(" ", "_").replace("-", "_")
    if name not in COLUMNS and name != IGNORED:
        raise InvalidInputError(f"Unknown field {column!r}.", remedy=f"Known are {', '.join(COLUMNS)}, {IGNORED}.")
    return name


class UnusableColumnsError(InvalidInputError):
    """A table whose columns do not make tickets; headers: as they stand in it."""

    def __init__(self, message: str, remedy: str, headers: list[str]) -> None:
        super().__init__(message, remedy=remedy)
        self.headers = headers


def has_needed_columns(columns: set[str]) -> bool:
    return "id" in columns and bool(columns & {"subject", "problem", "messages"})
