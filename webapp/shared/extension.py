"""The browser's side panel as it is handed out: what was built from webapp/frontend/extension, with the address of a desk."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from kb.core.errors import ConfigurationError
from webapp.shared.assets import DIST

BUILT = DIST / "extension"
# The extension's own site: its id comes from the public key in its manifest and is the same wherever it is installed.
EXTENSION_ORIGIN = "chrome-extension://ahmndmflmhmpfjdnmopjllahmkadbfkm"
# Zip files count from here; the same content gives the same file.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def extension_files(desk: str, built: Path = BUILT) -> Mapping[str, bytes]:
    """Content by path. `desk`: scheme and host of the desk that it asks, such as `https://desk.example.com`.

    Raises ConfigurationError where the front end has not been built.
    """
    try:
        files = {
            path.relative_to(built).as_posix(): path.read_bytes() for path in sorted(built.rglob("*")) if path.is_file()
        }
        manifest = json.loads(files["manifest.json"])
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError("The side panel has not been built.", remedy="Type: make setup") from error
    # It frames this desk and nothing else, and connects to nobody: it only reads its own files.
    policy = f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src {desk}"
    manifest["content_security_policy"] = {
        "extension_pages": f"{policy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
    # Ours: browsers take figures and dots alone, so that of a trial version ends before its letters.
    numbers = re.match(r"\d+(\.\d+){0,3}", version("kb-assist"))
    manifest["version"] = numbers[0] if numbers else "0"
    files["manifest.json"] = _json(manifest)
    files["config.json"] = _json({"desk": desk})
    return files


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """One zip file of all, the same for the same content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
