"""One-time codes, PINs and card codes: short numbers that only their neighbours give away."""

import re
from collections.abc import Iterator

from kb.privacy.redaction.spans import FILLER, Span

# Up to so many words between the telling word and the number, within one sentence. Lengths are bounded, or a text
# without spaces would take quadratic time.
_BETWEEN = rf"(?:[ ]{{1,3}}[^\s.!?।;,0-9{FILLER}]{{1,24}}){{0,%d}}?"
_END = r"(?![a-z0-9_]|[,:/-]\d|\.\d|[ ]?%)"
_NUMBER = rf"(?:g-)?(?P<number>\d{{4,8}}|\d{{3}}[ -]\d{{3}}|\d(?:[ -]\d){{3,7}}){_END}"
_STRONG_WORD = (
    r"o\.?t\.?p\.?|one[ -]time[ ](?:code|password|pin|passcode)|passcode|m-?pin|(?:upi|atm|card|security|login)[ ]pin|"
    r"ओटीपी|ओ\.टी\.पी\.?|ওটিপি|ও\.টি\.পি\.?"
)
_WORD = (
    rf"(?<![^\W\u0900-\u09ff])(?P<word>{_STRONG_WORD}|verification|code|pin|कोड|पिन|सत्यापन|কোড|পিন|যাচাই)(?![\w]*['’]t)"
)
_CODE_AFTER = re.compile(
    _WORD
    + r"(?:'s|টা|টি|টার|তে|র)?(?:[ ]?(?:no|number|code|कोड|কোড))?(?:[ ]?\([4-8][ -]?digits?\))?"
    + _BETWEEN % 4
    + r"[ ]?[ ,:=–\"'(-]{1,3}\n?[ ]?"
    + _NUMBER
    + r"(?=(?P<after>[^\n]{0,8}))"
)
# After the plain name of one-time codes also across the end of a sentence: "otp asche na. jeta esheche 5532".
_CODE_FAR_AFTER = re.compile(
    rf"(?<!\w)(?P<word>{_STRONG_WORD})(?P<between>(?:[ ]{{1,3}}(?!\d{{4,8}}\b)[^\s;{FILLER}]{{1,24}}){{0,7}}?)[ ]{{1,3}}"
    + _NUMBER
    + r"(?=(?P<after>[^\n]{0,8}))"
)
_LINK_WORD = (
    r"(?:is|was|as|it's|its|your|my|our|the|this|a|hai|he|h|mera|meri|aapka|apka|ye|yeh|yah|wala|amar|apnar|eta|hocche|holo|"
    r"है|यह|ये|मेरा|आपका|वाला|আমার|আপনার|এটা|হল|হলো|হচ্ছে|jhilmil|delivery|login|verification|security|one-time|secret)"
)
_CODE_BEFORE = re.compile(r"(?<![\w.,:/₹$-])" + _NUMBER + rf"[ ]?[-–,:]?(?:[ ]{_LINK_WORD}){{0,4}}[ ]" + _WORD)
# "coupon code", "error code", "pin code of my address": no secrets.
_OPEN_CODE_BEFORE = re.compile(
    r"(?:error|err|batch|lot|date|coupon|promo|discount|offer|voucher|referral|product|item|model|article|area|country|zip|post|postal|hsn|sac|qr|"
    r"return|reason|completion|result|response|sql|page|bar|ifsc|swift|colour|color|status|source|dress|exit|fault|city|std|isd|sort|style|sku|order|कूपन|एरर|त्रुटि|प्रोमो|ऑफ़र|ऑफर|डाक|"
    r"কুপন|এরর|প্রোমো|অফার|ত্রুটি)[ -]?$"
)
# The number beside a one-time code is a message's: "OTP error 500213", "OTP box shows 40013 fault".
_ERROR = re.compile(r"(?<!\w)(?:error|err|fault|exception|एरर|त्रुटि|এরর|ত্রুটি)(?!\w)")
_COUNTED = re.compile(
    r"(?<!\w)(?:count|times|total|since|after|in|before|till|until|version|room|flat|amount|rs|order|page)[ ]$"
)
_UNIT = re.compile(
    r"[ ]?(?:minutes?|mins?|seconds?|secs?|hours?|hrs?|days?|times|rs|rupees|rupaye|taka|ghante|din|baar|bar|"
    r"मिनट|सेकंड|घंटे|दिन|बार|रुपये|মিনিট|সেকেন্ড|ঘণ্টা|ঘন্টা|দিন|বার|টাকা)(?![a-z])"
)
_POSTAL = re.compile(r"(?:pin|पिन|পিন)$")
_POSTAL_CODE_WORD = re.compile(r"(?:pin|पिन|পিন)[ -]?$")
_PLACE_BEFORE = re.compile(r"(?:pin(?:[ -]?code)?|पिन(?: ?कोड)?|পিন(?: ?কোড)?)(?:[ ](?:is|hai|है|ta|:))?[ :-]{1,3}$")
_YEAR = re.compile(r"(?:19|20)\d\d")
# In which something may have begun that is still going on.
_RECENT_YEAR = re.compile(r"20[0-4]\d")
_SINCE = re.compile(r"[ ]?(?:se|from|onwards?|theke|me|mein|में|से|থেকে|সাল)(?![a-z])")
_SHARED_SECRET = re.compile(r"(?<!\w)(?:upi|atm|card|security|login|my|mera|meri|amar)[ ]$")


