"""What is installed is what was locked, under licences that go with ours, and all of it is in the bill of materials."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts import prepare
from scripts.lock import CUDA, closure, required
from scripts.supply import advisories, licences, sbom
from scripts.supply.inventory import Package, all_packages, npm_packages, python_packages
from scripts.supply.inventory import licences as licences_of_page

ROOT = Path(__file__).parents[2]
LOCKED = {package.name: package for package in python_packages()}


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def test_locks_have_the_versions_of_constraints_and_a_hash_for_each() -> None:
    assert {name: LOCKED[name].version for name in pinned() if name in LOCKED} == pinned(), "run: make lock"
    assert [package.name for package in LOCKED.values() if not package.hashes] == []
    assert len(LOCKED) == len(python_packages())  # each stands in one lock


def test_run_lock_is_enough_to_run() -> None:
    for extras, uses in (((), {"running"}), (("dev",), {"running", "tests and lint"})):
        needed = {name for name in closure(required(*extras)) if not CUDA.match(name)}
        assert needed <= {name for name, package in LOCKED.items() if package.use in uses}, "run: make lock"


def test_every_npm_package_has_its_hash_and_no_lock_names_a_server() -> None:
    assert [package.name for package in npm_packages() if not package.hashes] == []
    for lock in [ROOT / "package-lock.json", ROOT / "constraints.txt", *(ROOT / "locks").iterdir()]:
        text = lock.read_text(encoding="utf-8")
        assert "resolved" not in text
        assert [line for line in text.splitlines() if "://" in line and '"url"' not in line] == []


# The set-up itself, with pip, in an environment of its own and with packages of our own making.


def make_wheel(folder: Path, name: str, version: str, *requirements: str, content: str = "") -> str:
    """A package of one module; its SHA-256."""
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    information = f"{name}-{version}.dist-info"
    wanted = "".join(f"Requires-Dist: {text}\n" for text in requirements)
    files = {f"{name}.py": content}
    files[f"{information}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wanted}"
    files[f"{information}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{information}/RECORD"] = "".join(f"{file},,\n" for file in files)
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)  # without the time: the same content has the same hash
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder


@pytest.fixture
def offered(environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that pip takes packages from; the set-up works in an environment and with locks of the test's own."""
    packages, locks = tmp_path / "packages", tmp_path / "locks"
    packages.mkdir()
    locks.mkdir()
    for name, value in {"VENV": environment, "BIN": environment / "bin", "LOCKS": locks}.items():
        monkeypatch.setattr(prepare, name, value)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packages))
    monkeypatch.delenv("KB_KNOWN_BUILDS_ONLY", raising=False)
    (environment / ".kb-torch").unlink(missing_ok=True)
    for path in environment.glob("lib/*/site-packages/torch*.dist-info"):
        shutil.rmtree(path)
    return packages


def installed(environment: Path, name: str) -> str | None:
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    result = subprocess.run([environment / "bin/python", "-c", ask], capture_output=True, text=True, check=False)
    return result.stdout.strip() or None


def test_a_package_that_was_swapped_is_not_installed(offered: Path, environment: Path) -> None:
    locked = make_wheel(offered, "parcel", "1.0")
    lock = prepare.LOCKS / "run.txt"
    lock.write_text(f"parcel==1.0 \\\n    --hash=sha256:{locked}\n")
    make_wheel(offered, "parcel", "1.0", content="print('somebody else wrote this')")
    with pytest.raises(prepare.Problem, match="DO NOT MATCH THE HASHES"):
        prepare.install_locked("run.txt")
    assert installed(environment, "parcel") is None
    assert make_wheel(offered, "parcel", "1.0") == locked
    prepare.install_locked("run.txt")
    assert installed(environment, "parcel") == "1.0"


