"""Exports to import, and the import with what most tests do not care about filled in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kb.tickets import ImportReport, import_tickets

KEY = b"k" * 32
Import = Callable[..., ImportReport]

USERS = [
    {"id": 1, "name": "Ramesh Iyer", "email": "ramesh.iyer@mail.example", "role": "end-user"},
    {"id": 2, "name": "Sunita Verma", "email": "sunita.verma@shop.example", "role": "agent"},
    {"id": 3, "name": "সুমিতা ঘোষ", "email": "sumita@mail.example", "role": "end-user"},
]


def _ticket(number: int = 7, **changes: Any) -> dict[str, Any]:
    ticket: dict[str, Any] = {
        "id": number,
        "subject": f"Order JH-2041{number:04d} not received",
        "description": "ignored where there are comments",
        "status": "solved",
        "tags": ["delivery"],
        "via": {"channel": "voice"},
        "requester_id": 1,
        "created_at": "2026-03-10T05:49:02Z",
        "updated_at": "2026-03-12T11:09:41Z",
        "satisfaction_rating": {"score": "good"},
        "comments": [
            {
                "author_id": 1,
                "public": True,
                "created_at": "2026-03-10T05:49:02Z",
                "body": "Dear team,\n\nMy lamp has not come since five days. Call 98400 12345.\n\nRegards,\nRamesh Iyer",
            },
            {"author_id": 2, "public": True, "body": "Thank you for contacting us. We will get back to you soon."},
            {"author_id": 2, "public": False, "body": "Courier lost it. Refund limit 500, ask L2."},
            {
                "author_id": 2,
                "public": True,
                "body": "Dear Ramesh,\n\nThe courier lost the parcel. A new lamp left today and comes on Friday.\n\nSunita",
            },
            {"author_id": 1, "public": True, "body": "Thanks, it came."},
        ],
    }
    return {**ticket, **changes}


def _export(tickets: list[Any], *, users_first: bool = False) -> dict[str, Any]:
    parts = {"tickets": tickets, "users": USERS}
    return dict(reversed(parts.items())) if users_first else parts


@pytest.fixture
def zendesk_ticket() -> Callable[..., dict[str, Any]]:
    """`zendesk_ticket(7, status="open")`: a ticket as Zendesk exports it, with changes."""
    return _ticket


@pytest.fixture
def zendesk_export() -> Callable[..., dict[str, Any]]:
    """`zendesk_export([...], users_first=True)`: tickets with the users that they name."""
    return _export


@pytest.fixture
def reasons() -> Callable[[ImportReport], list[str]]:
    """Rejections of a report as "line: reason"."""
    return lambda report: [f"{rejection.line}: {rejection.reason}" for rejection in report.rejected]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(content)` makes a file of bytes, text, or anything that becomes JSON."""

    def write_file(content: Any, name: str = "export.json") -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
            path.write_text(text, "utf-8")
        return path

    return write_file


@pytest.fixture
def run_import(session: Session) -> Import:
    def run(path: Path, source: str = "zendesk", **options: Any) -> ImportReport:
        return import_tickets(session, path, source, requester_key=KEY, checkpoint=session.commit, **options)

    return run
