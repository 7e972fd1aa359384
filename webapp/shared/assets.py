"""Addresses of built styles, scripts and images: `asset('app.css')` in templates, through the manifest of the front-end build."""

import json
from pathlib import Path
from threading import Lock

from flask import Flask, current_app, url_for

from kb.core.errors import ConfigurationError

_EXTENSION = "kb_assets"
DIST = Path(__file__).resolve().parents[1] / "static" / "dist"


class Manifest:
    """The build's map from source name to content-hashed name. Read again when it changes: a rebuild needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "manifest.json"
        self._lock = Lock()
        self._stamp = -1
        self._names: dict[str, str] = {}

    def file_name(self, name: str) -> str:
        """The built file's name. Raises ConfigurationError where nothing was built or the build has no such file."""
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._stamp:
                with self._lock:
                    self._names = json.loads(self._path.read_text(encoding="utf-8"))
                    self._stamp = stamp
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                "The styles and scripts have not been built.", remedy="Type: make setup"
            ) from error
        try:
            return self._names[name]
        except KeyError as error:
            raise ConfigurationError(
                f"The front-end build has no file {name!r}.", remedy="Type: npm run build"
            ) from error


def init_assets(app: Flask, folder: Path = DIST) -> None:
    """Give templates `asset(name)`. The files are named by their content, so they may be cached for a year."""
    manifest = Manifest(folder)
    app.extensions[_EXTENSION] = (folder, manifest)

    def asset(name: str) -> str:
        return url_for("static", filename=f"dist/{manifest.file_name(name)}")

    app.add_template_global(asset, "asset")


def built_file(name: str) -> Path:
    """Where a built file lies, for what is done with it here. Raises ConfigurationError where it was not built."""
    folder, manifest = current_app.extensions[_EXTENSION]
    path: Path = folder / manifest.file_name(name)
    return path
