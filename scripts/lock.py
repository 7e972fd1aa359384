"""Write constraints.txt: the exact version of every package that the environment uses, found by following requirements."""

import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HEAD = """\
# Exact versions of everything that is installed. Written by `make lock` from the environment; do not edit by hand.
# torch stays at this version: later ones have not been measured with the bundled encoder.
"""


def closure(root: str, extras: set[str]) -> dict[str, str]:
    """Name to version of all that `root` needs, itself left out. A requirement of another platform is not followed."""
    pins: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(root, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            found = distribution(name)
        except PackageNotFoundError:
            print(f"{name} is required but not installed; run: make setup", file=sys.stderr)
            raise SystemExit(1) from None
        # Without the local part ("+cpu"): the same release under any build.
        pins[canonicalize_name(name)] = Version(found.version).public
        for text in found.requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in (wanted or {""}) | {""}
            ):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    del pins[canonicalize_name(root)]
    return pins


def main() -> None:
    pins = closure("kb-assist", {"dev"})
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
    (Path(__file__).resolve().parent.parent / "constraints.txt").write_text(HEAD + lines, encoding="utf-8")
    print(f"constraints.txt: {len(pins)} packages")


if __name__ == "__main__":
    main()
