"""Cut documents into passages: by heading, about 200 tokens with overlap, tables and code never in the middle.

Title and heading path travel with each passage as context: they are part of what is embedded (`Chunk.embedded_text`), not of
what is shown (`Chunk.text`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import regex

# Raised whenever the cutting changes, or which passages are read as questions too, so that old and new ones never mix.
CHUNKER = "6"
TARGET_TOKENS = 220
OVERLAP_TOKENS = 40
# The encoder reads 512 tokens; prompt, title and headings need some of them.
LIMIT_TOKENS = 420

CountTokens = Callable[[Sequence[str]], list[int]]

_HEADING = regex.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = regex.compile(r"^\s*(```|~~~)")
_LINK = regex.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]*)(?:\s[^)]*)?\)")
_SENTENCE_END = regex.compile(r"(?<=[.!?।॥…])[\"'”’)\]]*\s+(?=\S)")


@dataclass(frozen=True)
class Chunk:
    """One passage. `heading_path` starts with the document's title."""

    text: str
    heading_path: tuple[str, ...]
    part: str = "body"

    @property
    def embedded_text(self) -> str:
        context = " › ".join(part for part in self.heading_path if part)
        text = _LINK.sub(r"\1", self.text)  # the address says nothing to a reader
        return f"{context}\n{text}" if context else text


@dataclass(frozen=True)
class _Block:
    """A paragraph, list, table or code block: what is kept together if it fits."""

    text: str
    headings: tuple[str, ...]
    atomic: bool  # a table or code: never cut in the middle


def chunk_markdown(title: str, body: str, count_tokens: CountTokens) -> list[Chunk]:
    """Passages of a Markdown article. An article without text gives one passage with its title."""
    blocks = list(_split_blocks(body))
    counts = count_tokens([block.text for block in blocks]) if blocks else []
    pieces: list[tuple[_Block, int]] = []
    for block, count in zip(blocks, counts, strict=True):
        pieces.extend(_cut_block(block, count, count_tokens))
    chunks: list[Chunk] = []
    current: list[tuple[_Block, int]] = []
    for piece in pieces:
        if current and _must_break(current, piece):
            chunks.append(_join(title, current))
            current = _overlap(current, piece)
        current.append(piece)
    if current:
        chunks.append(_join(title, current))
    return chunks or [Chunk("", (title,))]


def chunk_text(title: str, text: str, count_tokens: CountTokens, part: str) -> list[Chunk]:
    """Passages of plain text without headings: a ticket's problem or resolution."""
    chunks = chunk_markdown(title, text.replace("\n#", "\n #"), count_tokens) if text.strip() else []
    return [Chunk(chunk.text, chunk.heading_path, part) for chunk in chunks]


def own_words(text: str) -> str:
    """Markdown without addresses of links and without the words of those to other articles.

    "See [Marked delivered but not received](…)" has all words of that question and is not its answer.
    """
    # Imported here: rendering brings Markdown and its extensions, and a search cuts nothing.
    from kb.articles.rendering import article_link_target

    return _LINK.sub(lambda link: "" if article_link_target(link[2]) else link[1], text)


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


def _split_blocks(body: str) -> Iterator[_Block]:
    """Blocks in reading order, each with the headings that it stands under. A heading over nothing is a block itself."""
    headings: list[tuple[int, str]] = []
    lines: list[str] = []
    fence: str | None = None
    over_nothing = False  # the last heading, so far

    def flush() -> Iterator[_Block]:
        nonlocal over_nothing
        text = "\n".join(lines).strip("\n")
        lines.clear()
        if text.strip():
            rows = [line.lstrip() for line in text.splitlines()]
            table = len(rows) > 1 and all(row.startswith("|") for row in rows)
            code = bool(_FENCE.match(text)) or all(line.startswith("    ") for line in text.splitlines())
            yield _Block(text, tuple(name for _, name in headings), table or code)
            over_nothing = False

    def of_heading() -> _Block:
        *above, last = [name for _, name in headings]
        return _Block(last, tuple(above), False)

    for line in body.splitlines():
        mark = _FENCE.match(line)
        if fence is not None:
            lines.append(line)
            if mark and mark.group(1) == fence:
                fence = None
                yield from flush()
            continue
        if mark:
            yield from flush()
            fence = mark.group(1)
            lines.append(line)
        elif heading := _HEADING.match(line):
            yield from flush()
            level = len(heading.group(1))
            if over_nothing and level <= headings[-1][0]:
                yield of_heading()
            headings = [item for item in headings if item[0] < level] + [(level, heading.group(2))]
            over_nothing = True
        elif not line.strip():
            yield from flush()
        else:
            lines.append(line)
    yield from flush()
    if over_nothing:
        yield of_heading()


def _cut_block(block: _Block, count: int, count_tokens: CountTokens) -> list[tuple[_Block, int]]:
    """A block that is too long, cut between sentences (or, without any, between words); tables between rows, header repeated."""
    if count <= TARGET_TOKENS or (block.atomic and count <= LIMIT_TOKENS):
        return [(block, count)]
    if block.atomic:
        units, joiner, head = block.text.splitlines(), "\n", ""
        if units and units[0].lstrip().startswith("|"):
            head, units = "\n".join(units[:2]) + "\n", units[2:]
    else:
        units, joiner, head = [block.text[a:b] for a, b in split_sentences(block.text)], "\n", ""
        if max(map(len, units)) * len(units) < len(block.text) or len(units) > 1:
            joiner = " " if "\n" not in block.text else "\n"
    sized: list[tuple[str, int]] = []
    for unit, tokens in zip(units, count_tokens(units), strict=True):
        sized.extend(_cut_words(unit, tokens, count_tokens) if tokens > LIMIT_TOKENS else [(unit, tokens)])
    pieces: list[tuple[_Block, int]] = []
    texts: list[str] = []
    total = 0
    for unit, tokens in sized:
        if texts and total + tokens > TARGET_TOKENS:
            pieces.append((_Block(head + joiner.join(texts), block.headings, block.atomic), total))
            texts, total = [], 0
        texts.append(unit)
        total += tokens
    if texts:
        pieces.append((_Block(head + joiner.join(texts), block.headings, block.atomic), total))
    return pieces


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


def _must_break(current: list[tuple[_Block, int]], piece: tuple[_Block, int]) -> bool:
    total = sum(count for _, count in current)
    if total + piece[1] > TARGET_TOKENS:
        return True
    # A new section starts a new passage, unless what is there is so short that it would be a passage of no use alone.
    return current[-1][0].headings != piece[0].headings and total >= OVERLAP_TOKENS


def _overlap(current: list[tuple[_Block, int]], piece: tuple[_Block, int]) -> list[tuple[_Block, int]]:
    """What the next passage repeats of this one: its last block, if it is short, prose and of the same section."""
    block, count = current[-1]
    repeats = len(current) > 1 and not block.atomic and count <= OVERLAP_TOKENS and block.headings == piece[0].headings
    return [(block, count)] if repeats else []


def _join(title: str, pieces: list[tuple[_Block, int]]) -> Chunk:
    common = pieces[0][0].headings
    parts: list[str] = []
    previous = common
    for block, _ in pieces:
        if block.headings != previous and block.headings:
            parts.append(block.headings[-1])  # a short section that was joined keeps its heading in the text
        parts.append(block.text)
        previous = block.headings
    return Chunk("\n\n".join(parts), (title, *common))
