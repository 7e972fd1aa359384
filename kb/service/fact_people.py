"""Who customers are and where they live: names, addresses of all kinds, phone numbers."""

from collections.abc import Iterator

import phonenumbers
import regex

from kb.privacy.redaction.addresses import find_addresses
from kb.privacy.redaction.introductions import find_introductions
from kb.privacy.redaction.phones import find_phones
from kb.service.fact_kinds import FactKind
from kb.service.fact_numbers import Found

_NAME = r"(?P<name>\p{Lu}[\p{L}\p{M}.'’]{1,20}(?:[ ]\p{Lu}[\p{L}\p{M}.'’]{0,20}){0,2})"
_INDIC_NAME = r"(?P<name>[\p{L}\p{M}.]{2,20}(?:[ ][\p{L}\p{M}.]{2,20}){0,2}?)"
_SPEAKS = r"(?:bol (?:raha|rahi) (?:hoon|hu|hun|hai|hain)|bolchi|bolchhi|baat kar (?:raha|rahi) (?:hoon|hu|hun))"
# With capitals as they were typed: a name in Latin letters has them.
_NAMED = [
    regex.compile(
        rf"(?<!\p{{L}})(?:(?i:this is|i am|i'm|i’m|myself|name(?: on the (?:account|order|invoice))? "
        rf"(?:is|:)|name:|naam:?|na+m hai))[ ]{{1,2}}(?:(?i:mr|mrs|ms|"
        rf"dr)\.?[ ])?{_NAME}(?![\p{{L}}\p{{M}}])"
    ),
    regex.compile(
        rf"(?<!\p{{L}})(?i:main|mai|ami|"
        rf"mein)[ ](?P<name>\p{{L}}[\p{{L}}.]{{1,20}}(?:[ ]\p{{L}}[\p{{L}}.]{{1,20}})?)[ ](?i:{_SPEAKS})"
    ),
    regex.compile(rf"(?<![\p{{L}}\p{{M}}])मैं[ ]{_INDIC_NAME}[ ](?:बोल|बात कर)[ ](?:रहा|रही)[ ]हू"),
    regex.compile(rf"(?<![\p{{L}}\p{{M}}])আমি[ ]{_INDIC_NAME}[ ]বলছি"),
    regex.compile(
        r"(?:^|\n)[ ]*(?i:thanks|thank you|regards|best regards|kind regards|warm regards|sincerely|"
        r"yours|dhanyavad|dhonnobad|धन्यवाद|"
        r"ধন্যবাদ)[ ]?[,.!।-]?[ ]*\n[ ]*(?P<name>[\p{L}\p{M}][\p{L}\p{M}.'’]{1,20}(?:[ ][\p{L}\p{M}][\p{L}\p{M}.'’]{0,20}){0,2})"
        r"[ ]*(?:$|\n)"
    ),
]
# What follows "I am" with a capital and is no name.
_NO_NAME = frozenset(
    [
        "not",
        "the",
        "from",
        "in",
        "a",
        "an",
        "very",
        "so",
        "still",
        "waiting",
        "writing",
        "calling",
        "trying",
        "facing",
        "having",
        "unable",
        "sorry",
        "your",
        "our",
        "my",
        "getting",
        "using",
        "also",
        "now",
        "here",
        "just",
        "really",
        "looking",
        "asking",
        "sure",
        "india",
        "kolkata",
        "delhi",
        "mumbai",
        "english",
        "hindi",
        "bengali",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "plus",
        "it",
        "that",
        "order",
        "only",
        "this",
        "customer",
        "team",
        "support",
        "regards",
        "thanks",
    ]
)

