"""Short runs of the tools that measure load: they run, and count what happened."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving import make_small_shop

from kb.core.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop, which each tool copies."""
    folder = tmp_path_factory.mktemp("shop")
    make_small_shop(Settings(home_text=str(folder), model="hash"))
    return folder


def run(home: Path, tool: str, *arguments: str) -> Any:
    """Its report, whatever its exit status: how fast this machine is now is not what is asked."""
    path = Path(__file__).with_name(tool)
    ended = subprocess.run(
        [sys.executable, str(path), "--home", str(home), "--model", "hash", "--json", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)


def test_searches_of_more_clients_than_threads_are_all_answered(home: Path) -> None:
    report = run(home, "search_load.py", "--clients", "50", "--seconds", "2", "--encoder-seconds", "0.5")
    searches = report["searches"]
    assert searches["errors"] == {}
    assert searches["busy_503"] == 0
    assert searches["admitted"] == searches["asked"] > 50
    assert report["encoder"]["before"]["queries_a_second"] > searches["admitted_a_second"] > 0
    assert report["processor_ms"]["web"] > report["processor_ms"]["client"] > 0


def test_who_types_is_told_to_come_again_before_a_search_is_and_a_rep_never(home: Path) -> None:
    [few, many] = run(home, "overload.py", "--clients", "20,300", "--seconds", "3", "--answer", "60")["steps"]
    assert few["faults"] == many["faults"] == []
    assert many["typing"]["busy_share"] > many["search (api)"]["busy_share"]
    assert many["rep"]["admitted"] == many["rep"]["asked"] > 0


def test_processes_are_looked_at_while_they_are_asked(home: Path) -> None:
    report = run(home, "soak.py", "--searches", "400", "--warm-up", "100", "--clients", "8")
    assert report["searches"] >= 400
    assert sum(name.startswith("web") for name in report["processes"]) == 2
    for one in report["processes"].values():
        assert one["own_mb"][0] > 0
        assert one["open_files"][0] > 0
        assert one["threads"][0] > 0


def test_an_import_that_is_killed_twice_goes_on_where_it_was(home: Path) -> None:
    report = run(home, "many_tickets.py", "--tickets", "600", "--idle", "2")
    first, _, last = report["runs"]
    assert first["status"] == -signal.SIGKILL
    assert 300 <= first["stored"] < 600
    assert last["status"] == 0
    missed = {what for what, is_so in report["reached"].items() if not is_so}
    # How fast others were, and whether the index was still being written when it was looked at, is this machine's affair.
    assert missed <= {what for what in report["reached"] if what.startswith("p95") or what == "killed twice"}
    assert report["stored"] == report["indexed"] == 600
