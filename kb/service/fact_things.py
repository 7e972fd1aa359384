"""What customers have, how they paid and what they did already: devices, ways of paying, attempts.

Lists of words in English, Hindi and Bengali, the latter two also in Latin letters. All patterns read a view of the text in small
letters, of the same length, and are bounded.
"""

from collections.abc import Iterator

import regex

from kb.service.fact_kinds import FactKind
from kb.service.fact_numbers import Found

_THINGS = """
phone: phone phones mobile mobiles smartphone smartphones handset फ़ोन फोन मोबाइल ফোন মোবাইল
laptop: laptop laptops notebook लैपटॉप ল্যাপটপ
computer: computer pc desktop कंप्यूटर কম্পিউটার
tablet: tablet tab ipad टैबलेट ট্যাবলেট ট্যাব
television: tv television telly led tv smart tv टीवी টিভি
refrigerator: fridge refrigerator freezer फ्रिज ফ্রিজ
washing machine: washing machine वॉशिंग मशीन वाशिंग मशीन ওয়াশিং মেশিন ওয়াশিং মেশিন
mixer: mixer mixer grinder mixie mixi blender juicer मिक्सर मिक्सी মিক্সার মিক্সি
kettle: kettle electric kettle केतली केटल কেটলি
lamp: lamp lamps table lamp floor lamp bulb bulbs led bulb लैंप लैम्प बल्ब ল্যাম্প বাল্ব বাতি
fan: fan fans table fan ceiling fan pankha पंखा पंखे ফ্যান পাখা
heater: heater geyser room heater हीटर गीज़र হিটার গিজার
iron: steam iron iron box इस्त्री ইস্ত্রি
oven: oven microwave microwave oven माइक्रोवेव ओवन মাইক্রোওয়েভ ওভেন
cooker: cooker pressure cooker rice cooker induction cooktop कुकर কুকার
vacuum cleaner: vacuum cleaner vacuum वैक्यूम क्लीनर ভ্যাকুয়াম ক্লিনার
purifier: purifier water purifier air purifier प्यूरीफायर পিউরিফায়ার
cooler: cooler air cooler कूलर কুলার
air conditioner: ac air conditioner aircon एसी এসি
speaker: speaker speakers soundbar bluetooth speaker स्पीकर স্পিকার
headphones: headphone headphones earphone earphones earbuds earbud headset हेडफ़ोन हेडफोन ईयरफोन হেডফোন ইয়ারফোন ইয়ারবাড
watch: watch smartwatch smart watch घड़ी স্মার্টওয়াচ ঘড়ি ঘড়ি
camera: camera webcam कैमरा ক্যামেরা
printer: printer प्रिंटर প্রিন্টার
router: router modem wifi router राउटर রাউটার
charger: charger adapter adaptor चार्जर চার্জার
power bank: power bank powerbank पावर बैंक পাওয়ার ব্যাংক পাওয়ার ব্যাঙ্ক
trimmer: trimmer shaver hair dryer dryer ट्रिमर ट्रिमर ট্রিমার
keyboard: keyboard कीबोर्ड কিবোর্ড
mouse: wireless mouse माउस মাউস
bag: bag bags backpack suitcase trolley बैग ব্যাগ
shoes: shoes shoe sandals sneakers slippers joota जूते जूता জুতো জুতা
shirt: shirt shirts tshirt t-shirt kurta kurti शर्ट कुर्ता শার্ট কুর্তা পাঞ্জাবি
saree: saree sari sarees साड़ी শাড়ি শাড়ি
dress: dress jeans trousers jacket जैकेट জ্যাকেট
sofa: sofa couch सोफ़ा सोफा সোফা
bed: bed mattress गद्दा बिस्तर তোশক খাট
table: dining table study table desk मेज़ টেবিল
chair: chair chairs office chair कुर्सी চেয়ার চেয়ার
wardrobe: wardrobe almirah almari अलमारी আলমারি
cycle: cycle bicycle साइकिल সাইকেল
toy: toy toys खिलौना খেলনা
bottle: bottle flask बोतल বোতল ফ্লাস্ক
curtain: curtain curtains पर्दे পর্দা
bedsheet: bedsheet bedsheets blanket चादर कंबल চাদর কম্বল
book: book books किताब বই
"""
_BRANDS = (
    r"samsung|apple|xiaomi|redmi|mi|realme|oppo|vivo|oneplus|one plus|nokia|motorola|moto|poco|iqoo|nothing|google pixel|pixel|iphone|ipad|macbook|"
    r"dell|hp|lenovo|asus|acer|msi|lg|sony|panasonic|whirlpool|haier|godrej|voltas|daikin|bosch|ifb|philips|prestige|bajaj|havells|crompton|"
    r"usha|orient|butterfly|pigeon|canon|epson|brother|tp-link|d-link|netgear|jbl|boat|noise|bose|fitbit|garmin|kent|eureka forbes"
)


