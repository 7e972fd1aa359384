"""Words that stand for a side of the conversation: "Customer", "Support agent", "ग्राहक सेवा", "নোট"."""

import regex

from kb.assist.turns import Role
from kb.text.terms import normalise
from kb.text.words import LETTER_CLASS, WORD_CLASS, find_words


def _words(text: str) -> frozenset[str]:
    return frozenset(normalise(text).split())


CUSTOMER_WORDS = _words(
    "customer cust client user visitor caller requester guest buyer shopper consumer human subscriber member patient passenger "
    "grahak grahok upbhokta end-user contact lead prospect "
    "ग्राहक कस्टमर क्लाइंट यूज़र यूजर विज़िटर विजिटर आगंतुक उपयोगकर्ता उपभोक्ता अतिथि कॉलर "
    "গ্রাহক ক্রেতা খরিদ্দার খদ্দের কাস্টমার ক্লায়েন্ট ইউজার ভিজিটর ব্যবহারকারী দর্শক অতিথি আগন্তুক কলার c u q"
)
AGENT_WORDS = _words(
    "agent rep representative support advisor adviser operator assistant bot chatbot staff executive exec csr cse helpdesk "
    "servicedesk "
    "teammate assignee specialist concierge seller ai moderator "
    "technician pratinidhi protinidhi sahayak एजेंट एजेन्ट प्रतिनिधि सपोर्ट सहायता सहायक सलाहकार ऑपरेटर बॉट "
    "कार्यकारी हेल्पडेस्क एग्जीक्यूटिव এজেন্ট প্রতিনিধি সাপোর্ট সহায়তা সহায়ক উপদেষ্টা অপারেটর বট হেল্পডেস্ক এক্সিকিউটিভ a s"
)
_SYSTEM_WORDS = _words("system सिस्टम সিস্টেম automation")
_NOTE_WORDS = _words("note notes नोट नोट्स নোট নোটস")
# Beside these a note is one even where nothing else has a label.
_SURE_NOTES = tuple(
    normalise(phrase)
    for phrase in (
        "call note",
        "call notes",
        "call summary",
        "call log",
        "phone note",
        "phone notes",
        "phone call",
        "internal note",
        "private note",
        "internal comment",
        "private comment",
        "agent note",
        "agent notes",
        "notes of call",
        "कॉल नोट",
        "कॉल नोट्स",
        "कॉल सारांश",
        "आंतरिक नोट",
        "निजी नोट",
        "কল নোট",
        "কলের নোট",
        "কল সারাংশ",
        "অভ্যন্তরীণ নোট",
        "ব্যক্তিগত নোট",
    )
)
_NOTE_HINTS = _words("internal private note आंतरिक निजी নিজস্ব অভ্যন্তরীণ নোট नोट")
# "Customer care" is not the customer.
_AGENT_PHRASES = tuple(
    normalise(phrase)
    for phrase in (
        "customer care",
        "customer service",
        "customer support",
        "customer success",
        "client service",
        "client services",
        "help desk",
        "service desk",
        "grahak seva",
        "ग्राहक सेवा",
        "ग्राहक सहायता",
        "ग्राहक सेवा केंद्र",
        "कस्टमर केयर",
        "कस्टमर सपोर्ट",
        "কাস্টমার কেয়ার",
        "কাস্টমার সাপোর্ট",
        "গ্রাহক সেবা",
        "গ্রাহক পরিষেবা",
        "গ্রাহক সহায়তা",
    )
)
# What stands before a colon in forms, logs and letters, and is nobody's name.
_FIELDS = frozenset(
    normalise(
        "error request response name order orders problem issue message subject status date time address phone email mail mobile "
        "product model serial url link http https note reason warning code ref reference id number total price amount ps re fwd "
        "from to cc sent question answer summary details steps expected actual version browser device location city country "
        "photo image picture sticker video audio file attachment document gif width height weight size color colour wifi router "
        "login username user password pin account amount balance plan brand type category department company website key value "
        "ticket first second third also update edit result नाम ऑर्डर समस्या पता फ़ोन मोबाइल विषय तारीख कारण त्रुटि सवाल जवाब "
        "নাম অর্ডার সমস্যা ঠিকানা ফোন মোবাইল বিষয় তারিখ কারণ ত্রুটি প্রশ্ন উত্তর"
    ).split()
)
_MAX_LABEL_WORDS = 4
# With these a label would be a sentence ("Customer service is bad: …").
_VERBS = _words(
    "is was are were has have had did does told promised called never wont cant cannot है था हैं थे ने को কে বলেছে ছিল আছে"
)
_WORD = regex.compile(rf"[{WORD_CLASS}]+(?:-[{LETTER_CLASS}]+)*")
_NUMBERED_VISITOR = regex.compile(r"(?:visitor|guest|user|customer|v)[\s_#-]?\d{3,}", regex.IGNORECASE)


def role_of_label(name: str, hint: str = "") -> Role | None:
    """The role that a label names: "Agent Maya", "Maya (support)", "Customer care", "Internal note"; None for other words."""
    if hint and is_note_hint(hint):
        return Role.NOTE
    for label in (hint, name):
        words = _WORD.findall(normalise(label)) if len(label) <= 80 else []
        if not words or len(words) > _MAX_LABEL_WORDS or _VERBS & set(words):
            continue
        role = _role_of_words(words)
        if role is not None:
            return role
    return Role.CUSTOMER if _NUMBERED_VISITOR.fullmatch(name.strip()) else None


def _role_of_words(words: list[str]) -> Role | None:
    if is_sure_note(" ".join(words)) or (words[0] in _NOTE_WORDS and len(words) == 1):
        return Role.NOTE
    if _SYSTEM_WORDS & {words[0]}:
        return Role.SYSTEM
    if any(f" {phrase} " in f" {' '.join(words)} " for phrase in _AGENT_PHRASES):
        return Role.AGENT
    ends = {words[0], words[-1]} if len(words) > 1 else {words[0]}
    ends -= {word for word in ends if len(word) == 1 and len(words) > 1}
    if ends & AGENT_WORDS:
        return Role.AGENT
    if ends & CUSTOMER_WORDS:
        return Role.CUSTOMER
    return None


def is_field(name: str) -> bool:
    """Whether words name a line of a form, a log or a letter rather than somebody."""
    return normalise(name) in _FIELDS


def is_bare_label(name: str) -> bool:
    """Whether a label says which side it is and nothing more ("Customer", "एजेंट")."""
    words = find_words(normalise(name))
    return bool(words) and all(word in CUSTOMER_WORDS | AGENT_WORDS | _SYSTEM_WORDS | _NOTE_WORDS for word in words)


def is_sure_note(text: str) -> bool:
    """Whether words begin like a note of our own side ("Call notes 12/3", "Private note from Neha")."""
    words = " ".join(_WORD.findall(normalise(text[:80])))
    return any(words == phrase or words.startswith(f"{phrase} ") for phrase in _SURE_NOTES)


def is_note_hint(text: str) -> bool:
    """Whether a word beside a name or a time says that the message is not for the customer."""
    words = set(_WORD.findall(normalise(text[:40])))
    return bool(words & _NOTE_HINTS) and len(words) <= 3
