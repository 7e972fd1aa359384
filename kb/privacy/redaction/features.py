"""What is in a text at all, so that detectors that would find nothing in it do not have to look.

Looking for a piece of text is some hundred times as fast as a search for an expression.
"""

import re
from dataclasses import dataclass

from kb.privacy.redaction.spans import lower

_LINK = ("://", "www.", "/")
_AT = ("@", "%40", "&#64;", "एट", "ऐट", "ऍट", "ॲट", "अॅट", "অ্যাট", "এট", "এ্যাট")
_AT_WORD = re.compile(r"(?<=[\s\[({<_*|-])at[\s\])}>_*|-]")
_SECRET = (
    "pass",
    "login",
    "log in",
    "user",
    "credential",
    "pwd",
    "pw",
    "gift",
    "voucher",
    "wifi",
    "wi-fi",
    "network",
    "पास",
    "गिफ",
    "পাস",
    "গিফ",
)
_INTRODUCTION = ("name", "naam", "nam", "नाम", "নাম")
_DOCUMENT = (
    "passport", "voter", "epic", "elect", "licen", "dl", "d.l", "पासपोर्ट", "वोटर", "मतदाता", "ड्राइविंग", "लाइसे", "डीएल",
    "পাসপোর্ট", "ভোটার", "ড্রাইভিং", "লাইসেন্স", "ডিএল",
)  # fmt: skip
_CARD_CODE = (
    "cvv",
    "c.v.v",
    "card",
    "कार्ड",
    "কার্ড",
    "cvc",
    "csc",
    "cvn",
    "code",
    "back",
    "behind",
    "reverse",
    "pech",
    "peech",
    "सीवी",
    "पीछे",
    "সিভি",
    "পেছ",
    "পিছ",
)
_ERROR = ("err", "fault", "exception", "status", "http", "एरर", "त्रुटि", "এরর", "ত্রুটি")
_DIGIT_WORDS = ("digit", "number", "ank", "anko", "sonkh", "sankh", "अंक", "डिजिट", "সংখ্যা", "অঙ্ক", "অংক", "ডিজিট")
_CODE = (
    "otp", "o.t.p", "code", "pin", "verif", "one time", "one-time", "कोड", "पिन", "ओटीपी", "ओ.टी", "सत्यापन",
    "কোড", "পিন", "ওটি", "ও.টি", "যাচাই",
)  # fmt: skip
# A number that is spoken has one of these in it; "two or three" has not.
_SPOKEN = (
    "cvv", "otp", "ओटीपी", "ওটিপি",
    "nine", "eight", "seven", "zero", "five", "nau", "aat", "ath", "sat", "noy", "shun", "panch", "paanch", "pach",
    "नौ", "आठ", "सात", "शून्य", "ज़ीरो", "जीरो", "नाइन", "एट", "फाइव", "फ़ाइव", "पाँच", "पांच",
    "সাত", "আট", "শূন্য", "নাইন", "এইট", "জিরো", "নয়", "নয়", "পাঁচ", "ফাইভ",
)  # fmt: skip
_THREE_DIGITS = re.compile(r"\d[^\d\n]{0,3}\d[^\d\n]{0,3}\d")
_SEVEN_DIGITS = re.compile(r"\d(?:[^\d\n]{0,4}\d){6}")
_TWELVE_DIGITS = re.compile(r"\d(?:(?:[ ./_*-]{0,2}|,)\d){11}")
_FOUR_TOGETHER = re.compile(r"\d(?:[ .-]?\d){3}")
_SIX_TOGETHER = re.compile(r"\d{5}[ -]?\d")


@dataclass(frozen=True, slots=True)
class Features:
    """Digits count where they stand close together; what comes after `digits` needs some."""

    bracket: bool
    link: bool
    at: bool
    secret: bool
    introduction: bool
    spoken: bool
    digits: bool
    four_digits: bool = False
    six_digits: bool = False
    seven_digits: bool = False
    twelve_digits: bool = False
    document: bool = False
    card_code: bool = False
    error: bool = False
    digit_words: bool = False
    code: bool = False


def look(view: str) -> Features:
    """What is in the view of a text, to be asked once before the detectors run."""
    text = lower(view)
    digits = _look_at_digits(text) if _THREE_DIGITS.search(text) else {"digits": False}
    return Features(
        bracket="[" in text,
        link=_any(text, _LINK),
        at=_any(text, _AT) or ("at" in text and _AT_WORD.search(text) is not None),
        secret=_any(text, _SECRET),
        introduction=_any(text, _INTRODUCTION),
        spoken=_any(text, _SPOKEN),
        **digits,
    )


def _look_at_digits(text: str) -> dict[str, bool]:
    seven = _SEVEN_DIGITS.search(text) is not None
    four = _FOUR_TOGETHER.search(text) is not None
    return {
        "digits": True,
        "four_digits": four,
        "six_digits": four and _SIX_TOGETHER.search(text) is not None,
        "seven_digits": seven,
        "twelve_digits": seven and _TWELVE_DIGITS.search(text) is not None,
        "document": seven and _any(text, _DOCUMENT),
        "card_code": _any(text, _CARD_CODE),
        "error": _any(text, _ERROR),
        "digit_words": four and _any(text, _DIGIT_WORDS),
        "code": four and _any(text, _CODE),
    }


def _any(text: str, pieces: tuple[str, ...]) -> bool:
    for piece in pieces:  # noqa: SIM110 - any() with a generator takes three times as long
        if piece in text:
            return True
    return False