_UNTIL_END = r"(?P<text>[^\n.!?।;]{6,120}(?:[.][^\n.!?।;]{2,60}){0,2})"
_LABELLED = [
    regex.compile(
        r"(?<!\w)(?:address|adress|addres|addr|location|thikana|pata)(?:[ ](?:is|to|hai|ye hai|as|now|"
        rf"should be|holo|ta)){{0,2}}[ ]?[:=–-]?[ ]{_UNTIL_END}"
    ),
    regex.compile(
        r"(?:पता|पते|ঠিকানা|ঠিকানাটা|অ্যাড্রেস|एड्रेस)(?:[ ](?:है|यह है|ये है|हल|হল|হলো|"
        rf"এখন)){{0,2}}[ ]?[:=–,-]?[ ]{_UNTIL_END}"
    ),
    regex.compile(
        r"(?<!\w)(?:deliver(?:ed)?|send|ship|bring|redirect)(?:[ ](?:it|this|them|the parcel|my order|"
        rf"the order|my parcel)){{0,2}}[ ](?:to|at)[ ]{_UNTIL_END}"
    ),
    regex.compile(rf"(?<!\w)(?:moved|shifted|relocated|moving|shifting)(?:[ ]house)?[ ]to[ ]{_UNTIL_END}"),
]
_STREET_WORD = (
    r"road|rd|street|st|lane|nagar|colony|block|sector|avenue|ave|marg|sarani|apartments?|apts?|"
    r"society|para|bazar|bazaar|market|layout|cross|"
    r"towers?|residency|enclave|vihar|gali|chowk|park|bypass|cottage|extension|phase|main|"
    r"रोड|मार्ग|नगर|कॉलोनी|गली|सेक्टर|ब्लॉक|विहार|चौक|लेन|स्ट्रीट|রোড|লেন|স্ট্রিট|সরণি|সরণী|পাড়া|নগর|গলি|"
    r"কলোনি|ব্লক|সেক্টর|এভিনিউ|পার্ক"
)
_STREET = regex.compile(
    r"(?<![\w.,/₹-])(?P<text>(?:(?:flat|house|plot|door|h\.?|no\.?|building|shop|मकान|फ्लैट|बाড়ি|ফ্ল্যাট|"
    r"বাড়ি)[ ]?(?:no\.?|number|नंबर|নম্বর)?[ ]?)?"
    rf"\d{{1,5}}(?:[a-z]|[/-]\d{{1,4}}[a-z]?)?,?[ ](?:[^\s\d,.;!?।]{{1,20}}[ ]){{0,3}}?(?:{_STREET_WORD})(?!\w)"
    r"(?:,?[ ](?:\d{1,4}|"
    r"[^\s\d,.;!?।]{2,20}))?(?:,[ ]?[^\s,.;!?।\n]{2,20}(?:[ ][^\s,.;!?।\n]{2,20})?){0,3}(?:[ ,–-]{1,3}[1-9]\d{5})?)"
)
_ENDS_ADDRESS = regex.compile(
    r"[ ,]{1,2}(?:please|pls|plz|instead|and|because|as|since|from|so|now|asap|last|this|yesterday|today|है|हैं|hai|"
    r"kar|kr|kardo|karo|kijiye|pe|par|pr|e|te|bhej|bhejo|thanks|not|by|when|but|"
    r"कर|पर|में|भेज|को|कृपया|এ|তে|পাঠা|করে|করুন|দয়া)(?:[ ].*)?$"
)
# What is said of an address before it: "my address has changed to 7 Hill View", "mera pata badal gaya hai: …".
_SAID_OF_IT = regex.compile(
    r"(?:[^:\d]{0,60}:[ ]|(?:(?:has|have|had|is|was|are|got|just|recently|now|again|changed?|updated|moved|to|too|also|it|that|"
    r"should|be|same|remains|still|here|given|gave|entered|wrote|written|instead|earlier|before|wrong|correct|on|"
    r"for|order|profile|account|i|we|ab|abhi|badal|badla|badli|gaya|gayi|gya|diya|hai|hain|ho|hua|ye|yeh|wahi|sahi|"
    r"galat|ekhon|bodle|gache|geche|holo|hobe|eta|"
    r"अब|बदल|बदला|गया|गयी|गई|है|हो|यह|ये|वही|सही|ग़लत|गलत|এখন|বদলে|বদল|গেছে|গিয়েছে|হল|হলো|হবে|এটা|একই)"
    r"[ ,.–-]{1,3})+)"
)
_IS_TIME = regex.compile(
    r"\d{1,4}[ ]?(?:minutes?|hours?|days?|weeks?|months?|years?|times?|din|ghante|mahine|baar|bar|mash|দিন|ঘণ্টা|মাস|বার|दिन|घंटे|"
    r"महीने|हफ़्ते|हफ्ते|बार)(?!\w)"
)
_HAS_NUMBER = regex.compile(r"\d")
_SHORTEST = 8


def find_reach(view: str, text: str, region: str) -> Iterator[Found]:
    """E-mail addresses and phone numbers."""
    for span in find_addresses(view, frozenset(), frozenset()):
        if span.placeholder == "[email]":
            yield FactKind.EMAIL, text[span.start : span.end].lower(), span.start, span.end
    for span in find_phones(view, region or "IN"):
        yield FactKind.PHONE, normal_phone(view[span.start : span.end], region), span.start, span.end


def normal_phone(number: str, region: str) -> str:
    """E.164, or its digits where it is no number that can be called."""
    try:
        parsed = phonenumbers.parse(number, region or "IN")
    except phonenumbers.NumberParseException:
        return "".join(character for character in number if character.isdigit())
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def find_names(text: str) -> Iterator[Found]:
    """Names by which customers introduce themselves or with which they sign."""
    for span in find_introductions(text):
        yield from _name(text, span.start, span.end)
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            yield from _name(text, *match.span("name"))


def _name(text: str, start: int, end: int) -> Iterator[Found]:
    words = text[start:end].rstrip(".").split()
    kept = []
    for word in words:
        if word.casefold().strip(".") in _NO_NAME:
            break
        kept.append(word)
    if kept:
        name = " ".join(kept)
        yield FactKind.NAME, name.casefold(), start, start + len(text[start:end].partition(kept[-1])[0]) + len(kept[-1])


def find_postal_addresses(view: str) -> Iterator[Found]:
    """Where to deliver: what is called an address and has a number in it, and what looks like a street."""
    for pattern in _LABELLED:
        for match in pattern.finditer(view):
            ends = _ENDS_ADDRESS.search(match["text"])
            length = ends.start() if ends else len(match["text"])
            words = match["text"][:length].strip(" ,:-")
            if said := _SAID_OF_IT.match(words):
                words = words[said.end() :].strip(" ,:-")
            if _IS_TIME.match(words):
                continue
            if len(words) >= _SHORTEST and _HAS_NUMBER.search(words) and not words.startswith(("the ", "my ", "http")):
                start = match.start("text") + match["text"].index(words)
                yield FactKind.ADDRESS, " ".join(words.replace(",", " ").split()), start, start + len(words)
    for match in _STREET.finditer(view):
        words = match["text"]
        ends = _ENDS_ADDRESS.search(words)
        words = words[: ends.start()] if ends else words
        yield FactKind.ADDRESS, " ".join(words.replace(",", " ").split()), match.start(), match.start() + len(words)
