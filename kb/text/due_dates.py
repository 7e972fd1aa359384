"""Until when something is promised: "by Thursday", "कल शाम तक", "2 din me", "২০ মার্চের মধ্যে". Pure functions.

What is written is normalised first (`kb.text.terms.normalise`), and so are the words below. A day without an hour means its end.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import regex

from kb.text.terms import normalise
from kb.text.words import WORD_CLASS

END_OF_DAY = time(23, 59)
# Of a longer sentence only the beginning is looked into.
LONGEST_SENTENCE = 1_000

_DIGITS = {ord(zero) + n: str(n) for zero in "०০" for n in range(10)}
_NUMBERS = {
    1: "one a an ek एक এক",
    2: "two do dui du दो দুই দু",
    3: "three teen tin तीन তিন",
    4: "four char chaar चार চার",
    5: "five paanch panch pach पांच पाँच পাঁচ",
    6: "six chhe che chhah choy chhoy छह छः छे ছয়",
    7: "seven saat sat shaat सात সাত",
    8: "eight aath aat आठ আট",
    9: "nine nau noy नौ নয়",
    10: "ten das dosh दस দশ",
    12: "twelve barah baro बारह বারো",
    15: "fifteen pandrah ponero पंद्रह পনেরো",
    24: "chaubis chobbish चौबीस চব্বিশ",
    48: "adtalis अड़तालीस আটচল্লিশ",
}
_WEEKDAYS = (
    "monday mon somvar somwar sombar shombar सोमवार সোমবার",
    "tuesday tue tues mangalvar mangalwar mongolbar मंगलवार মঙ্গলবার",
    "wednesday wed budhvar budhwar budhbar बुधवार বুধবার",
    "thursday thu thurs guruvar guruwar brihaspativar brihospotibar गुरुवार गुरूवार बृहस्पतिवार বৃহস্পতিবার",
    "friday fri shukravar shukrawar shukrwar shukrobar sukrobar शुक्रवार শুক্রবার",
    "saturday sat shanivar shaniwar shonibar sonibar शनिवार শনিবার",
    "sunday sun ravivar raviwar itvaar itwar robibar रविवार इतवार রবিবার",
)
_MONTHS = (
    "january jan janvari जनवरी জানুয়ারি জানুয়ারী", "february feb farvari फरवरी ফেব্রুয়ারি ফেব্রুয়ারী", "march mar मार्च মার্চ",
    "april apr aprail अप्रैल এপ্রিল", "may mai मई মে", "june jun जून জুন", "july jul julai जुलाई জুলাই",
    "august aug agast अगस्त আগস্ট অগস্ট",
    "september sep sept sitambar सितंबर সেপ্টেম্বর", "october oct aktubar अक्टूबर অক্টোবর", "november nov navambar नवंबर নভেম্বর",
    "december dec disambar दिसंबर ডিসেম্বর",
)  # fmt: skip
_MINUTES = "minute minutes min mins minit मिनट মিনিট মিনিটের"
_HOURS = "hour hours hr hrs ghanta ghante ghanton ghonta ghontar घंटा घंटे घंटों ঘণ্টা ঘণ্টার ঘন্টা ঘন্টার"
_DAYS = "day days din dino dinon diner दिन दिनों दिवस দিন দিনের দিনেই"
_WEEKS = "week weeks hafta hafte haftey hafton saptah shoptah soptaho shoptahe shoptaher हफ्ता हफ्ते हफ्तों सप्ताह সপ্তাহ সপ্তাহের সপ্তাহে"
_MONTH_UNIT = "month months mahina mahine maas mash masher महीना महीने মাস মাসের"
_WORKING = "working business bank office karya kaam kamkaji kajer कार्य कामकाजी বৈঠকি কর্ম কার্য কাজের"
# Hours at which parts of a day are over.
_PARTS = {
    12: "morning subah सुबह সকাল সকালে সকালের sokal sokale sokaler savere",
    14: "noon midday lunchtime dopahar dopahr दोपहर দুপুর দুপুরে দুপুরের dupur dupure dupurer",
    17: "afternoon bikel bikele bikeler বিকেল বিকেলে বিকেলের বিকাল বিকালের",
    20: "evening shaam sham शाम সন্ধ্যা সন্ধ্যায় সন্ধ্যার সন্ধ্যে সন্ধ্যের sondhya sondhye sondhyay sondhyar",
    24: "night raat रात রাত রাতে রাতের rat rate rater",
}
_TODAY = "today tonight aaj aj ajke ajker aajke eod आज আজ আজকে আজকের আজই"
_TOMORROW = "tomorrow tmrw tomorow kal kalke kalker agamikal कल কাল কালকে কালকের আগামীকাল আগামিকাল আগামীকালের কালই"
_AFTER_TOMORROW = "parso parson parsoon porshu porshur poroshu परसों পরশু পরশুর পরশুদিন"
_NEXT = "next agle agla agami porer samner अगले अगला আগামী পরের সামনের"
_THIS_WEEK = "weekend"
_HALF = "half aadhe aadha adhe adh आधे आधा আধ আধা"
_DATE_WORD = "tarikh tareekh tarikher तारीख তারিখ তারিখের তারিখে"
_O_CLOCK = "baje bajey बजे o'clock oclock"
# Ends that Bengali puts to the word before: শুক্রবারের, মার্চের, ৫টার, sondhyar.
_ENDINGS = r"(?:er|ei|e|ke|ko|ের|েই|ে|কে)?"


def _any(words: str) -> str:
    found = sorted({normalise(word) for word in words.split()}, key=len, reverse=True)
    return "(?:" + "|".join(regex.escape(word) for word in found) + ")"


def _numbers() -> Mapping[str, int]:
    return {normalise(word): number for number, words in _NUMBERS.items() for word in words.split()}


_NUMBER_OF = _numbers()
_AFTER, _BEFORE = rf"(?![{WORD_CLASS}])", rf"(?<![{WORD_CLASS}])"
_N = rf"(?P<n>\d{{1,3}}|{_any(' '.join(_NUMBERS.values()))})"
_FROM = rf"(?:(?:\d{{1,3}}|{_any(' '.join(_NUMBERS.values()))})\s*(?:-|–|to|or|se|theke|से|থেকে)\s*)?"


def _whole(pattern: str) -> regex.Pattern[str]:
    return regex.compile(_BEFORE + pattern + _AFTER)


# "half an hour before": before something else.
_NOT_BEFORE = r"(?!\s+(?:before|pehle|age|पहले|আগে))"
_SPAN = _whole(
    rf"{_FROM}{_N}\s*(?:more\s+)?(?P<working>{_any(_WORKING)}[\s-]*)?(?:(?P<minutes>{_any(_MINUTES)})|(?P<hours>{_any(_HOURS)}|h)"
    rf"|(?P<days>{_any(_DAYS)})|(?P<weeks>{_any(_WEEKS)})|(?P<months>{_any(_MONTH_UNIT)})){_NOT_BEFORE}"
)
_HALF_HOUR = _whole(rf"{_any(_HALF)}\s+(?:an?\s+)?{_any(_HOURS)}{_NOT_BEFORE}")
_DAY_AFTER = _whole(rf"(?:day\s+after\s+tomorrow|{_any(_AFTER_TOMORROW)})")
_NEXT_WEEK = _whole(rf"{_any(_NEXT)}\s+{_any(_WEEKS)}")
_END_OF_WEEK = _whole(rf"(?:{_THIS_WEEK}|(?:this|is|ei|इस|এই)\s+{_any(_WEEKS)}|end\s+of\s+(?:the|this)\s+week)")
_DAY_NAME = _whole(rf"(?P<day>{'|'.join(_any(words) for words in _WEEKDAYS)}){_ENDINGS}")
_IS_DAY = [regex.compile(_any(words) + r"$") for words in _WEEKDAYS]
_MONTH = "|".join(_any(words) for words in _MONTHS)
_IS_MONTH = [regex.compile(_any(words) + r"$") for words in _MONTHS]
_DAY_MONTH = _whole(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<month>{_MONTH}){_ENDINGS}")
_MONTH_DAY = _whole(rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?")
_DAY_ONLY = _whole(rf"(?:the\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)|(?P<day>\d{{1,2}})\s*{_any(_DATE_WORD)})")
_FIGURES = _whole(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})(?:[./-](?P<year>\d{4}|\d{2}))?")
_CLOCK = _whole(
    rf"(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?\s*(?:(?P<half>am|pm|a\.m\.?|p\.m\.?)|{_any(_O_CLOCK)}|(?:টা|টার|টায়|ta|tar|tay))"
)
# "at 16:30"; "by 5" is an hour where the day is named, too.
_FULL_CLOCK = _whole(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<half>)")
_BARE_HOUR = _whole(r"(?:by|at|before|until|tomorrow|today)\s+(?P<hour>\d{1,2})(?P<minute>)(?P<half>)(?![:.,/%-]?\d)")
# "by 5 to 7", "by 3 days", "at 2 March": no hours.
_FOLLOWED = regex.compile(
    rf"(?:st|nd|rd|th)|\s*(?:[-–]|(?:of|to|{_MONTH}|{_any(_WORKING)}|{_any(_DAYS)}|{_any(_HOURS)}|{_any(_MINUTES)}|{_any(_WEEKS)}){_AFTER})"
)
_TONIGHT = _whole("tonight")
_HAS_TODAY, _HAS_TOMORROW = _whole(_any(_TODAY)), _whole(_any(_TOMORROW))
_PART = [(hour, _whole(_any(words))) for hour, words in _PARTS.items()]


def find_due_date(sentence: str, said_at: datetime) -> datetime | None:
    """Until when, in the zone of `said_at`; None where no time is named, or only one that is over."""
    text = normalise(sentence[:LONGEST_SENTENCE]).translate(_DIGITS)
    try:
        due = _after_a_span(text, said_at) or _at_a_day(text, said_at)
    except OverflowError:  # beyond the last year that there is
        return None
    return due if due is not None and due > said_at else None


def _after_a_span(text: str, said_at: datetime) -> datetime | None:
    if _HALF_HOUR.search(text):
        return said_at + timedelta(minutes=30)
    found = _SPAN.search(text)
    if found is None:
        return None
    count = _number(found["n"])
    if found["minutes"]:
        return said_at + timedelta(minutes=count)
    if found["hours"]:
        return said_at + timedelta(hours=count)
    if found["working"] and found["days"]:
        return _at(_after_working_days(said_at.date(), count), END_OF_DAY, said_at)
    days = count * (1 if found["days"] else 7 if found["weeks"] else 30)
    return _at(said_at.date() + timedelta(days=days), END_OF_DAY, said_at)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBER_OF[text]


def _after_working_days(day: date, count: int) -> date:
    for _ in range(min(count, 400)):
        day += timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
    return day


def _at_a_day(text: str, said_at: datetime) -> datetime | None:
    day = _day(text, said_at.date())
    clock = _hour(text, has_day=day is not None)
    if day is None and clock is None:
        return None
    hour = clock or END_OF_DAY
    due = _at(day or said_at.date(), hour, said_at)
    # "I will call at 5": where that hour is over, the next one.
    if day is None and due <= said_at:
        due = _at(said_at.date() + timedelta(days=1), hour, said_at)
    return due


def _at(day: date, hour: time, said_at: datetime) -> datetime:
    return datetime.combine(day, hour, tzinfo=said_at.tzinfo)


def _day(text: str, today: date) -> date | None:
    if _DAY_AFTER.search(text):
        return today + timedelta(days=2)
    for found in (_DAY_MONTH.search(text), _MONTH_DAY.search(text)):
        if found is not None:
            month = next(n for n, is_month in enumerate(_IS_MONTH, start=1) if is_month.match(found["month"]))
            return _next_date(today, int(found["day"]), month)
    if found := _FIGURES.search(text):
        year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0) if found["year"] else None
        return _next_date(today, int(found["day"]), int(found["month"]), year)
    if found := _DAY_ONLY.search(text):
        return _next_date(today, int(found["day"]), None)
    if _NEXT_WEEK.search(text):
        return today + timedelta(days=13 - today.weekday())
    if found := _DAY_NAME.search(text):
        weekday = next(n for n, is_day in enumerate(_IS_DAY) if is_day.match(found["day"]))
        return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
    if _END_OF_WEEK.search(text):
        return today + timedelta(days=6 - today.weekday())
    if _HAS_TOMORROW.search(text):
        return today + timedelta(days=1)
    if _HAS_TODAY.search(text):
        return today
    return None


def _next_date(today: date, day: int, month: int | None, year: int | None = None) -> date | None:
    """The next such day; a date that there is not is none."""
    months = [(year or today.year, month)] if month else [(today.year, today.month), _month_after(today)]
    if month and year is None:
        months.append((today.year + 1, month))
    for of_year, of_month in months:
        try:
            found = date(of_year, of_month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _month_after(today: date) -> tuple[int, int]:
    return (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)


def _hour(text: str, *, has_day: bool) -> time | None:
    part = next((hour for hour, pattern in _PART if pattern.search(text)), None)
    found = _CLOCK.search(text) or _FULL_CLOCK.search(text) or (_bare_hour(text) if has_day else None)
    if found is None or int(found["hour"]) > 23 or int(found["minute"] or 0) > 59:
        if part is None:
            return END_OF_DAY if _TONIGHT.search(text) else None
        return END_OF_DAY if part == 24 else time(part)
    hour, half = int(found["hour"]), (found["half"] or "").replace(".", "")
    if hour <= 12 and half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif hour < 12 and (part in {17, 20, 24} or (part != 12 and hour < 8)):
        hour += 12  # nobody calls at five in the morning
    return time(hour % 24, int(found["minute"] or 0))


def _bare_hour(text: str) -> regex.Match[str] | None:
    found = _BARE_HOUR.search(text)
    return found if found and 0 < int(found["hour"]) <= 12 and not _FOLLOWED.match(text, found.end()) else None
