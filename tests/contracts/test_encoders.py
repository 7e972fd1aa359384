"""What every encoder promises to search and to indexing, whichever `KB_MODEL` names."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.encoders.bundled_model import PROMPTS, bundled_model_dir
from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings
from kb.search.encoding import WORD_UNIT, Encoder

TEXTS = [
    "Where is my refund?",
    "The parcel is marked as delivered, but nobody here has received it, not even the guard at the gate.",
    "मेरा रिफ़ंड अभी तक क्यों नहीं आया?",
    "আমার অর্ডার কবে আসবে?",
    "mera order kab aayega bhai",
    "404",
]
ODD = ["", " ", "😀", "\x00", "\u200d", "a" * 5000, "word " * 3000]


def save_random_model(folder: Path, seed: int) -> Path:
    """A tiny model of sentence-transformers: pieces of words with random vectors."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    alphabet = [chr(code) for code in (*range(0x20, 0x7F), *range(0x900, 0xA00))]
    vocabulary = {"[UNK]": 0, **{letter: place for place, letter in enumerate(alphabet, start=1)}}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", continuing_subword_prefix=""))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(seed)
    embedding = StaticEmbedding(tokenizer, embedding_dim=24)
    SentenceTransformer(modules=[embedding, Normalize()], device="cpu").save(str(folder))
    return folder


def named(name: str, folder: Path, models: Path) -> Settings:
    """Settings with that encoder; "sentence-transformers" is the bundled one by the path of its folder, through that library."""
    if name == "random":
        return Settings(home_text=str(folder), model=str(save_random_model(folder / "model", seed=1)))
    if name != "hash":
        (folder / "models").symlink_to(models)
    settings = Settings(home_text=str(folder), model=name if name != "sentence-transformers" else "bundled")
    if name != "sentence-transformers":
        return settings
    return Settings(home_text=str(folder), model=str(bundled_model_dir(settings)))


@pytest.fixture(
    scope="module",
    params=[
        "hash",
        "random",
        pytest.param("bundled", marks=pytest.mark.bundled),
        pytest.param("sentence-transformers", marks=[pytest.mark.bundled, pytest.mark.slow]),
    ],
)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    models = request.getfixturevalue("bundled_models") if request.param not in {"hash", "random"} else Path()
    return open_encoder(named(request.param, tmp_path_factory.mktemp("home"), models))


def test_vectors_are_float32_of_unit_length_and_of_the_size_it_tells(encoder: Encoder) -> None:
    for vectors in (encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), encoder.dimensions)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_same_text_has_the_same_vector_to_the_last_digit(encoder: Encoder) -> None:
    once, again = encoder.embed_query(TEXTS[0]), encoder.embed_query(TEXTS[0])
    np.testing.assert_array_equal(once.vector, again.vector)
    np.testing.assert_array_equal(once.word_vectors, again.word_vectors)
    np.testing.assert_array_equal(once.vector, encoder.encode_queries(TEXTS[:1])[0])


def test_results_are_in_the_order_given_whatever_the_lengths(encoder: Encoder) -> None:
    texts = [text * (1 + place % 3 * 5) for place, text in enumerate(TEXTS * 5)]
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    # int8 quantises activations per batch, so the last digits depend on the company.
    assert (together * alone).sum(axis=1).min() > 0.99


def test_nothing_gives_nothing(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == encoder.encode_passages([]).shape == (0, encoder.dimensions)
    assert len(encoder.embed_passages([]).words) == 0
    assert encoder.count_tokens([]) == []


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_has_a_direction(encoder: Encoder, text: str) -> None:
    query = encoder.embed_query(text)
    assert np.isfinite(query.vector).all()
    assert np.linalg.norm(query.vector) == pytest.approx(1.0, abs=1e-5)
    passage = encoder.embed_passages([text])
    assert np.isfinite(passage.vectors).all()
    assert passage.words[0].shape[1:] == query.word_vectors.shape[1:] == (encoder.word_dimensions,)


def test_words_of_a_text_are_told_in_order_each_once(encoder: Encoder) -> None:
    query = encoder.embed_query("Refund? No refund, no.")
    passages = encoder.embed_passages(["Refund? No refund, no.", "parcel"])
    assert query.word_vectors.shape == (len(query.words), encoder.word_dimensions)
    if not encoder.word_dimensions:
        assert query.words == ()
        assert [len(words) for words in passages.words] == [0, 0]
        return
    assert query.words == ("refund", "no")
    assert [len(words) for words in passages.words] == [2, 1]
    assert passages.words[0].dtype == np.int8
    lengths = np.linalg.norm(passages.words[0].astype(float), axis=1)
    np.testing.assert_allclose(lengths, WORD_UNIT, rtol=0.02)


def test_tokens_are_counted_for_all_of_a_text(encoder: Encoder) -> None:
    short, long = encoder.count_tokens(["refund", "refund " * 2000])
    assert short >= 1
    assert long >= 1500 * short
    assert encoder.count_tokens(["refund"]) == [short]


def test_progress_ends_with_everything_done(encoder: Encoder) -> None:
    seen: list[tuple[int, int]] = []
    encoder.encode_passages(TEXTS * 4, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (24, 24)
    assert seen == sorted(seen)


def test_many_threads_get_what_one_gets(encoder: Encoder) -> None:
    expected = [encoder.embed_query(text).vector for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.embed_query(text).vector, TEXTS * 4))
    np.testing.assert_array_equal(np.stack(found), np.stack(expected * 4))


def test_other_weights_under_the_same_name_are_another_model(tmp_path: Path) -> None:
    made = [
        open_encoder(Settings(model=str(save_random_model(tmp_path / place / "model", seed))))
        for place, seed in (("a", 1), ("b", 2), ("c", 1))
    ]
    prints = [encoder.fingerprint for encoder in made]
    assert prints[0] == prints[2] != prints[1]
    np.testing.assert_array_equal(made[0].encode_queries(TEXTS), made[2].encode_queries(TEXTS))
    assert not np.allclose(made[0].encode_queries(TEXTS), made[1].encode_queries(TEXTS))
    assert len({*prints, open_encoder(Settings(model="hash")).fingerprint}) == 3


@pytest.mark.bundled
@pytest.mark.slow
def test_sentence_transformers_gives_the_vectors_of_the_bundled_encoder(tmp_path: Path, bundled_models: Path) -> None:
    """Searching runs the model without that library; whoever takes models through it gets the same."""
    (tmp_path / "direct").mkdir()
    (tmp_path / "library").mkdir()
    direct = open_encoder(named("bundled", tmp_path / "direct", bundled_models))
    library = open_encoder(named("sentence-transformers", tmp_path / "library", bundled_models))
    np.testing.assert_allclose(direct.encode_queries(TEXTS), library.encode_queries(TEXTS), atol=1e-6)
    np.testing.assert_allclose(direct.encode_passages(TEXTS * 5), library.encode_passages(TEXTS * 5), atol=1e-6)
    assert direct.fingerprint != library.fingerprint  # one gives vectors of words, the other does not
    assert direct.count_tokens(TEXTS) == library.count_tokens(TEXTS)
    assert set(PROMPTS) == {"query", "passage"}
