"""What the escalation rules ask of the customer's words beside the level: a legal step that was taken, a manager asked for."""

from collections.abc import Sequence

import regex

from kb.service.frustration.cues import read_text

# A step, not a threat: something has been filed, sent or is on the line (articles: handling legal and media threats).
_STEPS = (
    r"\b(?:i|we|my \w+|have|has|had|already|just)\W+(?:\w+\W+){0,3}?(?:filed|lodged|registered|submitted|moved)\W+"
    r"(?:\w+\W+){0,5}?(?:complaint|case|fir|petition|suit|application)\W+(?:\w+\W+){0,6}?"
    r"(?:court|forum|commission|police|ombudsman|cyber|station|number|no\b)",
    r"\b(?:case|complaint|fir|docket|cnr) (?:number|no\.?)\W*(?:is\W*)?[\w/-]*\d",
    r"\b(?:legal notice|summons|court order)\b.{0,40}\b(?:attached|enclosed|served|sent|herewith|dated)\b",
    r"\b(?:attached|enclosed|find|serving)\b.{0,40}\b(?:legal notice|summons|court order)\b",
    r"\b(?:i am|i'm|this is|speaking)\b.{0,30}"
    r"\b(?:advocate|lawyer|attorney|solicitor|inspector|journalist|reporter|correspondent)\b",
    r"\bon behalf of my client\b|\bmy client\b|\bnext hearing\b|\bhearing (?:is )?on\b",
    r"\b(?:fir|case|complaint|mukadma|mamla)\W+(?:\w+\W+){0,4}?"
    r"(?:kar di|kar diya|darj kar|darj ho|korechi|kore diyechi|kora hoyeche)\b",
    r"(?:एफ़?आईआर|मुक़?दमा|केस|शिकायत)\s.{0,30}(?:दर्ज कर (?:दी|दिया|चुक)|दर्ज हो|कर दी है|कर दिया है)",
    r"(?:नोटिस|समन)\s.{0,20}(?:संलग्न|भेज दिया)",
    r"(?:এফআইআর|মামলা|কেস|জিডি)\s.{0,30}(?:করেছি|করে দিয়েছি|দায়ের)",
    r"(?:নোটিশ|সমন)\s.{0,20}(?:সংযুক্ত|পাঠিয়েছি|পাঠানো)",
)
_STEP = regex.compile("|".join(_STEPS), regex.IGNORECASE)
# A complaint with ourselves has a number as well, and stolen things are reported to the police.
_ORDINARY = regex.compile(
    r"\b(?:stolen|theft|burglary|lost|insurance|your (?:complaint|ticket|case)|ticket number|chori)\b|चोरी|চুরি",
    regex.IGNORECASE,
)
_LONGEST = 4000


def names_a_step(text: str) -> bool:
    """Whether a customer says that a legal step has been taken, or that a lawyer, an authority or the press is on the line."""
    text = " ".join(text[:_LONGEST].split())
    return _STEP.search(text) is not None and _ORDINARY.search(text) is None


def manager_requests(texts: Sequence[str]) -> int:
    """In how many of a customer's messages they ask for a manager."""
    return sum("manager" in read_text(text).hits for text in texts)
