"""What an agent promises a customer: sentences that say what we will do, in five ways of writing. Pure functions.

A promise is about us: that we call, send, pay back, come. Not one are questions, what the customer has to do, what a screen will
show, what hangs on the customer first ("if you send …"), how long something takes as a rule, and "one moment, I will check".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import regex

from kb.text.due_dates import LONGEST_SENTENCE, find_due_date
from kb.text.sentences import split_sentences
from kb.text.terms import normalise
from kb.text.words import WORD_CLASS, find_words

MOST_PROMISES = 20  # of one message
AT_ONCE = timedelta(minutes=10)


@dataclass(frozen=True)
class FoundPromise:
    """sentence: as it was said; due_at: until when, None where no time was named."""

    sentence: str
    due_at: datetime | None


def find_promises(text: str, said_at: datetime) -> list[FoundPromise]:
    """The promises of one message of an agent; times are those of the zone of `said_at`."""
    found = []
    for sentence in split_sentences(text):
        due_at = find_due_date(sentence, said_at)
        if due_at is not None and due_at - said_at <= AT_ONCE:
            continue  # the customer waits on the line: "I'll be back in a minute"
        if is_promise(sentence, has_due_date=due_at is not None):
            found.append(FoundPromise(sentence, due_at))
    return found[:MOST_PROMISES]


def is_promise(sentence: str, *, has_due_date: bool) -> bool:
    """has_due_date: whether it names a time to come, with which less suffices."""
    text = normalise(sentence[:LONGEST_SENTENCE]).replace("’", "'")
    if text.rstrip(" \"'”)").endswith(("?", "？")):
        return False
    words = find_words(text)
    if not words:
        return False
    return (
        _english(text, words, has_due_date) or _hindi(text, words, has_due_date) or _bengali(text, words, has_due_date)
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(normalise(text).split())


# English.
_ASKS_FIRST = _words(
    "will shall should would could can do does did may is are was have has when what who which how why"
)
_IF_YOU = regex.compile(r"\b(?:if|once|when|after|unless|until|before|provided|as soon as) (?:you|your|u)\b")
_OUR_WILL = (
    r"(?:'ll|'ll be| will| shall|'m going to| am going to|'re going to| are going to| is going to|'s going to| gonna)"
    r"(?: (?:also|then|now|certainly|surely|definitely|personally|immediately|gladly|be sure to|just|still|again|always|"
    r"soon|quickly|shortly|either|both|all))*"
)
_NEVER = (
    r"(?! (?:not|never|no longer|hardly|need|have to|has to|require|ask|be able|be unable|take|show|open|appear|try|"
    r"check$))"
)
_BY_US = regex.compile(
    rf"\b(?:i|we|he|she|they|someone|somebody|one of us|(?:my|our|the|a|an|your) (?:[\w-]+ ){{0,3}}?"
    rf"(?:team|colleague|colleagues|manager|senior|supervisor|technician|engineer|fitter|rider|courier|driver|partner|seller|officer|agent|executive|"
    rf"specialist|department|desk|warehouse|store|staff|bank|man|person|expert|advisor|plumber|electrician)|"
    rf"(?:[\w'-]+ ){{0,5}}(?:team|courier|technician|seller|partner|colleague|officer|department))"
    rf"{_OUR_WILL}{_NEVER} (?P<verb>\w+)(?P<rest>[^.]*)"
)
_TO_YOU = regex.compile(
    rf"\byou{_OUR_WILL}{_NEVER} (?:get|receive|hear|have (?:it|them|the|your|a)|"
    r"be (?:contacted|called|refunded|informed|notified|updated|told|paid|reimbursed|compensated|credited|connected))\b"
)
_DONE_TO_IT = (
    r"(?:be (?:\w+ly )?(?:credited|refunded|reversed|delivered|sent|shipped|dispatched|replaced|repaired|fixed|collected|picked|"
    r"processed|"
    r"resolved|updated|issued|paid|returned|completed|cancelled|canceled|waived|corrected|restored|activated|unlocked|escalated|there|"
    r"with you|at your|in your|back|ready|done|on its way|out|here)|reach|arrive|come|replace|get back|visit|"
    r"write|reply|refund|deliver|pick|repair|bring|collect|ship|leave our)"
)
_TO_IT = regex.compile(rf"(?:{_OUR_WILL}|(?P<weak> should(?: now| then)?)){_NEVER} {_DONE_TO_IT}\b")
_WORD_GIVEN = regex.compile(
    r"\b(?:expect (?:a|an|our|his|her|their) (?:call|mail|e-mail|email|message|reply|visit|answer)|i promise|we promise|"
    r"you have my word|let me get back to you|i guarantee|we guarantee)\b"
)
_UNDER_WAY = regex.compile(
    r"\b(?:(?:i|we|he|she|they)(?:'m|'re|'s| am| are| is) (?:sending|shipping|calling|dispatching|delivering|refunding|coming|"
    r"paying|bringing|returning|replacing|picking)|(?:booked|scheduled|arranged|planned|fixed) for)\b"
)
# Done at once, while the customer waits: only with a time is it a promise.
_AT_ONCE = _words(
    "check look see verify wait hold read find open go stay ask help take need be try transfer connect put"
)
_REPORTS_BACK = regex.compile(
    r"\b(?:get back|let you know|inform you|update you|keep you (?:posted|updated|informed)|call you|mail you|email you|"
    r"write to you|reply to you|tell you|follow up|come back to you)\b"
)


def _english(text: str, words: list[str], has_due_date: bool) -> bool:
    if words[0] in _ASKS_FIRST or _IF_YOU.search(text):
        return False
    if _WORD_GIVEN.search(text):
        return True
    if _UNDER_WAY.search(text) and has_due_date:
        return True
    for found in _BY_US.finditer(text):
        verb, rest = found["verb"], found["rest"]
        if verb not in _AT_ONCE or _REPORTS_BACK.search(found.group()):
            return True
        if verb == "be" and regex.match(r" (?:\w+ing|with you|there|in touch|at your|sent|back|calling)\b", rest):
            return True
        if has_due_date and verb in {"check", "look", "verify", "ask", "help", "try", "see"}:
            return True
    if _TO_YOU.search(text):
        return True
    found_it = _TO_IT.search(text)
    return found_it is not None and (found_it["weak"] is None or has_due_date)


# Hindi, in its own letters and in Latin ones.
_HINDI_FUTURE = regex.compile(
    r"(?:(?:ूं|ऊं|उं|ें|एं|यें|ाें|ों|े|ए|ये|ाे)ग[ािीे]|होग[ािीे]|होंग[ेी])$"
    r"|^(?!(?:challenge|revenge|avenge|mega|omega|vega|henge|scavenge)s?$)[a-z]+(?:oonga|oongi|unga|ungi|enge|engi|ainge|ayega|ayegi|aega|aegi|"
    r"yega|yegi|ega|egi)$|^(?:hoga|hogi|honge)$"
)
_HINDI_MUST = regex.compile(
    rf"(?:[{WORD_CLASS}]+(?:ना|नी|ने)|[a-z]+n[aie]) (?:भी |hi |bhi )?"
    r"(?:होग[ािी]|होंगे|पडेग[ािी]|पडेंगे|hog[ai]|honge|padeg[ai]|pareg[ai]|padenge)"
)
_HINDI_NOT = _words("नहीं नही न मत बिना nahi nahin nhi nai mat na")
_HINDI_ASKS = _words("कब कितने कितना कहां क्यों कौन kab kitne kitna kahan kyun kaun")
_HINDI_SHOWS = _words(
    "दिखेगा दिखेगी दिखेंगे पूछेगा पूछेगी खुलेगा खुलेगी लगेगा लगेगी लगेंगे देगा रहेगा रहेगी पाएंगे पाएंगी सकेंगे सकेगा चलेगा चलेगी चलेंगे "
    "chalega chalegi chalenge dikhega dikhegi puchega "
    "puchhega khulega lagega lagegi lagenge rahega rahegi payenge sakenge"
)
_HINDI_SHOWN = regex.compile(r"दिखाई (?:देग|पड)|dikhai de|नजर आए|nazar aay")
# "लीजिएगा": a polite wish. "लिखिए … आएँगे": steps of an instruction. "होगा" alone says how something is.
_HINDI_POLITE = regex.compile(r"(?:जिएग|जियेग|इएग|jiyega|jiega|iyega\b)")
_HINDI_ASKS_TO = regex.compile(rf"(?:िए|िये|इए|इये|jiye|jie|iye)(?![{WORD_CLASS}])")
_HINDI_BE = _words("होगा होगी होंगे होंगी hoga hogi honge")
_HINDI_YOU = _words("आप तुम aap tum ap")
_HINDI_WE = _words("हम मैं हमारा हमारी हमारे टीम hum main mai hamara hamari hamare team")
# Without a time only what our side does is a promise: "पसंद आएँगे" and "चलते रहेंगे" say how things are.
_HINDI_BY_US = regex.compile(
    r"(?:भेज|बता|लौटा|दिलवा|करवा)[^ ]* ?(?:द|दूंग|देंग|ऊंग|एंग|ाऊंग|ाएंग)|(?:संपर्क|कॉल|फोन|मेसेज|मैसेज|रिफंड) कर|मिल जा|"
    r"\b(?:bhej|bata|lauta|karwa)\w* ?(?:d[eu]ng|denge|unga|ungi|enge)|(?:contact|call|phone|message|refund) kar|mil ja"
)
_HINDI_IF = _words("अगर यदि agar yadi jaise")
_HINDI_LOOKS = _words("देखूंगा देखूंगी देखता देखेंगे dekhunga dekhungi dekhenge dekhta")


def _hindi(text: str, words: list[str], has_due_date: bool) -> bool:
    future = [word for word in words if _HINDI_FUTURE.search(word) and word not in _HINDI_SHOWS]
    if not future or words[0] in {"क्या", "kya"} or words[-1] in {"क्या", "kya"}:
        return False
    known = set(words)
    if known & (_HINDI_NOT | _HINDI_ASKS | _HINDI_IF) or _HINDI_MUST.search(text) or _HINDI_SHOWN.search(text):
        return False
    # "आप कल घर पर रहेंगे": what the customer does; "आप … पाएँगे/जान जाएँगे" says what they get, and stands with a time.
    if _HINDI_POLITE.search(text) or (
        not has_due_date and (_HINDI_ASKS_TO.search(text) or _HINDI_BE.issuperset(future))
    ):
        return False
    if known & _HINDI_YOU and not known & _HINDI_WE:
        return False
    if has_due_date:
        return True
    return bool(known & _HINDI_WE or _HINDI_BY_US.search(text)) and not all(word in _HINDI_LOOKS for word in future)


# Bengali, in its own letters and in Latin ones.
_BENGALI_STEM = (
    "(?:কর|জানা|দে|দি|পাঠা|বল|আস|যা|নে|নি|পা|রাখ|ফেরা|বদলা|মেটা|হ|পৌঁছ|পৌঁছা|পৌছ|পৌছা|ঢুক|তুল|জম|সার|সারা|লিখ|বসা|আন|কথা বল|শুরু কর|খুঁজ|দেখ)"
)
_BENGALI_FUTURE = regex.compile(
    normalise(rf"^{_BENGALI_STEM}(?:ব|বো|বেন|বে|বেই|বই)$")
    + r"|^(?:kor|jana|janay|de|di|patha|bol|as|ash|ja|ne|ni|pa|rakh|fera|phera|bodla|mita|meta|ho|pouch|pouche|pouchh|poucha|"
    r"pouchha|dhuk|tul|likh|bosha|an|dekh|joma|shar|sar)(?:bo|ben|be|b|bei|boi)$"
)
_BENGALI_MUST = regex.compile(rf"[{WORD_CLASS}]+তে হবে|[a-z]+te ho[bv]e")
# "বদলানো যাবে", "দেখা যাবে": what can be done or seen.
_BENGALI_CAN = regex.compile(
    rf"(?:[{WORD_CLASS}]+(?:ানো|ওয়া|ওযা|করা|দেখা|রাখা)|[a-z]+(?:no|wa)|dekha|kora|rakha) (?:যাবে|jabe)"
)
_BENGALI_NOT = _words("না নেই না। na nei")
_BENGALI_ASKS = _words("কি কী কখন কবে কোথায় কত কেন ki kokhon kobe kothay koto keno")
_BENGALI_IF = _words("যদি হলে jodi hole")
# "চাপুন, … যাবে", "লগ ইন করলেই হবে", "দেখবেন": steps of an instruction.
_BENGALI_ASKS_TO = regex.compile(rf"[{WORD_CLASS}]ুন(?![{WORD_CLASS}])|লেই হবে|[a-z]un\b|lei hobe")
_BENGALI_WISHES = _words("দেখবেন বলবেন করবেন রাখবেন আনবেন dekhben bolben korben rakhben")
_BENGALI_YOU = _words("আপনি তুমি apni tumi")
_BENGALI_GETS = _words("পাবেন পাবে যাবেন paben pabe jaben")
_BENGALI_WE = _words("আমি আমরা আমাদের ami amra amader team")
_BENGALI_FIRST_PERSON = regex.compile(r"(?:ব|বো)$|^[a-z]+bo$")
_BENGALI_LOOKS = _words("দেখব দেখবো dekhbo")


def _bengali(text: str, words: list[str], has_due_date: bool) -> bool:
    future = [word for word in words if _BENGALI_FUTURE.search(word)]
    known = set(words)
    if not future or known & (_BENGALI_NOT | _BENGALI_ASKS | _BENGALI_IF):
        return False
    if _BENGALI_MUST.search(text) or _BENGALI_CAN.search(text):
        return False
    if not has_due_date and not known & _BENGALI_WE and (_BENGALI_ASKS_TO.search(text) or _BENGALI_WISHES & known):
        return False
    if known & _BENGALI_YOU and not known & _BENGALI_WE and not _BENGALI_GETS.issuperset(future):
        return False
    if has_due_date:
        return True
    ours = known & _BENGALI_WE or any(_BENGALI_FIRST_PERSON.search(word) for word in future)
    return bool(ours or {"পাবেন", "paben"} & known) and not all(word in _BENGALI_LOOKS for word in future)
