"""Running text cut into sentences, in Latin, Devanagari and Bengali script: "ext. 240" and "Rs. 500" are not two."""

from collections.abc import Iterator

import regex

from kb.text.words import LETTER_CLASS, WORD_CLASS

# Who writes more than this in one message is quoted from its beginning.
LONGEST_TEXT = 20_000
# What a full stop follows without an end; in small letters.
_ABBREVIATION_WORDS = """
    ext extn extension no nos nr num rs mr mrs ms dr st approx tel ph mob vs e.g i.e eg ie dept min max hrs hr mins sec
    govt pvt ltd inc co p.m a.m am pm art fig vol pg pp acc a/c amt qty ref cf smt shri sri km kg rd ave apt
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    डॉ श्री रु नं कु मि मो ডঃ ডাঃ মোঃ শ্রী নং রু
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
# From the first of several marks on, and giving nothing back: a row of marks that ends nothing is looked at once.
_END = regex.compile(r"(?<![.!?।॥…？！。])(?P<mark>[.!?।॥…？！。]++)[\"'”’»)\]]*+(?P<gap>\s++|$)|\n")
_WORD_BEFORE = regex.compile(rf"(?<![{WORD_CLASS}])[{LETTER_CLASS}./]{{1,12}}$")
# A single letter before a full stop is an initial: "A. Sen".
_INITIAL = regex.compile(rf"(?<![{LETTER_CLASS}\d.])\p{{Lu}}$")
_NUMBERING = regex.compile(r"^\s*\(?\d{1,3}$")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of `text`, in order, without the white space around it. Lines end sentences too.

    Linear in the length of the text; any text is taken.
    """
    start = 0
    for match in _END.finditer(text):
        if match["mark"] == "." and _goes_on(text, start, match.start("mark"), match.end()):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def split_sentences(text: str) -> list[str]:
    """In order, without white space around them. Of a longer text only the first LONGEST_TEXT characters."""
    text = text[:LONGEST_TEXT]
    return [text[start:end] for start, end in sentence_spans(text)]


def _goes_on(text: str, start: int, stop: int, following: int) -> bool:
    """Whether the full stop at `stop` ends nothing but an abbreviation, an initial or the number of an item."""
    before = text[max(start, stop - 12) : stop]
    if _NUMBERING.match(text[start:stop][:8]) or _INITIAL.search(before):
        return True
    word = _WORD_BEFORE.search(before)
    return word is not None and following < len(text) and word[0].lower().lstrip("./") in _ABBREVIATIONS


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    kept = sentence.strip()
    if kept:
        begin = start + len(sentence) - len(sentence.lstrip())
        yield begin, begin + len(kept)
