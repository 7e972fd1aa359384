"""A sentence that readers see, changed in the Markdown that it is written in: links and emphasis stay where words stay."""

from difflib import SequenceMatcher

import regex

from kb.text.cleaning import clean_line
from kb.text.words import WORD_CLASS, find_words

_WORD = regex.compile(rf"[{WORD_CLASS}]+")
# Between two words of a sentence in Markdown: signs, and the address of a link.
_BETWEEN = rf"(?:[^{WORD_CLASS}]|\]\([^)\n]{{0,500}}\)){{0,600}}?"
_LONGEST_BODY = 200_000
_PAIRED, _ENDS = "*`[]()", ".!?।…"


def apply_edit(body: str, old: str, new: str) -> str | None:
    """The body with `new` in place of `old`, or without it where `new` is empty; None where the sentence is not in it so."""
    words = find_words(old)
    if not words or len(body) > _LONGEST_BODY:
        return None
    pattern = _BETWEEN.join(regex.escape(word) for word in words)
    try:
        found = regex.search(rf"(?<![{WORD_CLASS}]){pattern}(?![{WORD_CLASS}])", body, timeout=2)
    except TimeoutError:
        return None
    if found is None:
        return None
    start, end = found.span()
    if not new.strip():
        return _without(body, start, end)
    written, new = body[start:end], clean_line(new)
    places = _places(written, words)
    changed = _changed(written, places, words, new) if places is not None else ""
    if not changed or _marks(changed) != _marks(written):
        if not _is_whole(written):
            return None
        changed = new.rstrip(_ENDS) if body[end : end + 1] in tuple(_ENDS) else new
    return body[:start] + changed + body[end:]


def _marks(written: str) -> list[int]:
    """How many there are of each sign that goes in pairs."""
    return [written.count(sign) for sign in _PAIRED]


def _is_whole(written: str) -> bool:
    """Whether each emphasis and link that begins in it ends in it."""
    counts = dict(zip(_PAIRED, _marks(written), strict=True))
    return not (counts["*"] % 2 or counts["`"] % 2 or counts["["] != counts["]"] or counts["("] != counts[")"])


def _places(written: str, words: list[str]) -> list[tuple[int, int]] | None:
    """Where each word stands in what is written; None where that cannot be told."""
    places, at = [], 0
    for word in words:
        match = regex.compile(rf"(?<![{WORD_CLASS}]){regex.escape(word)}(?![{WORD_CLASS}])").search(written, at)
        if match is None:
            return None
        places.append(match.span())
        at = match.end()
    return places


def _changed(written: str, places: list[tuple[int, int]], words: list[str], new: str) -> str:
    """Word by word: what stays keeps its marks, what is new comes with the signs that stand around it."""
    spans = [match.span() for match in _WORD.finditer(new)]
    theirs = [new[a:b] for a, b in spans]
    result, at = "", 0
    for tag, a, b, c, d in SequenceMatcher(None, words, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        text = new[spans[c][0] : spans[d - 1][1]] if d > c else ""
        if tag == "insert":
            if a == 0:
                result += (
                    written[at : places[0][0]] + text + new[spans[d - 1][1] : spans[d][0]] if d < len(spans) else text
                )
                at = places[0][0]
            else:
                result += written[at : places[a - 1][1]] + new[spans[c - 1][1] : spans[c][0]] + text
                at = places[a - 1][1]
        elif tag == "replace":
            result += written[at : places[a][0]] + text
            at = places[b - 1][1]
        else:
            until = places[a][0] if a == 0 else places[a - 1][1]
            result += written[at:until]
            at = places[b][0] if a == 0 and b < len(places) else places[b - 1][1]
    return result + written[at:]


def _without(body: str, start: int, end: int) -> str:
    """With the signs that end it; a line that held nothing else goes too."""
    after = regex.compile(r"[*_`\"”’)\]]*[.!?।…]*[*_`\"”’)\]]*[ \t]?").match(body, end)
    end = after.end() if after else end
    line_start, line_end = body.rfind("\n", 0, start) + 1, body.find("\n", end)
    line_end = len(body) if line_end < 0 else line_end
    left = body[line_start:start] + body[end:line_end]
    if not find_words(regex.sub(r"^\s*(?:[-*+]|\d{1,3}[.)])\s*", "", left)):
        return body[:line_start] + body[line_end + 1 :]
    return body[:start] + body[end:]
