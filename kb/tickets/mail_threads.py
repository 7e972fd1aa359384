"""Which mails of a mailbox belong together, and whose mailbox it is."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kb.text.mail.message import MailHeaders

_MOST_MAILS_OF_A_THREAD = 200
_MOST_ADDRESSES = 20_000
# Anybody has an address there: the owner is one address, not the domain.
_PUBLIC_PROVIDERS_TEXT = """
gmail.com googlemail.com yahoo.com yahoo.co.in yahoo.in ymail.com outlook.com hotmail.com live.com msn.com aol.com
icloud.com me.com mac.com proton.me protonmail.com gmx.de gmx.net web.de rediffmail.com zoho.com mail.com mail.ru
yandex.com t-online.de orange.fr free.fr laposte.net
"""
_PUBLIC_PROVIDERS = frozenset(_PUBLIC_PROVIDERS_TEXT.split())
DESK_ADDRESS = re.compile(
    r"^(?:support|help|helpdesk|care|customer|service|info|hello|contact|desk|team|billing|sales|feedback|kontakt|hilfe|aide|ayuda)",
)


@dataclass(frozen=True)
class Place:
    """Where a mail stands in the file, with the line of its first header."""

    start: int
    length: int
    line: int


class Threads:
    """Which mails belong together, in SQLite's own temporary database, which spills to disk and vanishes when closed."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.executescript(
            "CREATE TABLE mails (start INTEGER PRIMARY KEY, length INTEGER, line INTEGER, thread INTEGER);"
            "CREATE INDEX mails_thread ON mails (thread);"
            "CREATE TABLE names (id TEXT PRIMARY KEY, thread INTEGER) WITHOUT ROWID;"
            "CREATE INDEX names_thread ON names (thread);"
            "CREATE TABLE talks (subject TEXT, address TEXT, thread INTEGER, PRIMARY KEY (subject, address, thread)) "
            "WITHOUT ROWID;"
            "CREATE INDEX talks_thread ON talks (thread);"
        )
        self._count = 0
        self._addresses: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()  # to whom threads were begun

    def close(self) -> None:
        self._database.close()

    def add(self, place: Place, headers: MailHeaders | None) -> None:
        self._count += 1
        thread = self._thread_of(headers) if headers else self._count
        self._database.execute(
            "REPLACE INTO mails VALUES (?, ?, ?, ?)", (place.start, place.length, place.line, thread)
        )
        if headers and len(self._addresses) < _MOST_ADDRESSES:
            self._addresses.update({headers.sender, *headers.recipients} - {""})
            if not headers.is_reply:
                self._asked.update(set(headers.recipients))

    def _thread_of(self, headers: MailHeaders) -> int:
        """The thread of the mails that it names or that name it; several of them are one from now on."""
        ids = [*headers.references, headers.message_id] if headers.message_id else list(headers.references)
        marks = ",".join("?" * len(ids))
        rows = (
            self._database.execute(
                f"SELECT DISTINCT thread FROM names WHERE id IN ({marks})",  # noqa: S608 - question marks only
                ids,
            ).fetchall()
            if ids
            else []
        )
        known = sorted(row[0] for row in rows)
        subject = headers.thread_subject.casefold()[:300]
        if not known and headers.is_reply and subject:
            known = self._talks(subject, headers)
        thread = known[0] if known else self._count
        for other in known[1:]:
            self._database.execute("UPDATE mails SET thread = ? WHERE thread = ?", (thread, other))
            self._database.execute("UPDATE names SET thread = ? WHERE thread = ?", (thread, other))
            self._database.execute("UPDATE OR REPLACE talks SET thread = ? WHERE thread = ?", (thread, other))
        self._database.executemany("REPLACE INTO names VALUES (?, ?)", ((name, thread) for name in ids))
        if subject:
            people = {headers.sender, *headers.recipients} - {""}
            self._database.executemany(
                "REPLACE INTO talks VALUES (?, ?, ?)", ((subject, person, thread) for person in people)
            )
        return thread

    def _talks(self, subject: str, headers: MailHeaders) -> list[int]:
        """The latest thread of this subject in which the sender and somebody of the recipients take part."""
        return sorted(
            self._threads_of(subject, headers.sender)
            & {thread for person in headers.recipients for thread in self._threads_of(subject, person)}
        )[-1:]

    def _threads_of(self, subject: str, person: str) -> set[int]:
        rows = self._database.execute(
            "SELECT thread FROM talks WHERE subject = ? AND address = ? ORDER BY thread DESC LIMIT 1000",
            (subject, person),
        )
        return {int(row[0]) for row in rows}

    def owner(self, own_domains: frozenset[str]) -> "Owner":
        """Whose mailbox it is: the address that takes part in most mails; of several, one that is called like a desk or is
        written to first."""
        if own_domains:
            return Owner("", own_domains)

        def rank(address: str) -> tuple[int, bool, int, str]:
            is_desk = bool(DESK_ADDRESS.match(address))
            return self._addresses[address], is_desk, self._asked[address], address

        best = max(self._addresses, key=rank, default="")
        domain = best.rpartition("@")[2]
        return Owner(best, frozenset() if domain in _PUBLIC_PROVIDERS or not domain else frozenset((domain,)))

    def in_order(self) -> Iterator[list[Place]]:
        """The mails of each thread, threads in the order of their first mail."""
        threads = self._database.execute("SELECT thread FROM mails GROUP BY thread ORDER BY MIN(start)")
        for (thread,) in threads:
            rows = self._database.execute(
                "SELECT start, length, line FROM mails WHERE thread = ? ORDER BY start LIMIT ?",
                (thread, _MOST_MAILS_OF_A_THREAD),
            )
            yield [Place(*row) for row in rows]


@dataclass(frozen=True)
class Owner:
    address: str
    domains: frozenset[str]

    def wrote(self, sender: str) -> bool:
        return bool(sender) and (sender == self.address or sender.rpartition("@")[2] in self.domains)
