"""What customers did already to help themselves, and the same as reps ask for it.

Lists of words in English, Hindi and Bengali, the latter two also in Latin letters. All patterns read a view of the text in small
letters, of the same length, and are bounded.
"""

from collections.abc import Iterator

import regex

from kb.service.fact_kinds import FactKind
from kb.service.fact_numbers import Found
from kb.service.fact_sentence import sentence_around

_TRIED = {
    "restart": (
        r"re-?start(?:ed|ing)?|re-?boot(?:ed|ing)?|switched (?:it )?off and on|turned (?:it )?off and on|"
        r"power cycled|band karke (?:chalu|on|chaloo)|on off|off on|बंद करके (?:चालू|चालु|ऑन)|रीस्टार्ट|"
        r"রিস্টার্ট|রিস্টার্টও|বন্ধ করে (?:চালু|আবার)|bondho kore (?:chalu|abar)"
    ),
    "factory reset": r"factory reset|hard reset|reset(?:ted|ting)?|फैक्ट्री रीसेट|रीसेट|ফ্যাক্টরি রিসেট|রিসেট",
    "clear cache": (
        r"(?:clear(?:ed|ing)?|delet(?:ed|ing)|emptied)(?: the| my| app| browser| all)* (?:cache|cookies|"
        r"data)|cache(?: bhi| ko)? (?:clear|saaf|delete)|कैश(?: भी)? (?:क्लियर|साफ|साफ़)|क्लियर कैश|"
        r"ক্যাশ(?:ও)? (?:ক্লিয়ার|ক্লিয়ার|পরিষ্কার|মুছে)"
    ),
    "reinstall": (
        r"re-?install(?:ed|ing)?|uninstall(?:ed|ing)?|dobara install|phir se install|abar install|दोबारा "
        r"इंस्टॉल|फिर से इंस्टॉल|रीइंस्टॉल|অনইনস্টল|আবার ইনস্টল|রিইনস্টল"
    ),
    "update": r"updat(?:ed|ing)|upgrad(?:ed|ing)|update (?:bhi )?(?:kiya|kar|kor)|अपडेट|আপডেট",
    "log in again": (
        r"logg(?:ed|ing) out|logged in again|re-?logged|log ?out (?:karke|kore|kiya|korechi)|sign(?:ed|"
        r"ing) out|लॉग ?आउट|लॉगआउट|লগ ?আউট"
    ),
    "change password": (
        r"(?:chang|resett)(?:ed|ing)(?: the| my)* password|password (?:change|reset|badal|bodle)|पासवर्ड "
        r"(?:बदल|रीसेट)|পাসওয়ার্ড (?:বদল|রিসেট)"
    ),
    "other device": (
        r"(?:tried|used|using|on|with) (?:it )?(?:on )?(?:another|a different|other|different) (?:phone|"
        r"device|browser|laptop|computer|card|cable|charger|network|account|socket|plug)|(?:doosre|dusre|"
        r"onno) (?:phone|browser|mobile|card|charger|cable)|दूसरे (?:फ़ोन|फोन|ब्राउज़र|ब्राउजर|कार्ड|चार्जर|"
        r"मोबाइल)|অন্য (?:ফোন|ব্রাউজার|কার্ড|চার্জার|মোবাইল)"
    ),
    "check spam": (
        r"(?:check(?:ed|ing)?|looked)(?: in| into| the| my)* (?:spam|junk)(?: folder)?|spam (?:folder "
        r")?(?:bhi )?(?:check|dekh)|स्पैम|স্প্যাম"
    ),
    "call bank": (
        r"(?:call(?:ed|ing)?|ask(?:ed|ing)?|contact(?:ed|ing)?|spoke (?:to|with)|spoken (?:to|with)|"
        r"talked to|visited)(?: to| with| the| my)* bank|bank (?:se|ko|e|ke) (?:baat|call|pooch|phone|"
        r"jigge)|बैंक (?:से|को) (?:बात|पूछ|फ़ोन|फोन|कॉल)|ব্যাঙ্কে? (?:কথা|ফোন|জিজ্ঞাসা|জিজ্ঞেস|খোঁজ)|ব্যাংকে? "
        r"(?:কথা|ফোন|জিজ্ঞাসা|জিজ্ঞেস|খোঁজ)"
    ),
    "call courier": (
        r"(?:call(?:ed|ing)?|ask(?:ed|ing)?|contact(?:ed|ing)?|spoke (?:to|with))(?: the| my)* "
        r"(?:courier|rider|delivery (?:boy|guy|man|partner|agent))|(?:rider|courier|delivery boy) (?:ko|"
        r"se|ke) (?:call|phone|baat)|राइडर (?:को|से) (?:कॉल|फ़ोन|फोन|बात)|কুরিয়ারে? (?:ফোন|কথা)|রাইডারকে "
        r"(?:ফোন|কল)"
    ),
    "ask neighbours": (
        r"(?:asked|checked with|spoke to)(?: all| the| my)* (?:neighbou?rs?|guards?|security|family|"
        r"watchman)|(?:padosi|guard|protibeshi)\w* (?:se|ko|ke) (?:pooch|puch|jigge)|पड़ोसियों? (?:से|को) "
        r"पूछ|गार्ड से पूछ|প্রতিবেশী\w* জিজ্ঞ|গার্ডকে জিজ্ঞ|দারোয়ানকে জিজ্ঞ"
    ),
    "other cable": (
        r"chang(?:ed|ing) (?:the )?(?:cable|plug|socket|fuse|battery|batteries|bulb)|replaced (?:the "
        r")?(?:cable|fuse|battery|batteries|bulb)|(?:cable|plug|battery) (?:badal|bodle)|(?:केबल|बैटरी|"
        r"प्लग) बदल|(?:কেবল|ব্যাটারি|প্লাগ) বদল"
    ),
    "charge": (
        r"charged (?:it )?(?:overnight|for|fully|all night)|(?:raat bhar|puri raat|sara raat|sararat) "
        r"charge|रात भर चार्ज|সারারাত চার্জ|সারা রাত চার্জ"
    ),
    "pay again": (
        r"(?:paid|tried to pay|tried paying|pay(?:ing)?) (?:it )?(?:again|twice)|retried (?:the "
        r")?payment|(?:dobara|phir se|abar) (?:pay|payment|try)|दोबारा (?:भुगतान|पेमेंट|कोशिश)|আবার "
        r"(?:পেমেন্ট|চেষ্টা)"
    ),
}
_ATTEMPT = [(name, regex.compile(rf"(?<!\w)(?:{words})")) for name, words in _TRIED.items()]
# The same as they are asked for: "please restart", "clear the cache".
_ASKED_FOR = {
    "restart": r"re-?start|re-?boot|switch it off|turn it off|switch off and on|off and on|again on",
    "clear cache": r"clear (?:the |your )?(?:app |browser )?(?:cache|cookies|data)",
    "update": r"update (?:the|your|to|it)|update the app|app update",
    "reinstall": r"re-?install|uninstall",
    "factory reset": r"factory reset|hard reset|reset (?:the|your) (?:device|phone|router)",
    "log in again": r"log(?:ging)? out|log in again|sign(?:ing)? out",
    "check spam": r"(?:check|look in|look into)(?: the| your| in)* (?:spam|junk)|spam folder",
    "call bank": (
        r"(?:call|contact|ask|speak (?:to|with)|spoken (?:to|with)|check with)(?: to| with| your| the)* "
        r"bank"
    ),
    "call courier": r"(?:call|contact|ask)(?: the| your)* (?:courier|rider)",
    "ask neighbours": r"(?:ask|check with|asked|checked with)(?: the| your| all)* (?:neighbou?rs?|guards?|security)",
    "other device": r"(?:another|a different|other) (?:phone|device|browser|laptop|card|charger|cable|network|socket)",
    "change password": r"(?:change|reset) (?:the |your )?password",
    "other cable": r"(?:change|replace) (?:the |your )?(?:cable|battery|batteries|bulb|plug|fuse)",
}
_TO_TRY = [
    (name, regex.compile(rf"(?<!\w)(?:{words}|{_ASKED_FOR.get(name, '(?!)')})")) for name, words in _TRIED.items()
]
# Done: a past or finished form somewhere in the sentence; not done: a negation of it, a question, an intention.
_DONE = regex.compile(
    r"(?<!\w)(?:i (?:have |had |'ve )?(?:already |also |even |just )?(?:\w+ed|did|spoke|tried)|"
    r"i[’']ve|have already|already|tried|trying|did|done|after|even|twice|thrice|times|still|"
    r"kiya|kia|kar liya|kar chuka|kar chuki|karke|kar ke|karne ke baad|kar diya|liya|ki thi|dekh "
    r"liya|dekh chuka|dekha|pooch liya|poocha|puch liya|hai phir bhi|"
    r"korechi|korlam|kore dekhechi|kore felechi|dekhechi|dekhlam|diyechi|koreo|korechilam|karne par bhi|"
    r"किया|कर लिया|कर चुका|कर चुकी|करके|करने के बाद|कर दिया|कर के|देख लिया|देखा|देख चुका|पूछा|पूछ लिया|की|लिया|चुका|चुकी|ली|"
    r"করেছি|করলাম|করে দেখেছি|দেখেছি|দেখলাম|করেও|দিয়েছি|দিয়েছি|ফেলেছি|বলেছি|নিয়েছি|হয়ে গেছে|করা হয়েছে)(?!\w)"
)
_NOT_DONE = regex.compile(
    r"(?<!\w)(?:should i|do i (?:have|need)|how (?:do|can|to|should)|can i|could you|can you|please|"
    r"haven't|have not|havent|didn't|did not|will try|i will|i'll|let me|if i|shall i|want to|need "
    r"to|kaise|kivabe|kya main|"
    r"nahi kiya|nahi ki|karu|karun|karunga|karungi|korbo|korini|kori ni|नहीं किया|नहीं की|करूँ|करूं|करूँगा|"
    r"करूंगा|कैसे|করব|করিনি|কীভাবে|কিভাবে|করব কি)(?!\w)|^(?:what|how|why|does|is) "
)


def find_attempts(view: str) -> Iterator[Found]:
    """What they did already; what they have not done, ask about or mean to do is none."""
    for name, pattern in _ATTEMPT:
        for match in pattern.finditer(view):
            start, end = sentence_around(view, match.start())
            sentence = view[start:end]
            if _DONE.search(sentence) and not _NOT_DONE.search(sentence):
                yield FactKind.TRIED, name, match.start(), match.end()


def attempts_named(view: str) -> list[str]:
    """The attempts that a text names, done or not, each once."""
    return [name for name, pattern in _TO_TRY if pattern.search(view)]
