"""A text as its sentences, for quoting them one by one."""

import regex

# A full stop of an abbreviation, a number or an address is followed by no blank, or belongs to a word of one or two letters.
_END = regex.compile(r"(?<=[!?।॥؟？])\s+|(?<=[^\s.]{3}\.|[\p{N}\p{M})\"”]\.|…)\s+|\s*\n\s*")
# Who writes more than this in one message is quoted from its beginning.
LONGEST_TEXT = 20_000


def split_sentences(text: str) -> list[str]:
    """In order, without white space around them. Of a longer text only the first LONGEST_TEXT characters."""
    return [part for one in _END.split(text[:LONGEST_TEXT]) if (part := one.strip())]
