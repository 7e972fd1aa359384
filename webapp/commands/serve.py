"""`kb serve`: gunicorn with forked workers that each have a loop for all connections and threads for the work, and one worker
that takes jobs."""

import gc
import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from kb.core.errors import ConfigurationError, KbError, ModelError
from kb.core.logs import set_up_logs
from kb.core.settings import Settings, load_settings
from webapp.commands.figures_folder import make_figures_folder

if TYPE_CHECKING:
    from webapp.commands.serving_bridge import Bridge

# Bytes: a search for 2,000 Hindi characters has 18,000 in its address, and htmx repeats the page's address in a header.
LONGEST_LINE = 32 * 1024


@click.command()
def command() -> None:
    """Run the production server. KB_HOST, KB_PORT and KB_WORKERS say where and how wide."""
    settings = load_settings()
    check_ready(settings)
    check_port(settings)
    # Read by prometheus-client when it is first imported: later, each process would keep its figures to itself.
    assert "prometheus_client" not in sys.modules
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(make_figures_folder(settings))
    _run(settings)


def check_ready(settings: Settings) -> None:
    """Find out before any worker starts what would keep all of them from starting. Raises KbError."""
    from indexer.builds import live_build
    from indexer.encoders.bundled_model import is_bundled, is_bundled_model_ready
    from kb.core.database import session_scope
    from webapp.commands.console import open_database
    from webapp.commands.production import require_safe
    from webapp.shared.assets import DIST
    from webapp.shared.security import load_secret_key
    from webapp.shared.trace_settings import check_traces

    load_secret_key(settings)
    check_traces()
    engine = open_database(settings)
    with session_scope(engine) as session:
        require_safe(settings, session)
        has_vectors = live_build(session) is not None
    engine.dispose()  # no connection is there when workers are forked
    if not (DIST / "manifest.json").exists():
        raise ConfigurationError("The styles and scripts have not been built.", remedy="Type: make setup")
    if is_bundled(settings) and not is_bundled_model_ready(settings):
        if not has_vectors:
            raise ConfigurationError("The bundled encoder has not been made.", remedy="Type: kb model prepare")
        click.echo(
            "The bundled encoder is missing: searches compare words alone until it is there. Make it with: kb model prepare",
            err=True,
        )
    if settings.reranker:
        _check_reranker(settings)


def _check_reranker(settings: Settings) -> None:
    """Load it in a process of its own: here it would start threads, which must not be there when workers are forked. A model that
    is fetched by its name is fetched once, before all of them want it."""
    from indexer.encoders.reranker import check_reranker

    check_reranker(settings)
    checked = subprocess.run(
        [sys.executable, "-m", "webapp.commands", "model", "check-reranker"],
        env=os.environ | {"KB_RERANKER": settings.reranker},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if checked.returncode:
        lines = [line for line in checked.stderr.splitlines() if line.startswith("kb: ")]
        raise ModelError(
            lines[-1].removeprefix("kb: ") if lines else f"KB_RERANKER={settings.reranker} cannot be loaded."
        )


def check_port(settings: Settings) -> None:
    """Raises ConfigurationError where the address is taken. gunicorn would try for five seconds, in many lines."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigurationError(
            f"Nothing can listen on {settings.host} port {settings.port}: {error.strerror or error}.",
            remedy=f"Use another port: make run PORT={settings.port + 1} (or KB_PORT={settings.port + 1} kb serve)",
        ) from error


def places(settings: Settings) -> str:
    """Where a person finds what."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104
    root = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    return (
        f"{settings.site_name} is being served. Ctrl-C stops it.\n"
        f"  Help centre  {root}/help/\n"
        f"  Desk         {root}/desk/\n"
        f"  Studio       {root}/studio/gaps"
    )


def _run(settings: Settings) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.errors import HaltServer

    from webapp.commands.supervising import Draining, SupervisingArbiter
    from webapp.shared.health import set_draining

    draining = Draining()

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in gunicorn_options(settings).items():
                self.cfg.set(name, value)

        def load(self) -> "Bridge":
            from webapp.app import create_app
            from webapp.commands.serving_bridge import Bridge

            application = create_app(settings)
            set_draining(application, draining.has_begun)
            return Bridge(application, is_draining=draining.has_begun)

        def run(self) -> None:
            SupervisingArbiter(self, draining, settings.drain_seconds).run()

    set_up_logs(settings)
    _load_before_fork(settings)
    try:
        Server().run()
    except HaltServer as error:
        raise ConfigurationError(
            "The server could not start; the reason is above.", remedy="Type: kb doctor"
        ) from error


def _load_before_fork(settings: Settings) -> None:
    """What no worker changes is loaded once and shared by all: program code and the tokenizer, 300 MB.

    Nothing that starts threads is opened here; they would not be in the workers.
    """
    import indexer.runtime  # noqa: F401
    import kb.assist.composing  # this and what follows: imported late, so that a command need not wait for it
    import kb.assist.leak_guard
    import kb.privacy.redaction.addresses
    import kb.privacy.redaction.numbers  # noqa: F401
    from indexer.encoders.bundled import load_before_fork

    load_before_fork(settings)
    # Pages are shared until somebody writes to them, and looking for garbage writes to all.
    gc.collect()
    gc.freeze()


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    from webapp.commands.serving_worker import ServerLog, Worker

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": [f"{host}:{settings.port}"],
        "workers": settings.workers,
        "worker_class": Worker,
        "limit_request_line": LONGEST_LINE,
        "limit_request_field_size": LONGEST_LINE,
        # Each worker loads the application after the fork: model and index start threads, which do not survive one.
        "preload_app": False,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 5,
        # No access log: addresses of searches hold what people typed.
        "accesslog": None,
        "logger_class": ServerLog,
        "loglevel": settings.log_level,
        "control_socket_disable": True,
        "proc_name": "kb-assist",
        "when_ready": lambda _arbiter: click.echo(places(settings)),
        "post_worker_init": _warm_up,
        "worker_exit": _send_last_spans,
        "child_exit": _forget_worker,
    }


def _warm_up(worker: Any) -> None:
    """Load model and index beside the first requests, so that nobody waits for it who does not search."""
    from webapp.shared.database import engine_of
    from webapp.shared.live import hub_of
    from webapp.shared.runtime import lazy_runtime
    from webapp.shared.sampling import keep_sampling, sample
    from webapp.shared.traces import start_traces

    application = worker.asgi.application
    start_traces("web", engine_of(application))
    keep_sampling("web", lambda: sample(application), lambda: not worker.alive)
    hub_of(application).is_stopping = lambda: not worker.alive

    def load() -> None:
        try:
            runtime = lazy_runtime(application).get()
            runtime.warm_up()
            runtime.follow()
        except KbError as error:
            # One line: the traceback tells an operator nothing that the message does not.
            worker.log.error("%s", error)  # noqa: TRY400
            return
        # What is in memory now stays. Looking at all of it for garbage takes a quarter of a second, in which nothing is answered.
        gc.collect()
        gc.freeze()

    threading.Thread(target=load, name="warm-up", daemon=True).start()


def _send_last_spans(_arbiter: Any, _worker: Any) -> None:
    from webapp.shared.traces import stop_traces

    stop_traces()


def _forget_worker(_arbiter: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
