"""What people write as Markdown, in the dialect of their generator, brought to the one that the renderer reads.

In order: `templates` (comments, Liquid, shortcodes, components), `blocks` (what is a list, a table, a note), `inline` (within a
paragraph), `writing` (the same again, unambiguously). docs/markdown.md shows dialect by dialect what comes out.
"""

from kb.articles.dialects.inline import Stash
from kb.articles.dialects.notices import Notice
from kb.articles.dialects.writing import to_plain_dialect

__all__ = ["Notice", "Stash", "to_plain_dialect"]