def find_codes_after(view: str) -> Iterator[Span]:
    """ "OTP: 482913", "code jo aaya wo 482913 hai"."""
    for match in _CODE_AFTER.finditer(view):
        if _is_code(view, match):
            yield Span(match.start("number"), match.end("number"), "[code]")


def find_codes_far_after(view: str) -> Iterator[Span]:
    """ "otp asche na. jeta esheche 5532": four or six digits, which postal codes that are named as such are not."""
    for match in _CODE_FAR_AFTER.finditer(view):
        before = view[max(0, match.start("number") - 20) : match.start("number")]
        if len(match["number"]) not in {4, 6} or _YEAR.fullmatch(match["number"]):
            continue
        if _UNIT.match(match["after"]) or _ERROR.match(match["after"].lstrip()):
            continue
        if not (_PLACE_BEFORE.search(before) or _COUNTED.search(before) or _ERROR.search(match["between"])):
            yield Span(match.start("number"), match.end("number"), "[code]")


def find_codes_before(view: str) -> Iterator[Span]:
    """ "482913 is your OTP"."""
    for match in _CODE_BEFORE.finditer(view):
        if _is_code(view, match) and not _COUNTED.search(view, max(0, match.start() - 12), match.start()):
            yield Span(match.start("number"), match.end("number"), "[code]")


def _is_code(view: str, match: re.Match[str]) -> bool:
    word, number = match["word"].lower(), re.sub(r"\D", "", match["number"])
    before = view[max(0, match.start("word") - 16) : match.start("word")]
    if _OPEN_CODE_BEFORE.search(before):
        return False
    between = view[match.end("word") : match.start("number")]
    after = match.groupdict().get("after") or ""
    if _ERROR.search(between) or _UNIT.match(after):
        return False
    # "code 4003 error"; what is called an OTP is one, whatever went wrong with it.
    if _ERROR.match(after.lstrip()) and not (re.fullmatch(_STRONG_WORD, word) and not between.strip(" :=-")):
        return False
    if _COUNTED.search(between):
        return False
    # "The code you texted, 908172, expired", but not a list of amounts.
    if "," in between and len(number) != 6:
        return False
    # "otp 2024 se nahi aata"
    if _RECENT_YEAR.fullmatch(number) and _SINCE.match(after):
        return False
    adjacent = len(between.split()) <= 1
    postal_word = _POSTAL.fullmatch(word) or (word in {"code", "कोड", "কোড"} and _POSTAL_CODE_WORD.search(before))
    # Six digits after "pin" are an Indian postal code unless the text says whose PIN it is.
    if postal_word and len(number) != 4 and not _SHARED_SECRET.search(before):
        return False
    return adjacent or not _YEAR.fullmatch(number)


# --- Codes in pieces: 55-12-09, 48.29.13, 77 20 31 ---------------------------------------------------------------------

_DIVIDED_NUMBER = r"(?P<number>\d{1,4}(?P<sign>[ .-])\d{1,4}(?:(?P=sign)\d{1,4}){0,6})"
_SAYS = (
    r"is|was|as|are|came|comes|it|its|it's|says?|said|set|i|we|my|your|this|the|that|got|received|entered|typed|sent|gave|"
    r"hai|h|he|tha|thi|ta|aaya|aya|mila|eseche|esechhe|elo|chilo|holo|peyechi|"
    r"है|था|थी|आया|मिला|डाला|टा|ছিল|হল|হলো|এসেছে|এল|এলো|পেয়েছি|পেয়েছি|টা"
)
_DIVIDED = re.compile(
    _WORD
    + r"(?:'s|টা|টি|টার|তে|র)?(?:[ ]?(?:no|number|code|कोड|কোড))?(?:[ ]?\([^()\n]{1,24}\))?"
    + r"(?:[ ](?:for|to|of|from|in)[ ](?:the[ ]|my[ ])?[a-z]{2,12})?"
    + rf"(?P<says>(?:[ ]{{1,2}}(?:{_SAYS})){{0,4}})[ ]?[:=–\"'(-]{{0,2}}[ ]{{0,2}}(?<![\w.-])"
    + _DIVIDED_NUMBER
    + r"(?![a-z0-9_]|[,:/.-]\d|[ ]?%)(?=(?P<after>[^\n]{0,8}))"
)
_DIVIDED_BEFORE = re.compile(r"(?<![\w.,:/₹$-])(?<!\d )" + _DIVIDED_NUMBER + rf"(?:[ ]{_LINK_WORD}){{1,4}}[ ]" + _WORD)

