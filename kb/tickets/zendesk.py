"""Zendesk's JSON: {"tickets": […with comments…], "users": […]}, {"ticket": {…}}, {"results": […]}, pages of them one after
another, a bare array of tickets, or tickets as JSON lines.

Read as a stream, so that the size of the file does not matter. Users may stand before or after the tickets: where there
are any, the file is read twice, first for them, and they are kept in a temporary database that moves to disk when it grows.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.core.errors import Rejection
from kb.core.progress import Progress
from kb.tickets.json_file import mentions, read_records
from kb.tickets.lines import look_for_order
from kb.tickets.raw import RawTicket, RawTurn, RowError, channel_of, id_of, tags_of, text_of
from kb.tickets.reading import Reading
from kb.tickets.records import satisfaction_of
from kb.tickets.splitting import Found

# Names of all agents are looked for in every ticket; where there are more of them, only of those in the ticket.
_MOST_AGENTS = 300
_WHAT = "Zendesk export"
_USERS_MISSING = (
    " The list of users was not reached, so that names in these tickets were only redacted where letters greet or are "
    "signed: import the whole file again."
)


def read_zendesk(
    path: Path, progress: Progress | None = None, reading: Reading | None = None
) -> Iterator[RawTicket | Rejection]:
    """Each ticket, or a rejection with the line where it begins. Raises InvalidInputError for what is no such export."""
    reading = reading or Reading()
    reading.dates.look = lambda: look_for_order(path)
    with closing(_People()) as people:
        passes = 2 if path.is_file() and mentions(path, b'"users"') else 1
        if passes == 2:
            for found in read_records(path, progress, _WHAT, passes=2):
                if isinstance(found, Found) and found.key == "users":
                    people.add(found.value)
        for found in read_records(path, progress, _WHAT, number=passes, passes=passes):
            if isinstance(found, Rejection):
                is_cut = "the file ends" in found.reason and not people.known
                yield replace(found, reason=found.reason + _USERS_MISSING) if is_cut else found
            elif found.value is not None and found.key != "users" and _is_ticket(found.value):
                try:
                    yield _ticket_of(found.value, people, reading)
                except RowError as error:
                    yield Rejection(str(path), found.line, f"ticket {_name_of(found.value)}: {error}")


def _is_ticket(value: dict[str, Any]) -> bool:
    """Results of a search hold people and organisations, too."""
    return str(value.get("result_type") or "ticket") == "ticket"


def _name_of(value: dict[str, Any]) -> str:
    found = value.get("id")
    return str(found)[:40] if isinstance(found, int | str) and found != "" else "without an id"


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


def _ticket_of(value: dict[str, Any], people: _People, reading: Reading) -> RawTicket:
    external_id = id_of(value.get("id"))
    requester_id, requester = value.get("requester_id"), _requester_of(value, people)
    turns, names = _turns_of(value, requester_id, people, reading)
    subject = text_of(value.get("subject") or value.get("raw_subject"), "subject").strip()
    if not subject and not any(turn.text.strip() for turn in turns):
        raise RowError("it has neither a subject nor text")
    status = reading.status(value.get("status"))
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
        created_at=reading.time(value.get("created_at"), "created_at"),
        resolved_at=_resolved_at(value, reading) if status == "resolved" else None,
    )


def _resolved_at(value: dict[str, Any], reading: Reading) -> datetime | None:
    """When it was solved; the last change only where nothing else is known."""
    metrics = value.get("metric_set") or value.get("metrics")
    solved_at = value.get("solved_at") or (metrics.get("solved_at") if isinstance(metrics, dict) else None)
    return reading.time(solved_at, "solved_at") or reading.time(value.get("updated_at"), "updated_at")


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


def _turns_of(
    value: dict[str, Any], requester_id: object, people: _People, reading: Reading
) -> tuple[Sequence[RawTurn], list[str]]:
    """The messages in order, without notes of Zendesk itself, and the names of those who wrote them."""
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
        if _is_system(comment):
            reading.skipped["notes of the help desk's program"] += 1
            continue
        author = people.get(author_id)
        if author is None and isinstance(embedded, dict):
            author = str(embedded.get("role") or "end-user") != "end-user", _clean(embedded.get("name")), ""
        # Nobody knows the author: who is not the requester was an agent.
        is_agent = author[0] if author else author_id is not None and author_id != requester_id
        body = comment.get("plain_body") or comment.get("body") or comment.get("html_body") or comment.get("value")
        when = reading.time(comment.get("created_at"), f"created_at of comment {number}")
        public = comment.get("public") is not False
        turns.append(RawTurn("agent" if is_agent else "customer", text_of(body, f"comment {number}"), public, when))
        if author and author[1]:
            names.append(author[1])
    if not turns and value.get("description"):
        turns.append(RawTurn("customer", text_of(value["description"], "description")))
    return turns, names


def _is_system(comment: dict[str, Any]) -> bool:
    """Merges and the like: Zendesk's own user is -1, its own channel "system"."""
    via, author = comment.get("via"), comment.get("author")
    channel = via.get("channel") if isinstance(via, dict) else via
    role = author.get("role") if isinstance(author, dict) else comment.get("role")
    return comment.get("author_id") in (-1, "-1") or channel == "system" or role == "system"
