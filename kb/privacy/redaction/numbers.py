"""Numbers that identify or unlock: cards, accounts, Aadhaar, PAN, IBAN, one-time codes. And numbers that do neither."""

import re
from collections.abc import Iterator

from stdnum import iban, luhn
from stdnum.in_ import aadhaar, pan

from kb.privacy.redaction.spans import FILLER, Span

# --- What stays -----------------------------------------------------------------------------------------------------

_CURRENCY = r"₹|rs\.?|inr|usd|eur|gbp|\$|€|£|रु\.?|रुपये|টাকা|৳"
_CURRENCY_AFTER = r"rs|rupees?|rupaye|rupay|taka|inr|/-|रुपये|रुपए|रु|টাকা|tk"
_HARMLESS = re.compile(
    # Amounts, dates and times.
    rf"(?<!\w)(?:{_CURRENCY})[ ]?\d[\d,]*(?:\.\d+)?(?!\d)"
    rf"|(?<![\w.,-])\d[\d,]*(?:\.\d+)?[ ]?(?:{_CURRENCY_AFTER})(?!\w)"
    r"|(?<![\w./-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2}))(?![\w/-]|\.\d)"
    r"|(?<![\w:.])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"
    # Order numbers: capitals, then digits.
    r"|(?<![\w-])(?!(?:OTP|PIN|CVV|CODE|PH|TEL|MOB|AC|ACC|ACCT|NO|IN|CELL|CALL|PHONE|MOBILE|G)-?\d)[A-Z]{2,5}-?\d{4,14}(?!\w)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?<!\w)(?P<word>order|awb|tracking|consignment|shipment|invoice|bill|txn|transaction|utr|rrn|ref|reference|ticket|case|"
    r"complaint|docket|request|booking|upi|ऑर्डर|आर्डर|ट्रैकिंग|শিপমেন্ট|অর্ডার|ট্র্যাকিং|রেফারেন্স|लेनदेन)"
    r"(?P<label>[ ]{0,2}(?:no|number|num|nos|id|ref|reference|code|नंबर|संख्या|নম্বর|নাম্বার)?[ ]{0,2}[.:#=-]{0,2}[ ]{0,2}"
    r"(?:is[ ]|hai[ ]|है[ ])?)(?P<number>\d{6,18})(?!\w)",
    re.IGNORECASE,
)
_MOBILE_LIKE = re.compile(r"[6-9]\d{9}")


def find_harmless(view: str) -> Iterator[Span]:
    """Amounts, dates, times and order numbers: protected, so that nothing below takes them for something else."""
    for match in _HARMLESS.finditer(view):
        yield Span(match.start(), match.end(), None)


def find_references(view: str) -> Iterator[Span]:
    """Numbers named as order, tracking, invoice or transaction number. A mobile number needs the word "number" or the like."""
    for match in _REFERENCE.finditer(view):
        if _MOBILE_LIKE.fullmatch(match["number"]) and not match["label"].strip():
            continue
        yield Span(match.start("number"), match.end("number"), None)


# --- Numbers with check digits --------------------------------------------------------------------------------------

_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?!\w)", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<![\w.+-])\d(?:[ \u00a0-]?\d){11,18}(?![\w]|[.-]\d)")
_GROUPS_OF_FOUR = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}")
# First digit -> lengths in use, so that not every tenth long number is one.
_CARD_LENGTHS = {"2": {16}, "3": {14, 15, 16}, "4": {13, 16, 19}, "5": {16}, "6": {16, 18, 19}, "8": {16}}
_CARD_WORD = re.compile(r"card|visa|master|rupay|debit|credit|amex|कार्ड|কার্ড", re.IGNORECASE)
_AADHAAR_WORD = re.compile(r"aa?dh?aa?r|uid\b|आधार|আধার", re.IGNORECASE)
# A PAN alone, or inside a GSTIN: two digits before it, three characters after it.
_PAN = re.compile(
    r"(?<![A-Z0-9])(?:\d{2})?(?P<pan>[A-Z]{5}\d{4}[A-Z])(?:[0-9A-Z]Z[0-9A-Z])?(?![A-Z0-9])", re.IGNORECASE
)

_PAN_WORD = re.compile(r"\bpan\b|पैन|প্যান", re.IGNORECASE)


def find_ibans(view: str) -> Iterator[Span]:
    for match in _IBAN.finditer(view):
        # The pattern may have swallowed a following word: try shorter and shorter ends, group by group.
        text = match.group()
        while len(text) >= 15:
            if iban.is_valid(text):
                yield Span(match.start(), match.start() + len(text), "[iban]")
                break
            text = re.sub(r"[ -]?[A-Z0-9]{1,4}\Z", "", text, flags=re.IGNORECASE)


