"""Any model that sentence-transformers can load, by name or path (`KB_MODEL`)."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from indexer.encoders.batching import encode_in_batches
from indexer.encoders.bundled_model import DESCRIPTION_FILE, PROMPTS
from indexer.encoders.onnx_text_model import count_tokens
from indexer.encoders.token_embeddings import no_token_embeddings
from kb.core.errors import ModelError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import PassageEmbeddings, QueryEmbedding, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceEncoder:
    """`Encoder` on top of a SentenceTransformer. Thread-safe as far as the model is.

    It gives no vectors of words: other models than the bundled one have no basis for them.
    """

    word_dimensions = 0
    parallel = 1  # the library's models use their own threads

    def __init__(self, model: "SentenceTransformer", fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint
        dimensions = model.get_embedding_dimension()
        if not dimensions:
            raise ModelError(f"The model {fingerprint} does not tell the size of its vectors.")
        self.dimensions = int(dimensions)
        self._query_prompt = model.prompts.get("query") or None
        self._passage_prompt = model.prompts.get("passage") or model.prompts.get("document") or None
        self.query_prompt, self.passage_prompt = self._query_prompt or "", self._passage_prompt or ""

    def embed_query(self, text: str) -> QueryEmbedding:
        return QueryEmbedding(self.encode_queries([text])[0], (), np.zeros((0, 0), np.float32))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        return PassageEmbeddings(self.encode_passages(texts, progress), no_token_embeddings(len(texts)))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._query_prompt, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode(texts, self._passage_prompt, progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        tokenizer: Any = self._model.tokenizer
        if isinstance(tokenizer, Tokenizer):  # static models have one of that library, without a wrapper
            return count_tokens(tokenizer, texts)
        return [len(tokenizer.encode(text, add_special_tokens=False, truncation=False)) for text in texts]

    def bare_encode(self, texts: Sequence[str]) -> Vectors:
        """Texts with their prompts through the model alone, in one batch: what benchmarks compare with."""
        return self._encode_batch(texts, None)

    def _encode(self, texts: Sequence[str], prompt: str | None, progress: Progress | None) -> Vectors:
        return encode_in_batches(
            texts,
            self.dimensions,
            lambda batch: self._encode_batch([texts[row] for row in batch], prompt),
            self.parallel,
            progress,
        )

    def _encode_batch(self, texts: Sequence[str], prompt: str | None) -> Vectors:
        vectors = self._model.encode(
            list(texts), prompt=prompt, batch_size=len(texts), show_progress_bar=False, normalize_embeddings=True
        )
        unit = np.array(vectors, dtype=np.float32)
        # Models without special tokens give nothing for a text without words; it gets a direction all the same.
        without = ~(np.linalg.norm(unit, axis=1) > 0.5)
        unit[without] = np.eye(1, self.dimensions, dtype=np.float32)
        return unit


def open_sentence_encoder(settings: Settings) -> SentenceEncoder:
    """The model that `KB_MODEL` names. Raises ModelError with what can be done."""
    # Imported here: PyTorch takes seconds and hundreds of megabytes, and the bundled encoder needs none of it.
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(settings.encoder_threads)
    folder = Path(settings.model)
    try:
        if (folder / DESCRIPTION_FILE).is_file():
            from indexer.encoders.sentence_module import as_sentence_transformer

            model = as_sentence_transformer(folder, PROMPTS, settings.encoder_threads)
            made_from = json.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))["fingerprint"]
            return SentenceEncoder(model, f"{made_from}/sentence-transformers")
        model = SentenceTransformer(settings.model, device="cpu")
    except Exception as error:  # the library raises what its many back ends raise
        raise ModelError(
            f"KB_MODEL={settings.model} cannot be loaded: {str(error).splitlines()[0] if str(error) else error!r}",
            remedy="Name a sentence-transformers model or a local folder, or use KB_MODEL=bundled.",
        ) from error
    return SentenceEncoder(model, _fingerprint(settings.model, model))


def _fingerprint(name: str, model: "SentenceTransformer") -> str:
    """Name and a digest of the weights' shapes and sums: another model under the same path must not pass for this one."""
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(f"{key}{tuple(value.shape)}{float(value.float().sum()):.4e}".encode())
    label = Path(name).name if Path(name).exists() else name
    return f"{label}/{digest.hexdigest()[:12]}"[:90]
