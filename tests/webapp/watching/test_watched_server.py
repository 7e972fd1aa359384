"""The real server, watched as its operators do: several processes, one worker, a collector of traces, and things that break."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Literal

import pytest
from content_factory import add_article
from kb_process import KB, children, free_port
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from trace_receiver import TraceReceiver

from indexer.encoders.hashing import HashEncoder
from indexer.updating import bring_up_to_date
from kb.core.database import session_scope
from kb.core.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite_only(reason="processes are the same; a database that is gone is its file"),
]
TOKEN = "a token of a scraper in tests"
SAID = "asha@example.com asks where her refund is"
# Generous: what is waited for comes in a second on a machine that has nothing else to do.
LONGEST = 240.0


@dataclass
class Server:
    root: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        asked = urllib.request.Request(self.root + path, headers={"Authorization": f"Bearer {TOKEN}"} | headers)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, answer.read().decode(), _lower(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), _lower(error.headers)
        except OSError:
            return 0, "", {}

    def ready(self) -> dict[str, bool]:
        status, body, _ = self.get("/readyz")
        return {"status": status == 200, **(json.loads(body)["checks"] if body else {})}

    def figures(self) -> dict[str, float]:
        text = self.get("/metrics")[1]
        return {
            one.name + "".join(value for _, value in sorted(one.labels.items())): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }

    def child(self, role: Literal["web", "worker"]) -> int:
        """Its process id."""
        is_worker = {pid: "worker" in command for pid, command in children(self.process.pid).items()}
        return next(pid for pid, found in is_worker.items() if found == (role == "worker"))

    def lines(self) -> list[dict[str, object]]:
        """All of the log but what the server says to the person who starts it."""
        told = self.log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in told if line.startswith("{")]


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def wait_until(condition: Callable[[], bool], pause: float = 0.1) -> None:
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(pause)


@contextmanager
def serving(settings: Settings, log: Path, **more: str) -> Iterator[Server]:
    port = str(free_port())
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "OTEL_"))}
    environment |= {"KB_HOME": settings.home_text, "KB_DATABASE": settings.database_url, "KB_MODEL": "hash"}
    environment |= {"KB_PORT": port, "KB_WORKERS": "2", "KB_METRICS_TOKEN": TOKEN, "KB_LOG_FORMAT": "json"}
    with log.open("wb") as file:
        command = [*KB, "serve"]
        process = subprocess.Popen(command, env=environment | more, stdout=file, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until(lambda: server.ready()["status"] or process.poll() is not None)
        assert process.poll() is None, log.read_text("utf-8")
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def test_figures_log_and_traces_of_all_processes_fit_together(
    settings: Settings, engine: Engine, session: Session, tmp_path: Path
) -> None:
    add_article(session, "Refunds", "A refund takes five days.")
    with (
        TraceReceiver().running() as receiver,
        serving(
            settings, tmp_path / "log", KB_LOG_LEVEL="info", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address
        ) as server,
    ):
        question = "/api/v1/search?q=" + urllib.request.quote(SAID)
        names = [server.get(question)[2]["x-request-id"] for _ in range(30)]
        wait_until(lambda: server.figures().get("kb_index_passageshelp", 0) > 0)
        wait_until(lambda: server.figures().get("kb_processesjobs", 0) == 1)
        for _ in range(6):  # whichever process is asked
            found = server.figures()
            assert found["kb_http_requests_totalGET/api/v1/search200"] == 30
            assert sum(value for name, value in found.items() if name.startswith("kb_searches_total")) == 30
            assert found["kb_search_stage_duration_seconds_countencode"] == 30
            assert found["kb_processesweb"] == 2
            assert found["kb_index_stale"] == 0
        assert sum(value for name, value in found.items() if name.startswith("kb_job_runs_total")) >= 1
        assert found["kb_process_resident_memory_bytesweb"] > 50_000_000
        # A process that dies takes away what it was, and not what it has counted.
        os.kill(server.child("web"), signal.SIGKILL)
        wait_until(lambda: server.figures().get("kb_http_requests_totalGET/api/v1/search200") == 30)
        wait_until(lambda: server.figures()["kb_processesweb"] == 2)
        shown = subprocess.run(
            [*KB, "doctor", "--json"],
            env=os.environ | {"KB_HOME": settings.home_text, "KB_DATABASE": settings.database_url, "KB_MODEL": "hash"},
            capture_output=True,
            text=True,
            check=False,
        )
        told = {one["subject"]: one["text"] for one in json.loads(shown.stdout)}
        assert told["Server"] == "2 web processes and 1 workers run"
        assert told.get("Searches", told.get("Slow search", "")).startswith("30 since the start")
    lines = [line for line in server.lines() if line.get("route") == "/api/v1/search"]
    assert sorted(str(line["request_id"]) for line in lines) == sorted(names)
    assert {line["status"] for line in lines} == {200}
    assert any(line.get("job_kind") == "index" and line.get("job_id") for line in server.lines())
    searches = [span for span in receiver.spans if span.name == "GET /api/v1/search"]
    # Those of the process that was killed may not have been sent.
    assert {span.trace for span in searches} <= {str(line["trace_id"]) for line in lines}
    assert len(searches) >= 1
    assert any(span.name.startswith("job ") and span.resource["kb.role"] == "jobs" for span in receiver.spans)
    assert "asha" not in server.log.read_text("utf-8")
    assert b"asha" not in b"".join(receiver.bodies)


def test_readyz_says_what_is_broken_and_that_it_is_well_again(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    well = {"status": True, "database": True, "search": True, "index": True, "encoder": True, "storing": True}
    with session_scope(engine) as session:
        add_article(session, "Refunds", "A refund takes five days.")
    # One process: another, opened by its first request, would make files anew that it finds broken.
    with serving(settings, tmp_path / "log", KB_WORKERS="1") as server:
        wait_until(lambda: server.ready() == well)
        manifest = settings.index_dir / "manifest.json"
        wait_until(manifest.exists)
        # The worker would make the index anew before anybody has looked.
        os.kill(server.child("worker"), signal.SIGSTOP)
        kept = manifest.read_bytes()
        manifest.write_bytes(kept[: len(kept) // 2])
        # The newest index cannot be read: searches go on, and the process stays in service.
        wait_until(lambda: server.ready() == well | {"index": False})
        assert server.get("/api/v1/search?q=refund")[0] == 200
        wait_until(lambda: server.figures()["kb_index_stale"] == 1)
        manifest.write_bytes(kept)
        wait_until(lambda: server.ready() == well)
        os.kill(server.child("worker"), signal.SIGCONT)
        path = Path(engine.url.database or "")
        away = path.rename(path.with_name("away.sqlite3"))
        gone = dict.fromkeys(("status", "database", "search", "index", "encoder"), False)
        wait_until(lambda: server.ready() == well | gone)
        assert server.get("/healthz")[0] == 200
        path.unlink(missing_ok=True)  # a new connection makes an empty one
        away.rename(path)
        wait_until(lambda: server.ready() == well)
    assert any("is not the file any more" in str(line["message"]) for line in server.lines())


def test_index_files_cut_short_under_a_running_server_are_made_anew(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    with session_scope(engine) as session:
        for i in range(20):
            add_article(session, f"Refunds of order {i}", "A refund takes five days. " * 20)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)

    def answers(server: Server) -> bool:
        status, body, _ = server.get("/api/v1/search?q=refund")
        return status == 200 and len(json.loads(body)["results"]) > 1

    def tells_of_damage(server: Server) -> bool:
        # Whoever reads what is no longer there is ended by the system (SIGBUS): somebody has to ask.
        answers(server)
        return any("is made anew from the database" in str(line["message"]) for line in server.lines())

    with serving(settings, tmp_path / "log") as server:
        wait_until(lambda: answers(server))
        assert server.lines() == []
        for path in (*settings.index_dir.rglob("*.bin"), *settings.index_dir.rglob("*.faiss")):
            os.truncate(path, 0)
        wait_until(lambda: tells_of_damage(server), pause=0.5)
        wait_until(lambda: all(answers(server) for _ in range(5)), pause=0.5)
        assert server.ready()["status"]