_CODE_OF_ONE = re.compile(
    r"(?:activation|verification|verify|security|log[ -]?in|access|confirmation|auth\w*|delivery|"
    r"secret|backup|recovery|otp|one[ -]time|my|mera|amar|मेरा|सत्यापन|আমার|যাচাই)[ ]$"
)


def find_divided_codes(view: str) -> Iterator[Span]:
    """ "OTP 55-12-09", "my code is 12-34-56": four to eight digits, before anything takes them for a date."""
    for match in (*_DIVIDED.finditer(view), *_DIVIDED_BEFORE.finditer(view)):
        if _is_divided_code(view, match):
            yield Span(match.start("number"), match.end("number"), "[code]")


def _is_divided_code(view: str, match: re.Match[str]) -> bool:
    groups = [len(group) for group in match["number"].split(match["sign"])]
    word = match["word"].lower()
    after = match.groupdict().get("after") or ""
    if not 4 <= sum(groups) <= 8 or min(groups) < max(groups) - 2 or _UNIT.match(after):
        return False
    if _is_date(match["number"].split(match["sign"])) and _SINCE.match(after):
        return False
    before = view[max(0, match.start("word") - 16) : match.start("word")]
    if _OPEN_CODE_BEFORE.search(before):
        return False
    if _POSTAL.fullmatch(word) or _POSTAL_CODE_WORD.search(before):
        return sum(groups) == 4 and len(groups) > 2
    between = view[match.end("word") : match.start("number")]
    is_strong = (
        re.fullmatch(_STRONG_WORD, word) is not None
        or ":" in between
        or "=" in between
        or _CODE_OF_ONE.search(before) is not None
    )
    # Two numbers side by side are a range or a length of time, except where a secret is meant.
    if len(groups) == 2 and (match["sign"] == "." or not (is_strong or groups == [3, 3])):
        return False
    return is_strong or match["sign"] == " " or bool((match.groupdict().get("says") or "").strip()) or word != "code"


def _is_date(parts: list[str]) -> bool:
    return len(parts) == 3 and int(parts[0]) <= 31 and int(parts[1]) <= 12


# --- The three or four digits on a card -------------------------------------------------------------------------------

_CVV_WORD = (
    r"c\.?v\.?v\.?[ ]?2?|cvc[ ]?2?|csc|cvn|(?:card[ ])?security[ ]code|card[ ]code|"
    r"(?:numbers?|digits|code)[ ](?:(?:on|at|from)[ ](?:the[ ])?(?:back(?:[ ]side)?|backside|reverse)|behind)"
    r"(?:[ ](?:of[ ])?(?:the|my)[ ]card)?|"
    r"pee?chh?e[ ](?:ka|ke|wala|wale)[ ](?:number|no|(?:teen|3)[ ](?:ank|digits?))|"
    r"पीछे[ ](?:का|के|वाला|वाले)[ ](?:नंबर|(?:तीन[ ])?अंक)|"
    r"(?:পেছনের|পিছনের)[ ](?:নম্বর|(?:তিন(?:টি|টে)?[ ])?(?:সংখ্যা|ডিজিট))|"
    r"सीवीवी|सीवीसी|সিভিভি|সিভিসি"
)
_COUNTED_AFTER = r"digit|number|ank|ta\b|times|days?|min|baar|bar|अंक|बार|दिन|সংখ্যা|অঙ্ক|ডিজিট|বার|টা|দিন"
_CVV_END = rf"(?![a-z0-9_]|[,:/.-]\d|[ ]?%|[ ]?-?(?:{_COUNTED_AFTER}))"
_CVV = re.compile(
    rf"(?<![a-z])(?:{_CVV_WORD})(?:[ ]?(?:no|num|number|code|नंबर|নম্বর|কোড|कोड))?\.?{_BETWEEN % 2}[ ]?"
    rf"[ :=#\"'(-]{{1,3}}[ ]?(?P<number>\d{{3,8}}|\d(?:[ ]\d){{2,3}}){_CVV_END}"
)
_CVV_BEFORE = re.compile(rf"(?<![\w.,:/₹$-])(?P<number>\d{{3,4}})(?:[ ]{_LINK_WORD}){{0,4}}[ ](?:{_CVV_WORD})(?![a-z])")


