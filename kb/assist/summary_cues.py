"""Which sentences of a conversation tell what it is about, and what has been tried: cues in five ways of writing."""

import regex

from kb.assist.intent import cue_probability
from kb.text.terms import normalise
from kb.text.words import WORD_CLASS, find_words

_AFTER, _BEFORE = rf"(?![{WORD_CLASS}])", rf"(?<![{WORD_CLASS}])"


_ASKING = (
    "what_should what_do what_can how_do how_can how_long how_much why_is why_does why_do when_will where_is "
    "kya_karu kya_karun kya_kare kya_karna kaise kab kitne kyun kahan क्या_करूं क्या_करें कैसे कब कितने क्यों कहां "
    "ki_korbo kobe kivabe kothay keno koto কী_করব কবে "
    "কীভাবে কোথায় কেন"
)


def _one_of(words: str) -> str:
    found = sorted({normalise(word.replace("_", " ")) for word in words.split()}, key=len, reverse=True)
    return "(?:" + "|".join(regex.escape(word) for word in found) + ")"


# Without a question mark only words that do nothing but ask speak for a question.
ASKS_FROM = 0.6
_ASKING_WORD = regex.compile(
    rf"{_BEFORE}{_one_of(_ASKING)}{_AFTER}|^(?:can|could|will|would|should|do|does|is|are|may|how|what|when|where|why|which|who) "
)
_NUMBER = regex.compile(r"\p{N}")
_SAYS_WHO = (
    "my_name_is address_is my_address email_is "
    "मेरा_नाम मेरा_पता पता_है আমার_নাম আমার_ঠিকানা mera_naam mera_pata amar_naam amar_thikana"
)
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday yesterday january february april june july august september "
    "october november december सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার"
)
_NAMED = regex.compile(
    rf"{_BEFORE}{_one_of(_SAYS_WHO)}|@\w|{_BEFORE}{_one_of(_DAYS)}{_AFTER}"
    rf"|{_BEFORE}(?:model|serial|colour|color|size|brand|version) "
)
# "tried three times", "two days": such numbers are no particulars of their own.
_COUNTED = regex.compile(rf"{_BEFORE}\d{{1,2}} (?:times|baar|bar|minutes?|mins?|hours?|seconds?|बार|बजे|वार|বার){_AFTER}")

