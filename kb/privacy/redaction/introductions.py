"""Names with which people introduce themselves."""

from collections.abc import Iterator

import regex

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import Span
from kb.text.language_words import ENGLISH

_WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+")
_ENGLISH_WORDS = frozenset(ENGLISH.split()) | frozenset(words.ENGLISH_WORDS.split())
_INTRODUCTION = regex.compile(
    r"(?<![\p{L}\p{M}])(?:(?P<english>my name is)|mera na+m|amar na+m|मेरा नाम|আমার নাম)(?: hai| holo| है| হল| হলো)?[ :,-]{1,3}"
    r"(?P<words>[\p{L}\p{M}.'’]{2,24}(?:[ -][\p{L}\p{M}.'’]{1,24}){0,3})",
    regex.IGNORECASE,
)
_NOT_NAMES = frozenset(words.NOT_NAMES.split())
_ABORTING = frozenset(words.ABORTING.split())


# Hindi and Bengali say much after "my name" that is no name ("मेरा नाम उसे पता चलेगा"): there it has to end like this.
_END = regex.compile(
    r"\s*(?:$|[.,;:।!?\n()\ufffc-])|\s+(?:है|हैं|हूँ|हूं|और|मैं|मेरा|मेरी|मेरे|ऑर्डर|फ़ोन|फोन|मोबाइल|बोल|से|আমি|আর|ও|এবং|আমার|অর্ডার|ফোন|মোবাইল|বলছি|"
    r"hai|he|h|hain|hu|hoon|aur|main|mai|mera|meri|mere|ami|ar|ebong|amar|order|phone|mobile|bol|bolchi|se)(?![\p{L}\p{M}])",
    regex.IGNORECASE,
)


def find_introductions(view: str) -> Iterator[Span]:
    """ "my name is Suresh Pillai", "मेरा नाम सुनीता देवी है": one to three words, unless the sentence is about it."""
    for match in _INTRODUCTION.finditer(view):
        start = end = match.start("words")
        count = 0
        found_words = list(_WORD.finditer(view, start, match.end("words")))
        if any(word.group().casefold() in _ABORTING for word in found_words):
            continue
        for word in found_words[:4]:
            folded = word.group().casefold()
            if folded in _NOT_NAMES or (folded in _ENGLISH_WORDS and not word.group()[0].isupper()):
                break
            end = word.end()
            count += 1
            if view[end : end + 1] in {".", "।"} and end - word.start() > 2:
                break
        if count and (match["english"] or _END.match(view, end)):
            yield Span(start, end, "[name]")
