"""Numbers that are no person's: amounts, dates, times, numbers of orders, parcels, things and error messages.

They are claimed to be kept, so that no later detector takes them for something else.
"""

import re
from collections.abc import Iterator

from kb.privacy.redaction.spans import FILLER, Span

_CURRENCY = r"₹|rs\.?|inr|usd|eur|gbp|aed|bdt|\$|€|£|रु\.?|रुपये|টাকা|৳"
_CURRENCY_AFTER = r"rs|rupees?|rupaye|rupay|taka|inr|aed|/-|रुपये|रुपए|रु|টাকা|tk"
_HARMLESS = re.compile(
    rf"(?<!\w)(?:{_CURRENCY})[ ]?\d[\d,]*(?:\.\d+)?(?!\d)"
    rf"|(?<![\w.,-])\d[\d,]*(?:\.\d+)?[ ]?(?:{_CURRENCY_AFTER})(?!\w)"
    r"|(?<![\w./-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2}))(?![\w/-]|\.\d)"
    r"|(?<![\w:.])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"
    # Order numbers: capitals, then digits.
    r"|(?<![\w-])(?!(?:otp|pin|cvv|cvc|code|ph|tel|mob|ac|acc|acct|no|in|cell|call|phone|mobile|g)-?\d)(?![a-z]{4}0\d{6}(?!\d))[a-z]{2,5}-?\d{4,14}(?!\w)"
)
# "OTP error 500213"
_ERROR_NUMBER = re.compile(
    r"(?<!\w)(?:error|err|fault|exception|status|http|एरर|त्रुटि|এরর|ত্রুটি)"
    r"(?:[ ](?:code|no|number|id|msg|message|कोड|नंबर|কোড|নম্বর))?(?:[ ](?:is|was|hai|है|:))?[ ]?[:#=-]?[ ]?\d{3,8}(?![\w,]\d|\w)"
)


def find_harmless(view: str) -> Iterator[Span]:
    """Amounts, dates, times and order numbers with letters."""
    for match in _HARMLESS.finditer(view):
        yield Span(match.start(), match.end(), None)


def find_error_numbers(view: str) -> Iterator[Span]:
    for match in _ERROR_NUMBER.finditer(view):
        yield Span(match.start(), match.end(), None)


