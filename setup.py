"""What pyproject.toml cannot say of the packages that are handed out: they hold what `make wheel` builds, or they are not made.

Everything else stands in pyproject.toml. An editable installation is left as it is: `make environment` builds beside it.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
WEBAPP = ROOT / "webapp"


def require_built_files() -> None:
    """Raises SystemExit where styles, scripts or translations are missing: pages without them would be found out by customers."""
    catalogues = sorted(WEBAPP.glob("translations/*/LC_MESSAGES/*.po"))
    wanted = [WEBAPP / "static/dist/manifest.json", *(path.with_suffix(".mo") for path in catalogues)]
    missing = [str(path.relative_to(ROOT)) for path in wanted if not path.exists()]
    if missing:
        raise SystemExit(f"Not built yet: {', '.join(missing)}. Type: make wheel")


class BuildPackage(build_py):
    """The modules and their data, and the sample shop, which lies beside them in the project and within them in a wheel."""

    def run(self) -> None:
        if not self.editable_mode:
            require_built_files()
        super().run()
        if not self.editable_mode:
            sample = Path(self.build_lib) / "webapp" / "sample_shop"
            shutil.rmtree(sample, ignore_errors=True)
            shutil.copytree(ROOT / "articles", sample)


class SourceArchive(sdist):
    """With what was built, so that whoever installs from it needs no Node."""

    def run(self) -> None:
        require_built_files()
        super().run()


setup(cmdclass={"build_py": BuildPackage, "sdist": SourceArchive})
