"""Dates and times as chat programs and mail programs write them: what is one, and where a line ends in one.

A stamp is a row of parts ("Mar 12, 2024, 10:15 AM GMT+1", "[১২/৩/২৪, ১০:১৫]", "Yesterday at 6:12 PM", "सुबह 11:05"). Which day it
means is of no concern here: it only shows where a message begins.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import regex
from dateutil.parser import parse as parse_date

# Longer than any stamp with all its parts.
MAX_STAMP_LENGTH = 80

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember|enero|febrero|marzo|mayo|janvier|février|mars|"
    "जनवरी|फ़?रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर|"
    "জানুয়ারি|জানুয়ারি|ফেব্রুয়ারি|ফেব্রুয়ারি|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর"
)
_WEEKDAYS = (
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    "(?:सोम|मंगल|बुध|गुरु|गुरू|शुक्र|शनि|रवि)(?:वार)?|"
    "(?:সোম|মঙ্গল|বুধ|বৃহস্পতি|শুক্র|শনি|রবি)(?:বার)?"
)
_HALVES = r"[ap]\.?\s?m\b\.?|uhr|पूर्वाह्न|अपराह्न|सुबह|दोपहर|शाम|रात|পূর্বাহ্ণ|পূর্বাহ্ন|অপরাহ্ণ|অপরাহ্ন|সকাল|দুপুর|বিকাল|বিকেল|সন্ধ্যা|রাত"
_ZONES = r"(?:GMT|UTC)(?:\s?[+-]\d{1,2}(?::?\d{2})?)?|[A-Z][a-z]+/[A-Z][a-z]+(?:\s+time)?|[A-Z]{2,4}T\b|[+-]\d{4}(?!\d)"
_RELATIVE = "today|yesterday|आज|कल|আজ|গতকাল"
_JOINS = "at|on|को|बजे|তারিখে|টায়|টায়|এ"
_TIME = r"(?<!\d)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,6})?)?(?!\d)"
_ISO = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?:Z\b|[+-]\d{2}:\d{2})?"
_NUMERIC = r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)|(?<!\d)\d{1,2}[/.]\d{1,2}(?![\d:])"
_AGO = (
    r"\(?(?:\d{1,3}\s?(?:(?:second|sec|minute|min|hour|hr|day|week|month|year)s?|[smhdwy])|"
    r"an?\s(?:minute|hour|day|week))\sago\)?|just now"
)
_ELAPSED = r"(?:\d+\s*[hm]\s+){0,2}\d+\s*s\b"
_WORD_END = r"(?![\p{L}\p{M}])"
_PART = (
    rf"(?>{_ISO}|{_AGO}|{_ELAPSED}|{_NUMERIC}|{_TIME}Z?|(?:{_HALVES}){_WORD_END}|(?:{_MONTHS}){_WORD_END}\.?|"
    rf"(?:{_WEEKDAYS}){_WORD_END}\.?|(?:{_RELATIVE}){_WORD_END}|(?:{_JOINS}){_WORD_END}|\(?(?-i:{_ZONES})\)?|"
    rf"\d{{4}}(?!\d)|\d{{1,2}}(?:st|nd|rd|th)?(?![\d\p{{L}}]))"
)
# For use within other patterns; what it matched still has to be told by `says_when`.
STAMP = rf"(?:(?!(?:{_JOINS}){_WORD_END}){_PART}(?:[\s,·]*+{_PART}){{0,11}})"
FLAGS = regex.IGNORECASE | regex.VERSION1

_TELLS = regex.compile(
    rf"{_TIME}|{_ISO}|{_ELAPSED}|{_AGO}|(?<!\d)\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\d\s?(?:{_MONTHS}){_WORD_END}|"
    rf"(?:{_MONTHS}){_WORD_END}\.?\s\d",
    FLAGS,
)
_NAMES_A_DAY = regex.compile(
    rf"{_ISO}|\d{{1,4}}[./-]\d{{1,2}}[./-]\d|\d\s?(?:{_MONTHS}){_WORD_END}|(?:{_MONTHS}){_WORD_END}\.?\s\d", FLAGS
)
_AWAY = regex.compile(rf"{_AGO}|\(?(?-i:(?:GMT|UTC)[+-][\d:]+)\)?|[\[\]()]|(?:{_JOINS}){_WORD_END}", FLAGS)
_SOME_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - compared with others like it
_MOST_COMPARED = 50
_WHOLE = regex.compile(rf"[\[(]?\s*{STAMP}\s*[\])]?\s*:?", FLAGS)


def says_when(text: str) -> bool:
    """Whether what STAMP matched names a time or a day, rather than being some number or "May"."""
    return _TELLS.search(text) is not None


def newest_first(stamps: Sequence[str]) -> bool:
    """Whether dates go back in time from the first to the last, whichever of day and month stands first in them."""
    if len(stamps) < 2:
        return False
    for day_first in (True, False):
        moments = [_moment(stamp, day_first) for stamp in stamps[:_MOST_COMPARED]]
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments) or known[0] == known[-1] or any(a < b for a, b in pairwise(known)):
            return False
    return True


def _moment(stamp: str, day_first: bool) -> datetime | None:
    """The moment of a stamp that names a day; None for others and for what is no date."""
    plain = _AWAY.sub(
        " ", "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in stamp[:MAX_STAMP_LENGTH])
    )
    if not _NAMES_A_DAY.search(plain):
        return None
    try:
        moment: datetime = parse_date(plain, dayfirst=day_first, default=_SOME_DAY, ignoretz=True)
    except (ValueError, OverflowError):
        return None
    return moment


def is_stamp(text: str) -> bool:
    """Whether a text is a date or a time and nothing else."""
    return len(text) <= MAX_STAMP_LENGTH and _WHOLE.fullmatch(text) is not None and says_when(text)
