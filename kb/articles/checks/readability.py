"""How easily a text is read, by what can be counted: words of a sentence, sentences, long words, text without a heading.

No formula with a name: those were fitted to English schoolbooks of the last century and say nothing of Hindi or Bengali. What is
usual differs by language: Bengali and Hindi join what English writes as words of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from kb.articles.checks.finding import Finding
from kb.articles.checks.prose import Block, prose_blocks
from kb.text.sentences import sentence_spans
from kb.text.words import WORD_WITH_APOSTROPHE

MOST_OF_A_KIND = 5
# Words of a paragraph, of one step, and of a text before a heading is missed.
LONGEST_PARAGRAPH, LONGEST_STEP, WITHOUT_HEADING = 90, 45, 250
# Shorter texts say nothing about a share of words.
_LEAST_WORDS = 60
_VOWELS = regex.compile(r"[aeiouy]+")
# The beginnings of syllables in Indic scripts: letters that no virama joins to the one before.
_AKSHARA = regex.compile(r"(?<![\u094D\u09CD])[\u0904-\u0939\u0958-\u0961\u0985-\u09B9\u09DC-\u09E1]")
_INDIC = regex.compile(r"[\u0900-\u09FF]")


class Usual(NamedTuple):
    """sentence: so many words of a sentence are still easy; syllables: from so many on a word is long; long_words: share of such
    words that is still easy, in percent."""

    sentence: int
    syllables: int
    long_words: int


USUAL = {"en": Usual(25, 4, 12), "hi": Usual(28, 6, 12), "bn": Usual(22, 6, 14)}
_ELSEWHERE = USUAL["en"]


@dataclass(frozen=True)
class Measures:
    """long_words: in percent; hardest: the longest words, as they are written."""

    words: int = 0
    sentences: int = 0
    long_words: int = 0
    hardest: tuple[str, ...] = ()

    @property
    def words_a_sentence(self) -> int:
        return round(self.words / self.sentences) if self.sentences else 0


def usual_of(language: str) -> Usual:
    return USUAL.get(language.partition("-")[0], _ELSEWHERE)


def measure(body: str, language: str) -> Measures:
    """What is counted in the sentences of a text."""
    usual = usual_of(language)
    words, sentences = [], 0
    for block in prose_blocks(body):
        for start, end in sentence_spans(block.text):
            found = WORD_WITH_APOSTROPHE.findall(block.text[start:end])
            words += found
            sentences += bool(found)
    hard = [word for word in words if syllables(word) >= usual.syllables]
    hardest = sorted(dict.fromkeys(hard), key=lambda word: -syllables(word))[:MOST_OF_A_KIND]
    return Measures(len(words), sentences, round(100 * len(hard) / len(words)) if words else 0, tuple(hardest))


def syllables(word: str) -> int:
    """Of a word, about: groups of vowels in Latin letters, letters with what is joined to them in Indic ones. 0 for a number."""
    if _INDIC.search(word):
        return len(_AKSHARA.findall(word))
    word = word.lower()
    count = len(_VOWELS.findall(word))
    return count - (count > 1 and word.endswith("e") and not word.endswith("le"))


def hard_to_read(body: str, language: str, counted: Measures | None = None) -> list[Finding]:
    """Long sentences, paragraphs and steps, each with its place; a long text without a heading; too many long words.

    counted: what `measure` says of the text, where the caller has it already.
    """
    usual, blocks = usual_of(language), list(prose_blocks(body))
    found = [
        *_long_sentences(blocks, usual.sentence),
        *_long_blocks(blocks, "paragraph", LONGEST_PARAGRAPH),
        *_long_blocks(blocks, "item", LONGEST_STEP),
        *_without_heading(blocks),
    ]
    counted = counted or measure(body, language)
    if counted.words >= _LEAST_WORDS and counted.long_words > usual.long_words:
        first = counted.hardest[0]
        at = max(body.find(first), 0)
        values = {"share": counted.long_words, "usual": usual.long_words, "words": ", ".join(counted.hardest)}
        found.append(Finding("long_words", start=at, end=at + len(first), values=values))
    return found


def _long_sentences(blocks: Sequence[Block], most: int) -> list[Finding]:
    found = []
    for block in blocks:
        for start, end in sentence_spans(block.text):
            words = _count(block.text[start:end])
            if words > most:
                place = block.start + start, block.start + end
                found.append(Finding("long_sentence", "body", *place, {"words": words, "most": most}))
    return sorted(found, key=lambda one: -int(one.values["words"]))[:MOST_OF_A_KIND]


def _long_blocks(blocks: Sequence[Block], kind: str, most: int) -> list[Finding]:
    name = "long_step" if kind == "item" else "long_paragraph"
    counted = [(block, _count(block.text)) for block in blocks if block.kind == kind]
    return [
        Finding(name, "body", block.start, block.end, {"words": words, "most": most})
        for block, words in counted
        if words > most
    ][:MOST_OF_A_KIND]


def _without_heading(blocks: Sequence[Block]) -> list[Finding]:
    """The first place where a heading is missed."""
    words, begin = 0, 0
    for block in blocks:
        if block.kind == "heading":
            words = 0
            continue
        begin = block.start if words == 0 else begin
        words += _count(block.text)
        if words > WITHOUT_HEADING:
            return [Finding("no_heading", "body", begin, block.end, {"words": WITHOUT_HEADING})]
    return []


def _count(text: str) -> int:
    return len(WORD_WITH_APOSTROPHE.findall(text))
