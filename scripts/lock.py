"""Write constraints.txt and locks/: the exact version of every package, and the hashes of its files.

`constraints.txt` is what this environment has, found by following requirements. From it and pyproject.toml come the
locks, which hold on every platform:

- `run.txt`   what the program needs, and setuptools, which installs it
- `torch.txt` PyTorch alone: its build depends on the index (see scripts/prepare.py)
- `cuda.txt`  what the build of PyTorch for NVIDIA's cards needs
- `milvus.txt` what `KB_INDEX=milvus` needs besides, for an image that has it
- `test.txt`  what tests and lint need besides
- `node.txt`, `uv.txt` the two tools that are fetched only where they are missing

Hashes are looked up by uv, in the index that it is set up with (`UV_INDEX_URL`).
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts.prepare import BIN, LOCKS, NODE_PACKAGE, ROOT, install_locked

HEAD = """\
# Exact versions of everything that is installed. Written by `make lock` from the environment; do not edit by hand.
# torch stays at this version: later ones have not been measured with the bundled encoder.
"""
LOCK_HEAD = "# Written by `make lock` from constraints.txt; do not edit by hand.\n"
OLDEST_PYTHON = "3.11.5"
UV_PACKAGE = "uv==0.9.30"
# Brought by the build of PyTorch for NVIDIA's cards, and by nothing else.
CUDA = re.compile(r"(nvidia|cuda|triton)\b")
# Builds of PyTorch that are in no public index, as seen: CPU, Python 3.11, Linux on x86-64.
TORCH_BUILDS = ("6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",)


def closure(requirements: Iterable[str]) -> dict[str, str]:
    """Name to version of all that the requirements need here. A requirement of another platform is not followed."""
    pins: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            print(f"{requirement.name} is required but not installed; run: make setup", file=sys.stderr)
            raise SystemExit(1) from None
        # Without the local part ("+cpu"): the same release under any build.
        pins[canonicalize_name(requirement.name)] = Version(found.version).public
        for wanted in {"", *requirement.extras}:
            if (name := (canonicalize_name(requirement.name), wanted)) not in seen:
                seen.add(name)
                waiting += [(Requirement(text), wanted) for text in found.requires or ()]
    return pins


def required(*extras: str) -> list[str]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]


def compiled(source: str, *options: str, given: str = "") -> dict[str, str]:
    """Package to its lines in a lock: version, marker and hashes of all its files, for every platform that we know."""
    command = [str(BIN / "uv"), "pip", "compile", source, *options, "-c", str(ROOT / "constraints.txt"), "--universal"]
    command += ["--python-version", OLDEST_PYTHON, "--no-python-downloads", "--generate-hashes", "--no-header"]
    command += ["--no-annotate", "--quiet", "--no-emit-index-url", "--no-emit-find-links"]
    result = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=ROOT)
    if result.returncode:
        print(f"No hashes for {source}:\n{result.stderr.strip()}", file=sys.stderr)
        raise SystemExit(1)
    entries = re.findall(r"^\S.*?(?=^\S|\Z)", result.stdout, flags=re.MULTILINE | re.DOTALL)
    return {
        canonicalize_name(entry.split("==")[0]): entry
        for entry in entries
        if "sys_platform == 'emscripten'" not in entry.split("\n")[0]  # Python in a browser
    }


def write(name: str, entries: Iterable[str]) -> None:
    (LOCKS / name).write_text(LOCK_HEAD + "".join(sorted(entries)), encoding="utf-8")


def write_locks() -> int:
    """The locks anew; how many packages they hold."""
    if not (BIN / "uv").exists():
        install_locked("uv.txt")
    run = compiled("pyproject.toml")
    every = run | compiled("pyproject.toml", "--extra", "dev")
    milvus = compiled("pyproject.toml", "--extra", "milvus")
    write("milvus.txt", (milvus[name] for name in milvus.keys() - run.keys()))
    torch = run.pop("torch")
    cuda = {name: run.pop(name) for name in sorted(run) if CUDA.match(name)}
    write("run.txt", run.values())
    write("torch.txt", [torch.rstrip() + "".join(f" \\\n    --hash=sha256:{known}" for known in TORCH_BUILDS) + "\n"])
    write("cuda.txt", cuda.values())
    write("test.txt", (every[name] for name in every.keys() - run.keys() - cuda.keys() - {"torch"}))
    for name, package in (("node.txt", NODE_PACKAGE), ("uv.txt", UV_PACKAGE)):
        write(name, compiled("-", given=package).values())
    return len(every)


def main() -> None:
    if sys.argv[1:] != ["--hashes"]:
        # What belongs to one build of PyTorch is in cuda.txt, whether or not it is installed here.
        pins = {name: version for name, version in closure(required("dev")).items() if not CUDA.match(name)}
        lines = "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
        (ROOT / "constraints.txt").write_text(HEAD + lines, encoding="utf-8")
    print(f"locks: {write_locks()} packages")


if __name__ == "__main__":
    main()
