"""Days that customers name: by date, by weekday, or seen from the day on which they write. All give one day, ISO 8601.

All patterns read a view of the text in small letters with ASCII digits, of the same length, and are bounded.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import regex

from kb.service.fact_kinds import FactKind
from kb.service.fact_numbers import Found
from kb.text.months import MONTHS
from kb.text.number_values import number_values, number_word_pattern

_MONTH = "|".join(sorted((name for name in MONTHS if len(name) > 2), key=len, reverse=True))
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|ই|শে|লা|রা|ঠা)?"
_YEAR = r"(?:[ ,]{1,3}(?P<year>20\d\d))?"
_NAMED = [
    regex.compile(rf"(?<![\w.,/-]){_DAY}[ ]?(?:of[ ]|-)?[ ]?(?P<month>{_MONTH})(?:er|ের|-er)?\.?{_YEAR}(?![\w])"),
    regex.compile(rf"(?<!\w)(?P<month>{_MONTH})\.?[ ]{_DAY}{_YEAR}(?![\w/.:]|[ ]?(?:am|pm|baje|बजे))"),
]
_NUMERIC = regex.compile(
    r"(?<![\w./-])(?P<day>[0-3]?\d)(?P<sign>[/.-])(?P<month>[01]?\d)(?:(?P=sign)(?P<year>20\d\d|"
    r"\d\d))?(?![\w/]|[.-]\d)"
)
_ISO = regex.compile(r"(?<![\w./-])(?P<year>20\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<day>[0-3]?\d)(?![\w/]|[.-]\d)")
# A slash between two numbers is a fraction or a choice as often as a date: without a year there has to be a word for it.
_DATE_NEAR = regex.compile(
    r"(?<!\w)(?:on|since|from|dated?|till|until|by|ordered|delivered|bought|purchased|paid|received|"
    r"ko|se|tarikh|tareekh|को|से|तारीख|তারিখ|থেকে|तारीख़)[ :]{1,3}$"
)
_DATE_AFTER = regex.compile(r"^[ ]?(?:ko|se|tarikh|tareekh|को|से|तारीख|তারিখ|তারিখে|থেকে|e\b|te\b)")
_DAY_ALONE = regex.compile(
    r"(?<![\w.,/-])(?:on[ ]the[ ]|on[ ]|since[ ]the[ ])?(?P<day>[0-3]?\d)(?:st|nd|rd|"
    r"th)(?![\w])(?![ ](?:time|call|floor|attempt|contact|day|mail|message|order|one|try|party|of|"
    r"person))"
    r"|(?<![\w.,/-])(?P<number>[0-3]?\d)(?:ই|শে|লা|রা|ঠা)?[ ](?:tarikh|tareekh|तारीख|तारीख़|তারিখ|তারিখে)(?!\w)"
)

_WEEKDAYS = """
0 monday mon somvar sombar somwar सोमवार সোমবার
1 tuesday tue tues mangalvar mangalwar mongolbar मंगलवार মঙ্গলবার
2 wednesday wed budhvar budhwar budhbar बुधवार বুধবার
3 thursday thu thurs thursdy guruvar guruwar brihospotibar गुरुवार बृहस्पतिवार বৃহস্পতিবার
4 friday fri shukravar shukrawar shukrobar शुक्रवार শুক্রবার
5 saturday sat shanivar shaniwar shonibar शनिवार শনিবার
6 sunday sun ravivar raviwar itwar robibar रविवार इतवार রবিবার রোববার
"""
_WEEKDAY = {name: int(line.split()[0]) for line in _WEEKDAYS.strip().splitlines() for name in line.split()[1:]}
_SHORT = frozenset(["mon", "tue", "tues", "wed", "thu", "thurs", "fri", "sat", "sun"])
_WEEKDAY_NAMED = regex.compile(
    r"(?<!\w)(?P<before>(?:last|past|previous|this|next|coming|on|since|pichle|pichhle|pichla|agle|"
    r"goto|gato|agami|पिछले|पिछली|अगले|इस|গত|আগামী|এই)[ ])?"
    rf"(?P<name>{'|'.join(sorted(_WEEKDAY, key=len, reverse=True))})(?:e|er|s|ে|ের|"
    r"এ)?(?P<after>[ ](?:ko|se|को|से|থেকে))?(?!\w)"
)
_NEXT = frozenset(["next", "coming", "agle", "agami", "अगले", "আগামী"])

_PAST_VERB = (
    r"tha|thi|the|kiya|kia|ki|aaya|aayi|mila|mili|hua|hui|gaya|gayi|diya|di|bheja|bheji|liya|kharida|"
    r"kata|toota|karaya|elo|eseche|esechilo|"
    r"korechi|korlam|peyechi|diyechi|dilam|kinechi|kinlam|chilo|holo|hoyeche|geche|था|थी|थे|किया|की|"
    r"आया|आई|मिला|मिली|हुआ|हुई|गया|गई|दिया|दी|लिया|खरीदा|भेजा|कटे|कटा"
)
_FUTURE_VERB = (
    r"aayega|aayegi|aega|hoga|hogi|milega|milegi|karunga|karungi|karna|chahiye|jaunga|aana|dena|asbe|"
    r"hobe|pabo|korbo|chai|lagbe|"
    r"आएगा|आएगी|होगा|होगी|मिलेगा|मिलेगी|करूँगा|करूंगा|करना|चाहिए|जाना|आना|देना|हो जाएगा"
)
_FUTURE = regex.compile(rf"(?<!\w)(?:{_FUTURE_VERB})(?!\w)")
_PAST = regex.compile(rf"(?<!\w)(?:{_PAST_VERB})(?!\w)")
# Days from the one on which it was written; 0 is settled by the verb: कल is yesterday and tomorrow.
_SEEN_FROM_TODAY = {
    -2: r"(?:the[ ])?day before yesterday|গত পরশু|গতপরশু|goto porshu",
    -1: r"yesterday|yesterdy|yest\.?day|গতকাল|গত কাল|গতকালই|gotokal|goto kal|gatokal|last night|beeta kal|बीते कल",
    2: r"(?:the[ ])?day after tomorrow|আগামী পরশু|agami porshu",
    1: r"tomorrow|tomorow|tmrw|আগামীকাল|আগামী কাল|agamikal|agami kal",
}
_TODAY = r"today|todays|aaj|aj|আজ|আজকে|आज|this morning|this evening|this afternoon|tonight"
_RELATIVE = [
    *((days, regex.compile(rf"(?<!\w)(?:{words})(?:'s)?(?!\w)")) for days, words in _SEEN_FROM_TODAY.items()),
    (0, regex.compile(rf"(?<!\w)(?:{_TODAY})(?!\w)(?![ ](?:tak|porjonto|तक|পর্যন্ত))")),
]
_EITHER = {
    1: regex.compile(
        r"(?<!\w)(?:kal|kaal|कल|কাল|কালকে)(?!\w)(?<!(?:गत|goto|gato|gato|agami|গত|আগামী)[ ](?:kal|kaal|कल|কাল))"
    ),
    2: regex.compile(r"(?<!\w)(?:parso|parson|porshu|परसों|परसो|পরশু)(?!\w)(?<!(?:গত|আগামী|goto|agami)[ ](?:porshu|পরশু))"),
}
_AGO = regex.compile(
    rf"(?<![\w.,-])(?P<count>\d{{1,3}}|a|an|one|ek|एक|এক|{number_word_pattern()})[ ]?(?P<unit>days?|"
    r"din|dino|दिन|दिनों|দিন|weeks?|hafte|hafta|haftey|soptaho|हफ्ते|हफ़्ते|सप्ताह|সপ্তাহ|months?|mahine|"
    r"mahina|mash|महीने|মাস)"
    r"[ ](?:ago|back|before|pehle|pahle|phle|age|aage|पहले|আগে)(?!\w)"
)
_DAYS_OF = {"w": 7, "h": 7, "s": 7, "ह": 7, "स": 7, "স": 7, "m": 30, "म": 30, "ম": 30}
_HAPPENED = regex.compile(
    r"(?<!\w)(?:ordered|bought|purchased|paid|placed|received|got|came|delivered|arrived|since|was|were|did|sent)(?!\w)"
)
_CLAUSE = 60  # characters after a word within which its verb stands


def find_dates(view: str, today: date) -> Iterator[Found]:
    """The days of a text that was written `today`."""
    for match in _ISO.finditer(view):
        yield from _day(match, today, int(match["year"]), int(match["month"]), int(match["day"]))
    for pattern in _NAMED:
        for match in pattern.finditer(view):
            year = int(match["year"]) if match["year"] else None
            yield from _day(match, today, year, MONTHS[match["month"]], int(match["day"]))
    yield from _numeric(view, today)
    for days, pattern in _RELATIVE:
        for match in pattern.finditer(view):
            yield _found(match, today + timedelta(days=days))
    for days, pattern in _EITHER.items():
        for match in pattern.finditer(view):
            rest = view[match.end() : match.end() + _CLAUSE]
            sign = 1 if _comes_first(_FUTURE, _PAST, rest) else -1
            yield _found(match, today + timedelta(days=sign * days))
    for match in _AGO.finditer(view):
        count = max(number_values(match["count"]), default=float(match["count"]) if match["count"].isdigit() else 1.0)
        unit = _DAYS_OF.get(match["unit"][0], 1)
        yield _found(match, today - timedelta(days=int(min(count, 999)) * unit))
    yield from _weekdays(view, today)


def _numeric(view: str, today: date) -> Iterator[Found]:
    for match in _NUMERIC.finditer(view):
        first, second = int(match["day"]), int(match["month"])
        if not match["year"]:
            near = _DATE_NEAR.search(view[max(0, match.start() - 24) : match.start()])
            if match["sign"] == "." or not (near or _DATE_AFTER.match(view[match.end() : match.end() + 12])):
                continue
        day, month = (second, first) if second > 12 >= first else (first, second)
        year = int(match["year"]) if match["year"] else None
        yield from _day(match, today, year + 2000 if year is not None and year < 100 else year, month, day)
    for match in _DAY_ALONE.finditer(view):
        # The 3rd: the last one that there was.
        day = int(match["day"] or match["number"])
        in_month = today if day <= today.day else today.replace(day=1) - timedelta(days=1)
        yield from _day(match, today, in_month.year, in_month.month, day)


def _weekdays(view: str, today: date) -> Iterator[Found]:
    for match in _WEEKDAY_NAMED.finditer(view):
        if match["name"] in _SHORT and not match["before"]:
            continue  # "sun", "sat", "wed" are words too
        wanted = _WEEKDAY[match["name"]]
        if (match["before"] or "").strip() in _NEXT or _comes_first(
            _FUTURE, _PAST, view[match.end() : match.end() + _CLAUSE]
        ):
            days = (wanted - today.weekday() - 1) % 7 + 1
        else:
            days = -((today.weekday() - wanted - 1) % 7 + 1)
        yield _found(match, today + timedelta(days=days))


def _comes_first(first: "regex.Pattern[str]", other: "regex.Pattern[str]", text: str) -> bool:
    found, besides = first.search(text), other.search(text)
    return found is not None and (besides is None or found.start() < besides.start())


def _day(match: "regex.Match[str]", today: date, year: int | None, month: int, day: int) -> Iterator[Found]:
    """A date without a year is the nearest to today, in the past by preference: most matters have happened."""
    try:
        if year is not None:
            yield _found(match, date(year, month, day))
            return
        found = date(today.year, month, day)
        if found - today > timedelta(days=60) or (
            found > today and _HAPPENED.search(match.string, max(0, match.start() - _CLAUSE), match.start())
        ):
            found = found.replace(year=today.year - 1)
        elif today - found > timedelta(days=300):
            found = found.replace(year=today.year + 1)
        yield _found(match, found)
    except ValueError:
        return  # the 31st of a month that has none


def _found(match: "regex.Match[str]", day: date) -> Found:
    start, end = match.span()
    text = match.group()
    return FactKind.DATE, day.isoformat(), start + len(text) - len(text.lstrip()), end
