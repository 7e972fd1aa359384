"""How customers paid: a way of paying in a sentence that says that it was used.

Lists of words in English, Hindi and Bengali, the latter two also in Latin letters. All patterns read a view of the text in small
letters, of the same length, and are bounded.
"""

from collections.abc import Iterator

import regex

from kb.service.fact_kinds import FactKind
from kb.service.fact_numbers import Found
from kb.service.fact_sentence import sentence_around

_METHODS = {
    "upi": (
        r"upi|u\.p\.i|gpay|g-?pay|google ?pay|phone ?pe|phonepay|paytm|bhim|यूपीआई|गूगल पे|फ़ोनपे|फोनपे|पेटीएम|"
        r"ইউপিআই|গুগল পে|ফোনপে|পেটিএম"
    ),
    "card": (
        r"(?:credit|debit|atm|visa|master|rupay)[ ]?cards?|cards?|visa|mastercard|क्रेडिट कार्ड|डेबिट कार्ड|"
        r"कार्ड|ক্রেডিট কার্ড|ডেবিট কার্ড|কার্ডে|কার্ড"
    ),
    "net banking": r"net ?-?banking|internet banking|online banking|neft|imps|rtgs|नेट बैंकिंग|নেট ব্যাঙ্কিং|নেট ব্যাংকিং",
    "cash on delivery": (
        r"cod|c\.o\.d|cash[ -]on[ -]delivery|pay(?:ment)? on delivery|कैश ऑन डिलीवरी|सीओडी|ক্যাশ অন "
        r"ডেলিভারি|সিওডি"
    ),
    "cash": r"cash|नकद|নগদ|নগদে|nagad|nogod",
    "wallet": r"wallet|balance|वॉलेट|ওয়ালেট",
    "bank transfer": r"bank transfer|wire|बैंक ट्रांसफर",
    "emi": r"emi|ईएमआई|ইএমআই|instal?ments?",
    "gift card": r"gift ?card|voucher|गिफ्ट कार्ड|গিফট কার্ড",
    "bkash": r"bkash|বিকাশ|nagad app|রকেট",
}
_METHOD = regex.compile(
    "|".join(
        f"(?P<m{number}>(?<!\\w)(?:{words})(?:ে|তে|ের|দিয়ে)?(?!\\w))" for number, words in enumerate(_METHODS.values())
    )
)
_METHOD_NAMES = tuple(_METHODS)
_PAID = regex.compile(
    r"(?<!\w)(?:paid|payed|i pay|i used|using|payment (?:was|is|done|made)|made (?:the |a )?payment|"
    r"charged|debited|deducted|bought|ordered|pay kiya|pay kia|payment kiya|payment ki|"
    r"payment kiye|diya|diye|kata|kate|kat gaye|kat gaya|dilam|diyechi|diyechilam|diechi|pay korechi|"
    r"payment korechi|korechi|korechilam|keteche|kete niyeche|"
    r"दिया|दिए|चुकाया|किया|किए|कटे|कट गए|कटा|भुगतान|দিয়েছি|দিয়েছি|দিলাম|করেছি|কেটেছে|কেটে|পেমেন্ট করেছি|"
    r"order kiya|order kiya tha|order placed)(?!\w)"
)
_MAY_PAY = regex.compile(
    r"(?<!\w)(?:can i|could i|may i|is it possible|do you (?:accept|take)|how (?:do|can|to)|kya "
    r".{0,30} sakta|kya .{0,30} sakte|kivabe|kaise|want to pay|will pay|not showing|not available|"
    r"option)(?!\w)"
)


def find_payments(view: str) -> Iterator[Found]:
    """How they paid: a way of paying in a sentence that says that it was used."""
    for match in _METHOD.finditer(view):
        start, end = sentence_around(view, match.start())
        sentence = view[start:end]
        if _PAID.search(sentence) and not _MAY_PAY.search(sentence):
            yield FactKind.PAYMENT, _METHOD_NAMES[int(str(match.lastgroup)[1:])], match.start(), match.end()
