"""Cut documents into passages: by heading, about 200 tokens with overlap, tables and code never in the middle.

Passages are cut from the blocks that readers see. Title and heading path travel with each passage as context: they are part of
what is embedded (`Chunk.embedded_text`), not of what is shown (`Chunk.text`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from kb.text.blocks import HEADING, MORE, NO_MARKS, Block, BlockKind, Span, references, shown, written

# Raised whenever the cutting changes, or which passages are read as questions too, so that old and new ones never mix.
CHUNKER = "8"
TARGET_TOKENS = 220
OVERLAP_TOKENS = 40
# The encoder reads 512 tokens; prompt, title and headings need some of them.
LIMIT_TOKENS = 420

CountTokens = Callable[[Sequence[str]], list[int]]

_SENTENCE_END = regex.compile(r"(?<=[.!?।॥…])[\"'”’)\]]*\s+(?=\S)")


@dataclass(frozen=True)
class Chunk:
    """One passage. `heading_path` starts with the document's title.

    `marked` is the text with marks (see kb.text.blocks): what is embedded is Markdown, what is shown and found by words is not.
    anchors: ids in the rendered article, of the section that the passage begins in ("" before any heading), then of each
    heading within its text.
    """

    marked: str
    heading_path: tuple[str, ...]
    part: str = "body"
    anchors: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return shown(self.marked)

    @property
    def references(self) -> tuple[Span, ...]:
        """Where in `text` the words of links to other articles are."""
        return references(self.marked)

    @property
    def embedded_text(self) -> str:
        return text_to_embed(self.marked, self.heading_path)


def text_to_embed(marked: str, heading_path: Sequence[str]) -> str:
    """What the encoder reads of a passage: title and headings, then its text as Markdown."""
    context = " › ".join(part for part in heading_path if part)
    return f"{context}\n{written(marked)}" if context else written(marked)


@dataclass(frozen=True)
class _Piece:
    """A block, or a part of one, under its headings. `text` has marks; its first `head` lines come again in each part."""

    text: str
    headings: tuple[str, ...]
    kind: BlockKind
    head: int = 0
    anchor: str = ""  # of the last of the headings

    @property
    def atomic(self) -> bool:
        """Never cut in the middle."""
        return self.kind in {"table", "code"}


def chunk_article(title: str, body: str, count_tokens: CountTokens) -> list[Chunk]:
    """Passages of an article in Markdown. One without text gives one passage with its title."""
    # Imported here: rendering brings Markdown and its extensions, and a search cuts nothing.
    from kb.articles.rendering import article_blocks

    return chunk_blocks(title, article_blocks(body), count_tokens)


def chunk_text(title: str, text: str, count_tokens: CountTokens, part: str) -> list[Chunk]:
    """Passages of plain text without headings: a ticket's problem or resolution."""
    paragraphs = [paragraph.strip("\n") for paragraph in regex.split(r"\n[^\S\n]*\n", text)]
    blocks = [Block("text", paragraph.translate(NO_MARKS)) for paragraph in paragraphs if paragraph.strip()]
    chunks = chunk_blocks(title, blocks, count_tokens) if blocks else []
    return [Chunk(chunk.marked, chunk.heading_path, part) for chunk in chunks]


def chunk_blocks(title: str, blocks: Sequence[Block], count_tokens: CountTokens) -> list[Chunk]:
    """Passages of what is read as one document; without any block one passage with the title."""

    def count_written(texts: Sequence[str]) -> list[int]:
        return count_tokens([written(text) for text in texts])

    whole = list(_under_headings(blocks))
    counts = count_written([piece.text for piece in whole]) if whole else []
    pieces: list[tuple[_Piece, int]] = []
    for piece, count in zip(whole, counts, strict=True):
        pieces.extend(_cut_piece(piece, count, count_written))
    chunks: list[Chunk] = []
    current: list[tuple[_Piece, int]] = []
    for sized in pieces:
        if current and _must_break(current, sized):
            chunks.append(_join(title, current))
            current = _overlap(current, sized)
        current.append(sized)
    if current:
        chunks.append(_join(title, current))
    return chunks or [Chunk("", (title,))]