def find_cards(view: str) -> Iterator[Span]:
    for match in _LONG_NUMBER.finditer(view):
        text = match.group()
        digits = re.sub(r"\D", "", text)
        if len(digits) not in _CARD_LENGTHS.get(digits[0], ()) or len(set(digits)) == 1:
            continue
        # Mistyped ones are cards all the same where the text says so.
        before = view[max(0, match.start() - 40) : match.start()]
        named = _GROUPS_OF_FOUR.fullmatch(text) or (len(digits) in {15, 16} and _CARD_WORD.search(before))
        if luhn.is_valid(digits) or named:
            yield Span(match.start(), match.end(), "[card]")


def find_aadhaar(view: str) -> Iterator[Span]:
    for match in _LONG_NUMBER.finditer(view):
        digits = re.sub(r"\D", "", match.group())
        before = view[max(0, match.start() - 40) : match.start()]
        if len(digits) == 12 and (aadhaar.is_valid(digits) or _AADHAAR_WORD.search(before)):
            yield Span(match.start(), match.end(), "[aadhaar]")


def find_pans(view: str) -> Iterator[Span]:
    for match in _PAN.finditer(view):
        # The fourth letter is P for people. Those of companies look like error codes, and are no person's.
        personal = match["pan"][3] in "Pp" or _PAN_WORD.search(view, max(0, match.start() - 40), match.start())
        if personal and pan.is_valid(match["pan"]):
            yield Span(match.start(), match.end(), "[pan]")


# --- Numbers that only their neighbours give away -------------------------------------------------------------------

