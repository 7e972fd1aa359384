"""A real Milvus server for tests, from the binaries of the package `milvus` (2.3.5), with everything in one temporary folder.

The package's own way to start one takes fixed ports where they are free; here each server has its own.
"""

import importlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from types import ModuleType

_WAIT = 180.0  # seconds, on a machine with much else to do
USER, PASSWORD = "root", "Milvus"  # as every new server has it


class MilvusNotThereError(Exception):
    """No server could be started; says why."""


class MilvusServer:
    """Started when made, asks who logs in. `stop` ends it and removes its folder. On Linux it also ends with this process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kb-milvus-"))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            package = _package()
            names = ["proxy", "proxy_internal", "root_coord", "query_coord", "query_node", "index_coord"]
            names += ["index_node", "data_coord"]
            names += ["data_node", "etcd"]
            *ports, etcd_peer, self._watched = free_ports(len(names) + 2)
            by_name = {f"{name}_port": port for name, port in zip(names, ports, strict=True)}
            config = package.MilvusServerConfig(data_dir=str(self.folder), **by_name)
            config.set("authorization_enabled", True)
            config.resolve()
            self._give_etcd_ports(by_name["etcd_port"], etcd_peer)
            package._initialize_data_files(str(self.folder))
            self.uri = f"http://127.0.0.1:{by_name['proxy_port']}"
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Returns when it answers."""
        command = [str(self.folder / "bin" / "milvus"), "run", "standalone"]
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "KILL", "--", *command]
        own = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(self._watched),
            "MILVUS_RUN_DIR": str(self.folder / "run"),
            "LD_LIBRARY_PATH": str(self.folder / "bin"),
        }
        with (self.folder / "log").open("ab") as output:
            self._process = subprocess.Popen(
                command, stdout=output, stderr=output, env=own, cwd=self.folder, start_new_session=True
            )
        deadline = time.monotonic() + _WAIT
        while not self._is_well():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise MilvusNotThereError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.2)

    def _give_etcd_ports(self, client: int, peer: int) -> None:
        """The package gives it none: it takes 2379 and 2380, and a second server dies."""
        here, there = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
        (self.folder / "etcd.yaml").write_text(
            f"name: default\nlisten-client-urls: {here}\nadvertise-client-urls: {here}\nlisten-peer-urls: {there}\n"
            f"initial-advertise-peer-urls: {there}\ninitial-cluster: default={there}\n"
        )
        configuration = self.folder / "configs" / "milvus.yaml"
        text = configuration.read_text()
        assert "\netcd:\n" in text
        path = f"\netcd:\n  config:\n    path: {self.folder / 'etcd.yaml'}\n"
        configuration.write_text(text.replace("\netcd:\n", path))

    def kill(self) -> None:
        """As a machine that loses its power."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)

    def pause(self) -> None:
        """It does not answer any more, and refuses nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._watched}/healthz", timeout=5) as answer:
                return b"OK" in answer.read()
        except OSError:
            return False


def _package() -> ModuleType:
    if importlib.util.find_spec("milvus") is None:
        raise MilvusNotThereError("The package milvus is missing. Type: pip install -e '.[dev]'")
    return importlib.import_module("milvus")


def free_ports(count: int) -> list[int]:
    """All different: each is kept until all are found."""
    sockets = []
    for _ in range(count):
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        sockets.append(one)
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found