def own_words(text: str, references: Iterable[Sequence[int]]) -> str:
    """The text without the words of links to other articles.

    "See [Marked delivered but not received](…)" has all words of that question and is not its answer.
    """
    kept: list[str] = []
    position = 0
    for start, end in references:
        kept.append(text[position:start])
        position = end
    return "".join((*kept, text[position:]))


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence in `text`, in order, white space trimmed; lines end sentences too."""
    spans: list[tuple[int, int]] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        start = 0
        for end in [match.start() for match in _SENTENCE_END.finditer(line)] + [len(line)]:
            sentence = line[start:end]
            trimmed = sentence.strip()
            if trimmed:
                begin = offset + start + sentence.index(trimmed[0])
                spans.append((begin, begin + len(trimmed)))
            start = end
        offset += len(line)
    return spans


def _under_headings(blocks: Iterable[Block]) -> Iterator[_Piece]:
    """Blocks in reading order, each with the headings that it stands under. A heading over nothing is a block itself."""
    headings: list[tuple[int, str, str]] = []
    over_nothing = False  # the last heading, so far

    def of_heading() -> _Piece:
        *above, last = [name for _, name, _ in headings]
        return _Piece(last, tuple(above), "text", anchor=headings[-1][2])

    for block in blocks:
        if block.kind == "heading":
            if over_nothing and block.level <= headings[-1][0]:
                yield of_heading()
            headings = [item for item in headings if item[0] < block.level]
            headings.append((block.level, " ".join(shown(block.text).split()), block.anchor))
            over_nothing = True
        else:
            path = tuple(name for _, name, _ in headings)
            yield _Piece(block.text, path, block.kind, block.head, headings[-1][2] if headings else "")
            over_nothing = False
    if over_nothing:
        yield of_heading()


def _cut_piece(piece: _Piece, count: int, count_tokens: CountTokens) -> list[tuple[_Piece, int]]:
    """A block that is too long, cut between sentences (or, without any, between words); lists between their lines, tables
    between rows, head repeated."""
    if count <= TARGET_TOKENS or (piece.atomic and count <= LIMIT_TOKENS):
        return [(piece, count)]
    head = ""
    if piece.atomic:
        lines = piece.text.splitlines()
        head = "".join(f"{line}\n" for line in lines[: piece.head] if len(line) < TARGET_TOKENS)
        units, joiner = lines[piece.head :] if head else lines, "\n"
    elif piece.kind == "list":
        units, joiner = piece.text.splitlines(), "\n"
    else:
        units = [piece.text[a:b] for a, b in split_sentences(piece.text)]
        joiner = "\n" if "\n" in piece.text else " "
    sized: list[tuple[str, int]] = []
    for unit, tokens in zip(units, count_tokens(units), strict=True):
        sized.extend(_cut_words(unit, tokens, count_tokens) if tokens > LIMIT_TOKENS else [(unit, tokens)])
    parts: list[tuple[str, int]] = []
    texts: list[str] = []
    total = 0
    for unit, tokens in sized:
        if texts and total + tokens > TARGET_TOKENS:
            parts.append((head + joiner.join(texts), total))
            texts, total = [], 0
        texts.append(unit)
        total += tokens
    if texts:
        parts.append((head + joiner.join(texts), total))
    if piece.kind == "list":
        last = len(parts) - 1
        parts = [
            ((MORE if number else "") + text + (MORE if number < last else ""), count)
            for number, (text, count) in enumerate(parts)
        ]
    return [(replace(piece, text=text), count) for text, count in parts]


def _cut_words(text: str, count: int, count_tokens: CountTokens) -> list[tuple[str, int]]:
    """Text without sentence ends: cut into equal runs of words; a single endless word into equal runs of characters."""
    words = text.split(" ")
    parts = -(-count // TARGET_TOKENS)
    if len(words) >= parts * 2:
        size = -(-len(words) // parts)
        runs = [" ".join(words[i : i + size]) for i in range(0, len(words), size)]
    else:
        size = -(-len(text) // parts)
        runs = [text[i : i + size] for i in range(0, len(text), size)]
    return list(zip(runs, count_tokens(runs), strict=True))


def _must_break(current: list[tuple[_Piece, int]], piece: tuple[_Piece, int]) -> bool:
    total = sum(count for _, count in current)
    if total + piece[1] > TARGET_TOKENS:
        return True
    # A new section starts a new passage, unless what is there is so short that it would be a passage of no use alone.
    return current[-1][0].headings != piece[0].headings and total >= OVERLAP_TOKENS


def _overlap(current: list[tuple[_Piece, int]], piece: tuple[_Piece, int]) -> list[tuple[_Piece, int]]:
    """What the next passage repeats of this one: its last block, if it is short, prose and of the same section."""
    last, count = current[-1]
    repeats = len(current) > 1 and not last.atomic and count <= OVERLAP_TOKENS and last.headings == piece[0].headings
    return [(last, count)] if repeats else []


def _join(title: str, pieces: list[tuple[_Piece, int]]) -> Chunk:
    common = pieces[0][0].headings
    parts: list[str] = []
    anchors = [pieces[0][0].anchor]
    previous = common
    for piece, _ in pieces:
        if piece.headings != previous and piece.headings:
            # A short section that was joined keeps its heading in the text.
            parts.append(HEADING + piece.headings[-1])
            anchors.append(piece.anchor)
        parts.append(piece.text)
        previous = piece.headings
    return Chunk("\n\n".join(parts), (title, *common), anchors=tuple(anchors))
