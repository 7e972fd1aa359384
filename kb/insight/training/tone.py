"""A reply to a frustrated customer against the tone guide: remarks, each with its sentence and the words that it is about.

The rules are those of the guide and of the article about calming an angry customer. They are lists of words and a few counts:
what nobody has listed is not found, so a reply without remarks is not a good one for that. Pure; linear in the text.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import regex

from kb.text.language import UNDETERMINED, guess_language
from kb.text.sentences import split_sentences
from kb.text.words import WORD_CLASS, find_words

_FILE = Path(__file__).with_name("tone_words.json")
# What is read of a reply.
LONGEST = 6_000
_LONG_SENTENCE = 32
_SHOUTED = 2
_LEAST_SHOUTED = 4  # letters: OTP, UPI and GST are no shouting
_LINK = regex.compile(r"(?:https?://|www\.)\S+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
_CAPITALS = regex.compile(rf"(?<![{WORD_CLASS}])[A-Z]{{{_LEAST_SHOUTED},}}(?![{WORD_CLASS}-])")
# Fewer words than this beside a link are no answer.
_LEAST_BESIDE_LINK = 8


class Tone(StrEnum):
    """What is not as the guide has it."""

    CALM_DOWN = "calm_down"  # tells the customer how to feel
    BLAME = "blame"
    SORRY_BUT = "sorry_but"
    EMPTY_NO = "empty_no"  # says what is not possible, and nothing that is
    NO_UNDERSTANDING = "no_understanding"  # neither says back what happened nor is sorry for it
    FAMILIAR = "familiar"  # तुम, তুমি
    LINK_ALONE = "link_alone"
    OTHER_LANGUAGE = "other_language"
    NO_NEXT_STEP = "no_next_step"  # neither something that is done now nor a time
    STOCK_PHRASE = "stock_phrase"
    VAGUE_TIME = "vague_time"
    MANY_SORRIES = "many_sorries"
    LOUD = "loud"
    LONG_SENTENCE = "long_sentence"


# What makes a frustrated customer angrier.
SERIOUS = frozenset(
    {
        Tone.CALM_DOWN,
        Tone.BLAME,
        Tone.SORRY_BUT,
        Tone.EMPTY_NO,
        Tone.NO_UNDERSTANDING,
        Tone.FAMILIAR,
        Tone.LINK_ALONE,
        Tone.OTHER_LANGUAGE,
    }
)


@dataclass(frozen=True)
class Remark:
    """sentence: where it stands, "" for what is missing in the whole; words: that it is about, "" where that is the sentence."""

    kind: Tone
    sentence: str = ""
    words: str = ""

    @property
    def is_serious(self) -> bool:
        return self.kind in SERIOUS

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "sentence": self.sentence, "words": self.words}


def judge_tone(reply: str, *, language: str, feeling: int = 1) -> list[Remark]:
    """Remarks in the order of the reply, then what is missing. language: of the customer's last message; feeling: 0 calm,
    1 annoyed, 2 angry. An empty reply has none."""
    text = _plain_quotes(reply[:LONGEST]).strip()
    if not find_words(text):
        return []
    sentences = split_sentences(text)
    remarks = [remark for one in sentences for remark in _of_sentence(one)]
    remarks += _sorries(sentences)
    remarks += _refusals(sentences)
    remarks += _loud(text, sentences)
    if _LINK.search(text) and len(find_words(_LINK.sub(" ", text))) < _LEAST_BESIDE_LINK:
        remarks.append(Remark(Tone.LINK_ALONE, text))
    elif feeling > 0 and not _has("understanding", text) and not _has("sorry", text):
        remarks.append(Remark(Tone.NO_UNDERSTANDING))
    if not _has("act", text) and not _has("time", text):
        remarks.append(Remark(Tone.NO_NEXT_STEP))
    if _is_other_language(text, language):
        remarks.append(Remark(Tone.OTHER_LANGUAGE))
    return _each_once(remarks)


def _of_sentence(sentence: str) -> Iterator[Remark]:
    for kind in (Tone.CALM_DOWN, Tone.BLAME, Tone.STOCK_PHRASE, Tone.FAMILIAR):
        if words := _first(kind.value, sentence):
            yield Remark(kind, sentence, words)
    # "Soon" beside a day says when.
    if (words := _first("vague_time", sentence)) and not _has("time", sentence.replace(words, " ")):
        yield Remark(Tone.VAGUE_TIME, sentence, words)
    if len(find_words(sentence)) > _LONG_SENTENCE:
        yield Remark(Tone.LONG_SENTENCE, sentence)


def _sorries(sentences: Sequence[str]) -> Iterator[Remark]:
    """Sorry once, for something concrete, without "but" after it."""
    count = 0
    for number, sentence in enumerate(sentences):
        found = _search("sorry", sentence)
        if found is None:
            continue
        count += 1
        after = sentence[found.end() :]
        following = sentences[number + 1] if number + 1 < len(sentences) else ""
        if words := _first("but", after):
            yield Remark(Tone.SORRY_BUT, sentence, words)
        elif (words := _first("but", following)) and following.casefold().startswith(words.casefold()):
            yield Remark(Tone.SORRY_BUT, following, words)
        if count == 2:
            yield Remark(Tone.MANY_SORRIES, sentence, found[0])


def _refusals(sentences: Sequence[str]) -> Iterator[Remark]:
    """A no is said once, and what is possible comes with it or after it."""
    for number, sentence in enumerate(sentences):
        found = _search("refusal", sentence)
        if found is None:
            continue
        rest = " ".join((sentence[: found.start()], sentence[found.end() :], *sentences[number + 1 :]))
        if not any(_has("way_out", one) for one in split_sentences(rest)):
            yield Remark(Tone.EMPTY_NO, sentence, found[0])
        return


def _loud(text: str, sentences: Sequence[str]) -> Iterator[Remark]:
    if len(shouted := _CAPITALS.findall(_LINK.sub(" ", text))) >= _SHOUTED:
        yield Remark(Tone.LOUD, next(one for one in sentences if shouted[0] in one), shouted[0])
    elif text.count("!") > 1:
        yield Remark(Tone.LOUD, next((one for one in sentences if "!" in one), ""), "!")
    elif found := _EMOJI.search(text):
        yield Remark(Tone.LOUD, next((one for one in sentences if found[0] in one), ""), found[0])


def _is_other_language(text: str, language: str) -> bool:
    """Same language and same script; a word or two tell neither."""
    if len(find_words(text)) < 4 or language in ("", UNDETERMINED):
        return False
    written = guess_language(text)
    return written not in (UNDETERMINED, language)


def _each_once(remarks: Sequence[Remark]) -> list[Remark]:
    """One remark of a kind a sentence; more would only hurt."""
    return list({(one.kind, one.sentence): one for one in reversed(remarks)}.values())[::-1]


def _has(name: str, text: str) -> bool:
    return _search(name, text) is not None


def _first(name: str, text: str) -> str:
    found = _search(name, text)
    return found[0].strip() if found else ""


def _search(name: str, text: str) -> "regex.Match[str] | None":
    return _patterns()[name].search(text)


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, "regex.Pattern[str]"]:
    """One pattern a list, in all ways of writing: those of one script find nothing in another."""
    lists: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        name: regex.compile(
            rf"(?<![{WORD_CLASS}])(?:{'|'.join(one for some in by_language.values() for one in some)})(?![{WORD_CLASS}])",
            regex.IGNORECASE,
        )
        for name, by_language in lists.items()
    }


def _plain_quotes(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'")
