import gc
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from kb_process import KB, free_port, without_settings

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from webapp.commands.serve import _warm_up, check_port, gunicorn_options, places
from webapp.commands.serving_bridge import Bridge

Kb = Callable[..., subprocess.CompletedProcess[str]]


SCRAPER = "a token of a scraper in tests"


@pytest.fixture
def server(kb: Kb, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The real server with two workers; its address and its process."""
    assert kb("init").returncode == 0
    port = str(free_port())
    environment = without_settings()
    environment |= {"KB_HOME": str(tmp_path / "home"), "KB_MODEL": "hash", "KB_PORT": port, "KB_WORKERS": "2"}
    environment["KB_METRICS_TOKEN"] = SCRAPER
    process = subprocess.Popen(
        [*KB, "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    root = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while fetch(f"{root}/readyz")[0] != 200:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "the server did not become ready"
        time.sleep(0.2)
    yield root, process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=40)


def fetch(url: str) -> tuple[int, str]:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {SCRAPER}"})
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@pytest.mark.slow
def test_server_answers_adds_up_its_figures_and_stops_gracefully(server: tuple[str, subprocess.Popen[str]]) -> None:
    root, process = server
    for _ in range(40):
        status, body = fetch(f"{root}/api/v1/search?q=refund")
        assert status == 200
        assert json.loads(body)["outcome"] == "none"
    # Whichever worker is asked, the figures are those of all.
    for _ in range(5):
        assert 'kb_searches_total{outcome="none",place="api"} 40.0' in fetch(f"{root}/metrics")[1]
    process.send_signal(signal.SIGTERM)
    output = process.communicate(timeout=40)[0]
    assert process.returncode == 0
    assert f"Help centre  {root}/help/" in output
    assert "Traceback" not in output
    assert "refund" not in output


@pytest.mark.slow
def test_slow_clients_do_not_stop_the_site_and_long_searches_arrive(server: tuple[str, subprocess.Popen[str]]) -> None:
    root, _ = server
    address = ("127.0.0.1", int(root.rpartition(":")[2]))
    held = []
    for _ in range(48):
        sending = socket.create_connection(address)
        sending.sendall(b"POST /help/en/contact HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\nmessage=")
        reading = socket.socket()
        reading.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        reading.connect(address)
        reading.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20)
        silent = socket.create_connection(address)
        silent.sendall(b"GET /help/ HT")
        held += [sending, reading, silent]
    words = urllib.parse.quote("मेरा रिफंड कब आएगा " * 105)  # 2,000 characters
    assert len(words) > 15_000
    started = time.monotonic()
    assert fetch(f"{root}/help/hi/search?q={words}")[0] == 200
    assert fetch(f"{root}/healthz")[0] == 200
    assert time.monotonic() - started < 10
    # One that is longer than any search is refused in words of the protocol.
    assert fetch(f"{root}/help/hi/search?q={words * 3}")[0] == 414
    for sock in held:
        sock.close()


@pytest.mark.slow
def test_taken_port_is_one_line(server: tuple[str, subprocess.Popen[str]], kb: Kb) -> None:
    port = server[0].rpartition(":")[2]
    second = kb("serve", KB_PORT=port)
    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1
    assert f"port {port}" in second.stderr
    assert f"PORT={int(port) + 1}" in second.stderr


def test_server_does_not_start_without_a_database(kb: Kb) -> None:
    refused = kb("serve")
    assert refused.returncode == 1
    assert "kb init" in refused.stderr


def test_port_that_may_not_be_used_is_told(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="no such host at all"):
        check_port(replace(settings, host="no such host at all"))


@pytest.mark.parametrize(
    ("host", "address"), [("0.0.0.0", "http://127.0.0.1:8000/desk/"), ("::1", "http://[::1]:8000/desk/")]
)
def test_addresses_are_shown_so_that_they_can_be_opened(settings: Settings, host: str, address: str) -> None:
    assert address in places(replace(settings, host=host))


def test_workers_load_the_application_after_the_fork_and_log_no_addresses(settings: Settings) -> None:
    options = gunicorn_options(replace(settings, workers_text="3"))
    assert options["workers"] == 3
    assert options["preload_app"] is False
    assert options["accesslog"] is None


def test_a_worker_that_is_warm_does_not_look_for_garbage_among_what_stays(app: Flask) -> None:
    before = gc.get_freeze_count()
    _warm_up(SimpleNamespace(asgi=Bridge(app), log=app.logger, alive=False))
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join(30)
    try:
        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()


def test_nothing_that_starts_threads_of_its_own_is_loaded_before_the_fork() -> None:
    """A forked process does not have them, and is aborted when it waits for them at its end."""
    script = (
        "import sys\n"
        "from kb.core.settings import load_settings\n"
        "from webapp.commands.serve import _load_before_fork\n"
        "_load_before_fork(load_settings())\n"
        "print(*({'onnxruntime', 'torch', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
