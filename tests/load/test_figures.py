"""Short runs of the tools that measure load, all on one small server: they count what happened. How fast it is is not asked."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import many_tickets
import overload
import search_load
import soak
from bare_encoder import bare_queries
from serving import Server, make_small_shop, served
from visitors import cookies_of_reps

from kb.core.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("shop")
    make_small_shop(Settings(home_text=str(home), model="hash"))
    before = signal.getsignal(signal.SIGTERM)
    with served(home, KB_MODEL="hash") as running:
        yield running
    signal.signal(signal.SIGTERM, before)


def test_searches_of_more_clients_than_threads_are_all_answered(server: Server) -> None:
    found = search_load.measured(server, 50, 1.5, "api")
    searches = found["searches"]
    assert searches["errors"] == {}
    assert searches["admitted"] == searches["asked"] - searches["busy_503"] > 50
    assert found["processor_ms"]["web"] > found["processor_ms"]["client"] > 0


def test_the_encoder_by_itself_is_counted_in_every_process(server: Server) -> None:
    found = bare_queries(str(server.home), "hash", ["refund", "cancel"], processes=1, seconds=0.2)
    assert found["queries_a_second"] > 0
    assert found["processor_ms"] > 0


def test_who_types_is_told_to_come_again_before_a_search_is_and_a_rep_never(server: Server) -> None:
    found = overload.step(server, cookies_of_reps(server.address, server.home), 200, 3, seed=1)
    assert overload.faults(found, answer_s=60) == []
    assert found["typing"]["busy_share"] >= found["search (api)"]["busy_share"]
    assert found["rep"]["admitted"] == found["rep"]["asked"] > 0


def test_processes_are_looked_at_while_they_are_asked(server: Server) -> None:
    looks = soak.look(server, 0)
    done, _ = soak.ask(server, looks, 100, 8)
    assert done >= 100
    grown = soak.growth(looks, 0)
    assert sorted(name.split()[0] for name in grown) == ["jobs", "server", "web", "web"]
    assert all(min(*one["own_mb"], *one["open_files"], *one["threads"]) > 0 for one in grown.values())


def test_an_import_that_is_killed_goes_on_where_it_was(server: Server) -> None:
    report = many_tickets.measured(server, argparse.Namespace(tickets=600, idle=1.0, model="hash"))
    first, _, last = report["runs"]
    assert first["status"] == -signal.SIGKILL
    assert 300 <= first["stored"] < 600
    assert last["status"] == os.EX_OK
    missed = {what for what, is_so in report["reached"].items() if not is_so}
    # How fast others were, and whether it was still indexing when it was looked at, is this machine's affair.
    assert missed <= {what for what in report["reached"] if what.startswith("p95") or what == "killed twice"}
    assert report["stored"] == report["indexed"] == 600
