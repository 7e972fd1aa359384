"""The tokenizer of few texts cuts every text as the whole one does."""

import random
from pathlib import Path

import pytest

from indexer.encoders.bundled_model import FINGERPRINT, TOKENIZER_FILE
from indexer.encoders.onnx_text_model import MAX_TOKENS, count_tokens, open_piece_table, tokenizer_of
from indexer.encoders.piece_table import TABLE_FILE, CutText, has_piece_table, write_piece_table
from kb.core.settings import PROJECT_ROOT

pytestmark = pytest.mark.bundled

ODD = [
    "", " ", "  a  b ", "a\tb\nc", "<s> hi", "a<mask>b", "x" * 990, "稣ấ" * 400, "ﷺ" * 20, "\x00x", "ﬁ ½ ㎏ Ａｂｃ", "🎉👍🏽 ok",
    "क\u200dख", "e\u0301a\u0323\u0301",
]  # fmt: skip
LETTERS = "abcdefghijklmn ▁ -.,?!0123456789अआकखगঘéüß漢字かなЖЯ🎉\u200d\u0301"


@pytest.fixture(scope="module")
def folder(bundled_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    (folder / TOKENIZER_FILE).symlink_to(bundled_models / FINGERPRINT.replace("/", "-") / TOKENIZER_FILE)
    write_piece_table(folder / TOKENIZER_FILE)
    return folder


def test_texts_are_cut_as_by_the_whole_vocabulary(folder: Path) -> None:
    few, whole = open_piece_table(folder), tokenizer_of(folder)
    assert few is not None
    random.seed(1)
    made = ["".join(random.choices(LETTERS, k=random.randint(1, 80))) for _ in range(500)]
    lines = [
        line[:900]
        for language in ("en", "hi", "bn")
        for path in sorted((PROJECT_ROOT / "articles" / language).rglob("*.md"))[:6]
        for line in path.read_text("utf-8").splitlines()
    ]
    assert len(lines) > 300
    for text in [*ODD, *lines, *made]:
        for special in (True, False):
            own, other = few.encode(text, add_special_tokens=special), whole.encode(text, add_special_tokens=special)
            assert (own.ids, own.attention_mask, own.offsets) == (other.ids, other.attention_mask, other.offsets), text
    assert [count_tokens(few, [text]) for text in ODD] == [count_tokens(whole, [text]) for text in ODD]


def test_long_texts_many_texts_and_what_looks_like_a_special_piece_go_to_the_whole_vocabulary(folder: Path) -> None:
    few = open_piece_table(folder)
    assert few is not None
    assert isinstance(few.encode("refund"), CutText)
    assert not isinstance(few.encode("refund <mask>"), CutText)
    long = few.encode("refund " * 1000)
    assert not isinstance(long, CutText)
    assert len(long.ids) == MAX_TOKENS
    assert [one.ids for one in few.encode_batch(["refund", "refund"])] == [few.encode("refund").ids] * 2


def test_without_a_usable_table_there_is_none(folder: Path, tmp_path: Path) -> None:
    assert has_piece_table(folder)
    assert not has_piece_table(tmp_path)
    assert open_piece_table(tmp_path) is None
    (tmp_path / TABLE_FILE).write_bytes(b"no table " * 100)
    assert not has_piece_table(tmp_path)
    assert open_piece_table(tmp_path) is None
    (tmp_path / TABLE_FILE).write_bytes((folder / TABLE_FILE).read_bytes()[:4096])
    assert open_piece_table(tmp_path) is None


def test_a_tokenizer_of_another_kind_gets_no_table(tmp_path: Path) -> None:
    (tmp_path / TOKENIZER_FILE).write_text('{"model": {"type": "BPE", "vocab": []}, "added_tokens": []}', "utf-8")
    with pytest.raises(ValueError, match="XLM-RoBERTa"):
        write_piece_table(tmp_path / TOKENIZER_FILE)
    assert [path.name for path in tmp_path.iterdir()] == [TOKENIZER_FILE]
