"""What is held on disk is bounded, survives what is broken beside it, and is stored once by however many workers."""

import os
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.service import held_requests
from kb.service.held_requests import HeldFullError, SentByCustomer, count_held, has_held, hold, store_held
from kb.tables import Conversation, Message


def sent(name: str, **fields: object) -> SentByCustomer:
    values = {
        "message": "My pin is 4821",
        "sent_at": utc_now(),
        "name": "Asha",
        "contact": "asha@example.com",
        "language": "en",
    }
    return SentByCustomer(external_id=name, **(values | fields))  # type: ignore[arg-type]


def store(engine: Engine, home: Path) -> dict[str, int]:
    return store_held(engine, home, lambda page, _conversation: page, region="IN")


def test_all_that_waits_is_stored_the_oldest_first_with_its_time(
    tmp_path: Path, engine: Engine, session: Session
) -> None:
    assert not has_held(tmp_path)
    for number in range(3):
        hold(tmp_path, sent(f"r{number}", message=f"number {number}"), region="IN")
        os.utime(tmp_path / "held" / f"r{number}.json", (1000 - number, 1000 - number))
    assert has_held(tmp_path)
    assert store(engine, tmp_path) == {"stored": 3}
    assert not has_held(tmp_path)
    assert [one.text for one in session.scalars(select(Message).order_by(Message.id))] == [
        "number 2",
        "number 1",
        "number 0",
    ]


def test_held_twice_it_is_one_file_and_workers_at_once_store_it_once(
    tmp_path: Path, engine: Engine, session: Session
) -> None:
    for _ in range(2):
        hold(tmp_path, sent("same"), region="IN")
    assert len(list((tmp_path / "held").iterdir())) == 1
    for number in range(5):
        hold(tmp_path, sent(f"r{number}", contact=f"a{number}@example.com"), region="IN")
    failed: list[BaseException] = []

    def work() -> None:
        try:
            store(engine, tmp_path)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    store(engine, tmp_path)
    assert not failed
    assert session.scalar(select(func.count(Conversation.id))) == 6
    assert session.scalar(select(func.count(Message.id))) == 6


def test_what_cannot_be_read_or_stored_is_put_aside_and_keeps_nobody_waiting(
    tmp_path: Path, engine: Engine, session: Session
) -> None:
    hold(tmp_path, sent("a-gone", conversation_id=99), region="IN")
    hold(tmp_path, sent("b-empty", message="  "), region="IN")
    folder = tmp_path / "held"
    for name, content in (("c.json", "{"), ("d.json", "[1]"), ("e.json", '{"pictures": [{}]}'), (".9.1", "half")):
        (folder / name).write_text(content, "utf-8")
    hold(tmp_path, sent("z-good"), region="IN")
    os.utime(folder / ".9.1", (1, 1))
    assert store(engine, tmp_path) == {"stored": 1, "gone": 1, "broken": 4}
    assert session.scalars(select(Message.text)).all() == ["My pin is [code]"]
    assert {path.name for path in folder.iterdir()} == {"b-empty.broken", "c.broken", "d.broken", "e.broken"}
    assert count_held(tmp_path) == (0, 4)
    os.utime(folder / "c.broken", (time.time() - 40 * 86_400,) * 2)
    store(engine, tmp_path)
    assert "c.broken" not in {path.name for path in folder.iterdir()}


def test_disk_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_requests, "MOST_HELD", 2)
    for number in range(2):
        hold(tmp_path, sent(f"r{number}"), region="IN")
    with pytest.raises(HeldFullError):
        hold(tmp_path, sent("r3"), region="IN")
    monkeypatch.setattr(held_requests, "MOST_HELD", 100)
    monkeypatch.setattr(held_requests, "MOST_BYTES", 1000)
    with pytest.raises(HeldFullError):
        hold(tmp_path, sent("r3", message="x " * 2000), region="IN")
    assert len(list((tmp_path / "held").iterdir())) == 2
