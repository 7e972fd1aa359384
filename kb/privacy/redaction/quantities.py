"""How many there are of something: numbers as long as one to call, and none."""

import re
from collections.abc import Iterator

from kb.privacy.redaction.references import CALLED_AFTER
from kb.privacy.redaction.spans import FILLER, Span

# What is counted stands before the number or after it.
_COUNTED_BEFORE = (
    r"qty|quantity|quantities|count|counts|stock|inventory|totals?|units?|pieces?|pcs|nos|items?|views?|followers|subscribers|"
    r"likes|downloads|visitors|users|impressions|records|rows|balance[ ]points|points|coins|credits|tokens|reading|"
    r"(?:number|no\.?|amount)[ ]of[ ][a-z]{3,14}(?:[ ][a-z]{3,14})?|"
    r"kul|matra|matr|mot|poriman|sankhya|songkhya|"
    r"मात्रा|कुल|स्टॉक|स्टाक|पीस|नग|अदद|यूनिट|संख्या|गिनती|व्यूज़|व्यूज|फॉलोअर्स|फ़ॉलोअर्स|पॉइंट|"
    r"পরিমাণ|পরিমান|মোট|স্টক|স্টকে|পিস|ইউনিট|সংখ্যা|ভিউ|ফলোয়ার|ফলোয়ার|পয়েন্ট|পয়েন্ট"
)
_COUNTED_AFTER = (
    r"units?|pieces?|pcs|nos|items?|tokens?|views?|followers|subscribers|likes|downloads|visitors|users|customers|impressions|"
    r"records|rows|lines|orders|parcels|points|coins|credits|bytes|kb|mb|gb|kwh|kw|km|kgs?|grams?|gms?|ml|ltrs?|lit(?:er|re)s?|"
    r"pis|pich|met(?:er|re)s?|boxes|packets|bottles|sets|pairs|copies|"
    r"पीस|नग|अदद|यूनिट|इकाई|इकाइयाँ|व्यूज़|व्यूज|फॉलोअर|फॉलोअर्स|पॉइंट|किलो|ग्राम|लीटर|पैकेट|डिब्बे|"
    r"পিস|পিচ|ইউনিট|ভিউ|ফলোয়ার|ফলোয়ার|পয়েন্ট|পয়েন্ট|কেজি|কিলো|গ্রাম|লিটার|প্যাকেট|বাক্স"
)
_COUNT_LINK = (
    r"(?:is|was|are|were|of|to|in|as|now|shows?|shown|showing|only|the|ordered|sold|made|counted|"
    r"reads?|reached|hai|h|hain|ta|:|=|है|हैं|था|थी|टा|হল|হলো|ছিল|টা)"
)
_QUANTITY = re.compile(
    rf"(?<![a-z])(?:{_COUNTED_BEFORE})\.?(?:[ ](?:register|counter|report|sheet|level|figure|number|no)\b)?"
    rf"(?:[ ]{{0,2}}[:=#(-]{{1,2}})?[ ]{{1,2}}(?:{_COUNT_LINK}[ ]{{1,2}}){{0,3}}"
    rf"(?P<number>\d{{7,15}}|\d{{1,3}}(?:,\d{{2,3}}){{2,5}})(?![\w-]|[.,]\d)(?=(?P<after>[^\n.?!।{FILLER}]{{0,24}}))"
)
_QUANTITY_AFTER = re.compile(
    rf"(?<![\w.,+-])(?P<number>\d{{7,15}})[ ]?"
    rf"(?:(?:loyalty|reward|bonus|total|new|more|extra|unread|open|active|free|unique)[ ])?"
    rf"(?:{_COUNTED_AFTER})(?![a-z]|[ ]?[:=]?[ ]?\d)"
)
# The number of a phone, whatever the word beside it counts: "मोबाइल संख्या", "mobile: 98… items missing".
_PHONE_WORD = re.compile(
    r"(?:phone|mobile|mob|contact|whats ?app|call|cell|फ़ोन|फोन|मोबाइल|संपर्क|ফোন|মোবাইল|যোগাযোগ)[^.!?।\n\d]{0,12}$"
)


def find_quantities(view: str) -> Iterator[Span]:
    """ "qty 9007011223", "9830012345 units": as long as a number to call, and none."""
    for match in _QUANTITY.finditer(view):
        called = CALLED_AFTER.match(match["after"]) or _PHONE_WORD.search(
            view, max(0, match.start() - 24), match.start()
        )
        if not called:
            yield Span(match.start("number"), match.end("number"), None)
    for match in _QUANTITY_AFTER.finditer(view):
        if not _PHONE_WORD.search(view, max(0, match.start() - 24), match.start()):
            yield Span(match.start("number"), match.end("number"), None)
