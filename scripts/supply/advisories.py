"""Look our exact versions up in advisories that lie on this machine: OSV documents, in a folder or in a zip file.

No package that may be used here brings current advisories (docs/decisions/0063), so nothing is looked up where no data is
given. OSV hands its data out as one zip file for each ecosystem ("PyPI", "npm").
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scripts.supply.inventory import Package, all_packages

_ECOSYSTEMS = {"PyPI": "pypi", "npm": "npm"}


def documents(source: Path) -> Iterator[Mapping[str, Any]]:
    """Every OSV document in a folder or a zip file. A file that is none is named and skipped."""
    texts: Iterator[tuple[str, bytes]]
    if source.is_dir():
        texts = ((str(path), path.read_bytes()) for path in sorted(source.rglob("*.json")))
    else:
        archive = zipfile.ZipFile(source)
        texts = ((name, archive.read(name)) for name in archive.namelist() if name.endswith(".json"))
    for name, text in texts:
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if isinstance(document, dict) and isinstance(document.get("id"), str):
            yield document
        else:
            print(f"{name}: not an OSV document, skipped", file=sys.stderr)


def is_in_range(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Whether a version lies between an event that introduced a fault and the one that ended it, as OSV defines it."""
    steps = []
    for kind, text in (item for event in events for item in event.items()):
        try:
            steps.append((Version(text), kind != "introduced", kind))
        except InvalidVersion:
            # What cannot be read is taken as the worst: there from the beginning, never mended.
            if kind == "introduced":
                steps.append((Version("0"), False, kind))
    within = False
    for at, _, kind in sorted(steps):
        if kind == "introduced" and version >= at:
            within = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            within = False
    return within


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether one `affected` of an advisory names this version, in its list or by a range."""
    ranges = [each for each in affected.get("ranges", []) if each.get("type") in ("ECOSYSTEM", "SEMVER")]
    return version in affected.get("versions", []) or any(
        is_in_range(Version(version), each.get("events", [])) for each in ranges
    )


def findings(packages: Iterable[Package], source: Path) -> tuple[list[str], int]:
    """What is found, a line each, and how many advisories were read."""
    by_name: dict[tuple[str, str], list[Package]] = {}
    for package in packages:
        by_name.setdefault((package.ecosystem, package.name), []).append(package)
    lines, read = set(), 0
    for document in documents(source):
        read += 1
        for affected in document.get("affected", []) if not document.get("withdrawn") else []:
            named = affected.get("package", {})
            ecosystem, name = _ECOSYSTEMS.get(named.get("ecosystem"), ""), str(named.get("name", ""))
            for package in by_name.get((ecosystem, canonicalize_name(name) if ecosystem == "pypi" else name), []):
                if is_affected(package.version, affected):
                    lines.add(f"{package.name} {package.version} ({package.use}): {document['id']} {summary(document)}")
    return sorted(lines), read


def summary(document: Mapping[str, Any]) -> str:
    return str(document.get("summary") or document.get("details") or "").strip().partition("\n")[0][:120]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path, nargs="+", help="folder or zip file with OSV documents")
    found, read = [], 0
    for source in parser.parse_args().source:
        if not source.exists():
            print(f"{source}: there is no such file or folder", file=sys.stderr)
            return 2
        lines, count = findings(all_packages(), source)
        found += lines
        read += count
    print("\n".join([*found, f"{read} advisories read, {len(found)} that name a version of ours"]))
    return 1 if found or not read else 0


if __name__ == "__main__":
    sys.exit(main())