def _words(lines: str) -> dict[str, str]:
    """Each word or phrase and what it stands for. Phrases of two words stand before what they begin with."""
    found: dict[str, str] = {}
    for line in lines.strip().splitlines():
        name, _, words = line.partition(": ")
        found[name] = name
        for word in words.split():
            found.setdefault(word, name)
    return found


# Words that name a thing only together with another one.
_NOT_ALONE = frozenset("led smart table floor electric mixer ceiling room steam box induction water air hair wireless dining study office bed desk led tv".split()) - {"mixer", "bed", "desk", "tv"}
_NAME_OF = {word: name for word, name in _words(_THINGS).items() if word not in _NOT_ALONE}
_NOUN = "|".join(regex.escape(word) for word in sorted(_NAME_OF, key=len, reverse=True))
THINGS = _NOUN
_ENDING = r"(?:টা|টি|টার|টাতে|ের|র|টাই)?"
_PLAIN = regex.compile(rf"(?<![\w-])(?P<noun>{_NOUN}){_ENDING}(?![\w-])")
_BRANDED = regex.compile(
    rf"(?<![\w@./-])(?P<name>(?:{_BRANDS})(?:[ ](?:galaxy|note|pro|max|plus|ultra|air|mini|lite|prime|fold|flip|watch|buds|pad|book|inspiron|thinkpad|ideapad|pavilion|vivobook|edge|nord|narzo|neo|se|"
    r"(?=[\w-]*\d)[a-z]{0,4}-?\d{1,5}[a-z]{0,3})){1,5})(?!\w)"
)
_MODEL = regex.compile(
    r"(?<!\w)(?:model|modal|मॉडल|মডেল)(?:[ ]?(?:no|number|name|नंबर|নম্বর)\.?)?(?:[ ](?:is|hai|है|হল|ta))?[ ]?[:#=-]?[ ]?(?P<name>(?=[\w-]*\d)[a-z\d][a-z\d-]{1,20}(?:[ ](?=[\w-]*\d)[a-z\d-]{1,10})?)(?!\w)"
)
# What is theirs, came, broke: a thing that somebody only asks about is no fact.
_HAVE = regex.compile(
    r"(?<!\w)(?:my|our|the|this|a|an|bought|purchased|ordered|received|got|mera|meri|mere|maine|yeh|ye|mujhe|amar|ei|"
    r"मेरा|मेरी|मेरे|मैंने|यह|ये|आमार|আমার|এই|কিনেছি|broken|damaged|toota|tuta|bhanga|टूटा|টা|ভাঙা)(?!\w)|টা(?!\w)"
)
_ASKS_ABOUT = regex.compile(
    r"(?<!\w)(?:do you (?:have|sell)|any offers?|looking for|which .{0,12} is best|price of|recommend|kya aapke paas|in stock|available)(?!\w)"
)
# A phone is called, a mobile number is given, a card has a book: not what the matter is about.
_OTHER_SENSE = regex.compile(r"^[ ](?:number|no|call|calls|bill|banking|नंबर|नम्बर|নম্বর|app|ऐप|kar|karo|kiya|korechi|korlam|করেছি|করলাম|किया|करो|korun|par|pe)|^[ ]?(?:করেছি|করলাম)")
_CALLED = regex.compile(r"(?:by|over|on|via|your|through|of|order|order the)[ ](?:the[ ])?$")

