"""What is handed out: the wheel holds every file that the code opens and nothing else, and works where nothing but it lies."""

import http.client
import json
import os
import subprocess
import sys
import tarfile
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from kb_process import KB, free_port

from scripts import package

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

# Put before everything else on the path: whoever calls anybody but this machine stops with an error.
NO_NETWORK = """
import socket
connect = socket.socket.connect
def local_connect(self, address):
    if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1"}:
        raise SystemExit(f"called {address}")
    return connect(self, address)
socket.socket.connect = local_connect
def no_names(host, *rest, find=socket.getaddrinfo, **named):
    if host not in {None, "", "localhost", "127.0.0.1", "::1"}:
        raise SystemExit(f"asked for {host}")
    return find(host, *rest, **named)
socket.getaddrinfo = no_names
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Source archive and wheel, made as `make wheel` makes them."""
    return package.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone, in a folder far from its source."""
    target = tmp_path_factory.mktemp("elsewhere") / "site-packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*command, str(built[1])], check=True)
    return target


def data_files(folder: Path) -> set[str]:
    """All files below a folder of the project but what is only the source of others, or made by Python."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".po", ".pyc"}
    }


def test_wheel_holds_every_file_of_the_three_packages_and_the_sample_shop(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        manifest = json.loads(archive.read("webapp/static/dist/manifest.json"))
    frontend = data_files(ROOT / "webapp" / "frontend")
    wanted = set().union(*(data_files(ROOT / part) for part in ("kb", "indexer", "webapp"))) - frontend
    wanted |= {name.replace("articles/", "webapp/sample_shop/", 1) for name in data_files(ROOT / "articles")}
    described = f"kb_assist-{VERSION}.dist-info/"
    assert {name for name in names if not name.startswith(described)} == wanted
    assert {f"{described}licenses/LICENSE", f"{described}entry_points.txt"} <= names
    assert {f"webapp/static/dist/{name}" for name in manifest.values()} <= names
    # One of each kind, by name, so that an empty checkout does not make this pass.
    assert {
        "indexer/encoders/support_weights.npz",
        "kb/search/calibration.json",
        "kb/text/danger/rules_hi.toml",
        "kb/text/romanised_bn.tsv",
        "kb/tables/migrations/script.py.mako",
        "webapp/templates/help/home.html",
        "webapp/translations/hi/LC_MESSAGES/messages.mo",
    } <= names


def test_source_archive_is_enough_for_make_run_and_has_no_tests(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert not {name for name in names if name.startswith(("tests/", "var/", "node_modules/", ".venv/"))}
    assert {
        *("Makefile", "package-lock.json", "locks/run.txt", "scripts/prepare.py", "webapp/frontend/build.mjs"),
        *("webapp/static/dist/manifest.json", "articles/sample-tickets.zendesk.json", "docs/security.md"),
    } <= names


def test_secrets_of_compose_stay_out_of_the_source_archive(tmp_path: Path) -> None:
    """They lie below deploy/, which the archive holds."""
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "deploy/compose.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in ("deploy/secrets/kb_secret_key", "deploy/.env", "webapp/static/dist/manifest.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("secret")
    make = "from setuptools import build_meta; print(build_meta.build_sdist('.'))"
    subprocess.run([sys.executable, "-c", make], cwd=tmp_path, capture_output=True, check=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {name for name in names if name.startswith("deploy/")} == {"deploy/compose.yaml"}


def test_nothing_is_made_of_a_project_that_was_not_built(tmp_path: Path) -> None:
    """A wheel without styles or translations would be found out by customers."""
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    catalogue = tmp_path / "webapp" / "translations" / "hi" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    make = "from setuptools import build_meta; build_meta.build_sdist('.')"
    done = subprocess.run([sys.executable, "-c", make], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Not built yet: webapp/static/dist/manifest.json, webapp/translations/hi" in done.stderr
    assert "make wheel" in done.stderr


def test_version_stands_in_one_place(built: tuple[Path, Path]) -> None:
    assert built[1].name == f"kb_assist-{VERSION}-py3-none-any.whl"
    for name in ("package.json", "webapp/frontend/extension/manifest.json"):
        assert "version" not in json.loads((ROOT / name).read_text("utf-8")), f"{name}: pyproject.toml has it"
    assert "version" not in json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"][""]


@pytest.mark.slow
def test_installed_wheel_works_in_an_empty_folder_without_a_network(installed: Path, tmp_path: Path) -> None:
    guard, folder = tmp_path / "guard", tmp_path / "empty"
    guard.mkdir()
    folder.mkdir()
    (guard / "sitecustomize.py").write_text(NO_NETWORK)
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": f"{guard}{os.pathsep}{installed}",
        "KB_MODEL": "hash",
        "KB_PORT": str(port),
        "KB_WORKERS": "1",
    }

    def kb(*arguments: str) -> str:
        command = [*KB, *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-c", "import kb, indexer, webapp; print(kb.__file__, indexer.__file__, webapp.__file__)"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {Path(path).parents[1] for path in where.stdout.split()} == {installed}
    home = tmp_path / ".local" / "share" / "kb-assist"
    assert str(home) in kb("init")
    assert home.stat().st_mode & 0o777 == 0o700
    kb("articles", "sync", str(installed / "webapp" / "sample_shop" / "en" / "payments"))
    kb("index")
    found = json.loads(kb("search", "Where is my refund?", "--json"))
    assert found["results"]
    server = subprocess.Popen([*KB, "serve"], cwd=folder, env=environment)
    try:
        root = f"http://127.0.0.1:{port}"
        fetch(server, f"{root}/readyz")
        page = fetch(server, f"{root}/help/hi/search?q=refund").decode()
        assert "खोज" in page  # the compiled catalogue
        style = page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
        assert b"{" in fetch(server, f"{root}{style}")
    finally:
        server.terminate()
        assert server.wait(60) == 0
    assert list(folder.iterdir()) == []  # where one types the command is nobody's business


def fetch(server: "subprocess.Popen[bytes]", address: str) -> bytes:
    """What is there, as soon as it answers: a server that a busy machine held up starts its processes again."""
    for _ in range(1200):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return bytes(answer.read())
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise AssertionError(f"{address} never answered")
