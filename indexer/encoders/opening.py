"""The encoders: any sentence-transformers model, the bundled one among them, and a tiny deterministic one for tests."""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from indexer.encoders.bundled_model import FINGERPRINT, bundled_model_dir, is_bundled_model_ready
from indexer.encoders.token_embeddings import compress, load_token_basis, no_words, read_words, split_text, split_words
from kb.core.errors import ModelError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import Encoder, PassageEmbeddings, QueryEmbedding, Vectors, WordVectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Measured on 2 cores: larger batches of equal length gain nothing on a CPU and make Ctrl-C and progress sluggish.
BATCH = 16
# A batch of more texts, or of more characters, is not what somebody waits for: the memory that it took is given back afterwards.
_FEW_TEXTS, _FEW_CHARACTERS = 4, 8000


class SentenceEncoder:
    """An encoder on top of a SentenceTransformer. Thread-safe as far as the model is (the bundled one is)."""

    def __init__(self, model: "SentenceTransformer", fingerprint: str, parallel: int = 1) -> None:
        self._model = model
        self.parallel = parallel
        self.fingerprint = fingerprint
        dimensions = model.get_embedding_dimension()
        if not dimensions:
            raise ModelError(f"The model {fingerprint} does not tell the size of its vectors.")
        self.dimensions = int(dimensions)
        self._query_prompt = model.prompts.get("query") or None
        self._passage_prompt = model.prompts.get("passage") or model.prompts.get("document") or None
        # Single words are read by the bundled module only: other models have no basis for them.
        self._basis = load_token_basis(fingerprint) if hasattr(model[0], "read_texts") else None
        self.word_dimensions = self._basis.dimensions if self._basis else 0

    def embed_query(self, text: str) -> QueryEmbedding:
        basis, prompt = self._basis, self._query_prompt or ""
        if basis is None:
            return QueryEmbedding(self.encode_queries([text])[0], (), np.zeros((0, 0), np.float32))
        vectors, [encoding], tokens = self._module.read_texts([prompt + text])
        words, shares = split_text(text, encoding.offsets, len(prompt))
        [word_vectors] = read_words([shares], tokens, basis.query_mean, basis.components)
        return QueryEmbedding(vectors[0], words, word_vectors)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        basis, prompt = self._basis, self._passage_prompt or ""
        if basis is None:
            return PassageEmbeddings(self.encode_passages(texts, progress), no_words(len(texts)))
        words: list[WordVectors] = no_words(len(texts), basis.dimensions)

        def read(batch: list[int]) -> Vectors:
            of_batch = [texts[row] for row in batch]
            vectors: Vectors
            vectors, encodings, tokens = self._module.read_texts([prompt + text for text in of_batch])
            shares = [
                split_text(text, encoding.offsets, len(prompt))[1]
                for text, encoding in zip(of_batch, encodings, strict=True)
            ]
            found = read_words(shares, tokens, basis.passage_mean, basis.components)
            for row, word_vectors in zip(batch, found, strict=True):
                words[row] = compress(word_vectors)
            return vectors

        return PassageEmbeddings(self._in_batches(texts, read, progress), words)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if len(texts) == 1 and self._query_prompt is not None and hasattr(self._module, "encode_texts"):
            # One query of somebody who waits: the library's preparation of batches would cost a tenth of its time.
            return self.bare_encode([self._query_prompt + texts[0]])
        return self._encode_many(texts, self._query_prompt, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode_many(texts, self._passage_prompt, progress)

    def _encode_many(self, texts: Sequence[str], prompt: str | None, progress: Progress | None) -> Vectors:
        return self._in_batches(texts, lambda batch: self._encode([texts[row] for row in batch], prompt), progress)

    def _in_batches(
        self, texts: Sequence[str], encode: Callable[[list[int]], Vectors], progress: Progress | None
    ) -> Vectors:
        """Batches of like length, on all cores. `encode` is given row numbers."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        done = 0
        with ThreadPoolExecutor(max_workers=self.parallel) as pool:
            for batch, encoded in zip(batches, pool.map(encode, batches), strict=True):
                vectors[batch] = encoded
                done += len(batch)
                if progress:
                    progress(done, len(texts))
        if batches and _is_large([texts[row] for row in batches[0]]) and hasattr(self._module, "release_memory"):
            self._module.release_memory()
        return vectors

    @property
    def _module(self) -> Any:
        return self._model[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if hasattr(self._module, "count_tokens"):
            return list(self._module.count_tokens(texts))
        tokenizer: Any = self._model.tokenizer
        return [len(tokenizer.encode(text, add_special_tokens=False, truncation=False)) for text in texts]

    def bare_encode(self, texts: Sequence[str]) -> Vectors:
        """Texts with their prompts through the model alone, in one batch: what benchmarks compare with."""
        has_bare = hasattr(self._module, "encode_texts")
        return np.asarray(self._module.encode_texts(texts) if has_bare else self._encode(texts, None))

    def _encode(self, texts: Sequence[str], prompt: str | None) -> Vectors:
        vectors = self._model.encode(
            list(texts), prompt=prompt, batch_size=len(texts), show_progress_bar=False, normalize_embeddings=True
        )
        return np.asarray(vectors, dtype=np.float32)


def _is_large(batch: Sequence[str]) -> bool:
    return len(batch) > _FEW_TEXTS or sum(map(len, batch)) > _FEW_CHARACTERS


class HashEncoder:
    """Words hashed to directions: deterministic, instant, no model. Texts that share words are near each other.

    A real choice (`KB_MODEL=hash`) for tests and for trying the application out; it knows nothing of meaning.
    """

    fingerprint = "hash/256/1"
    dimensions = 256
    word_dimensions = 16

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def embed_query(self, text: str) -> QueryEmbedding:
        words = tuple(dict.fromkeys(self._words(text)))
        return QueryEmbedding(self._encode([text])[0], words, self._word_vectors(words))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        words = [compress(self._word_vectors(tuple(dict.fromkeys(self._words(text))))) for text in texts]
        return PassageEmbeddings(self.encode_passages(texts, progress), words)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = self._encode(texts)
        if progress:
            progress(len(texts), len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self._words(text)) for text in texts]

    @staticmethod
    def _words(text: str) -> list[str]:
        return [word for _, _, word in split_words(text)]

    def _word_vectors(self, words: Sequence[str]) -> Vectors:
        """The bits of a hash as signs: different words are nearly orthogonal."""
        digests = b"".join(hashlib.blake2b(word.encode(), digest_size=2).digest() for word in words)
        bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(len(words), self.word_dimensions)
        return np.asarray((bits * 2.0 - 1.0) / np.sqrt(self.word_dimensions), dtype=np.float32)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in self._words(text):
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                vectors[row, digest[0]] += 1.0 if digest[1] & 1 else -1.0
                vectors[row, digest[2]] += 1.0 if digest[3] & 1 else -1.0
        vectors[:, 0] += 1e-3  # a text without words still has a direction
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that `KB_MODEL` names. Raises ModelError with the command that mends it."""
    # Products of small matrices, by many threads at once: helpers that wait for each other cost a hundred times what they
    # bring when all cores are busy (0.1 ms became 9 to 15).
    threadpool_limits(1, user_api="blas")
    if settings.model == "hash":
        return HashEncoder()
    # A hub is asked only for models that are named so, never on behalf of the bundled one.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if settings.model == "bundled":
        return _open_bundled(settings)
    return _open_named(settings)


def _open_bundled(settings: Settings) -> SentenceEncoder:
    folder = bundled_model_dir(settings)
    if not is_bundled_model_ready(settings):
        raise ModelError(f"The bundled encoder is not in {folder}.", remedy="Make it with: kb model prepare")
    from sentence_transformers import SentenceTransformer

    from indexer.encoders.onnx_module import OnnxTextModule

    try:
        module = OnnxTextModule(folder, settings.encoder_threads)
    except Exception as error:  # onnxruntime's and tokenizers' own classes, not all of them exported
        raise ModelError(
            f"The bundled encoder in {folder} is broken ({error}).", remedy="Make it again: kb model prepare --again"
        ) from error
    model = SentenceTransformer(modules=[module], device="cpu", prompts={"query": "query: ", "passage": "passage: "})
    return SentenceEncoder(model, FINGERPRINT, parallel=os.cpu_count() or 1)


def _open_named(settings: Settings) -> SentenceEncoder:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(settings.encoder_threads)
    try:
        model = SentenceTransformer(settings.model, device="cpu")
    except Exception as error:  # the library raises what its many back ends raise
        raise ModelError(
            f"KB_MODEL={settings.model} cannot be loaded: {str(error).splitlines()[0] if str(error) else error!r}",
            remedy="Name a sentence-transformers model or a local folder, or use KB_MODEL=bundled.",
        ) from error
    return SentenceEncoder(model, _named_fingerprint(settings.model, model))


def _named_fingerprint(name: str, model: "SentenceTransformer") -> str:
    """Name and a digest of the weights' shapes and sums: another model under the same path must not pass for this one."""
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(f"{key}{tuple(value.shape)}{float(value.float().sum()):.4e}".encode())
    label = Path(name).name if Path(name).exists() else name
    return f"{label}/{digest.hexdigest()[:12]}"[:90]
