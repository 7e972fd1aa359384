"""Re-rankers: any cross-encoder that sentence-transformers can load, by name or folder (`KB_RERANKER`).

Nothing heavy is imported before one is opened: PyTorch starts threads, which must not be there when a server forks.
"""

import hashlib
import json
import logging
import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TimeIsOverError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.core.errors import ModelError
from kb.core.settings import Settings

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder

logger = logging.getLogger(__name__)

REMEDY = (
    "Name a cross-encoder such as cross-encoder/mmarco-mMiniLMv2-L12-H384-v1 or a folder with one (README, “Re-ranker”), "
    "or unset KB_RERANKER."
)
# What a pair of query and passage may have, in tokens; models that take less get less.
_LONGEST = 512
# Values of each weight that tell one model from another.
_DIGESTED = 64


class CrossEncoderReranker:
    """`Reranker` on top of a CrossEncoder. Safe for many threads: one pair (on a GPU one query) is read at a time, because
    tokenizers of this library are not, and because on a processor two at once take twice as long each."""

    def __init__(self, model: "CrossEncoder", fingerprint: str) -> None:
        import torch

        self.fingerprint = fingerprint
        self._model, self._as_it_is = model, torch.nn.Identity()
        # On a processor one by one costs what all at once do, and can be stopped in between.
        self._together = 1 if model.device.type == "cpu" else 64
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="reranker")

    def score(self, query: str, texts: Sequence[str], until: float) -> list[float]:
        """The model's own output for each text, without an activation; see `kb.search.second_stage.Reranker`."""
        done: list[float] = []
        reading = self._pool.submit(self._read, query, texts, until, done)
        try:
            reading.result(None if until == math.inf else max(until - time.perf_counter(), 0.0))
        except TimeIsOverError:
            reading.cancel()  # where it has begun, it stops after the pair that it is at
        except RuntimeError as error:  # out of memory, mostly: a search goes on without
            logger.warning("The re-ranker failed: %s", str(error).partition("\n")[0])
        return list(done)

    def bare_score(self, query: str, texts: Sequence[str]) -> None:
        """The same texts through the model alone, in one call: what benchmarks compare with."""
        self._predict(query, texts)

    def _read(self, query: str, texts: Sequence[str], until: float, done: list[float]) -> None:
        for start in range(0, len(texts), self._together):
            if time.perf_counter() >= until:
                return
            scores = self._predict(query, texts[start : start + self._together])
            if not all(map(math.isfinite, scores)):
                logger.warning("The re-ranker gives no number for a passage; it is left where it is.")
                return
            done += scores

    def _predict(self, query: str, texts: Sequence[str]) -> list[float]:
        pairs = [(query, text) for text in texts]
        scores = self._model.predict(
            pairs, batch_size=len(pairs), activation_fn=self._as_it_is, show_progress_bar=False
        )
        return [float(score) for score in scores]


_opened: dict[tuple[str, int], CrossEncoderReranker] = {}
_opening = threading.Lock()


def open_reranker(settings: Settings) -> CrossEncoderReranker:
    """The re-ranker that `KB_RERANKER` names, loaded once in a process. Raises ModelError with what can be done."""
    check_reranker(settings)
    with _opening:
        key = (settings.reranker, settings.encoder_threads)
        if key not in _opened:
            _opened[key] = _load(*key)
        return _opened[key]


def check_reranker(settings: Settings) -> None:
    """Find out without loading anything what can be known of a folder. Raises ModelError."""
    name = settings.reranker
    if not name:
        return
    folder = Path(name).expanduser()
    if folder.is_dir():
        _check_files(name, _read_json(folder / "config.json"), _read_json(folder / "config_sentence_transformers.json"))
    elif folder.exists() or folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ModelError(f"KB_RERANKER={name}: there is no such folder.", remedy=REMEDY)


def _check_files(name: str, config: Any, description: Any) -> None:
    """Whether a model is a cross-encoder by what its two files say. The library would take another kind too, with random weights
    where one has what judges a pair."""
    if not isinstance(config, dict):
        raise ModelError(f"KB_RERANKER={name} is no model: it has no config.json that can be read.", remedy=REMEDY)
    if isinstance(description, dict) and description.get("model_type") == "CrossEncoder":
        return
    architecture = str(next(iter(config.get("architectures") or ()), "of an unknown kind"))
    if not architecture.endswith("ForSequenceClassification"):
        raise ModelError(
            f"KB_RERANKER={name} is no cross-encoder but a model {architecture}, which reads one text at a time.",
            remedy=REMEDY,
        )


def _read_json(path: Path | None) -> Any:
    try:
        return json.loads(path.read_text("utf-8")) if path else None
    except (OSError, ValueError):
        return None


def _load(name: str, threads: int) -> CrossEncoderReranker:
    # Imported here: PyTorch takes seconds and hundreds of megabytes.
    import torch
    from transformers.utils import logging as library_logging

    torch.set_num_threads(threads)
    library_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # each try without a network would be a line
    try:
        model = _open_model(name)
        model.max_seq_length = min(model.max_seq_length or _LONGEST, _LONGEST)
        labels = model.num_labels
        reranker = CrossEncoderReranker(model, _fingerprint(name, model))
        works = labels == 1 and len(reranker.score("Where is it?", ["Here.", "No idea."], math.inf)) == 2
    except ModelError:
        raise
    except Exception as error:  # the library raises what its many back ends raise
        reason = str(error).strip().partition("\n")[0] or repr(error)
        raise ModelError(f"KB_RERANKER={name} cannot be loaded: {reason}", remedy=REMEDY) from error
    if labels != 1:
        raise ModelError(
            f"KB_RERANKER={name} is no re-ranker: it sorts texts into {labels} classes instead of giving one score.",
            remedy=REMEDY,
        )
    if not works:
        raise ModelError(f"KB_RERANKER={name} gives no number for a pair of texts.", remedy=REMEDY)
    return reranker


def _open_model(name: str) -> Any:
    """What was fetched by its name before is not asked for again: it stays the same model, and starts without a network."""
    from sentence_transformers import CrossEncoder
    from sentence_transformers.util import load_file_path

    folder = Path(name).expanduser()
    if folder.is_dir():
        return CrossEncoder(str(folder))
    config = load_file_path(name, "config.json", local_files_only=True) or load_file_path(name, "config.json")
    if config is None:
        raise ModelError(
            f"KB_RERANKER={name}: there is no such folder, and no model of that name can be fetched or was before.",
            remedy=REMEDY,
        )
    beside = Path(config).with_name("config_sentence_transformers.json")
    description = str(beside) if beside.exists() else load_file_path(name, beside.name)
    _check_files(name, _read_json(Path(config)), _read_json(Path(description)) if description else None)
    try:
        return CrossEncoder(name, local_files_only=True)
    except (OSError, ValueError):  # it is not here, or not all of it
        return CrossEncoder(name)


def _fingerprint(name: str, model: "torch.nn.Module") -> str:
    """Name and a digest of the weights' shapes and beginnings: another model under the same name must not pass for this one."""
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        beginning = value.detach().flatten()[:_DIGESTED].float().cpu().numpy().tobytes()
        digest.update(f"{key}{tuple(value.shape)}".encode() + beginning)
    label = Path(name).name if Path(name).expanduser().is_dir() else name
    return f"{label}/{digest.hexdigest()[:12]}"
