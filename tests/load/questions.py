"""Questions as customers type them, in English, Hindi and Bengali and in Latin letters: those of the golden set and of other sets
for the sample shop, said in many ways, so that no cache has the answer."""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_SETS = ("tests/relevance/golden.jsonl", "tests/relevance/reworded.jsonl", "scripts/fit/shop_questions.jsonl")
# What people say before and after what they ask.
_BEFORE = {
    "en": ("", "hi, ", "hello team ", "please help: ", "urgent ", "excuse me, ", "my question: ", "again - "),
    "hi": ("", "नमस्ते, ", "कृपया बताइए ", "सुनिए, ", "जल्दी है, ", "भैया ", "मदद कीजिए, ", "एक बात, "),
    "bn": ("", "নমস্কার, ", "দয়া করে বলুন ", "শুনুন, ", "তাড়াতাড়ি চাই, ", "দাদা ", "সাহায্য করুন, ", "একটা কথা, "),
}
_AFTER = {
    "en": ("", "?", " please", " thanks", " for my mother", " since yesterday", " on the app", " in Pune"),
    "hi": ("", "?", " प्लीज़", " धन्यवाद", " माँ के लिए", " कल से", " ऐप पर", " पुणे में"),
    "bn": ("", "?", " প্লিজ", " ধন্যবাদ", " মায়ের জন্য", " কাল থেকে", " অ্যাপে", " কলকাতায়"),
}


def questions(seed: int = 0) -> list[tuple[str, str]]:
    """(language of the page, question), about 70,000 different ones in an order of their own."""
    asked = {}
    for name in _SETS:
        for line in (_ROOT / name).read_text("utf-8").splitlines():
            row = json.loads(line)
            asked[row["text"]] = row["lang"].partition("-")[0]
    found = {}
    for text, language in asked.items():
        here = language if language in _BEFORE else "en"
        for before, after in itertools.product(_BEFORE[here], _AFTER[here]):
            found[before + text + after] = here
    ordered = [(language, text) for text, language in found.items()]
    random.Random(seed).shuffle(ordered)
    return ordered


def endless(asked: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """All of them, and then again with a number behind: none is ever the same as one before."""
    yield from asked
    for round_ in itertools.count(2):
        yield from ((language, f"{text} {round_}") for language, text in asked)
