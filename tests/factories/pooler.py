"""A real pgbouncer in front of a server of the tests. It comes with the operating system (apt-get install pgbouncer)."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postgresql_server import PostgresqlServer

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_PORT = 6432
_WAIT = 30.0


@contextmanager
def pooler(server: PostgresqlServer, database: str, *, connections: int = 2) -> Iterator[str]:
    """The URL of `database` through a pooler that hands out `connections` of the server, for a transaction at a time."""
    assert PROGRAM is not None
    folder = server.folder / f"pool-{database}"
    folder.mkdir()
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{database} = host={server.folder} dbname={database} user=postgres\n"
        f"[pgbouncer]\nlisten_addr =\nlisten_port = {_PORT}\nunix_socket_dir = {folder}\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 500\nquery_wait_timeout = 60\n"
    )
    identity: dict[str, object] = {}
    if os.geteuid() == 0:  # it refuses to run as root
        nobody = pwd.getpwnam("nobody")
        for path in (folder, settings):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, str(settings)], stdout=log, stderr=log, cwd=folder, **identity)  # type: ignore[call-overload]
    try:
        _await_socket(folder / f".s.PGSQL.{_PORT}", process, folder / "log")
        yield f"postgresql+psycopg://postgres@/{database}?host={folder}&port={_PORT}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await_socket(path: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _WAIT
    while True:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                return probe.connect(str(path))
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, "pgbouncer does not listen"
        time.sleep(0.05)
