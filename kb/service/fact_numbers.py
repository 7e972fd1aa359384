"""Numbers that customers give: of orders, parcels, devices and errors, versions, sums, pieces, pin codes.

All patterns read a view of the text in small letters with ASCII digits, of the same length, and are bounded.
"""

from collections.abc import Iterator

import regex

from kb.service.fact_kinds import FactKind
from kb.text.number_values import number_values, number_word_pattern

# Kind, value, start, end.
Found = tuple[FactKind, str, int, int]

_NUMBER_WORD = r"(?:numbers?|numb?er|no|num|nr|nos|id|code|नंबर|नम्बर|नं|संख्या|आईडी|কোড|নম্বর|নাম্বার|নং|আইডি)"
_TO_NUMBER = (
    rf"(?:['’]?s)?(?:ের|র|টা|টির|টার)?(?:[ ]?{_NUMBER_WORD}\.?(?:টা|টি|টাও)?)?(?:[ ](?:also|given|jo|je))?"
    r"(?:[ ](?:of|for|on)[ ](?:the[ ]|my[ ]|this[ ])?[\p{L}]{2,14}(?:[ ][\p{L}]{2,14})?(?=[ ](?:is|was)[ ]))?"
    r"(?:[ ](?:is|was|are|hai|h|he|tha|ye|yeh|ta|holo|hocche|it's|its|है|यह|ये|था|हैं|হল|হলো|হচ্ছে|"
    r"ছিল|এটা)(?!\w)){0,2}"
    r"[ ]?[:#=.,(–-]{0,2}[ ]?"
)
_CODE = r"(?P<code>(?:[a-z]{1,6}[ ]?[-–/]?[ ]?)?\d[\da-z]{2,19}(?:[-–/][\da-z]{1,12}){0,3})(?![\w]|[.,]\d)"
_BACK = (
    r"[)\"']{0,2}[ ]?[,=–-]?(?:[ ](?:is|was|hai|h|the|my|our|mera|meri|mere|amar|ye|yeh|eta|yahi|है|"
    r"मेरा|मेरी|मेरे|यह|ही|আমার|এটা|এটাই|হল|হলো)){0,3}[ ]"
)
_ORDER = r"(?:orders?|ordr|odr|oder|booking|purchase|ऑर्डर|आर्डर|ओर्डर|ऑडर|অর্ডার|অডার)"
_TRACKING = (
    r"(?:tracking|traking|track|awb|air[ ]?way[ ]?bill|way[ ]?bill|consignment|shipment|docket|parcel|courier|"
    r"ट्रैकिंग|ट्रेकिंग|ट्रैक|पार्सल|ট্র্যাকিং|ট্রাকিং|পার্সেল)"
)
_SERIAL = r"(?:serial|serail|seriel|s/n|s\.n|sl|sr|imei|सीरियल|सिरियल|आईएमईआई|সিরিয়াল|সিরিয়াল|আইএমইআই)"
_NAMED = [
    (kind, regex.compile(rf"(?<![\w]){words}{_TO_NUMBER}{_CODE}"))
    for kind, words in ((FactKind.SERIAL, _SERIAL), (FactKind.TRACKING, _TRACKING), (FactKind.ORDER, _ORDER))
]
_NAMED_AFTER = [
    (kind, regex.compile(rf"(?<![\w@./-]){_CODE}{_BACK}{words}(?:ের|র)?[ ]?{_NUMBER_WORD}"))
    for kind, words in ((FactKind.SERIAL, _SERIAL), (FactKind.TRACKING, _TRACKING), (FactKind.ORDER, _ORDER))
]
_LETTERS_AND_DIGITS = regex.compile(
    r"(?<![\w@./#-])(?P<code>(?P<letters>[a-z]{1,6})(?P<joint>[-–]?)(?P<digits>\d{4,14}))(?![\w]|[-./]\w|[.,]\d)"
)
_HASH = regex.compile(r"(?<![\w#&])#[ ]?(?P<code>\d{5,14})(?!\w)")
_OTHER_NUMBERS = regex.compile(
    r"(?:ticket|case|complaint|request|invoice|bill|ref|reference|utr|policy|शिकायत|टिकट|অভিযোগ|"
    r"টিকিট)\W{0,3}(?:\w{1,8}\W{1,3}){0,2}$"
)
_ORDER_NEAR = regex.compile(_ORDER)
_TRACKING_NEAR = regex.compile(_TRACKING)
_LOOK_BACK, _LOOK_ON = 48, 24
_NO_ORDER = frozenset(
    [
        "covid",
        "sars",
        "windows",
        "win",
        "android",
        "ios",
        "php",
        "mp",
        "usb",
        "hdmi",
        "rs",
        "inr",
        "tk",
        "usd",
        "a4",
        "iso",
        "ip",
        "http",
        "https",
        "kb",
        "cve",
        "ora",
    ]
)
_DIGITS_OF_ORDER, _DIGITS_OF_PARCEL = 5, 6