_LABEL = (
    r"(?:[ ]?[(\[]?(?:no|nos|number|numbers|num|nr|id|ids|ref|reference|code|key|ta|er|r|ka|ki|ke|"
    r"की|का|के|नंबर|नम्बर|संख्या|क्रमांक|आईडी|कोड|नं|নম্বর|নাম্বার|নং|আইডি|কোড|টা|টি|এর|র)(?![a-z])\.?[)\]]?)"
)
_LINK = r"(?:is|was|are|of|the|my|set|hai|h|है|ka|ki|mera|meri|amar|हैं|था|হল|হলো|ছিল|আমার|मेरा|मेरी|:)"
_TO_NUMBER = (
    rf"(?P<label>{_LABEL}{{0,3}})[ ]{{0,2}}[.:#=(\"'-]{{0,3}}[ ]{{0,2}}(?:{_LINK}[ ]{{1,2}}){{0,3}}[.:#=(-]{{0,2}}"
)
# Numbers of things and of entries in somebody's books. Some of them have the length and check digit of a card.
_DEVICE_WORD = (
    r"imei[ ]?\d?|meid|iccid|serial|s/n|sn|barcode|bar[ ]code|ean|upc|gtin|isbn|issn|device[ ]id|tracking|awb|consignment|"
    r"utr|rrn|arn|txn|transaction|fssai|hsn|"
    r"आईएमईआई[ ]?\d?|सीरियल|बारकोड|ट्रैकिंग|एडब्ल्यूबी|लेनदेन|আইএমইআই[ ]?\d?|সিরিয়াল|সিরিয়াল|বারকোড|ট্র্যাকিং|এডব্লিউবি|লেনদেন"
)
# Of these also with words between: "the IMEI of my phone is …".
_FAR_DEVICE = re.compile(
    rf"(?<![a-z])(?:imei[ ]?\d?|meid|iccid|barcode|isbn|आईएमईआई|আইএমইআই)"
    rf"(?:[ ]{{1,3}}[^\s.!?।;,0-9{FILLER}]{{1,24}}){{0,5}}?[ ]{{0,2}}[.:#=-]?[ ]{{0,2}}"
    r"(?P<number>\d{8,25}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d)(?!\w)"
)
_DEVICE = re.compile(
    rf"(?<![a-z])(?:{_DEVICE_WORD}){_TO_NUMBER}"
    rf"(?P<number>\d{{8,25}}(?:[ ]?(?:[/,&]|and|aur|ar|और|ও|আর)[ ]?\d{{8,25}}){{0,3}})(?![\w])"
)
_REFERENCE_WORD = (
    r"orders?|ordr|awb|tracking|track|consignment|shipment|parcel|package|pkg|waybill|invoice|inv|bill|challan|receipt|po|"
    r"utr|rrn|arn|ref|reference|ticket|case|complaint|docket|booking|reservation|confirmation|pnr|sku|item|product|part|article|model|"
    r"serial|s/n|batch|lot|imei|barcode|ean|isbn|asset|policy|consumer|roll|meter|connection|application|registration|job|membership|"
    r"(?:customer|user|client|member|vendor|seller|employee|student)[ ](?=id|no|number|code)|shika(?:y|i)at|shikayet|obhijog|"
    r"p\.o\.?|folio|quote|quotation|rma|"
    r"ऑर्डर|आर्डर|ओर्डर|ट्रैकिंग|शिपमेंट|पार्सल|एडब्ल्यूबी|बुकिंग|इनवॉइस|इनवॉयस|चालान|बिल|रसीद|टिकट|शिकायत|पीएनआर|सीरियल|बैच|एसकेयू|"
    r"অর্ডার|শিপমেন্ট|পার্সেল|ট্র্যাকিং|এডব্লিউবি|বুকিং|ইনভয়েস|ইনভয়েস|চালান|বিল|রসিদ|টিকিট|অভিযোগ|পিএনআর|সিরিয়াল|সিরিয়াল|ব্যাচ|রেফারেন্স"
)
# Beside these a mobile number may well stand ("payment 98… se kiya"): they need "number" or the like.
_WEAK_WORD = r"txn|transaction|payment|request|refund|return|upi|लेनदेन|भुगतान|লেনদেন"
_NUMBER = r"(?:\d{6,18}(?:[/-]\d{1,8}){0,2}|\d{2,6}(?:[-/]\d{2,8}){2}|\d{5}[ -]\d{5})(?!\d)"
_REFERENCE = re.compile(
    rf"(?<![a-z])(?:(?P<word>{_REFERENCE_WORD})|(?P<weak>{_WEAK_WORD})){_TO_NUMBER}(?P<number>{_NUMBER}"
    rf"(?:[ ]?(?:,|&|/|and|aur|ar|और|ও|আর)[ ]?{_NUMBER}){{0,4}})(?![\w])"
    rf"(?=(?P<after>[^\n.?!।{FILLER}]{{0,24}}))"
)
_NUMBER_BEFORE = re.compile(
    r"(?<![\w.,+-])(?P<number>\d{6,18})[ ]?[-,(:=]{0,2}"
    rf"(?:[ ](?:is|was|my|the|your|our|this|that|it|its|hai|he|h|ye|yeh|mera|meri|amar|eta|ei|"
    rf"है|यह|ये|मेरा|मेरी|আমার|এটা|এই)){{0,4}}[ (]{{1,2}}(?:{_REFERENCE_WORD}){_LABEL}"
)
_MOBILE_LIKE = re.compile(r"[6-9]\d{9}|0\d{9,10}")
# What follows tells that the number is to be called: "order ke liye … pe call karo", "order 98… is my number".
CALLED_AFTER = re.compile(
    r"^[ ](?:is|hai)[ ]my[ ](?:number|mobile|phone|cell)"
    r"|^[ ](?:pe|par|pr|पर|e|te|তে|এ)[ ](?:call|phone|msg|message|whats|sms|bhej|send|कॉल|फ़ोन|फोन|मैसेज|भेज|কল|ফোন|পাঠ)"
)


def find_device_numbers(view: str) -> Iterator[Span]:
    """IMEI, serial, bar code, tracking and transaction numbers, before anything takes them for a card."""
    for pattern in (_DEVICE, _FAR_DEVICE):
        for match in pattern.finditer(view):
            yield Span(match.start("number"), match.end("number"), None)


def find_references(view: str) -> Iterator[Span]:
    """Numbers named as those of an order, parcel, invoice, booking, product and so on."""
    for match in _REFERENCE.finditer(view):
        if _MOBILE_LIKE.fullmatch(match["number"]):
            if match["weak"] and not match["label"]:
                continue
            if CALLED_AFTER.match(match["after"]):
                continue
        yield Span(match.start("number"), match.end("number"), None)


def find_references_before(view: str) -> Iterator[Span]:
    """ "9876543210 is my order number"."""
    for match in _NUMBER_BEFORE.finditer(view):
        yield Span(match.start("number"), match.end("number"), None)
