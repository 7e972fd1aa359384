"""Markdown with an end to its work, whatever is written: counted in characters that are looked at, so that every machine ends
at the same text.

The library begins a block anew with each mark that it finds in it, and a page of marks takes it minutes.
"""

from typing import Any

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor

from kb.articles.dialects.blocks import TooDeepError

# Characters. A page of the largest size has a quarter of it to look at, however much is marked in it by hand.
_MOST_IN_LINES = 300_000_000
_MOST_IN_BLOCKS = 6_000_000


# Blocks that are moved up in the time in which one character is looked at.
_MOVED = 20


class Work:
    """What one text has cost so far."""

    def __init__(self) -> None:
        self.in_lines = self.in_blocks = 0

    def begin(self) -> None:
        self.in_lines = self.in_blocks = 0

    def look(self, *, in_lines: int = 0, in_blocks: int = 0) -> None:
        """Raises TooDeepError where it is too much."""
        self.in_lines += in_lines
        self.in_blocks += in_blocks
        if self.in_lines > _MOST_IN_LINES or self.in_blocks > _MOST_IN_BLOCKS:
            raise TooDeepError


class _Inline(InlineProcessor):
    def __init__(self, md: Markdown, work: Work) -> None:
        super().__init__(md)
        self._work = work

    def _InlineProcessor__applyPattern(self, pattern: Any, data: str, *places: int) -> Any:
        self._work.look(in_lines=len(data))
        return super()._InlineProcessor__applyPattern(pattern, data, *places)  # type: ignore[misc]


def bound(md: Markdown, work: Work) -> None:
    """Count what `md` does. work: begun anew by the caller for each text."""
    md.treeprocessors.register(_Inline(md, work), "inline", 20)  # in the place of the library's own
    parser = md.parser

    def parse_blocks(parent: Any, blocks: list[str]) -> None:
        """As the library's own."""
        while blocks:
            work.look(in_blocks=len(blocks[0]) + len(blocks) // _MOVED)
            for processor in parser.blockprocessors:
                if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                    break

    parser.parseBlocks = parse_blocks  # type: ignore[method-assign]
