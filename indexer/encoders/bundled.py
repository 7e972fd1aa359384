"""The bundled encoder, straight on tokenizers and ONNX Runtime: whole texts and their words from one pass."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.encoders.batching import encode_in_batches, needs_much_memory
from indexer.encoders.bundled_model import (
    BUNDLED_FINGERPRINTS,
    FINGERPRINT,
    PROMPTS,
    bundled_model_dir,
    is_bundled,
    is_bundled_model_ready,
)
from indexer.encoders.onnx_text_model import OnnxTextModel, tokenizer_of
from indexer.encoders.token_embeddings import (
    align_text,
    embed_tokens,
    load_token_basis,
    no_token_embeddings,
    quantize,
)
from kb.core.errors import ModelError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import PassageEmbeddings, QueryEmbedding, Vectors, WordVectors


class BundledEncoder:
    """`Encoder` of a folder that `kb model prepare` made. Safe for many threads; opened after a fork."""

    def __init__(
        self,
        folder: Path,
        threads: int = 1,
        parallel: int | None = None,
        fingerprint: str = FINGERPRINT,
        *,
        briefly: bool = False,
    ) -> None:
        """threads: of one call; parallel: batches at a time while indexing, as many as there are processors by default.
        briefly: a text or two will be encoded."""
        self.model = OnnxTextModel(folder, threads, briefly=briefly)
        self.parallel = parallel or os.cpu_count() or 1
        self.dimensions = self.model.dimensions
        self.fingerprint = fingerprint
        basis = load_token_basis(fingerprint)
        assert basis is not None, "the basis in the package belongs to the bundled encoder"
        self._basis = basis
        self.word_dimensions = basis.dimensions
        self.query_prompt, self.passage_prompt = PROMPTS["query"], PROMPTS["passage"]

    def embed_query(self, text: str) -> QueryEmbedding:
        vectors, [encoding], tokens = self.model.embed([self.query_prompt + text])
        words, pooling = align_text(text, encoding.offsets, len(self.query_prompt))
        [word_vectors] = embed_tokens(tokens, [pooling], self._basis.query_mean, self._basis.components)
        return QueryEmbedding(vectors[0], words, word_vectors)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        words: list[WordVectors] = no_token_embeddings(len(texts), self.word_dimensions)
        prompt, basis = self.passage_prompt, self._basis

        def embed(batch: list[int]) -> Vectors:
            of_batch = [texts[row] for row in batch]
            vectors, encodings, tokens = self.model.embed([prompt + text for text in of_batch])
            pooling = [
                align_text(text, encoding.offsets, len(prompt))[1]
                for text, encoding in zip(of_batch, encodings, strict=True)
            ]
            found = embed_tokens(tokens, pooling, basis.passage_mean, basis.components)
            for row, word_vectors in zip(batch, found, strict=True):
                words[row] = quantize(word_vectors)
            return vectors

        vectors = encode_in_batches(texts, self.dimensions, embed, self.parallel, progress)
        self._release_memory(texts)
        return PassageEmbeddings(vectors, words)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self.query_prompt, texts, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode(self.passage_prompt, texts, progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.model.count_tokens(texts)

    def bare_encode(self, texts: Sequence[str]) -> Vectors:
        """Texts with their prompts through the model alone, in one batch: what benchmarks compare with."""
        return self.model.encode(texts)

    def _encode(self, prompt: str, texts: Sequence[str], progress: Progress | None) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if len(texts) == 1:  # somebody waits: a pool of threads would cost a tenth of the time
            return self.model.encode([prompt + texts[0]])
        vectors = encode_in_batches(
            texts,
            self.dimensions,
            lambda batch: self.model.encode([prompt + texts[row] for row in batch]),
            self.parallel,
            progress,
        )
        self._release_memory(texts)
        return vectors

    def _release_memory(self, texts: Sequence[str]) -> None:
        if needs_much_memory(texts):
            self.model.release_memory()


def open_bundled_encoder(settings: Settings, *, briefly: bool = False) -> BundledEncoder:
    """briefly: see BundledEncoder. Raises ModelError with the command that mends it where the files are missing or broken."""
    folder = bundled_model_dir(settings)
    if not is_bundled_model_ready(settings):
        raise ModelError(f"The bundled encoder is not in {folder}.", remedy="Make it with: kb model prepare")
    try:
        fingerprint = BUNDLED_FINGERPRINTS[settings.model]
        return BundledEncoder(folder, settings.encoder_threads, fingerprint=fingerprint, briefly=briefly)
    except Exception as error:  # onnxruntime's and tokenizers' own classes, not all of them exported
        raise ModelError(
            f"The bundled encoder in {folder} is broken ({error}).", remedy="Make it again: kb model prepare --again"
        ) from error


def load_before_fork(settings: Settings) -> None:
    """What a server's workers can share: the vocabulary of the tokenizer, most of what an encoder keeps in memory."""
    if is_bundled(settings) and is_bundled_model_ready(settings):
        tokenizer_of(bundled_model_dir(settings))
