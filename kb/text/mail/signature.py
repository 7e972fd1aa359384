"""Greeting lines before the matter, closing lines and signatures after it: English, Hindi, Bengali, German, French, Spanish."""

import re

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES = re.compile(r"[ \t\u00a0]+")

CLOSING = re.compile(
    r"^(?:(?:with |many |best |warm(?:est)? |kind(?:est)? |warm and |my |thanks (?:and|&|"
    r"n) |thank you (?:and|&) |thanking you,? )*"
    r"(?:regards|wishes)|"
    r"(?:yours|your'?s) (?:sincerely|truly|faithfully|obediently|respectfully|lovingly)|"
    r"sincerely(?: yours)?|respectfully(?: yours)?|warmly|(?:many )?thanks(?: a lot| again| a ton| so much| in advance)?|"
    r"thank you(?: very much| so much| in advance)?|thanking you|cheers|best|all the best|love|"
    r"br|rgds|regds|thx|tks|t&r|"
    r"(?:mit )?(?:freundliche[nm]?|beste[nm]?|herzliche[nm]?|viele[nm]?|liebe[nm]?|schöne[nm]?) gr(?:ü|ue)(?:ß|ss)e?n?"
    r"(?: / (?:best|kind) regards)?|"
    r"mfg|vg|lg|hochachtungsvoll|danke(?: im voraus)?|vielen dank(?: im voraus)?|"
    r"(?:bien |très )?cordialement|(?:sincères|meilleures|cordiales) salutations|"
    r"bonne (?:journée|réception)|merci(?: d['’]avance)?|cdlt|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales?)?|atentamente|(?:muchas )?gracias(?: de antemano)?|"
    r"(?:सधन्यवाद|सादर(?: प्रणाम| नमस्कार| धन्यवाद)?|(?:आपका |आपकी )?(?:भवदीया?|विश्वासी|विश्वासपात्र|शुभचिंतक)|आपका|आपकी|प्रार्थी|प्रार्थिनी|"
    r"निवेदक|धन्यवाद(?: सहित| जी)?|बहुत[- ]बहुत धन्यवाद|शुक्रिया|आभार(?: सहित)?|शुभकामनाओं सहित)|"
    r"(?:(?:অনেক )?ধন্যবাদ(?:ান্তে| সহ)?|শুভেচ্ছা(?:ন্তে|সহ| সহ)?|শ্রদ্ধা(?:ন্তে|সহ| সহ)|ইতি|(?:আপনার )?(?:বিশ্বস্ত|অনুগত)|"
    r"বিনীত(?: নিবেদক)?|নিবেদক|বিনীতা|নমস্কারান্তে|প্রীতি ও শুভেচ্ছা|সালামান্তে)|"
    r"dhan+[yi]avaa?d|sh?ukriya|dhonn?obad|saadar|sadar)"
    r"[ ,.!:।–-]*$",
    re.IGNORECASE,
)
# A few words around one of these, alone on a line: "Beste Grüße aus Köln", "With my warmest regards".
_CLOSING_WORDS = re.compile(
    r"\b(?:regards|wishes|sincerely|faithfully|respectfully|obediently|yours truly|truly yours|cheers|take care|gratefully|gratitude|"
    r"with thanks|(?:nice|great|good|lovely|wonderful|pleasant|happy) (?:day|week|weekend|evening|one)|"
    r"gr(?:ü|ue)(?:ß|ss)e?n?|schöne[nrs]? (?:tag|woche|wochenende|abend)|hochachtungsvoll|salutations|cordialement|amicalement|"
    r"(?:bonne|belle|excellente|agréable) (?:journée|soirée|semaine|réception)|bon week-?end|bien à (?:vous|toi)|à bientôt|respectueusement|"
    r"saludos?|atentamente|cordialmente|un abrazo|buen (?:día|fin de semana)|saluti|cordialità|groeten?|groetjes|atenciosamente|abraços|"
    r"cumprimentos|hilsen|hälsningar|pozdrawiam|pozdravem)\b|"
    r"धन्यवाद|सधन्यवाद|सादर|भवदीय|निवेदक|प्रार्थी|विनीत|शुभेच्छा|शुभकामना|आभारी|शुक्रिया|"
    r"শুভেচ্ছা|ধন্যবাদ|বিনীত|নিবেদক|ভবদীয়|ভবদীয়|শ্রদ্ধা|কৃতজ্ঞ|ভালো থাকবেন|ইতি",
    re.IGNORECASE,
)
_MOST_CLOSING_WORDS = 6
# The closing and who it is from on one line, the last: "Kind regards, The Support Team".
_CLOSING_AND_NAME = re.compile(
    r"^(?:(?:with |many |best |warm(?:est)? |kind(?:est)? |thanks (?:and|&) )*(?:regards|wishes)|sincerely|cheers|thanks|thank you|"
    r"(?:mit )?(?:freundlichen|besten|herzlichen|viele|liebe) grü(?:ß|ss)en?|cordialement|saludos|धन्यवाद|सादर|ধন্যবাদ|শুভেচ্ছা),?\s+"
    r"(?:the |team |your |von |vom )?[^\W\d_a-z][^.!?।,:\d]{1,40}$",
    re.IGNORECASE,
)
_GREETING_WORDS = (
    r"hi+|hello+|hey+|dear|respected|sirs?|madam|good (?:morning|afternoon|evening|day)|"
    r"to whom(?:soever)? it may concern|greetings|"
    r"hallo|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|liebe[rs]?|moin|servus|grüezi|"
    r"bonjour|bonsoir|madame|monsieur|chère?s?|salut|hola|buen[oa]s(?: (?:días|tardes|noches))?|estimad[oa]s?|"
    r"namaste|namaskar|nomoskar|assalamu? ?alaikum|walaikum assalam|pranam|"
    r"नमस्ते|नमस्कार|प्रणाम|प्रिय|महोदय|महोदया|आदरणीय|श्रीमान|मान्यवर|हैलो|हेलो|सेवा में|"
    r"নমস্কার|হ্যালো|মহাশয়|মহাশয়|প্রিয়|প্রিয়|মাননীয়|মাননীয়|শ্রদ্ধেয়া?|শ্রদ্ধেয়া?|আসসালামু|salaa?m|सलाम|সালাম|jai hind"
)
_GREETING_LINE = re.compile(rf"^(?:{_GREETING_WORDS})(?![^\W\d_])[^.!?।\n]{{0,45}}[,.!:।–-]?$", re.IGNORECASE)
# A greeting before the matter, on the same line.
_GREETING_START = re.compile(
    rf"^(?:{_GREETING_WORDS})(?![^\W\d_])(?: (?:there|sir|madam|team|all|ji|जी|दादा|দাদা|দিদি|\[name\]|"
    rf"[A-Z][a-z]+)){{0,3}}[,.!।:]+\s+",
    re.IGNORECASE,
)
# The last line of a letter: a name, perhaps with a place.
_SIGNATURE_LINE = re.compile(r"^\[name\](?:,? [^.!?।]{1,40})?$")
_CONTACT_LINE = re.compile(
    r"^(?:\W|\[(?:name|phone|email|link)\]|\b(?:m|t|p|e|w|ph|mob|mobile|phone|tel|cell|e-?mail|web|website|fax|direct|desk|"
    r"office|ext|toll free|ji)\b|जी|मो|मोबाइल|फ़ोन|फोन|ফোন|মোবাইল)+$",
    re.IGNORECASE,
)
_DELIMITERS = frozenset(("--", "---", "—", "-- ", "___", "–", "__"))
_INDIC = re.compile("[\u0900-\u0dff]")
_LIST_ITEM = re.compile(r"^(?:[-*•▪]|\(?[\d०-९০-৯]{1,2}[.)])\s")
# Some sign with somebody's words.
_MOTTO = re.compile('^["“„«‘\'][^"”“»]{1,200}["”“»’\'](?:\\s?[-–—~].{1,40})?$')
_MOST_SIGNATURE_LINES = 16
_LONGEST_SIGNATURE_LINE = 90