def test_what_is_in_no_lock_is_not_installed(offered: Path, environment: Path) -> None:
    stowaway = make_wheel(offered, "stowaway", "3.1")
    carrier = make_wheel(offered, "carrier", "2.0", "stowaway")
    (prepare.LOCKS / "run.txt").write_text(f"carrier==2.0 --hash=sha256:{carrier}\n")
    prepare.install_locked("run.txt")
    assert (installed(environment, "carrier"), installed(environment, "stowaway")) == ("2.0", None)
    (prepare.LOCKS / "test.txt").write_text("stowaway==3.1\n")
    with pytest.raises(prepare.Problem, match="Hashes are required"):
        prepare.install_locked("test.txt")
    (prepare.LOCKS / "test.txt").write_text(f"stowaway==3.1 --hash=sha256:{stowaway}\n")
    prepare.install_locked("test.txt")
    assert installed(environment, "stowaway") == "3.1"


def test_torch_of_a_known_hash_brings_what_it_needs_by_hash(offered: Path, environment: Path) -> None:
    known = make_wheel(offered, "torch", "2.13.0", "nvidia-something")
    needed = make_wheel(offered, "nvidia_something", "13.0")
    lock = prepare.LOCKS / "torch.txt"
    lock.write_text(f"torch==2.13.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{known}\n")
    (prepare.LOCKS / "cuda.txt").write_text(f"nvidia-something==13.0 --hash=sha256:{needed}\n")
    prepare.install_torch(lock)
    assert (installed(environment, "torch"), installed(environment, "nvidia-something")) == ("2.13.0", "13.0")


