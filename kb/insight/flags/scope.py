"""What sets two statements with amounts apart, beside their words: a limit or a value, whose time it is, these or the others."""

from collections.abc import Sequence

import regex

from kb.text.stated_amounts import TIME, Amount, differing
from kb.text.words import LETTER_CLASS

# Next to an amount of anything but time: it says from where on something holds, not how much it is.
_LIMIT_BEFORE = regex.compile(
    r"\b(?:above|over|below|under|beyond|(?:more|less) than|exceed(?:s|ing)?)\s*$", regex.IGNORECASE
)
_LIMIT_AFTER = regex.compile(
    r"\s*(?:(?:से|के)\s+(?:ज़्यादा|ज्यादा|अधिक|कम|ऊपर|नीचे)|-?(?:এর|র|ের)?\s*(?:চেয়ে\s+)?(?:বেশি|কম|উপরে|ওপরে|নিচে|নীচে))"
    rf"(?![{LETTER_CLASS}])",
    regex.IGNORECASE,
)
_NEAR = 24
_OTHERS = regex.compile(
    rf"(?<![{LETTER_CLASS}])(?:others?|rest|remaining|elsewhere|बाक़ी|बाकी|अन्य|दूसरे|दूसरी|বাকি|অন্য|অন্যান্য)(?![{LETTER_CLASS}])",
    regex.IGNORECASE,
)
# The time that somebody has for something, and the time within which we promise to do something.
_YOUR_TIME = regex.compile(r"\byou(?:'ll|’ll| will)? have\b|आपके पास|আপনার (?:হাতে|কাছে)", regex.IGNORECASE)
_OUR_TIME = regex.compile(rf"(?<![{LETTER_CLASS}])(?:we|we'll|we’ll|हम|আমরা)(?![{LETTER_CLASS}])", regex.IGNORECASE)


def speak_of_others(one: str, other: str) -> bool:
    """Whether one of them is of the others than those that are named."""
    return bool(_OTHERS.search(one)) != bool(_OTHERS.search(other))


def comparable_amounts(
    one: str, amounts: Sequence[Amount], other: str, others: Sequence[Amount]
) -> list[tuple[Amount, Amount]]:
    """Pairs that differ, of each kind one at most: limits are compared with limits, values with values. one, other: the texts."""
    found = []
    for kind in dict.fromkeys(a.kind for a, _ in differing(amounts, others)):
        if kind == TIME and _whose_time(one) | _whose_time(other) == {"yours", "ours"}:
            continue
        for is_limit in (False, True):
            mine = [a for a in amounts if a.kind == kind and _is_limit(one, a) == is_limit]
            theirs = [b for b in others if b.kind == kind and _is_limit(other, b) == is_limit]
            if mine and theirs:
                found.append((mine[0], theirs[0]))
                break
    return found


def _is_limit(text: str, amount: Amount) -> bool:
    if amount.kind == TIME:  # "within", "after": the same span from either side
        return False
    before = text[max(0, amount.start - _NEAR) : amount.start]
    return bool(_LIMIT_BEFORE.search(before) or _LIMIT_AFTER.match(text, amount.end))


def _whose_time(text: str) -> set[str]:
    yours, ours = bool(_YOUR_TIME.search(text)), bool(_OUR_TIME.search(text))
    return set() if yours == ours else {"yours" if yours else "ours"}
