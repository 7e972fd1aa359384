"""Which header of a table means what: by our own names, by the words that exports use, with and without prefixes."""

import re
from collections.abc import Iterable, Mapping

from kb.core.errors import InvalidInputError

# Column -> the headers that are understood for it, the surest first: of two that fit, the one further left is taken.
_HEADERS = """
id: id, ticket id, ticket number, ticket no, ticket, case id, case number, case, external id, request id, request
    number, issue key, issue id, incident number, conversation id, display id, reference, reference number, number,
    key, sr no, sl no
subject: subject, title, summary, raw subject, topic, headline, short description, name of issue
problem: problem, description, customer message, question, body, message, first message, initial message, issue,
    query, complaint, details, content, text, long description, problem description, issue description, request,
    concern, feedback
resolution: resolution, solution, resolution note, resolution notes, resolution comment, resolution comments,
    resolution details, answer, agent reply, agent response, reply, response, closing note, closing notes, close
    notes, final reply, last reply, agent comments, agent notes, fix, outcome, work notes
channel: channel, via, source, origin, medium, contact channel, via channel, source name, case origin
language: language, lang, locale, customer language
status: status, state, ticket status, status name, current status
created_at: created at, created, created time, creation date, created date, date created, created on, creation time,
    opened at, opened, opened on, open date, date opened, submitted at, received at, reported on, date of complaint,
    date, timestamp
resolved_at: resolved at, solved at, resolved, resolved time, resolved date, resolution date, solved date, date
    resolved, date solved, resolved on, solved on, closed at, closed, closed time, closed date, closed on, date
    closed, close date, close time, closing date, completed at, last resolved at, resolution time, updated at,
    updated, last updated, last update time, last modified, modified
tags: tags, tag, labels, label, current tags, categories, category, type, issue type, sub category
requester: requester, requester name, customer, customer name, contact, contact name, full name, name, reported by,
    raised by, submitter, caller, client name, user name, from
requester_email: requester email, customer email, contact email, email, email address, requester e mail, user email,
    mail
requester_phone: requester phone, customer phone, contact phone, phone, mobile, phone number, mobile number, work
    phone, contact number
requester_id: requester id, customer id, contact id, user id, client id
agent: agent, agent name, assignee, assignee name, assigned to, owner, responder, responder name, assigned agent,
    resolved by, case owner, handled by
satisfaction: satisfaction, satisfaction rating, satisfaction score, customer satisfaction rating, customer
    satisfaction, csat, csat score, rating, survey result
messages: messages, conversation, conversations, turns, comments, thread, transcript, chat transcript, notes,
    comments and work notes
"""


def _read_headers(text: str) -> dict[str, tuple[str, ...]]:
    """A line a column; an indented line goes on."""
    lines = text.strip().replace("\n    ", " ").split("\n")
    return {
        column: tuple(header.strip() for header in headers.split(","))
        for column, _, headers in (line.partition(":") for line in lines)
    }


COLUMNS = _read_headers(_HEADERS)

# Words that exports put before every header ("Ticket Subject"), or after it ("Created At (UTC)").
_PREFIXES_TEXT = """
ticket tickets case request issue incident conversation query complaint call support sr the customer hs cf fd zd
"""
_PREFIXES = frozenset(_PREFIXES_TEXT.split())
_SUFFIXES_TEXT = """
utc gmt ist text field value html plain raw iso local time
"""
_SUFFIXES = frozenset(_SUFFIXES_TEXT.split())
_IN_BRACKETS = re.compile(r"[(\[{][^)\]}]{0,40}[)\]}]")
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u0dff]+[^\W_]*)*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Asked for to leave a column out.
IGNORED = "ignore"
_PER_PREFIX = 1_000


def _words(header: str) -> list[str]:
    return _WORD.findall(_CAMEL.sub(" ", _IN_BRACKETS.sub(" ", header)).casefold())


def _ranks() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for column, headers in COLUMNS.items():
        for rank, header in enumerate((column.replace("_", " "), *headers)):
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
    return mapped


def check_column(column: str) -> str:
    """Our name of a column. Raises InvalidInputError if there is none of this name."""
    name = column.strip().lower().replace(" ", "_").replace("-", "_")
    if name not in COLUMNS and name != IGNORED:
        raise InvalidInputError(f"Unknown field {column!r}.", remedy=f"Known are {', '.join(COLUMNS)}, {IGNORED}.")
    return name


def has_needed_columns(columns: set[str]) -> bool:
    return "id" in columns and bool(columns & {"subject", "problem", "messages"})
