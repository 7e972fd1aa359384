"""A sentence-transformers module that runs an ONNX text encoder: tokenizers + onnxruntime, mean pooling, unit length."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer

from indexer.onnx_session import open_session
from kb.search.encoding import Vectors

MAX_TOKENS = 512


class OnnxTextModule(InputModule):
    """Folder with `model.onnx` and `tokenizer.json` -> sentence embeddings.

    The session uses `threads` threads per call; several Python threads may call it at once, which is how indexing uses all
    cores. Open it after forking: a session with worker threads does not survive a fork.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library is only partly typed
        self.session = open_session(folder / "model.onnx", threads)
        # Set once: changing truncation or padding from several threads raises "Already borrowed".
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(max_length=MAX_TOKENS)
        self.tokenizer.enable_padding(pad_id=self.tokenizer.token_to_id("<pad>"), pad_token="<pad>")  # noqa: S106

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        texts = [prompt + text for text in inputs] if prompt else list(inputs)
        encodings = self.tokenizer.encode_batch(texts)
        return {
            "input_ids": torch.tensor([e.ids for e in encodings], dtype=torch.int64),
            "attention_mask": torch.tensor([e.attention_mask for e in encodings], dtype=torch.int64),
        }

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        ids, mask = features["input_ids"].numpy(), features["attention_mask"].numpy()
        features["sentence_embedding"] = torch.from_numpy(self._run(ids, mask)[0])
        return features

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimensions): the encoder with nothing around it, which is what benchmarks compare with."""
        return self.read_texts(texts)[0]

    def read_texts(self, texts: Sequence[str]) -> tuple[Vectors, Sequence[Any], Vectors]:
        """Vectors, the tokenizer's encodings, and the last layer: float32 (texts, longest of them, dimensions)."""
        # encode_batch lets other threads run Python; for the 0.02 ms of one query, waiting to go on would cost far more.
        encodings = [self.tokenizer.encode(texts[0])] if len(texts) == 1 else self.tokenizer.encode_batch(list(texts))
        ids = np.array([e.ids for e in encodings], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        vectors, tokens = self._run(ids, mask)
        return vectors, encodings, tokens

    def _run(self, ids: np.ndarray[Any, Any], mask: np.ndarray[Any, Any]) -> tuple[Vectors, Vectors]:
        tokens = self.session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": mask})[0]
        weights = mask[:, None, :].astype(np.float32)
        pooled = (weights @ tokens)[:, 0, :]  # the sum over real tokens; its length does not matter
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return np.asarray(pooled, dtype=np.float32), tokens

    def release_memory(self) -> None:
        """Give back what large batches needed: the engine would keep it, up to a gigabyte. About 20 ms."""
        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")  # after a run, so one is made
        encoding = self.tokenizer.encode("")
        inputs = {"input_ids": np.array([encoding.ids]), "attention_mask": np.array([encoding.attention_mask])}
        self.session.run(["last_hidden_state"], inputs, options)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        # What is cut off and what is padded is told apart again: a second tokenizer would take 250 MB of memory.
        if len(texts) == 1:  # as in `read_texts`
            encodings = [self.tokenizer.encode(texts[0], add_special_tokens=False)]
        else:
            encodings = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [sum(sum(piece.attention_mask) for piece in (e, *e.overflowing)) for e in encodings]

    def get_embedding_dimension(self) -> int:
        return int(self.session.get_outputs()[0].shape[-1])

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        raise RuntimeError(f"The bundled encoder is made by `kb model prepare`, not saved to {output_path}.")