# Up to so many words between the telling word and the number, within one sentence. Lengths are bounded, or a text
# without spaces would take quadratic time.
_BETWEEN = rf"(?:[ ]{{1,3}}[^\s.!?।;,0-9{FILLER}]{{1,24}}){{0,%d}}?"
_ACCOUNT = re.compile(
    r"(?<![\w/])(?:account|a/?c|acct?|ac|bank|khata|khate|खाता|खाते|अकाउंट|अकाउण्ट|অ্যাকাউন্ট|একাউন্ট|খাতা)"
    r"(?:[ ]?(?:no|number|num|नंबर|নম্বর))?"
    + _BETWEEN % 3
    + r"[ .:#=-]{1,4}(?P<number>\d(?:[ -]?\d){8,17})(?![\w]|[.-]\d)",
    re.IGNORECASE,
)
_NUMBER = r"(?:G-)?(?P<%s>\d{4,8}|\d{3}[ -]\d{3}|\d(?:[ ]\d){3,7})(?!\w|[,:/-]\d|\.\d|[ ]?(?:%%))"
_STRONG_WORD = (
    r"o\.?t\.?p\.?|one[ -]time[ ](?:code|password|pin|passcode)|passcode|cvv2?|cvc|m-?pin|(?:upi|atm|card|security|login)[ ]pin|"
    r"ओटीपी|ओ\.टी\.पी\.?|ওটিপি|ও\.টি\.পি\.?|সিভিভি|सीवीवी"
)
_WORD = rf"(?<!\w)(?P<word>{_STRONG_WORD}|verification|code|pin|कोड|पिन|सत्यापन|কোড|পিন|যাচাই)(?![\w]*['’]t)"
_CODE_AFTER = re.compile(
    _WORD
    + r"(?:[ ]?(?:no|number|code|कोड|কোড))?(?:'s)?"
    + _BETWEEN % 4
    + r"[ ]?[ :=–\"'(-]{1,3}\n?[ ]?"
    + _NUMBER % "number",
    re.IGNORECASE,
)
# After the plain name of one-time codes also across the end of a sentence: "otp asche na. jeta esheche 5532".
_CODE_FAR_AFTER = re.compile(
    rf"(?<!\w)(?P<word>{_STRONG_WORD})(?:[ ]{{1,3}}(?!\d{{4,8}}\b)[^\s;{FILLER}]{{1,24}}){{0,7}}?[ ]{{1,3}}"
    + _NUMBER % "number",
    re.IGNORECASE,
)
_LINK_WORD = (
    r"(?:is|was|as|it's|its|your|my|our|the|this|a|hai|he|h|mera|meri|aapka|apka|ye|yeh|yah|wala|amar|apnar|eta|hocche|holo|"
    r"है|यह|ये|मेरा|आपका|वाला|আমার|আপনার|এটা|হল|হলো|হচ্ছে|jhilmil|delivery|login|verification|security|one-time|secret)"
)
_CODE_BEFORE = re.compile(
    r"(?<![\w.,:/₹$-])" + _NUMBER % "number" + rf"[ ]?[-–,:]?(?:[ ]{_LINK_WORD}){{0,4}}[ ]" + _WORD,
    re.IGNORECASE,
)
# "coupon code", "error code", "pin code of my address": no secrets.
_OPEN_CODE_BEFORE = re.compile(
    r"(?:error|err|coupon|promo|discount|offer|voucher|referral|product|item|model|article|area|country|zip|post|postal|hsn|sac|qr|"
    r"bar|ifsc|swift|colour|color|status|source|dress|exit|fault|city|std|isd|sort|कूपन|एरर|त्रुटि|प्रोमो|ऑफ़र|ऑफर|डाक|কুপন|এরর|প্রোমো|অফার|ত্রুটি)"
    r"[ -]?$",
    re.IGNORECASE,
)
_POSTAL = re.compile(r"(?:pin|पिन|পিন)$", re.IGNORECASE)
_POSTAL_CODE_WORD = re.compile(r"(?:pin|पिन|পিন)[ -]?$", re.IGNORECASE)
_PLACE_BEFORE = re.compile(
    r"(?:pin(?:[ -]?code)?|पिन(?: ?कोड)?|পিন(?: ?কোড)?)(?:[ ](?:is|hai|है|ta|:))?[ :-]{1,3}$"
    r"|\b(?:after|since|in|version|room|flat|error)[ ]$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SHARED_SECRET = re.compile(r"(?<!\w)(?:upi|atm|card|security|login|my|mera|meri|amar)[ ]$", re.IGNORECASE)
_PASSWORD = re.compile(
    r"(?<!\w)(?:password|passwd|pwd|पासवर्ड|পাসওয়ার্ড)(?:[ ](?:is|hai|है|was|to))?[ ]?[:=]?[ ]"
    r"(?P<value>(?=\S*\d)(?=\S*[^\W\d])\S{6,64})",
    re.IGNORECASE,
)
_VOUCHER = re.compile(
    r"(?<!\w)(?:gift[ ]?card|voucher|गिफ़्ट कार्ड|गिफ्ट कार्ड|গিফট কার্ড|গিফ্ট কার্ড)"
    + _BETWEEN % 4
    + r"[ :#=-]{1,3}(?P<value>[A-Z0-9]{4}(?:-[A-Z0-9]{4}){2,4}|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{10,20})(?!\w)",
    re.IGNORECASE,
)


def find_accounts(view: str) -> Iterator[Span]:
    for match in _ACCOUNT.finditer(view):
        yield Span(match.start("number"), match.end("number"), "[account]")


def find_codes_after(view: str) -> Iterator[Span]:
    """ "OTP: 482913", "code jo aaya wo 482913 hai"."""
    for match in _CODE_AFTER.finditer(view):
        if _is_code(view, match):
            yield Span(match.start("number"), match.end("number"), "[code]")


def find_codes_far_after(view: str) -> Iterator[Span]:
    """ "otp asche na. jeta esheche 5532": four or six digits, which postal codes that are named as such are not."""
    for match in _CODE_FAR_AFTER.finditer(view):
        before = view[max(0, match.start("number") - 20) : match.start("number")].lower()
        if len(match["number"]) in {4, 6} and not _YEAR.fullmatch(match["number"]) and not _PLACE_BEFORE.search(before):
            yield Span(match.start("number"), match.end("number"), "[code]")


def find_codes_before(view: str) -> Iterator[Span]:
    """ "482913 is your OTP"."""
    for match in _CODE_BEFORE.finditer(view):
        if _is_code(view, match):
            yield Span(match.start("number"), match.end("number"), "[code]")


def find_passwords(view: str) -> Iterator[Span]:
    for pattern in (_PASSWORD, _VOUCHER):
        for match in pattern.finditer(view):
            yield Span(match.start("value"), match.end("value"), "[code]")


def _is_code(view: str, match: re.Match[str]) -> bool:
    word, number = match["word"].lower(), re.sub(r"\D", "", match["number"])
    before = view[max(0, match.start("word") - 16) : match.start("word")]
    if _OPEN_CODE_BEFORE.search(before):
        return False
    between = view[match.end("word") : match.start("number")]
    adjacent = len(between.split()) <= 1
    postal_word = _POSTAL.fullmatch(word) or (word in {"code", "कोड", "কোড"} and _POSTAL_CODE_WORD.search(before))
    # Six digits after "pin" are an Indian postal code unless the text says whose PIN it is.
    if postal_word and len(number) != 4 and not _SHARED_SECRET.search(before):
        return False
    return adjacent or not _YEAR.fullmatch(number)
