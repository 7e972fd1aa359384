"""Zendesk's JSON export: {"tickets": […with comments…], "users": […]}, a bare array of tickets, or tickets as JSON lines.

Read as a stream, so that the size of the file does not matter. Users may stand before or after the tickets: the file is
read twice, first for them, and they are kept in a temporary database that moves to disk when it grows.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.files import Meter, guess_encoding, open_export
from kb.tickets.lines import read_json_lines
from kb.tickets.positions import ElementLines
from kb.tickets.raw import RawTicket, RawTurn, RowError, channel_of, id_of, status_of, tags_of, text_of, time_of
from kb.tickets.records import satisfaction_of

# Names of all agents are looked for in every ticket; where there are more of them, only of those in the ticket.
_MOST_AGENTS = 300
_TICKET_KEYS = frozenset(
    ("id", "subject", "comments", "requester_id", "description", "via", "url", "status", "raw_subject")
)
# Top-level keys before "tickets" that are looked through before giving up.
_MOST_EVENTS = 5_000_000


def read_zendesk(path: Path, progress: Progress | None = None) -> Iterator[RawTicket | Rejection]:
    """Each ticket, or a rejection with the line where it begins. Raises InvalidInputError for what is no such export."""
    with open_export(path) as (file, size), closing(_People()) as people:
        start = file.tell()
        if guess_encoding(file.read(4096)) != "utf-8":
            raise InvalidInputError(f"{path} is not in UTF-8.", remedy="Export it as JSON again; JSON is UTF-8.")
        file.seek(start)
        shape = _shape_of(file, path)
        file.seek(start)
        if shape == "lines":
            yield from read_json_lines(file, path, Meter(size, 1, progress), lambda value: _ticket_of(value, people))
            return
        meter = Meter(size, 2 if shape == "export" else 1, progress)
        if shape == "export":
            _read_people(file, people, meter)
            meter.next_pass()
            file.seek(start)
        yield from _read_array(file, path, "tickets" if shape == "export" else "", people, meter)


def _shape_of(file: BinaryIO, path: Path) -> str:
    """`export`, `array` or `lines`, by what comes first."""
    wrong = InvalidInputError(
        f"{path} is no Zendesk export.",
        remedy='Expected is JSON: {"tickets": […]}, an array of tickets, or one ticket on each line. '
        "For other formats name another one with --from.",
    )
    try:
        for number, (prefix, event, value) in enumerate(ijson.parse(file, multiple_values=True)):
            if number == 0 and event == "start_array":
                return "array"
            if number == 0 and event != "start_map":
                raise wrong
            if prefix == "" and event == "map_key":
                if value in {"tickets", "users"}:
                    return "export"
                if value in _TICKET_KEYS:
                    return "lines"
            if number > _MOST_EVENTS or (prefix == "" and event == "end_map"):
                break
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise wrong from error
    raise wrong


def _read_people(file: BinaryIO, people: "_People", meter: Meter) -> None:
    try:
        for number, user in enumerate(ijson.items(file, "users.item")):
            people.add(user)
            if number % 500 == 0:
                meter.at(file.tell())
    except (ijson.JSONError, UnicodeDecodeError, RecursionError):
        # The reading of the tickets comes to the same place and says so.
        return


def _read_array(
    file: BinaryIO, path: Path, key: str, people: "_People", meter: Meter
) -> Iterator[RawTicket | Rejection]:
    lines = ElementLines(path, key)
    count = 0
    try:
        for value in ijson.items(file, f"{key}.item" if key else "item"):
            count += 1
            meter.at(file.tell())
            try:
                yield _ticket_of(value, people)
            except RowError as error:
                yield Rejection(str(path), lines.line_of(count), f"ticket {_name_of(value, count)}: {error}")
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        line = lines.line_of(count + 1)
        what = "the file ends in the middle" if _is_cut(file, error) else "the JSON is broken"
        where = f"in ticket number {count + 1}, which begins here" if line else f"after ticket number {count}"
        reason = f"{what}, {where}; {count} before it were read."
        if key and not people.known:
            reason += (
                " The list of users was not reached, so that names in these tickets were only redacted where letters "
                "greet or are signed: import the whole file again."
            )
        yield Rejection(str(path), line, reason)


def _is_cut(file: BinaryIO, error: Exception) -> bool:
    """True if the file ends too early; a cut within a character or a word looks like broken JSON to the parser."""
    if "premature EOF" in str(error) or "Incomplete JSON" in str(error):
        return True
    file.seek(max(0, file.seek(0, os.SEEK_END) - 200))
    return not file.read().rstrip().endswith((b"}", b"]"))


def _name_of(value: object, count: int) -> str:
    found = value.get("id") if isinstance(value, dict) else None
    return str(found)[:40] if isinstance(found, int | str) and found != "" else f"number {count}"


# --- People ---------------------------------------------------------------------------------------------------------


class _People:
    """Users by id in SQLite's own temporary database, which spills to disk and vanishes when closed."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute(
            "CREATE TABLE people (id TEXT PRIMARY KEY, agent INTEGER, name TEXT, email TEXT) WITHOUT ROWID"
        )
        self.agents: dict[str, str] = {}  # name -> e-mail
        self.known = False

    def close(self) -> None:
        self._database.close()

    def add(self, user: object) -> None:
        """Keep what is needed of a user; what is no user is passed over."""
        if not isinstance(user, dict) or user.get("id") is None:
            return
        self.known = True
        is_agent = str(user.get("role") or "end-user") in {"agent", "admin", "owner"}
        name, email = _clean(user.get("name")), _clean(user.get("email"))
        self._database.execute("REPLACE INTO people VALUES (?, ?, ?, ?)", (str(user["id"]), is_agent, name, email))
        if is_agent and len(self.agents) <= _MOST_AGENTS:
            self.agents[name or email] = email

    def get(self, identity: object) -> tuple[bool, str, str] | None:
        """(is an agent, name, e-mail)."""
        if identity is None:
            return None
        row = self._database.execute("SELECT agent, name, email FROM people WHERE id = ?", (str(identity),)).fetchone()
        return (bool(row[0]), row[1], row[2]) if row else None