# After a card, which has been claimed, and its date of expiry no word is needed.
_AFTER_EXPIRY = re.compile(
    rf"{FILLER}[ ,;/|-]{{0,3}}(?:[a-z.]{{2,8}}[ :]{{0,2}}){{0,2}}"
    rf"\d{{1,2}}[ ]?[/-][ ]?(?:\d{{4}}|\d{{2}})[ ,;/|-]{{1,3}}(?P<number>\d{{3,4}})(?!\w)"
)


def find_card_codes(view: str) -> Iterator[Span]:
    """ "cvv 123", "731 is the cvv", "[card] 12/27 123"."""
    for match in _AFTER_EXPIRY.finditer(view):
        yield Span(match.start("number"), match.end("number"), "[code]")
    for pattern in (_CVV, _CVV_BEFORE):
        for match in pattern.finditer(view):
            if not (_YEAR.fullmatch(match["number"]) and _COUNTED.search(view, match.start(), match.start("number"))):
                yield Span(match.start("number"), match.end("number"), "[code]")


# --- "the six digits were 482913" -------------------------------------------------------------------------------------

_HOW_MANY = (
    r"[4-8]|four|five|six|seven|eight|chaa?r|paa?nch|ch?he?|chh?ah|chh?o[yi]|saa?t|aa?t|aath|चार|पाँच|पांच|छह|छः|छ|छे|सात|आठ|"
    r"চার|চারটে|চারটি|পাঁচ|ছয়|ছয়|ছয়টা|ছয়টা|ছ|সাত|আট"
)
_DIGITS_WORD = (
    r"digits?|numbers|ank|ankon|an?ko|sonkh[yi]?a?r?|अंकों|अंक|अंकीय|डिजिट|সংখ্যার|সংখ্যা|অঙ্কের|অঙ্ক|অংকের|অংক|ডিজিটের|ডিজিট"
)
_DIGITS = re.compile(
    rf"(?<![\w-])(?:(?:{_HOW_MANY})[ -]?(?:ta|টা|টি|টে)?[ -]?"
    rf"|(?:the|these|those|his|her|my|all)[ ]|(?=digits[ ](?:were|are|was)))(?:{_DIGITS_WORD})(?![a-z])"
    rf"(?P<between>{_BETWEEN % 5})[ ]?[ ,:=\"'(-]{{1,3}}{_NUMBER}"
)
_LAST_BEFORE = re.compile(
    r"(?:last|final|first|ending|end|aakhri|akhri|antim|shesh|pehle|prothom|अंतिम|आख़िरी|आखिरी|आख़री|आखरी|पहले|শেষ|শেষের|প্রথম)[ ]$"
)
_NOT_THESE_DIGITS = re.compile(r"pin[ -]?code|zip|postal|order|awb|tracking|card|पिन|ऑर्डर|कार्ड|পিন|অর্ডার|কার্ড")


# "He asked for the code, so I told him 482913."
_TOLD = re.compile(
    r"(?<![a-z])(?:read(?:[ ]out)?|told|gave|shared|typed|entered|dictated|said|says)"
    r"(?:[ ](?:him|her|them|it|out|as|the|number|code|this|was|:)){0,3}"
    r"[ ](?P<number>\d{6}|\d{4})(?![\w/:-]|[.,]\d|[ ]?%)"
)


def find_told_codes(view: str) -> Iterator[Span]:
    """Four or six digits that somebody told or typed, in a text about codes."""
    for match in _TOLD.finditer(view):
        if not _YEAR.fullmatch(match["number"]):
            yield Span(match.start("number"), match.end("number"), "[code]")


# "… {code} and the next one 220913, then 661902".
_FURTHER = re.compile(
    rf"{FILLER}[ ]?(?:,|;|and|then|or|also|aur|phir|ar|tarpor|और|फिर|আর|তারপর)"
    rf"(?:[ ](?:the|then|next|one|another|second|new|again|also|a|it|was|is|later|dusra|abar|दूसरा|नया|আবার|পরে)){{0,4}}"
    rf"[ ](?P<number>\d{{6}})(?![\w/:-]|[.,]\d|[ ]?%)"
)


def find_further_codes(view: str) -> Iterator[Span]:
    """A six-digit number that is told in one breath with a code."""
    for match in _FURTHER.finditer(view):
        yield Span(match.start("number"), match.end("number"), "[code]")


def find_digits(view: str) -> Iterator[Span]:
    """ "the six digits were 482913", "छह अंकों का नंबर 482913": what was told of a code without calling it one."""
    for match in _DIGITS.finditer(view):
        if _LAST_BEFORE.search(view, max(0, match.start() - 10), match.start()) or _NOT_THESE_DIGITS.search(
            match["between"]
        ):
            continue
        yield Span(match.start("number"), match.end("number"), "[code]")