_ERROR = regex.compile(
    r"(?<!\w)(?:errors?|errror|eror|err|fault|exception|एरर|त्रुटि|एरर कोड|এরর|ত্রুটি)(?:[ ]?(?:code|"
    r"message|msg|no|number|कोड|নম্বর|কোড))?"
    r"(?:[ ](?:is|was|says|shows|hai|aa raha hai|dikha raha hai|है|आ रहा है|হল|দেখাচ্ছে))?[ ]?[:#=\"'“(-]{0,2}[ ]?"
    r"(?P<code>0x[0-9a-f]{2,16}|[a-z]{1,5}[-_ ]?\d{1,6}(?:[-_]\d{1,4})?|\d{2,6}|[a-z]+(?:_[a-z0-9]+)+)(?!\w)"
    r"|(?<![\w.,-])(?P<before>\d{3,5}|[a-z]{1,3}[-_]?\d{1,5})[ ]?(?:error|एरर|এরর)(?!\w)"
)
_ERROR_CODE = regex.compile(r"(?<![\w@./-])(?P<code>(?:e|er|err)[-–_]?\d{1,5})(?!\w|[-.]\w)")
_VERSION = regex.compile(
    r"(?<!\w)(?:(?:app|software|firmware|build|ऐप|एप|অ্যাপ|অ্যাপের)[ ])?(?:(?:का|ka|er|র)[ ])?"
    r"(?:version|versions|ver|vers|vrsn|build|v|संस्करण|वर्जन|वर्ज़न|वर्शन|ভার্সন|সংস্করণ)(?:[ ](?:no|number|"
    r"is|hai|है|হল|ta|টা)){0,2}[ ]?[:.]?[ ]?"
    r"(?P<code>\d{1,4}(?:\.\d{1,4}){0,3})(?![\w]|\.\d)"
)
_SYSTEM = regex.compile(
    r"(?<!\w)(?P<name>android|ios|windows|macos|एंड्रॉइड|অ্যান্ড্রয়েড)[ ](?P<code>\d{1,2}(?:\.\d{1,2}){0,2})(?![\w]|\.\d)"
)

