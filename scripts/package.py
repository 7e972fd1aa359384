"""`make wheel`: the source archive and the wheel, in dist/. The wheel is made from the archive, so that the archive is whole.

Nothing is fetched: setuptools, which does it, is among the packages that are locked.
"""

import contextlib
import os
import sys
from pathlib import Path

from scripts.prepare import ROOT, Problem, compile_translations, pip_run, say


def build(folder: Path) -> tuple[Path, Path]:
    """Source archive and wheel in `folder`. Raises Problem with pip's last lines."""
    from setuptools import build_meta

    folder.mkdir(parents=True, exist_ok=True)
    compile_translations()
    with contextlib.chdir(ROOT), Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        archive = folder / build_meta.build_sdist(str(folder))
    before = set(folder.glob("*.whl"))
    pip_run("wheel", ["--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder), str(archive)])
    made = set(folder.glob("*.whl"))
    (wheel,) = made - before or made
    return archive, wheel


def main() -> int:
    try:
        for path in build(ROOT / "dist"):
            say(f"{path.relative_to(ROOT)} ({path.stat().st_size / 1_000_000:.1f} MB)")
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
