"""The widget's script as it goes out: what was built, with the words of the languages on offer put in front."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import brotli

from kb.core.errors import ConfigurationError
from webapp.shared.assets import DIST
from webapp.widget.words import words_by_language

BUILT = DIST / "widget" / "widget.js"


@dataclass(frozen=True)
class Script:
    """forms: by encoding, the smallest first, "" as it is; tag: names the content."""

    forms: Mapping[str, bytes]
    tag: str


class ScriptSource:
    """Makes the script once, and again when it was built anew."""

    def __init__(self, built: Path = BUILT) -> None:
        self._built = built
        self._lock = Lock()
        self._made: tuple[int, Script] | None = None

    def get(self) -> Script:
        """Within a request or an application context. Raises ConfigurationError where the front end has not been built."""
        try:
            stamp = self._built.stat().st_mtime_ns
            made = self._made
            if made is None or made[0] != stamp:
                with self._lock:
                    made = self._made = (stamp, _compose(self._built.read_text(encoding="utf-8")))
        except OSError as error:
            raise ConfigurationError("The widget has not been built.", remedy="Type: make setup") from error
        return made[1]


def _compose(built: str) -> Script:
    words = json.dumps(words_by_language(), ensure_ascii=False, separators=(",", ":"))
    # As JSON in a script: two characters of Unicode end a line there, and `</script` would end an inline one.
    words = words.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("</", "<\\/")
    text = f"(function(KB_WORDS){{{built.strip()}\n}})({words});\n".encode()
    forms = {"br": brotli.compress(text, quality=11), "gzip": gzip.compress(text, 9, mtime=0), "": text}
    return Script(forms, hashlib.sha256(text).hexdigest()[:20])
