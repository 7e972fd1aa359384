"""The sentence that a word stands in: it says whether something is a fact, a question or a plan."""

import regex

_SENTENCE_END = regex.compile(r"[!?।\n]|(?<!\brs)(?<!\bno)(?<!\bnos)\.(?=\s|$)")
_SPAN = 80


def sentence_around(view: str, place: int) -> tuple[int, int]:
    """Start and end of the sentence around a place, within a bounded stretch of the text."""
    low, high = max(0, place - _SPAN), min(len(view), place + _SPAN)
    start = max((end.end() for end in _SENTENCE_END.finditer(view, low, place)), default=low)
    after = _SENTENCE_END.search(view, place, high)
    return start + len(view[start:place]) - len(view[start:place].lstrip()), after.end() if after else high