def strip_letter(text: str) -> str:
    """The message without greeting, closing and signature lines; as it was if nothing else is in it."""
    lines = [_SPACES.sub(" ", line).strip() for line in _BLANK_LINES.sub("\n\n", text).split("\n")]
    lines = _without_signature(lines)
    begin = 0
    while begin + 1 < len(lines) and (not lines[begin] or _GREETING_LINE.match(lines[begin][:100])):
        begin += 1
    # Greetings above nothing are all there is.
    lines = lines[begin:] if any(lines[begin:]) else lines
    body = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    stripped = _GREETING_START.sub("", body, count=1)
    return stripped.strip() or body or _BLANK_LINES.sub("\n\n", text).strip()


def is_list_item(line: str) -> bool:
    return bool(_LIST_ITEM.match(line.strip()[:10]))


def is_greeting(line: str) -> bool:
    return bool(_GREETING_LINE.match(line.strip()[:100]))


def _without_signature(lines: list[str]) -> list[str]:
    first = next((number for number, line in enumerate(lines) if line), len(lines))
    for number in range(first + 1, len(lines)):
        if lines[number] in _DELIMITERS and _may_be_signature(lines, number + 1, is_marked=True):
            lines = lines[:number]
            break
    # A closing within the last lines, with nothing but short lines (name, address, phone) after it.
    for number in range(max(first + 1, len(lines) - _MOST_SIGNATURE_LINES), len(lines)):
        if _is_closing(lines[number]) and _may_be_signature(lines, number + 1):
            lines = lines[:number]
            break
    end = len(lines)
    if end > first + 1 and _CLOSING_AND_NAME.match(lines[end - 1][:90]) and len(lines[end - 1].split()) <= 8:
        end -= 1
    while end > first + 1 and (_CONTACT_LINE.match(lines[end - 1][:80]) or _SIGNATURE_LINE.match(lines[end - 1])):
        end -= 1
    lines = lines[:end]
    start = _start_of_contact_block(lines, first)
    return lines[:start] if start else lines


