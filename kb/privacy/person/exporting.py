"""Everything about one person as a file: JSON, and the files that they sent or got, in a zip."""

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import LargeBinary, Table, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.privacy.holdings import HOLDINGS
from kb.privacy.person.identity import Person
from kb.privacy.person.rows import Rows, blocks, key_of, rows_of_person, table_of
from kb.tables import Attachment

FORMAT = "kb-assist customer export 1"
# Keys by which links and programs prove themselves: they open something, and say nothing of the person.
_SECRET = frozenset({"public_id", "address_key", "requester_ref", "content_hash", "fingerprint"})
_UNSAFE = re.compile(r"[^\w.\- ]+")
_README = """Everything that this help centre keeps about one customer, as of {at}.

data.json   what is stored, by table; each table says in a sentence what it holds. Times are in UTC.
files/      what was sent as a file, with the number that data.json has under "attachments".
waiting/    (where there is any) requests that are not in the database yet.
"""


def export_person(
    session: Session, person: Person, file: IO[bytes], *, waiting: Sequence[Mapping[str, Any]] = ()
) -> dict[str, int]:
    """Write the zip; returns how many rows of each table are in it. waiting: requests that are kept in files just now."""
    rows = rows_of_person(session, person)
    at = utc_now()
    tables = {table.name: _table(session, table, rows) for table in sorted(rows, key=lambda one: one.name)}
    data = {"format": FORMAT, "made_at": at.isoformat(timespec="seconds"), "tables": tables}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README.format(at=at.isoformat(timespec="seconds")))
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=_plain))
        for place, one in enumerate(waiting, start=1):
            archive.writestr(f"waiting/{place}.json", json.dumps(one, ensure_ascii=False, indent=1, default=_plain))
        for (number,) in blocks(rows.get(table_of(Attachment), ()), 1):
            sent = session.execute(select(Attachment.name, Attachment.content).where(Attachment.id == number)).one()
            archive.writestr(f"files/{number}-{_file_name(sent.name)}", sent.content)
    return {name: len(table["rows"]) for name, table in tables.items()}


def _table(session: Session, table: Table, rows: Rows) -> dict[str, Any]:
    columns = [one for one in table.columns if not isinstance(one.type, LargeBinary) and one.name not in _SECRET]
    found: list[dict[str, Any]] = []
    for block in blocks(rows[table]):
        statement = select(*columns).where(key_of(table).in_(block)).order_by(key_of(table))
        found += (dict(row) for row in session.execute(statement).mappings())
    return {"what": HOLDINGS[table.name].what if table.name in HOLDINGS else "", "rows": found}


def _file_name(name: str) -> str:
    """One that no program takes for a path."""
    return _UNSAFE.sub("_", name).strip(". ")[:100] or "file"


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