# English: what somebody did. Not what they ask for, were told or received.
_DID_ENGLISH = regex.compile(
    r"\b(?:tried|restarted|rebooted|reinstalled|re-installed|installed|uninstalled|cleared|called|phoned|rang|contacted|wrote|"
    r"emailed|mailed|asked|checked|changed|replaced|updated|reset|unplugged|plugged|switched|turned (?:it )?(?:off|on)|logged|"
    r"uploaded|sent|submitted|filled|followed|removed|deleted|cleaned|charged it|swapped|spoke|talked|visited|went to|raised|"
    r"opened|cancelled|canceled|booked|rebooked|refreshed|resent|re-sent|escalated|blocked|unblocked|stopped|activated|added|"
    r"corrected|fixed|refunded|reversed|dispatched|shipped|forwarded|informed|requested|verified|confirmed|disabled|enabled)\b"
)
# Our side says what it did in any order: "Replacement dispatched". A customer did that of which they, or one of theirs, are the
# subject, or nobody is named: "My address changed" tells, "already restarted it" has tried.
_WE_DID = regex.compile(
    r"(?:^|\b(?:i|we|i've|we've|he|she|already|also|even|and|have|has|yes|just|then|twice)\b)[^.]{0,40}?$"
)
_BESIDE_A_VERB = (
    r"(?:(?:ha(?:ve|s|d)|already|also|even|just|then|twice|again|first|only|myself|ourselves|finally|both|yes|and|so|too|"
    r"today|yesterday),? ){0,5}"
)
_CUSTOMER_DID = regex.compile(
    rf"(?:^{_BESIDE_A_VERB}|\b(?:i|we|i've|we've|i'd|he|she|my (?:wife|husband|partner|son|daughter|kids?|brother|sister|friend|"
    rf"father|mother|mum|mom|dad|parents|neighbou?rs?|colleague|roommate)) "
    rf"(?:[^.;]{{0,40}}?(?:,|\band|\bthen) )?{_BESIDE_A_VERB})$"
)
_NOT_DONE = regex.compile(
    r"\b(?:not|never|n't|will|would|should|could|please|if|can|cannot|be|gets?|was|were|nobody|been)\b[^.]{0,25}$"
)
# Hindi and Bengali: the ends of what has been done.
_DID_HINDI = regex.compile(
    rf"(?:(?:कर|करके|बदल|बदलकर|लगा|लगाकर|निकाल|डाल|भेज|दे|ले|जोड|बता|पूछ|हटा|खोल|दबा|देख|बोल|मिला)[{WORD_CLASS}]* "
    r"(?:दी|दिया|दिए|ली|लिया|लिए|चुका|चुकी|चुके|देखा|देखी)|कोशिश की|(?:फोन|कॉल|मेल|ईमेल|रीसेट|चालू|इंस्टॉल|अपडेट|रीस्टार्ट|शिकायत|बात|रद्द|बुक) "
    r"(?:भी )?(?:किया|की|किए)|बताया था|बोला था|पूछा था|लिखा था|देख ली|देख लिया)"
)
_DID_HINDI_LATIN = regex.compile(
    r"\b(?:(?:kar|karke|ke|badal|laga|nikal|nikaal|daal|dal|bhej|de|le|jod|bata|puch|hata|khol|daba|bol|mila|update|(?:re)?install|restart|"
    r"reset|cancel|book|check|try) (?:kar )?(?:di|diya|diye|li|liya|liye|chuka|chuki|chuke|dekha|dekhi)|koshish ki|"
    r"(?:call|phone|mail|email|reset|chalu|(?:re)?install|update|restart|try|check|complaint|complain|baat|cancel|book|chat)"
    r"(?: pe| par)?(?: bhi)? (?:kiya|kiye|ki)|bataya tha|bola tha|pucha tha|likha tha)\b"
)
_DID_BENGALI = regex.compile(
    rf"{_BEFORE}(?:কর|দেখ|বল|জানিয়|পাঠিয়|খুল|ফেল|বদল|লাগিয়|দিয়|নিয়|লিখ|সরিয়)েছি(?:লাম)?ও?{_AFTER}".replace(
        "য়", normalise("য়")
    )
)
_DID_BENGALI_LATIN = regex.compile(
    r"\b(?:korechi|korechhi|dekhechi|dekhechhi|bolechi|janiyechi|janiyechilam|bolechilam|korechilam|pathiyechi|khulechi|felechi|"
    r"bodlechi|lagiyechi|diyechi|diyechhi|niyechi|likhechi|likhechilam|soriyechi)\b"
)
# What somebody else did, of whom the customer tells: the one of whom "ने" speaks, and they or their family do not.
_OWN = "मैं हम पति पत्नी बेटे बेटी भाई बहन मां पापा मम्मी दोस्त पड़ोसी mai main hum pati patni bete beti bhai behen papa mummy dost padosi"
_OTHERS = "आपने उन्होंने उसने इसने किसीने aapne unhone usne isne"
_OTHER_DID = regex.compile(rf"{_BEFORE}(?:{_one_of(_OTHERS)}|(?!{_one_of(_OWN)} )[{WORD_CLASS}]+ (?:ने|ne)){_AFTER}")
# What a customer did to get into the matter is a fact, not an attempt: bought, ordered, paid, moved, cancelled, returned.
_MOVED = "ghar makan flat address pata number sheher naukri घर मकान फ्लैट पता नंबर शहर नौकरी"
_MOVED_BENGALI = "bari basa thikana number sohor chakri বাড়ি বাসা ফ্ল্যাট ঠিকানা নম্বর শহর চাকরি"
_BEGAN_IT = regex.compile(
    rf"\b(?:changed|switched) (?:my|our) (?:address|house|home|flat|city|job|mind|number|name|bank)\b|"
    rf"{_BEFORE}{_one_of(_MOVED)} (?:(?:bhi|भी) )?(?:badal|बदल) (?:kar )?(?:li|liya|लिया|ली){_AFTER}|"
    rf"{_BEFORE}{_one_of(_MOVED_BENGALI)}(?:ও|o)? (?:{normalise('বদলেছি')}|bodlechi|bodlechhi)|"
    rf"{_BEFORE}(?:payment|paise|paisa|पेमेंट|भुगतान|पैसे) (?:kar |kiya |de |कर |दे )?(?:kiya|diya|diye|किया|दिया|दिए){_AFTER}|"
    rf"{_BEFORE}(?:{normalise('টাকা')}|taka|{normalise('অর্ডার')}|order|payment|{normalise('পেমেন্ট')}) "
    rf"(?:{normalise('দিয়েছি')}|{normalise('করেছি')}|diyechi|diyechhi|korechi|korechhi)|"
    rf"\b(?:bought|ordered|purchased|subscribed|signed up|returned|cancelled|canceled)\b|cancel kiya|cancel kore|"
    rf"kharid|{_BEFORE}(?:रद्द|ऑर्डर|वापस) (?:किया|की)|खरीद|लिया था|liya tha|li thi|"
    rf"{_BEFORE}(?:বাতিল|অর্ডার|ফেরত) করেছি|কিনেছি|kinechi|order korechi"
)


def gives_particulars(sentence: str) -> bool:
    """Whether a customer's sentence holds something that a colleague has to know: a number, a day, a name, an address."""
    text = normalise(sentence)
    return bool(_NUMBER.search(_COUNTED.sub(" ", text)) or _NAMED.search(text))


def was_done(sentence: str, *, by_customer: bool) -> bool:
    """Whether a sentence says that something was tried or done: by the customer, or by our side."""
    text = normalise(sentence)
    if by_customer and (_BEGAN_IT.search(text) or _OTHER_DID.search(text)):
        return False
    if any(p.search(text) for p in (_DID_HINDI, _DID_HINDI_LATIN, _DID_BENGALI, _DID_BENGALI_LATIN)):
        return True
    who = _CUSTOMER_DID if by_customer else _WE_DID
    # The words before it, with a blank after the last.
    heads = (" ".join([*text[: found.start()].split(), ""]) for found in _DID_ENGLISH.finditer(text))
    return any(who.search(head) and not _NOT_DONE.search(head) for head in heads)


def is_asked(sentence: str) -> bool:
    """Whether a sentence ends as a question, or asks by its words where marks are left out."""
    if sentence.rstrip(" \"'”)").endswith(("?", "？")):
        return True
    return cue_probability(sentence) >= ASKS_FROM and bool(_ASKING_WORD.search(normalise(sentence)))


def has_enough_words(sentence: str) -> bool:
    return len(find_words(sentence)) >= 2