# What is written without a closing before it: who it is from, and how to reach them.
_CONTACT_DATA = re.compile(
    r"\S@\S|\[(?:email|phone)\]|(?:\+|\b0|\()\d[\d ()/.-]{6,}\d|\b\d{2,5}[ -]\d{3,4}[ -]\d{3,4}\b|"
    r"\b\d{5,6}$|\b\d{3} \d{3}$|[–-] ?\d{6}\b|,.{0,30}\b\d{5,6}\b|[०-९০-৯]{6}|\d{5} [A-ZÀ-Ý][\w-]+$|\b(?:tel|fax|phone|mob)\b\.?\s?:?|"
    r"दूरभाष|फ़ोन|मोबाइल|দূরভাষ|ফোন|মোবাইল",
    re.IGNORECASE,
)
# These are what the letter is about, not who wrote it.
_MATTERS = re.compile(
    r"\b(?:order|invoice|model|serial|booking|error|version|sku|awb|imei|bill|address|product|item|size|qty|quantity|amount|date|gstin?|account|"
    r"bestell\w*|rechnung\w*|lieferadresse|commande|facture|pedido|factura)\b|ऑर्डर|मॉडल|बिल|रसीद|रकम|অর্ডার|মডেল|বিল|রসিদ|টাকা",
    re.IGNORECASE,
)
# The line above asks for just what follows.
_POINTS_TO = re.compile(
    r"[:：,-]$|\b(?:address|deliver\w*|ship\w*|send (?:\w+ ){0,4}to|(?:to|at|in) (?:my|our|this|the)(?: new| old)? (?:office|home|place|house|flat|shop|school|plant)|pick ?up|visit|call|number|contact|reach|details|name of|below|following|mail me|"
    r"adresse|liefer\w*|anruf\w*|telefon\w*|livr\w*|appel\w*|dirección|enví\w*|llam\w*)\b|पता|पते|फ़ोन|फोन|नंबर|भेज|ঠিকানা|ফোন|নম্বর|পাঠা",
    re.IGNORECASE,
)
_MOST_CONTACT_LINES = 8


def _start_of_contact_block(lines: list[str], first: int) -> int:
    """Where the last paragraph begins, if it is a name, a post and an address or number alone; 0 where it is not."""
    end = len(lines)
    while end > first + 1 and not lines[end - 1]:
        end -= 1
    start = end
    while start > first + 1 and lines[start - 1]:
        start -= 1
    block = lines[start:end]
    if start <= first + 1 or not 2 <= len(block) <= _MOST_CONTACT_LINES or lines[start - 1]:
        return 0
    above = next((lines[number] for number in range(start - 1, first - 1, -1) if lines[number]), "")
    asks = above.rstrip().endswith("?")
    if _GREETING_LINE.match(above[:100]) or (_POINTS_TO.search(above[-200:]) and not asks):
        return 0
    known = sum(bool(_CONTACT_DATA.search(line[:_LONGEST_SIGNATURE_LINE])) for line in block)
    is_signature = known * 5 >= len(block) and _may_be_signature(lines[:end], start)
    long = any(len(line.split()) > 8 and "|" not in line and line.count(",") < 2 for line in block)
    return start if known and is_signature and not long and not any(map(_MATTERS.search, block)) else 0


def _is_closing(line: str) -> bool:
    if CLOSING.match(line[:80]):
        return True
    words = line.split()
    return (
        len(words) <= _MOST_CLOSING_WORDS
        and not line.endswith((".", "?", "।"))
        and bool(_CLOSING_WORDS.search(line[:80]))
    )


def _may_be_signature(lines: list[str], start: int, *, is_marked: bool = False) -> bool:
    """From `start` on: names, titles, addresses and numbers; not a sentence, not a list, not too much of it. Below the mark
    that mail programs put (`--`) there may be a sentence, too: opening hours, a motto."""
    written = 0
    for number in range(start, len(lines)):
        if lines[number]:
            written += 1
            if written > _MOST_SIGNATURE_LINES or _is_matter(lines[number], is_marked=is_marked):
                return False
    return True


def _is_matter(line: str, *, is_marked: bool) -> bool:
    if _MOTTO.match(line):
        return False
    if len(line) > _LONGEST_SIGNATURE_LINE * (1 + is_marked) or _LIST_ITEM.match(line):
        return True
    if is_marked:
        return line.endswith("?")
    words = line.split()
    if len(words) > 6 and line.endswith((".", "?", "!", "।")):
        return True
    if line.endswith("?") and len(words) > 2:
        return True
    if len(words) < 6 or "|" in line or "://" in line:
        return False
    # Names, titles and places are capitalised; a sentence of Latin letters is mostly not.
    small = sum(word[0].islower() for word in words)
    return small * 2 > len(words)
