"""What is sent to a language model, and how sentences with their sources are read out of what it writes."""

from typing import Any

import regex

from kb.assist.asking_turns import Sentence
from kb.text.cleaning import clean_line
from kb.text.sentences import split_sentences

MOST_SENTENCES, LONGEST_COMPOSED = 6, 1_500
_LANGUAGES = {"en": "English", "hi": "Hindi (Devanagari script)", "bn": "Bengali (Bengali script)"}
_CITED = regex.compile(r"[ \t]*((?:\[\d{1,2}\][ \t]*[,;]?[ \t]*)+)([.!?।]*)")
_NUMBER = regex.compile(r"\d+")


def name_of_language(language: str) -> str:
    return _LANGUAGES.get(language.partition("-")[0], language)


def chat_request(model: str, instructions: str, text: str, *, longest: int) -> dict[str, Any]:
    """longest: tokens of the answer."""
    return {
        "model": model,
        "temperature": 0,
        "max_tokens": longest,
        "stream": False,
        "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
    }


def read_sentences(written: str, passages: int, *, most: int = MOST_SENTENCES) -> tuple[Sentence, ...]:
    """The sentences of an answer with what each cites; none where one cites nothing, or what there is not, or it is too long."""
    text = "\n".join(clean_line(line) for line in written.splitlines()).strip()
    if not text or len(text) > LONGEST_COMPOSED:
        return ()
    found: list[Sentence] = []
    start = 0
    for match in _CITED.finditer(text):
        citations = tuple(dict.fromkeys(int(number) - 1 for number in _NUMBER.findall(match[1])))
        if not all(0 <= place < passages for place in citations):
            return ()
        sentences = split_sentences(text[start : match.start()] + match[2])
        if not sentences:
            return ()
        found.extend(Sentence(sentence, citations) for sentence in sentences)
        start = match.end()
    return tuple(found) if not text[start:].strip() and len(found) <= most else ()