_METHODS = {
    "upi": r"upi|u\.p\.i|gpay|g-?pay|google ?pay|phone ?pe|phonepay|paytm|bhim|यूपीआई|गूगल पे|फ़ोनपे|फोनपे|पेटीएम|ইউপিআই|গুগল পে|ফোনপে|পেটিএম",
    "card": r"(?:credit|debit|atm|visa|master|rupay)[ ]?cards?|cards?|visa|mastercard|क्रेडिट कार्ड|डेबिट कार्ड|कार्ड|ক্রেডিট কার্ড|ডেবিট কার্ড|কার্ডে|কার্ড",
    "net banking": r"net ?-?banking|internet banking|online banking|neft|imps|rtgs|नेट बैंकिंग|নেট ব্যাঙ্কিং|নেট ব্যাংকিং",
    "cash on delivery": r"cod|c\.o\.d|cash[ -]on[ -]delivery|pay(?:ment)? on delivery|कैश ऑन डिलीवरी|सीओडी|ক্যাশ অন ডেলিভারি|সিওডি",
    "cash": r"cash|नकद|নগদ|নগদে|nagad|nogod",
    "wallet": r"wallet|balance|वॉलेट|ওয়ালেট",
    "bank transfer": r"bank transfer|wire|बैंक ट्रांसफर",
    "emi": r"emi|ईएमआई|ইএমআই|instal?ments?",
    "gift card": r"gift ?card|voucher|गिफ्ट कार्ड|গিফট কার্ড",
    "bkash": r"bkash|বিকাশ|nagad app|রকেট",
}
_METHOD = regex.compile("|".join(f"(?P<m{number}>(?<!\\w)(?:{words})(?!\\w))" for number, words in enumerate(_METHODS.values())))
_METHOD_NAMES = tuple(_METHODS)
_PAID = regex.compile(
    r"(?<!\w)(?:paid|payed|i pay|i used|using|payment (?:was|is|done|made)|made (?:the |a )?payment|charged|debited|deducted|bought|ordered|pay kiya|pay kia|payment kiya|payment ki|"
    r"payment kiye|diya|diye|kata|kate|kat gaye|kat gaya|dilam|diyechi|diyechilam|diechi|pay korechi|payment korechi|korechi|korechilam|keteche|kete niyeche|"
    r"दिया|दिए|चुकाया|किया|किए|कटे|कट गए|कटा|भुगतान|দিয়েছি|দিয়েছি|দিলাম|করেছি|কেটেছে|কেটে|পেমেন্ট করেছি|order kiya|order kiya tha|order placed)(?!\w)"
)
_MAY_PAY = regex.compile(
    r"(?<!\w)(?:can i|could i|may i|is it possible|do you (?:accept|take)|how (?:do|can|to)|kya .{0,30} sakta|kya .{0,30} sakte|kivabe|kaise|want to pay|will pay|not showing|not available|option)(?!\w)"
)
_SENTENCE_END = regex.compile(r"[.!?।\n]")
_SPAN = 80