_SUM = r"\d{1,3}(?:,\d{2,3}){1,4}(?:\.\d{1,2})?|\d{1,9}(?:\.\d{1,2})?"
_CURRENCY_BEFORE = r"₹|rs\.?|inr|tk\.?|৳|taka|\$|usd|rupees|रु\.?|रू\.?|টাকা"
_CURRENCY_AFTER = (
    r"rupees?|rupess|rs|inr|rupaye|rupay|rupaya|rupaiye|rupya|rupee|taka|takar|tk|bucks|/-|"
    r"रुपये|रुपए|रुपया|रुपयों|रूपये|रु|টাকা|টাকার|টাকাও|₹|৳"
)
_AMOUNT = regex.compile(
    rf"(?<![\w.])(?:{_CURRENCY_BEFORE})[ ]?(?P<sum>{_SUM})(?P<times>[ ]?(?:k|lakh|lac|लाख|লাখ|hazaar|"
    r"hazar|hajar|हज़ार|हजार|হাজার|thousand))?(?![\w]|[.,]\d)"
    rf"|(?<![\w.,-])(?P<after>{_SUM})(?P<many>[ ]?(?:k|lakh|lac|लाख|লাখ|hazaar|hazar|hajar|हज़ार|हजार|"
    rf"হাজার|thousand))?[ ]?(?:{_CURRENCY_AFTER})(?!\w)"
)
_TIMES = {"k": 1e3, "lakh": 1e5, "lac": 1e5, "लाख": 1e5, "লাখ": 1e5}
_SUM_IN_WORDS = regex.compile(
    rf"(?<!\w)(?P<words>(?:{number_word_pattern()})(?:[ ](?:{number_word_pattern()})){{0,3}})[ ](?:{_CURRENCY_AFTER})(?!\w)"
)

_PIN_CODE = regex.compile(
    r"(?<!\w)(?:pin|pin[ ]?code|pincode|zip|zip[ ]?code|postal[ ]?code|post[ ]?code|पिन|पिनकोड|"
    r"पिन[ ]कोड|পিন|পিনকোড|পিন[ ]কোড)(?:[ ](?:code|no|number|नंबर|নম্বর))?"
    r"(?:[ ](?:is|hai|here|ta|है|হল|টা)){0,2}[ ]?[:=,-]{0,2}[ ]?(?P<code>[1-9]\d{2}[ ]?\d{3})(?!\d)"
)
_COUNT = rf"(?P<count>\d{{1,3}}|{number_word_pattern()})"
_UNITS = (
    r"pieces?|pcs?|peices?|units?|nos|items?|sets?|packets?|packs?|boxes|bottles?|pairs?|copies|pis|pich|"
    r"पीस|नग|अदद|यूनिट|पैकेट|डिब्बे|সেট|পিস|পিচ|প্যাকেট|ইউনিট|বাক্স"
)
_QUANTITY = regex.compile(
    rf"(?<![\w.,/-]){_COUNT}(?:[ ]?(?:टा|টা|টি|টে|ta|ti))?[ ]?(?:{_UNITS})(?!\w)"
    r"|(?<!\w)(?:qty|quantity|quantities|मात्रा|পরিমাণ)(?:[ ](?:is|was|of|hai|है|"
    r"হল))?[ ]?[:=-]?[ ]?(?P<named>\d{1,4})(?!\w|[.,]\d)"
    r"|(?<!\w)(?:instead of|in place of|got only|only got|received only|only "
    r"received)[ ](?P<instead>\d{1,3})(?![\w]|[.,:]\d|[ ](?:days?|hours?|minutes?|weeks?|times|rs|"
    r"rupees))"
)


def find_numbers(view: str) -> Iterator[Found]:
    """What the numbers of a text are, the surest kinds first."""
    yield from _errors(view)
    for kind, pattern in (*_NAMED, *_NAMED_AFTER):
        for match in pattern.finditer(view):
            code = _joined(match["code"])
            if _digits(code) >= 4 and not (kind is not FactKind.SERIAL and _is_year_or_time(view, match)):
                yield kind, code, match.start("code"), match.end("code")
    yield from _codes_by_form(view)
    for match in _VERSION.finditer(view):
        yield FactKind.VERSION, match["code"], match.start("code"), match.end("code")
    for match in _SYSTEM.finditer(view):
        yield FactKind.VERSION, f"{match['name']} {match['code']}", match.start(), match.end()
    for match in _PIN_CODE.finditer(view):
        yield FactKind.PIN_CODE, match["code"].replace(" ", ""), match.start("code"), match.end("code")
    yield from find_amounts(view)


