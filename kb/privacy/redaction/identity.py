"""Numbers that a state gives to people: Aadhaar, PAN (also within a GSTIN), passport, voter card, driving licence."""

import re
from collections.abc import Iterator

from stdnum.in_ import aadhaar, pan

from kb.privacy.redaction.long_numbers import find_long_numbers
from kb.privacy.redaction.spans import FILLER, Span

_AADHAAR_WORD = re.compile(r"aa?dh?aa?r|uid(?:ai)?\b|आधार|আধার")
_AADHAAR_AFTER = re.compile(r"[\d ./_*-]{12,20}[^\n.?!।\d]{0,16}(?:aa?dh?aa?r|uid|आधार|আধার)")
_LAST_DIGITS = re.compile(r"\b(?:last|ending|first)\b|अंतिम|आख़?िरी|শেষ")
_WITH_COUNTRY = re.compile(r"91[6-9]\d{9}")


def find_aadhaar(view: str) -> Iterator[Span]:
    def is_aadhaar(start: int, digits: str, sizes: tuple[int, ...], _alone: bool) -> bool:
        if len(digits) != 12:
            return False
        if _AADHAAR_WORD.search(view, max(0, start - 40), start):
            return True
        if sizes == (4, 4, 4) and _AADHAAR_AFTER.match(view, start):
            return True
        # One in ten mobile numbers with the country's 91 has a right check digit as well.
        shaped = sizes == (4, 4, 4) or (sizes == (12,) and not _WITH_COUNTRY.fullmatch(digits))
        return shaped and aadhaar.is_valid(digits)

    return find_long_numbers(view, "[aadhaar]", is_aadhaar)


# A PAN alone, or inside a GSTIN: two digits before it, three characters after it. People cut both into pieces.
_PAN = re.compile(
    r"(?<![A-Z0-9])(?P<state>\d{2}[ -]?)?(?P<pan>[A-Z]{5}(?P<gap>[ .-]?)\d{4}(?P<last>[ .-]?)[A-Z])"
    r"(?P<rest>[ -]?[0-9A-Z]Z[0-9A-Z])?(?![A-Z0-9])"
    r"|(?<![A-Z0-9])(?P<singles>[A-Z](?:[ .-][A-Z]){4}(?:[ .-]\d){4}[ .-][A-Z])(?![A-Z0-9])",
    re.IGNORECASE,
)
_PAN_WORD = re.compile(r"\bpan\b|\bp\.a\.n\b|\bgst(?:in)?\b|पैन|जीएसटी|প্যান|জিএসটি", re.IGNORECASE)


_THING_BEFORE = re.compile(
    r"\b(?:model|part|sku|item|product|error|vs|serial|batch|lot)(?:[ ](?:no|number|code))?[ .:#-]{1,3}$",
    re.IGNORECASE,
)


def find_pans(view: str) -> Iterator[Span]:
    for match in _PAN.finditer(view):
        number = re.sub(r"[^A-Za-z0-9]", "", match["pan"] or match["singles"])
        called = _PAN_WORD.search(view, max(0, match.start() - 40), match.start()) is not None
        # The fourth letter is P for people. Those of companies look like error codes, and are no person's.
        personal = number[3] in "Pp" or bool(match["state"] and match["rest"])
        # In pieces also "lamps 1000 A": capitals, or the word.
        whole = match["gap"] == match["last"] == "" or number.isupper()
        thing = _THING_BEFORE.search(view, max(0, match.start() - 16), match.start()) is not None
        if (called or (personal and whole and not thing)) and pan.is_valid(number):
            yield Span(match.start(), match.end(), "[pan]")


# --- What only its name gives away ------------------------------------------------------------------------------------

_BETWEEN = rf"(?P<between>[^\n!?।;{FILLER}]{{0,32}}?)(?<![a-z0-9])"
_AFTERWARDS = r"(?:[ ](?:is|my|our|the|hai|mera|meri|amar|है|मेरा|আমার)){1,4}[ ]"
_PASSPORT_WORD = r"passport|पासपोर्ट|পাসপোর্ট"
_PASSPORT_NUMBER = r"[a-z]{1,2}[ -]?\d{6,8}|\d{9}"
_VOTER_WORD = r"voter|epic|elect(?:ion|oral|or'?s?)[ ](?:photo[ ])?(?:id|identity|card)|वोटर|मतदाता|ভোটার"
_VOTER_NUMBER = r"[a-z]{3}[ /-]?\d{7}|[a-z]{2}/\d{2}/\d{3}/\d{6}"
_LICENCE_WORD = r"driv(?:ing|er'?s?)[ ]licen[cs]e|licen[cs]e|d\.?l\.?|ड्राइविंग|लाइसेंस|लाइसेन्स|डीएल|ড্রাইভিং|লাইসেন্স|ডিএল"
_STATES = "an|ap|ar|as|br|cg|ch|dd|dl|dn|ga|gj|hp|hr|jh|jk|ka|kl|la|ld|mh|ml|mn|mp|mz|nl|od|or|pb|py|rj|sk|tn|tr|ts|uk|ua|up|wb"
_INDIAN_LICENCE = rf"(?:{_STATES})[ -]?\d{{2}}[a-z]?[ /-]?(?:19|20)\d{{2}}[ /-]?\d{{7}}"
_LICENCE_NUMBER = (
    rf"{_INDIAN_LICENCE}|[a-z]{{2}}[ -]?\d{{2}}[a-z]?[ /-]?\d{{4,13}}(?:/\d{{2,4}})?"
    r"|[a-z9]{5}\d{6}[a-z0-9]{5}|[a-z]\d{7,14}"  # British, American
)


def _named(word: str, number: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Expressions for the number some words after its name, and before it ("K8369854 is my passport")."""
    return (
        re.compile(rf"(?<![a-z])(?:{word}){_BETWEEN}(?P<number>{number})(?![a-z0-9]|[-/]\d)"),
        re.compile(rf"(?<![a-z0-9_/-])(?P<number>{number}){_AFTERWARDS}(?:{word})(?![a-z])"),
    )


_DOCUMENTS = (
    ("[passport]", _named(_PASSPORT_WORD, _PASSPORT_NUMBER)),
    ("[voter]", _named(_VOTER_WORD, _VOTER_NUMBER)),
    ("[licence]", _named(_LICENCE_WORD, _LICENCE_NUMBER)),
)
# Of driving licences the Indian form is like nothing else.
_LICENCE = re.compile(rf"(?<![a-z0-9_-])(?:{_INDIAN_LICENCE})(?!\w)")
# The number is another thing's: "passport holder SKU P1234567".
_OTHER_THING = re.compile(
    r"\b(?:sku|order|item|model|invoice|awb|booking|ticket|code|ref|photo|size|holder|cover|key|plate|vehicle)\b|ऑर्डर|অর্ডার"
)


def find_named_documents(view: str) -> Iterator[Span]:
    """Numbers of passports, voter cards and driving licences that are called so."""
    for placeholder, patterns in _DOCUMENTS:
        for pattern in patterns:
            for match in pattern.finditer(view):
                between = match.groupdict().get("between") or ""
                if not _OTHER_THING.search(between) and not _LAST_DIGITS.search(between):
                    yield Span(match.start("number"), match.end("number"), placeholder)


def find_licences(view: str) -> Iterator[Span]:
    """Indian driving licences by their form: state, office, year, seven digits."""
    for match in _LICENCE.finditer(view):
        yield Span(match.start(), match.end(), "[licence]")