_TRIED = {
    "restart": r"re-?start(?:ed|ing)?|re-?boot(?:ed|ing)?|switched (?:it )?off and on|turned (?:it )?off and on|power cycled|band karke (?:chalu|on|chaloo)|on off|off on|बंद करके (?:चालू|चालु|ऑन)|रीस्टार्ट|রিস্টার্ট|রিস্টার্টও|বন্ধ করে (?:চালু|আবার)|bondho kore (?:chalu|abar)",
    "factory reset": r"factory reset|hard reset|reset(?:ted|ting)?|फैक्ट्री रीसेट|रीसेट|ফ্যাক্টরি রিসেট|রিসেট",
    "clear cache": r"(?:clear(?:ed|ing)?|delet(?:ed|ing)|emptied)(?: the| my| app| browser| all)* (?:cache|cookies|data)|cache(?: bhi| ko)? (?:clear|saaf|delete)|कैश(?: भी)? (?:क्लियर|साफ|साफ़)|क्लियर कैश|ক্যাশ(?:ও)? (?:ক্লিয়ার|ক্লিয়ার|পরিষ্কার|মুছে)",
    "reinstall": r"re-?install(?:ed|ing)?|uninstall(?:ed|ing)?|dobara install|phir se install|abar install|दोबारा इंस्टॉल|फिर से इंस्टॉल|रीइंस्टॉल|অনইনস্টল|আবার ইনস্টল|রিইনস্টল",
    "update": r"updat(?:ed|ing)|upgrad(?:ed|ing)|update (?:bhi )?(?:kiya|kar|kor)|अपडेट|আপডেট",
    "log in again": r"logg(?:ed|ing) out|logged in again|re-?logged|log ?out (?:karke|kore|kiya|korechi)|sign(?:ed|ing) out|लॉग ?आउट|लॉगआउट|লগ ?আউট",
    "change password": r"(?:chang|resett)(?:ed|ing)(?: the| my)* password|password (?:change|reset|badal|bodle)|पासवर्ड (?:बदल|रीसेट)|পাসওয়ার্ড (?:বদল|রিসেট)",
    "other device": r"(?:tried|used|using|on|with) (?:it )?(?:on )?(?:another|a different|other|different) (?:phone|device|browser|laptop|computer|card|cable|charger|network|account|socket|plug)|(?:doosre|dusre|onno) (?:phone|browser|mobile|card|charger|cable)|दूसरे (?:फ़ोन|फोन|ब्राउज़र|ब्राउजर|कार्ड|चार्जर|मोबाइल)|অন্য (?:ফোন|ব্রাউজার|কার্ড|চার্জার|মোবাইল)",
    "check spam": r"(?:check(?:ed|ing)?|looked)(?: in| into| the| my)* (?:spam|junk)(?: folder)?|spam (?:folder )?(?:bhi )?(?:check|dekh)|स्पैम|স্প্যাম",
    "call bank": r"(?:call(?:ed|ing)?|ask(?:ed|ing)?|contact(?:ed|ing)?|spoke (?:to|with)|spoken (?:to|with)|talked to|visited)(?: to| with| the| my)* bank|bank (?:se|ko|e|ke) (?:baat|call|pooch|phone|jigge)|बैंक (?:से|को) (?:बात|पूछ|फ़ोन|फोन|कॉल)|ব্যাঙ্কে? (?:কথা|ফোন|জিজ্ঞাসা|জিজ্ঞেস|খোঁজ)|ব্যাংকে? (?:কথা|ফোন|জিজ্ঞাসা|জিজ্ঞেস|খোঁজ)",
    "call courier": r"(?:call(?:ed|ing)?|ask(?:ed|ing)?|contact(?:ed|ing)?|spoke (?:to|with))(?: the| my)* (?:courier|rider|delivery (?:boy|guy|man|partner|agent))|(?:rider|courier|delivery boy) (?:ko|se|ke) (?:call|phone|baat)|राइडर (?:को|से) (?:कॉल|फ़ोन|फोन|बात)|কুরিয়ারে? (?:ফোন|কথা)|রাইডারকে (?:ফোন|কল)",
    "ask neighbours": r"(?:asked|checked with|spoke to)(?: all| the| my)* (?:neighbou?rs?|guards?|security|family|watchman)|(?:padosi|guard|protibeshi)\w* (?:se|ko|ke) (?:pooch|puch|jigge)|पड़ोसियों? (?:से|को) पूछ|गार्ड से पूछ|প্রতিবেশী\w* জিজ্ঞ|গার্ডকে জিজ্ঞ|দারোয়ানকে জিজ্ঞ",
    "other cable": r"chang(?:ed|ing) (?:the )?(?:cable|plug|socket|fuse|battery|batteries|bulb)|replaced (?:the )?(?:cable|fuse|battery|batteries|bulb)|(?:cable|plug|battery) (?:badal|bodle)|(?:केबल|बैटरी|प्लग) बदल|(?:কেবল|ব্যাটারি|প্লাগ) বদল",
    "charge": r"charged (?:it )?(?:overnight|for|fully|all night)|(?:raat bhar|puri raat|sara raat|sararat) charge|रात भर चार्ज|সারারাত চার্জ|সারা রাত চার্জ",
    "pay again": r"(?:paid|tried to pay|tried paying|pay(?:ing)?) (?:it )?(?:again|twice)|retried (?:the )?payment|(?:dobara|phir se|abar) (?:pay|payment|try)|दोबारा (?:भुगतान|पेमेंट|कोशिश)|আবার (?:পেমেন্ট|চেষ্টা)",
}
_ATTEMPT = [(name, regex.compile(rf"(?<!\w)(?:{words})")) for name, words in _TRIED.items()]
# Done: a past or finished form somewhere in the sentence; not done: a negation of it, a question, an intention.
_DONE = regex.compile(
    r"(?<!\w)(?:i (?:have |had |'ve )?(?:already |also |even |just )?(?:\w+ed|did|spoke|tried)|i[’']ve|have already|already|tried|trying|did|done|after|even|twice|thrice|times|still|"
    r"kiya|kia|kar liya|kar chuka|kar chuki|karke|kar ke|karne ke baad|kar diya|liya|ki thi|dekh liya|dekh chuka|dekha|pooch liya|poocha|puch liya|hai phir bhi|"
    r"korechi|korlam|kore dekhechi|kore felechi|dekhechi|dekhlam|diyechi|koreo|korechilam|karne par bhi|"
    r"किया|कर लिया|कर चुका|कर चुकी|करके|करने के बाद|कर दिया|कर के|देख लिया|देखा|देख चुका|पूछा|पूछ लिया|की|लिया|चुका|चुकी|ली|"
    r"করেছি|করলাম|করে দেখেছি|দেখেছি|দেখলাম|করেও|দিয়েছি|দিয়েছি|ফেলেছি|বলেছি|নিয়েছি|হয়ে গেছে|করা হয়েছে)(?!\w)"
)
_NOT_DONE = regex.compile(
    r"(?<!\w)(?:should i|do i (?:have|need)|how (?:do|can|to|should)|can i|could you|can you|please|haven't|have not|havent|didn't|did not|will try|i will|i'll|let me|if i|shall i|want to|need to|kaise|kivabe|kya main|"
    r"nahi kiya|nahi ki|karu|karun|karunga|karungi|korbo|korini|kori ni|नहीं किया|नहीं की|करूँ|करूं|करूँगा|करूंगा|कैसे|করব|করিনি|কীভাবে|কিভাবে|করব কি)(?!\w)|^(?:what|how|why|does|is) "
)