def _errors(view: str) -> Iterator[Found]:
    for match in _ERROR.finditer(view):
        group = "code" if match["code"] else "before"
        yield FactKind.ERROR, _joined(match[group]), match.start(group), match.end(group)
    for match in _ERROR_CODE.finditer(view):
        if "-" in match["code"] or len(match["code"]) > 2:
            yield FactKind.ERROR, _joined(match["code"]), match.start("code"), match.end("code")


def _codes_by_form(view: str) -> Iterator[Found]:
    """JH-20417733 is an order, TX99120034 a parcel, where no word says otherwise."""
    for match in _LETTERS_AND_DIGITS.finditer(view):
        before = view[max(0, match.start() - _LOOK_BACK) : match.start()]
        if match["letters"] in _NO_ORDER or _OTHER_NUMBERS.search(before):
            continue
        is_order = bool(match["joint"])
        near = before + view[match.end() : match.end() + _LOOK_ON]
        if not is_order and _ORDER_NEAR.search(near) and not _TRACKING_NEAR.search(near):
            is_order = True
        elif is_order and _TRACKING_NEAR.search(near) and not _ORDER_NEAR.search(near):
            is_order = False
        fewest = _DIGITS_OF_ORDER - (1 if len(match["letters"]) > 1 else 0) if match["joint"] else _DIGITS_OF_PARCEL
        if len(match["digits"]) >= fewest:
            kind = FactKind.ORDER if is_order else FactKind.TRACKING
            yield kind, _joined(match["code"]), match.start(), match.end()
    for match in _HASH.finditer(view):
        if not _OTHER_NUMBERS.search(view[max(0, match.start() - _LOOK_BACK) : match.start()]):
            yield FactKind.ORDER, match["code"], match.start("code"), match.end("code")


def find_amounts(view: str) -> Iterator[Found]:
    for match in _AMOUNT.finditer(view):
        digits = match["sum"] or match["after"]
        times = (match["times"] or match["many"] or "").strip()
        value = float(digits.replace(",", "")) * (_TIMES.get(times, 1e3) if times else 1)
        yield FactKind.AMOUNT, f"{value:.2f}".rstrip("0").rstrip("."), match.start(), match.end()
    for match in _SUM_IN_WORDS.finditer(view):
        values = number_values(match["words"])
        if values:
            yield FactKind.AMOUNT, f"{max(values):g}", match.start(), match.end()


def find_quantities(view: str, things: str) -> Iterator[Found]:
    """How many of something: of pieces, or of `things` (a pattern of nouns)."""
    of_things = regex.compile(
        rf"(?<![\w.,/-]){_COUNT}(?:[ ]?(?:টা|টি|টে|ta|ti|te))?[ ](?:[\w]{{2,12}}[ ])?(?:{things})(?!\w)"
    )
    for pattern in (_QUANTITY, of_things):
        for match in pattern.finditer(view):
            groups = match.groupdict()
            named = groups.get("named") or groups.get("instead")
            counted = named or match["count"]
            values = number_values(counted) or ({float(counted)} if counted.isdigit() else set())
            if values and 0 < max(values) < 1000:
                yield FactKind.QUANTITY, f"{max(values):g}", match.start(), match.end()


def _joined(code: str) -> str:
    """The code in one form: capitals, no blanks, plain hyphens."""
    return "".join(code.upper().replace("–", "-").split())


def _digits(code: str) -> int:
    return sum(character.isdigit() for character in code)


def _is_year_or_time(view: str, match: "regex.Match[str]") -> bool:
    """ "order 2026", "order on 1200": four digits are seldom the number of an order."""
    code = match["code"]
    rest = view[match.end() : match.end() + 12]
    return (
        len(code) == 4
        and code.isdigit()
        and (code[:2] in {"19", "20"} or rest.lstrip().startswith(("rs", "rupee", "hrs")))
    )
