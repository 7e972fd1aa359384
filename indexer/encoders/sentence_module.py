"""The bundled encoder as a module of sentence-transformers, for whatever takes models through that library.

Importing this brings PyTorch; searching and indexing with the bundled encoder do without (`bundled.py`), with equal vectors.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from indexer.encoders.onnx_text_model import OnnxTextModel, tokenizer_of


class OnnxTextModule(InputModule):
    """Tokenizer, ONNX model and pooling as one module: folder with `model.onnx` and `tokenizer.json` -> sentence embeddings."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library is only partly typed
        self.model = OnnxTextModel(folder, threads)
        self.tokenizer = tokenizer_of(folder)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        texts = [prompt + text for text in inputs] if prompt else list(inputs)
        encodings = self.tokenizer.encode_batch(texts)
        return {
            "input_ids": torch.tensor([e.ids for e in encodings], dtype=torch.int64),
            "attention_mask": torch.tensor([e.attention_mask for e in encodings], dtype=torch.int64),
        }

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        vectors, _tokens = self.model.run(features["input_ids"].numpy(), features["attention_mask"].numpy())
        features["sentence_embedding"] = torch.from_numpy(vectors)
        return features

    def get_embedding_dimension(self) -> int:
        return self.model.dimensions

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        raise RuntimeError(f"The bundled encoder is made by `kb model prepare`, not saved to {output_path}.")


def as_sentence_transformer(folder: Path, prompts: dict[str, str], threads: int = 1) -> SentenceTransformer:
    """The encoder of a folder that `kb model prepare` made."""
    return SentenceTransformer(modules=[OnnxTextModule(folder, threads)], device="cpu", prompts=prompts)
