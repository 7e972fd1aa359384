"""A text encoder as tokenizers and ONNX Runtime run it, with nothing around them: mean pooling, unit length.

No model library is imported here: a query needs none, and PyTorch alone takes seconds and hundreds of megabytes.
"""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from indexer.encoders.bundled_model import MODEL_FILE, TOKENIZER_FILE
from indexer.encoders.piece_table import CutText, FewTextsTokenizer
from indexer.onnx_session import open_session
from kb.search.encoding import Vectors

MAX_TOKENS = 512


@lru_cache(maxsize=1)
def load_tokenizer(path: Path, modified_ns: int) -> Tokenizer:  # noqa: ARG001  # the time is a part of the key
    """The tokenizer of `path`, once per process and version of the file; 0.7 s and 280 MB, most of it its vocabulary.

    It is data and starts no thread, so a server loads it before it forks: all its workers share one.
    """
    tokenizer = Tokenizer.from_file(str(path))
    # Set once: changing truncation or padding from several threads raises "Already borrowed".
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("<pad>"), pad_token="<pad>")  # noqa: S106
    return tokenizer


def tokenizer_of(folder: Path) -> Tokenizer:
    """The tokenizer of a model's folder. Raises OSError where it is missing."""
    path = folder / TOKENIZER_FILE
    return load_tokenizer(path, path.stat().st_mtime_ns)


def open_piece_table(folder: Path) -> FewTextsTokenizer | None:
    """The tokenizer of a model's folder for a text or two; None where there is no table, as of models made before it was."""
    try:
        return FewTextsTokenizer(folder, lambda: tokenizer_of(folder), MAX_TOKENS)
    except (OSError, ValueError, sqlite3.Error):
        return None


def count_tokens(tokenizer: Tokenizer | FewTextsTokenizer, texts: Sequence[str]) -> list[int]:
    """Tokens of each text, without special ones, however long it is."""
    # What is cut off and what is padded is told apart again: a second tokenizer would take 280 MB of memory.
    if len(texts) == 1:  # as in `OnnxTextModel.embed`
        encodings: Sequence[Encoding | CutText] = [tokenizer.encode(texts[0], add_special_tokens=False)]
    else:
        encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [sum(sum(piece.attention_mask) for piece in (e, *e.overflowing)) for e in encodings]


class OnnxTextModel:
    """Folder with `model.onnx` and `tokenizer.json` -> vectors of texts.

    The session uses `threads` threads per call; several Python threads may call it at once, which is how indexing uses all
    cores. Open it after forking: a session with worker threads does not survive a fork.
    """

    def __init__(self, folder: Path, threads: int = 1, *, briefly: bool = False) -> None:
        """briefly: a text or two will be encoded."""
        with ThreadPoolExecutor(1) as pool:  # at once: a command that asks one question waits for nothing longer
            session = pool.submit(open_session, folder / MODEL_FILE, threads)
            self.tokenizer = (open_piece_table(folder) if briefly else None) or tokenizer_of(folder)
            self.session = session.result()

    @property
    def dimensions(self) -> int:
        return int(self.session.get_outputs()[0].shape[-1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimensions), unit length: one batch, which is what benchmarks compare with."""
        return self.embed(texts)[0]

    def embed(self, texts: Sequence[str]) -> tuple[Vectors, Sequence[Any], Vectors]:
        """Vectors as `encode`, the tokenizer's encodings, and the last layer: float32 (texts, longest of them, dimensions)."""
        # encode_batch lets other threads run Python; for the 0.02 ms of one query, waiting to go on would cost far more.
        encodings = [self.tokenizer.encode(texts[0])] if len(texts) == 1 else self.tokenizer.encode_batch(list(texts))
        ids = np.array([e.ids for e in encodings], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        vectors, tokens = self.run(ids, mask)
        return vectors, encodings, tokens

    def run(self, ids: np.ndarray[Any, Any], mask: np.ndarray[Any, Any]) -> tuple[Vectors, Vectors]:
        """Pooled vectors (texts, dimensions) and the last layer (texts, tokens, dimensions) of int64 inputs (texts, tokens)."""
        tokens = self.session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": mask})[0]
        weights = mask[:, None, :].astype(np.float32)
        pooled = (weights @ tokens)[:, 0, :]  # the sum over real tokens; its length does not matter
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return np.asarray(pooled, dtype=np.float32), tokens

    def release_memory(self) -> None:
        """Give back what large batches needed: the engine would keep it, up to a gigabyte. About 20 ms."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")  # after a run, so one is made
        encoding = self.tokenizer.encode("")
        inputs = {"input_ids": np.array([encoding.ids]), "attention_mask": np.array([encoding.attention_mask])}
        self.session.run(["last_hidden_state"], inputs, options)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones, however long it is."""
        return count_tokens(self.tokenizer, texts)
