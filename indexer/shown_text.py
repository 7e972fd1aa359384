"""A passage as it is shown: a running text, cut into sentences, items of lists and rows of tables, with what each of them is.

It is made when an index file is written, so that a search only reads it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import regex

from indexer.chunking import own_words, split_sentences, text_to_embed
from indexer.encoders.token_embeddings import MOST_WORDS, word_spans
from kb.search.snippets import clean_line
from kb.search.types import PassageText, PieceKind
from kb.text.blocks import HEADING, MORE, NOTE_END, ROW, RULE, references, shown

_NUMBER_ALONE = regex.compile(r"\d+[.)।]")
_ITEM = regex.compile(r"(\s*)(?:(\d{1,6}[.)।])|[-*•])\s+\S")
_ASKING = ("?", "？", "؟", ":", "：")
# Blanks before a line that belongs to an item above it.
_NESTED = 2


def as_shown(marked: str, heading_path: Iterable[str], anchors: Sequence[str] = ()) -> PassageText:
    """`marked`: the text of a passage with marks (see kb.text.blocks); anchors: see `Chunk`."""
    path = tuple(heading_path)
    sentences: list[str] = []
    kinds: list[str] = []
    own: list[frozenset[str]] = []
    for line in _lines_of(marked):
        of_line = frozenset(word for _, _, word in word_spans(_own_text(line.marked)))
        for text, kind in line.pieces:
            sentences.append(text)
            kinds.append(kind)
            own.append(of_line)
    embedded = (word for _, _, word in word_spans(text_to_embed(marked, path)))
    places = {word: place for place, word in enumerate(dict.fromkeys(embedded)) if place < MOST_WORDS}
    of_sentences = [_places_of(sentence, places, words) for sentence, words in zip(sentences, own, strict=True)]
    return PassageText(
        text=" ".join(sentences),
        ends=tuple(accumulate(map(len, sentences), lambda end, length: end + 1 + length)),
        heading_path=path,
        kinds="".join(kinds),
        anchors=tuple(anchors),
        asks=bytes(sentence.endswith(_ASKING) for sentence in sentences),
        word_counts=bytes(map(len, of_sentences)),
        words=b"".join(of_sentences),
    )


def _own_text(line: str) -> str:
    """A line without the words of links to other articles: "See Marked delivered but not received" has all words of that
    question and answers nothing."""
    return own_words(shown(line), references(line))


def _places_of(sentence: str, places: dict[str, int], own: frozenset[str]) -> bytes:
    """Where the vectors of its different words stand among those of the passage."""
    found = dict.fromkeys(places[word] for _, _, word in word_spans(sentence) if word in places and word in own)
    return bytes(found)


class _Line(NamedTuple):
    """pieces: each with its kind, see PieceKind."""

    marked: str
    pieces: Sequence[tuple[str, str]]


def _lines_of(marked: str) -> Iterator[_Line]:
    in_item = False
    for line in marked.splitlines():
        text = clean_line(shown(line))
        if not text:
            continue  # the items of a loose list are apart
        item = None if ROW in line else _ITEM.match(shown(line))
        if ROW in line:
            in_item = False
            yield _Line(line, [(text, PieceKind.HEAD if RULE in line else PieceKind.ROW)])
        elif HEADING in line or NOTE_END in line:
            in_item = False
            yield _Line(line, [(text, PieceKind.HEADING if HEADING in line else PieceKind.TITLE)])
        elif item is None and not (in_item and shown(line)[:1].isspace()):
            in_item = False
            yield _Line(line, [(sentence, PieceKind.SENTENCE) for sentence in sentences_of(text)])
        else:
            first, *rest = sentences_of(text)
            kind = _kind_of_item(item, in_item)
            in_item = True
            whole = [(first, kind.upper() if MORE in line else kind)]
            yield _Line(line, [*whole, *((sentence, PieceKind.OF_ITEM) for sentence in rest)])


def _kind_of_item(item: "regex.Match[str] | None", in_item: bool) -> PieceKind:
    if item is None:
        return PieceKind.OF_ITEM
    if in_item and len(item[1]) >= _NESTED:
        return PieceKind.NESTED
    return PieceKind.NUMBERED if item[2] else PieceKind.BULLETED


def sentences_of(line: str) -> list[str]:
    spans = split_sentences(line)
    if len(spans) > 1 and _NUMBER_ALONE.fullmatch(line, *spans[0]):
        spans[:2] = [(spans[0][0], spans[1][1])]
    return [line[start:end] for start, end in spans]
