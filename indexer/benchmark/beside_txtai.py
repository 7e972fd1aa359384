"""txtai beside our search: the same texts, the same encoder, the same questions. The one place that knows txtai.

Run as a program (`python -m indexer.benchmark.beside_txtai FOLDER QUESTION`) it is what one who has txtai would write to search a
saved index from the command line.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from indexer.backends.protocol import OpenCollection
from indexer.benchmark.models import bare_query_encoder
from indexer.encoders.opening import open_encoder
from kb.core.settings import load_settings
from kb.search.encoding import Encoder, Vectors

HOW_TO_GET_IT = "txtai is not installed: pip install 'kb-assist[compare]' in an environment of its own, with kb-assist"
_MODULE = "indexer.benchmark.beside_txtai"
_RESULTS = 10
_ONE_SEARCHES = 3


def is_there() -> bool:
    return find_spec("txtai") is not None


def txtai_version() -> str:
    return version("txtai")


def fill(view: OpenCollection, encoder: Encoder, folder: Path) -> Any:
    """A txtai index of a collection's passages in `folder`: vectors, words (BM25) and texts, as ours has them.

    The vectors are those that we have, so that filling costs no encoding; questions go through the same encoder.
    """
    from txtai.embeddings import Embeddings

    passages = view.fetch(np.sort(view.all_ids()))
    shown = [text.text if text is not None else "" for text in passages.texts]
    known = dict(zip(shown, passages.vectors, strict=True))
    bare = bare_query_encoder(encoder)

    def vectors_of(texts: list[str]) -> Vectors:
        return np.stack([known[text] if text in known else bare(text)[0] for text in texts])

    embeddings = Embeddings({"method": "external", "transform": vectors_of, "content": True, "hybrid": True})
    embeddings.index(enumerate(shown))
    embeddings.save(str(folder))
    return embeddings


def asking(embeddings: Any) -> Callable[[str], object]:
    return lambda text: embeddings.search(text, _RESULTS)


def measure_one_search(
    command: Sequence[str], environment: dict[str, str], folder: Path, questions: Sequence[str]
) -> dict[str, float]:
    """Seconds from the start of a process to its end, which searches once: `command` of ours, and a program with txtai, in turns.
    The first of each is not counted: it reads from the disk what the others find in memory."""
    programs = {"kb_s": command, "txtai_s": [sys.executable, "-m", _MODULE, str(folder)]}
    spent: dict[str, list[float]] = {name: [] for name in programs}
    for question in questions[: _ONE_SEARCHES + 1]:
        for name, program in programs.items():
            started = time.perf_counter()
            subprocess.run([*program, question], env=environment, check=True, stdout=subprocess.DEVNULL)
            spent[name].append(time.perf_counter() - started)
    figures = {name: float(np.median(seconds[1:])) for name, seconds in spent.items()}
    return {
        **{name: round(seconds, 3) for name, seconds in figures.items()},
        "ratio": round(figures["kb_s"] / figures["txtai_s"], 3),
    }


def _main(folder: str, question: str) -> None:
    from txtai.embeddings import Embeddings

    bare = bare_query_encoder(open_encoder(load_settings()))

    def vectors_of(texts: list[str]) -> Vectors:
        return np.concatenate([bare(text) for text in texts])

    embeddings = Embeddings()
    embeddings.load(folder, config={"transform": vectors_of})
    print(json.dumps(embeddings.search(question, _RESULTS), ensure_ascii=False))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
