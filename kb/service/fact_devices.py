"""What customers have: models by their name, and things that came, broke, or are theirs.

Lists of words in English, Hindi and Bengali, the latter two also in Latin letters. All patterns read a view of the text in small
letters, of the same length, and are bounded.
"""

from collections.abc import Iterator

import regex

from kb.service.fact_kinds import FactKind
from kb.service.fact_numbers import Found
from kb.service.fact_sentence import sentence_around

_THINGS = """
phone: phone phones mobile mobiles smartphone smartphones handset फ़ोन फोन मोबाइल ফোন মোবাইল
laptop: laptop laptops notebook लैपटॉप ল্যাপটপ
computer: computer pc desktop कंप्यूटर কম্পিউটার
tablet: tablet tab ipad टैबलेट ট্যাবলেট ট্যাব
television: tv television telly led tv smart_tv टीवी টিভি
refrigerator: fridge refrigerator freezer फ्रिज ফ্রিজ
washing machine: washing_machine वॉशिंग_मशीन वाशिंग_मशीन ওয়াশিং_মেশিন ওয়াশিং_মেশিন
mixer: mixer mixer_grinder mixie mixi blender juicer मिक्सर मिक्सी মিক্সার মিক্সি
kettle: kettle electric_kettle केतली केटल কেটলি
lamp: lamp lamps table_lamp floor_lamp bulb bulbs led_bulb लैंप लैम्प बल्ब ল্যাম্প বাল্ব বাতি
fan: fan fans table_fan ceiling_fan pankha पंखा पंखे ফ্যান পাখা
heater: heater geyser room_heater हीटर गीज़र হিটার গিজার
iron: steam_iron iron_box इस्त्री ইস্ত্রি
oven: oven microwave microwave_oven माइक्रोवेव ओवन মাইক্রোওয়েভ ওভেন
cooker: cooker pressure_cooker rice_cooker induction_cooktop कुकर কুকার
vacuum cleaner: vacuum_cleaner vacuum वैक्यूम_क्लीनर ভ্যাকুয়াম_ক্লিনার
purifier: purifier water_purifier air_purifier प्यूरीफायर পিউরিফায়ার
cooler: cooler air_cooler कूलर কুলার
air conditioner: ac air_conditioner aircon एसी এসি
speaker: speaker speakers soundbar bluetooth_speaker स्पीकर স্পিকার
headphones: headphone headphones earphone earphones earbuds earbud headset हेडफ़ोन हेडफोन ईयरफोन হেডফোন ইয়ারফোন ইয়ারবাড
watch: watch smartwatch smart_watch घड़ी স্মার্টওয়াচ ঘড়ি ঘড়ি
camera: camera webcam कैमरा ক্যামেরা
printer: printer प्रिंटर প্রিন্টার
router: router modem wifi_router राउटर রাউটার
charger: charger adapter adaptor चार्जर চার্জার
power bank: power_bank powerbank पावर_बैंक পাওয়ার_ব্যাংক পাওয়ার_ব্যাঙ্ক
trimmer: trimmer shaver hair_dryer dryer ट्रिमर ट्रिमर ট্রিমার
keyboard: keyboard कीबोर्ड কিবোর্ড
mouse: wireless_mouse माउस মাউস
bag: bag bags backpack suitcase trolley बैग ব্যাগ
shoes: shoes shoe sandals sneakers slippers joota जूते जूता জুতো জুতা
shirt: shirt shirts tshirt t-shirt kurta kurti शर्ट कुर्ता শার্ট কুর্তা পাঞ্জাবি
saree: saree sari sarees साड़ी শাড়ি শাড়ি
dress: dress jeans trousers jacket जैकेट জ্যাকেট
sofa: sofa couch सोफ़ा सोफा সোফা
bed: bed mattress गद्दा बिस्तर তোশক খাট
table: dining_table study_table desk मेज़ টেবিল
chair: chair chairs office_chair कुर्सी চেয়ার চেয়ার
wardrobe: wardrobe almirah almari अलमारी আলমারি
cycle: cycle bicycle साइकिल সাইকেল
toy: toy toys खिलौना খেলনা
bottle: bottle flask बोतल বোতল ফ্লাস্ক
curtain: curtain curtains पर्दे পর্দা
bedsheet: bedsheet bedsheets blanket चादर कंबल চাদর কম্বল
book: book books किताब বই
"""
_BRANDS = (
    r"samsung|apple|xiaomi|redmi|mi|realme|oppo|vivo|oneplus|one plus|nokia|motorola|moto|poco|iqoo|"
    r"nothing|google pixel|pixel|iphone|ipad|macbook|"
    r"dell|hp|lenovo|asus|acer|msi|lg|sony|panasonic|whirlpool|haier|godrej|voltas|daikin|bosch|ifb|"
    r"philips|prestige|bajaj|havells|crompton|"
    r"usha|orient|butterfly|pigeon|canon|epson|brother|tp-link|d-link|netgear|jbl|boat|noise|bose|"
    r"fitbit|garmin|kent|eureka forbes"
)