def find_devices(view: str) -> Iterator[Found]:
    """Models by their name, and things that are theirs, that came, that broke."""
    for match in _MODEL.finditer(view):
        yield FactKind.DEVICE, match["name"], match.start("name"), match.end("name")
    for match in _BRANDED.finditer(view):
        yield FactKind.DEVICE, " ".join(match["name"].split()), match.start("name"), match.end("name")
    for match in _PLAIN.finditer(view):
        start, end = sentence_around(view, match.start())
        sentence = view[start:end]
        if _OTHER_SENSE.match(view[match.end() : match.end() + 12]) or _CALLED.search(
            view[max(start, match.start() - 16) : match.start()]
        ):
            continue
        if _HAVE.search(sentence) and not _ASKS_ABOUT.search(sentence):
            yield FactKind.DEVICE, _NAME_OF[match["noun"]], match.start("noun"), match.end("noun")


def find_payments(view: str) -> Iterator[Found]:
    """How they paid: a way of paying in a sentence that says that it was used."""
    for match in _METHOD.finditer(view):
        start, end = sentence_around(view, match.start())
        sentence = view[start:end]
        if _PAID.search(sentence) and not _MAY_PAY.search(sentence):
            yield FactKind.PAYMENT, _METHOD_NAMES[int(str(match.lastgroup)[1:])], match.start(), match.end()


def find_attempts(view: str) -> Iterator[Found]:
    """What they did already; what they have not done, ask about or mean to do is none."""
    for name, pattern in _ATTEMPT:
        for match in pattern.finditer(view):
            start, end = sentence_around(view, match.start())
            sentence = view[start:end]
            if _DONE.search(sentence) and not _NOT_DONE.search(sentence):
                yield FactKind.TRIED, name, match.start(), match.end()


def sentence_around(view: str, place: int) -> tuple[int, int]:
    """Start and end of the sentence around a place, within a bounded stretch of the text."""
    low, high = max(0, place - _SPAN), min(len(view), place + _SPAN)
    start = max((end.end() for end in _SENTENCE_END.finditer(view, low, place)), default=low)
    after = _SENTENCE_END.search(view, place, high)
    return start + len(view[start:place]) - len(view[start:place].lstrip()), after.end() if after else high