def test_torch_of_an_index_of_ones_own_is_told_and_can_be_refused(
    offered: Path, environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_wheel(offered, "torch", "2.13.0")
    unknown = make_wheel(offered, "torch", "2.13.0+cpu")
    lock = prepare.LOCKS / "torch.txt"
    lock.write_text(f"torch==2.13.0 \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("KB_KNOWN_BUILDS_ONLY", "1")
    with pytest.raises(prepare.Problem, match=unknown):
        prepare.install_torch(lock)
    assert installed(environment, "torch") is None
    monkeypatch.delenv("KB_KNOWN_BUILDS_ONLY")
    prepare.install_torch(lock)
    assert installed(environment, "torch") == "2.13.0+cpu"
    assert unknown in capsys.readouterr().out
    # What was let in before is looked at again where only known builds are.
    monkeypatch.setenv("KB_KNOWN_BUILDS_ONLY", "1")
    with pytest.raises(prepare.Problem, match=unknown):
        prepare.install_torch(lock)


def test_torch_of_the_plain_version_must_be_known(offered: Path, environment: Path) -> None:
    make_wheel(offered, "torch", "2.13.0", content="print('not the file of the public index')")
    lock = prepare.LOCKS / "torch.txt"
    lock.write_text(f"torch==2.13.0 \\\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(prepare.Problem, match="does not list"):
        prepare.install_torch(lock)
    assert installed(environment, "torch") is None


# Licences


def test_page_of_licences_is_up_to_date() -> None:
    text, problems = licences.page(licences_of_page())
    assert problems == []
    assert licences.PAGE.read_text(encoding="utf-8") == text, "run: make licences"


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR Apache-2.0", True),
        ("MIT AND (AGPL-3.0-only OR BSD-3-Clause)", True),
        ("AGPL-3.0-only", False),
        ("Apache-2.0 AND GPL-2.0-or-later", False),
        ("SSPL-1.0 OR BUSL-1.1", False),
        ("CC-BY-NC-SA-4.0", False),
        ("Apache-2.0 WITH Classpath-exception-2.0", False),
    ],
)
def test_licences_that_do_not_go_with_ours_are_refused(licence: str, allowed: bool) -> None:
    assert licences.is_allowed(licence) is allowed


def test_a_package_of_unknown_licence_stops_the_page() -> None:
    known = licences_of_page()
    del known["pypi", "colorama"]  # not installed here: only the page knows
    known["pypi", "triton"] = "GPL-3.0-only"
    assert licences.page(known)[1] == [
        "colorama (pypi) says nothing certain: add a row for it to licences.md",
        "triton (pypi) is under GPL-3.0-only, which is not among those allowed",
    ]


# Bill of materials


def test_bill_of_materials_has_everything_with_version_licence_and_hashes() -> None:
    bill = json.loads(sbom.written(sbom.bill(all_packages(), datetime(2026, 11, 30, tzinfo=UTC))))
    parts = {(part["purl"], part["properties"][0]["value"]): part for part in bill["components"]}
    assert len(parts) == len(all_packages())
    numpy = parts[f"pkg:pypi/numpy@{LOCKED['numpy'].version}", "running"]
    digests = [entry["content"] for reference in numpy["externalReferences"] for entry in reference["hashes"]]
    assert sorted(digests) == sorted(digest for _, digest in LOCKED["numpy"].hashes)
    assert all(part["licenses"] and part["externalReferences"] for part in parts.values())
    assert parts[f"pkg:pypi/pytest@{LOCKED['pytest'].version}", "tests and lint"]["scope"] == "excluded"
    esbuild = next(entry for entry in npm_packages() if entry.name == "esbuild")
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    expected = base64.b64decode(lock["packages"]["node_modules/esbuild"]["integrity"].removeprefix("sha512-")).hex()
    assert parts[f"pkg:npm/esbuild@{esbuild.version}", esbuild.use]["externalReferences"][0]["hashes"][0] == {
        "alg": "SHA-512",
        "content": expected,
    }
    needed = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert any(ref.startswith("pkg:pypi/werkzeug@") for ref in needed[parts_ref(parts, "pkg:pypi/flask@")])
    assert len(needed[bill["metadata"]["component"]["bom-ref"]]) == len(parts)
    assert "://" not in json.dumps(bill["components"])


def parts_ref(parts: dict[tuple[str, str], dict[str, str]], start: str) -> str:
    return next(part["bom-ref"] for (address, _), part in parts.items() if address.startswith(start))


# Advisories


OURS = [
    Package("pypi", "pymdown-extensions", "13.1", "running", ()),
    Package("npm", "@codemirror/view", "6.43.15", "the pages", ()),
]


def advisory(name: str, ecosystem: str, *events: dict[str, str], **more: object) -> dict[str, object]:
    affected = {"package": {"name": name, "ecosystem": ecosystem}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": "TEST-1", "summary": "A fault\nin two lines", "affected": [affected], **more}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (advisory("PyMdown_Extensions", "PyPI", {"introduced": "0"}, {"fixed": "13.2"}), True),
        (advisory("pymdown-extensions", "PyPI", {"introduced": "0"}, {"fixed": "13.1"}), False),
        (advisory("pymdown-extensions", "PyPI", {"introduced": "13.1"}), True),
        (advisory("pymdown-extensions", "PyPI", {"introduced": "2"}, {"last_affected": "13.1"}), True),
        (advisory("pymdown-extensions", "PyPI", {"introduced": "2"}, {"last_affected": "13.0.9"}), False),
        (advisory("pymdown-extensions", "PyPI", {"fixed": "9"}, {"introduced": "13"}, {"introduced": "1"}), True),
        (advisory("pymdown-extensions", "PyPI", {"introduced": "0"}, {"fixed": "of a commit"}), True),
        (advisory("pymdown-extensions", "PyPI", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z"), False),
        (advisory("pymdown-extensions", "npm", {"introduced": "0"}), False),
        (advisory("@codemirror/view", "npm", {"introduced": "6.0.0"}, {"fixed": "6.44.0"}), True),
        (
            {
                "id": "T",
                "affected": [{"package": {"name": "@codemirror/view", "ecosystem": "npm"}, "versions": ["6.43.15"]}],
            },
            True,
        ),
        ({"id": "T", "affected": []}, False),
    ],
)
def test_advisories_name_versions_as_osv_defines_it(document: dict[str, object], found: bool, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(document))
    lines, read = advisories.findings(OURS, tmp_path)
    assert (bool(lines), read) == (found, 1)


def test_advisories_of_a_zip_file_are_read_and_broken_ones_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "all.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("a.json", json.dumps(advisory("pymdown-extensions", "PyPI", {"introduced": "0"})))
        archive.writestr("b.json", "{")
        archive.writestr("c.txt", "not looked at")
    assert advisories.findings(OURS, source) == (["pymdown-extensions 13.1 (running): TEST-1 A fault"], 1)
    assert capsys.readouterr().err == "b.json: not an OSV document, skipped\n"