def _words(lines: str) -> dict[str, str]:
    """Each word or phrase and what it stands for. Phrases of two words stand before what they begin with."""
    found: dict[str, str] = {}
    for line in lines.strip().splitlines():
        name, _, words = line.partition(": ")
        found[name] = name
        for word in words.split():
            found.setdefault(word.replace("_", " "), name)
    return found


_NAME_OF = _words(_THINGS)
_NOUN = "|".join(regex.escape(word) for word in sorted(_NAME_OF, key=len, reverse=True))
THINGS = rf"(?:{_NOUN})s?"
_ENDING = r"(?:টা|টি|টার|টাতে|ের|র|টাই)?"
_PLAIN = regex.compile(rf"(?<![\w-])(?P<noun>{_NOUN})s?{_ENDING}(?![\w-])")
_BRANDED = regex.compile(
    rf"(?<![\w@./-])(?P<name>(?:{_BRANDS})(?:[ ](?:galaxy|note|pro|max|plus|ultra|air|mini|lite|prime|"
    r"fold|flip|watch|buds|pad|book|inspiron|thinkpad|ideapad|pavilion|vivobook|edge|nord|narzo|neo|"
    r"se|"
    r"(?=[\w-]*\d)[a-z]{0,4}-?\d{1,5}[a-z]{0,3})){1,5})(?!\w)"
)
_MODEL = regex.compile(
    r"(?<!\w)(?:model|modal|मॉडल|মডেল)(?:[ ]?(?:no|number|name|नंबर|নম্বর)\.?)?(?:[ ](?:is|hai|है|হল|"
    r"ta))?[ ]?[:#=-]?[ ]?(?P<name>(?=[\w-]*\d)[a-z\d][a-z\d-]{1,20}(?:[ ](?=[\w-]*\d)[a-z\d-]{1,10})?)(?!\w)"
)
# What is theirs, came, broke: a thing that somebody only asks about is no fact.
# What happens to it.
_TROUBLE = regex.compile(
    r"(?<!\w)(?:re-?start|not work|stopped|doesn't|does not|won't|leak|noise|swollen|dead|faulty|defective|"
    r"kharab|nosto|band ho|chal nahi|chalta nahi|chalche na|nahi chal|liya tha|aaya|aayi|mila|"
    r"खराब|ख़राब|चल नहीं|नहीं चल|चालू नहीं|मिला|मिली|आया|লাগছে না|চলছে না|নষ্ট|খারাপ|পেয়েছি|এসেছে)"
)
_HAVE = regex.compile(
    r"(?<!\w)(?:my|our|the|this|a|an|bought|purchased|ordered|received|got|mera|meri|mere|maine|yeh|ye|mujhe|amar|ei|"
    r"मेरा|मेरी|मेरे|मैंने|यह|ये|आमार|আমার|এই|কিনেছি|broken|damaged|toota|tuta|bhanga|टूटा|টা|ভাঙা)(?!\w)|টা(?!\w)"
)
_ASKS_ABOUT = regex.compile(
    r"(?<!\w)(?:do you (?:have|sell)|any offers?|looking for|which .{0,12} is best|price of|"
    r"recommend|kya aapke paas|in stock|available)(?!\w)"
)
# A phone is called, a mobile number is given, a card has a book: not what the matter is about.
_OTHER_SENSE = regex.compile(
    r"^[ ](?:number|no|call|calls|bill|banking|नंबर|नम्बर|নম্বর|app|ऐप|kar|karo|kiya|korechi|korlam|"
    r"করেছি|করলাম|किया|करो|korun|par|pe)|^[ ]?(?:করেছি|করলাম)"
)
_NUMBER_AFTER = regex.compile(r"[ :]{0,2}[+\d]")
_CALLED = regex.compile(r"(?:by|over|on|via|your|through|order)[ ](?:the[ ])?$")


def find_devices(view: str) -> Iterator[Found]:
    """Models by their name, and things that are theirs, that came, that broke."""
    for match in _MODEL.finditer(view):
        yield FactKind.DEVICE, match["name"], match.start("name"), match.end("name")
    for match in _BRANDED.finditer(view):
        yield FactKind.DEVICE, " ".join(match["name"].split()), match.start("name"), match.end("name")
    for match in _PLAIN.finditer(view):
        if _NUMBER_AFTER.match(view[match.end() : match.end() + 4]):
            continue
        start, end = sentence_around(view, match.start())
        sentence = view[start:end]
        if _OTHER_SENSE.match(view[match.end() : match.end() + 12]) or _CALLED.search(
            view[max(start, match.start() - 16) : match.start()]
        ):
            continue
        if (_HAVE.search(sentence) or _TROUBLE.search(sentence)) and not _ASKS_ABOUT.search(sentence):
            yield FactKind.DEVICE, _NAME_OF[match["noun"]], match.start("noun"), match.end("noun")