def _clean(value: object) -> str:
    return text_of(value, "name")[:300].strip() if isinstance(value, str) else ""


# --- Tickets --------------------------------------------------------------------------------------------------------


def _ticket_of(value: object, people: _People) -> RawTicket:
    if not isinstance(value, dict):
        raise RowError("it is no JSON object")
    external_id = id_of(value.get("id"))
    requester_id, requester = value.get("requester_id"), _requester_of(value, people)
    turns, names = _turns_of(value, requester_id, people)
    subject = text_of(value.get("subject") or value.get("raw_subject"), "subject").strip()
    if not subject and not any(turn.text.strip() for turn in turns):
        raise RowError("it has neither a subject nor text")
    status = status_of(value.get("status"))
    metrics = value.get("metric_set")
    solved_at = value.get("solved_at") or (metrics.get("solved_at") if isinstance(metrics, dict) else None)
    via = value.get("via")
    name, email = requester[1:] if requester else ("", "")
    agents = people.agents if len(people.agents) <= _MOST_AGENTS else {}
    return RawTicket(
        source="zendesk",
        external_id=external_id,
        subject=subject,
        status=status,
        channel=channel_of(via.get("channel") if isinstance(via, dict) else via),
        turns=turns,
        tags=tags_of(value.get("tags") if isinstance(value.get("tags"), list | str) else None),
        satisfaction=satisfaction_of(value.get("satisfaction_rating")),
        requester=email.lower() or (f"zendesk:{requester_id}" if requester_id is not None else ""),
        names=tuple(dict.fromkeys(found for found in (name, *_handles(name, email), *names, *agents) if found)),
        own_domains=frozenset(address.rpartition("@")[2].lower() for address in agents.values() if "@" in address),
        created_at=time_of(value.get("created_at"), "created_at"),
        resolved_at=time_of(solved_at or value.get("updated_at"), "updated_at") if status == "resolved" else None,
    )


def _requester_of(value: dict[str, Any], people: _People) -> tuple[bool, str, str] | None:
    found = people.get(value.get("requester_id"))
    embedded = value.get("requester")
    if found is None and isinstance(embedded, dict):
        return False, _clean(embedded.get("name")), _clean(embedded.get("email"))
    return found


def _handles(name: str, email: str) -> list[str]:
    """The local part of the address where it begins like the name (zoyak for Zoya Khan): people are called so, too."""
    local = "".join(character for character in email.partition("@")[0] if character.isalpha()).casefold()
    parts = [part for part in name.casefold().split() if len(part) >= 4]
    return [local] if len(local) >= 5 and any(local.startswith(part) for part in parts) else []


def _turns_of(value: dict[str, Any], requester_id: object, people: _People) -> tuple[Sequence[RawTurn], list[str]]:
    """The messages in order, and the names of those who wrote them."""
    comments = value.get("comments")
    if isinstance(comments, dict):  # the incremental export wraps them once more
        comments = comments.get("comments")
    if comments is None:
        comments = []
    if not isinstance(comments, list):
        raise RowError("its comments are no list")
    turns: list[RawTurn] = []
    names: list[str] = []
    for number, comment in enumerate(comments, start=1):
        if not isinstance(comment, dict):
            raise RowError(f"comment {number} is no object")
        author_id, embedded = comment.get("author_id"), comment.get("author")
        author = people.get(author_id)
        if author is None and isinstance(embedded, dict):
            author = str(embedded.get("role") or "end-user") != "end-user", _clean(embedded.get("name")), ""
        # Nobody knows the author: who is not the requester was an agent.
        is_agent = author[0] if author else author_id is not None and author_id != requester_id
        body = comment.get("plain_body") or comment.get("body") or comment.get("html_body") or comment.get("value")
        when = time_of(comment.get("created_at"), f"created_at of comment {number}")
        public = comment.get("public") is not False
        turns.append(RawTurn("agent" if is_agent else "customer", text_of(body, f"comment {number}"), public, when))
        if author and author[1]:
            names.append(author[1])
    if not turns and value.get("description"):
        turns.append(RawTurn("customer", text_of(value["description"], "description")))
    return turns, names
