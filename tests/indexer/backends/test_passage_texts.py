"""The file of texts gives back what was written, in every script, and notices when it is cut off."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.backends.faiss_tantivy.passage_texts import TEXTS_FILE, PassageTexts, PassageTextWriter, pack_text
from kb.search.types import PassageText

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


@st.composite
def _passages(draw: st.DrawFn) -> PassageText:
    pieces = draw(st.integers(0, 5))
    of_pieces = st.lists(st.integers(0, 200), min_size=pieces, max_size=pieces)
    counts = draw(of_pieces)
    return PassageText(
        text=draw(_TEXT),
        ends=tuple(draw(of_pieces)),
        heading_path=tuple(draw(st.lists(_TEXT, max_size=3))),
        kinds=draw(st.text("snbijrhtoNB", min_size=pieces, max_size=pieces)),
        anchors=tuple(draw(st.lists(_TEXT, max_size=3))),
        asks=bytes(number % 2 for number in draw(of_pieces)),
        word_counts=bytes(counts),
        words=draw(st.binary(min_size=sum(counts), max_size=sum(counts))),
    )


def write(folder: Path, texts: Iterable[bytes]) -> None:
    writer = PassageTextWriter(folder)
    for text in texts:
        writer.add(text)
    writer.close()


@given(st.lists(_passages(), max_size=8))
def test_every_text_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, passages: list[PassageText]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    write(folder, map(pack_text, passages))
    texts = PassageTexts.load(folder)
    assert [texts[row] for row in range(len(texts))] == passages


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [pack_text(PassageText("रिफ़ंड 5 दिन में", (16,), ("Refunds",), "s", ("a-refunds",), b"\0", b"\0"))])
    file = tmp_path / TEXTS_FILE
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ValueError, match=TEXTS_FILE):
        PassageTexts.load(tmp_path)
