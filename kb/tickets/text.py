"""Texts of tickets: plain text out of what exports hold, and what of a message is the message itself.

What is stripped: quoted earlier messages, signatures, closing and greeting lines. The words for them are those that
English, Hindi and Bengali letters use; a text of which nothing would be left stays as it is.
"""

import html
import re

from kb.text.cleaning import clean_message

_LOOKS_LIKE_HTML = re.compile(r"<(?:p|br|div|span|html|body|table|ul|ol|a)\b[^<>]{0,500}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|head)\b[^<>]{0,500}>.{0,5000}?</\1\s{0,5}>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES = re.compile(r"[ \t\u00a0]+")


def plain_text(text: str) -> str:
    """Without control characters and markup, line ends as \\n."""
    text = clean_message(text)
    if _LOOKS_LIKE_HTML.search(text):
        text = html.unescape(_TAG.sub("", _BREAKS.sub("\n", _HIDDEN.sub("", text))))
        text = clean_message(text)
    return text


_QUOTE_HEADER = re.compile(
    r"^(?:On\b.{0,200}|.{0,160})(?:\bwrote|लिखा|ने लिखा था|লিখেছেন|লিখেছে|likha|likhechen)\s?:\s*$", re.IGNORECASE
)
_REST_IS_QUOTED = re.compile(
    r"^(?:-{2,}\s?(?:Original Message|मूल संदेश|মূল বার্তা).{0,40}|_{10,}|(?:From|भेजने वाला|"
    r"প্রেরক):.{1,200}@.{1,200}|##- .{0,80} -##.*)$",
    re.IGNORECASE,
)
_CLIENT_LINE = re.compile(
    r"^(?:sent from my|sent from|get outlook for|sent via|मेरे .{1,30} से भेजा|"
    r"আমার .{1,30} থেকে পাঠানো).{0,80}$",
    re.I,
)
_CLOSING = re.compile(
    r"^(?:(?:with |many |best |warm |kind |thanks (?:and|&) |thank you (?:and|&) )*(?:regards|wishes)|"
    r"yours (?:sincerely|truly|faithfully)|"
    r"sincerely|warmly|thanks(?: a lot| again| in advance)?|thank you(?: very much)?|thanking you|cheers|best|love|"
    r"rgds|thx|tks|"
    r"सादर|भवदीय[ा]?|आपका|आपकी|प्रार्थी|निवेदक|धन्यवाद(?: सहित)?|शुक्रिया|आभार|"
    r"ধন্যবাদ(?:ান্তে| সহ)?|শুভেচ্ছা(?:ন্তে| সহ)?|ইতি|বিনীত|নমস্কারান্তে|dhanyavaa?d|shukriya|dhonn?obad|saadar)"
    r"[ ,.!:–-]*$",
    re.IGNORECASE,
)
_GREETING_WORDS = (
    r"hi+|hello+|hey+|dear|respected|sirs?|madam|good (?:morning|afternoon|evening|day)|"
    r"to whom(?:soever)? it may concern|greetings|"
    r"namaste|namaskar|nomoskar|assalamu? ?alaikum|walaikum assalam|pranam|"
    r"नमस्ते|नमस्कार|प्रणाम|प्रिय|महोदय|महोदया|आदरणीय|श्रीमान|मान्यवर|हैलो|हेलो|"
    r"নমস্কার|হ্যালো|মহাশয়|মহাশয়|প্রিয়|প্রিয়|মাননীয়|মাননীয়|শ্রদ্ধেয়া?|শ্রদ্ধেয়া?|আসসালামু|salaa?m|सलाम|সালাম|jai hind"
)
_GREETING_LINE = re.compile(rf"^(?:{_GREETING_WORDS})(?![^\W\d_])[^.!?।\n]{{0,45}}[,.!:।–-]?$", re.IGNORECASE)
# A greeting before the matter, on the same line.
_GREETING_START = re.compile(
    rf"^(?:{_GREETING_WORDS})(?![^\W\d_])(?: (?:there|sir|madam|team|all|jhilmil|ji|जी|दादा|দাদা|দিদি|\[name\]|"
    rf"[A-Z][a-z]+)){{0,3}}[,.!।:]+\s+",
    re.IGNORECASE,
)
# The last line of a letter: a name, perhaps with a place.
_SIGNATURE_LINE = re.compile(r"^\[name\](?:,? [^.!?।]{1,40})?$")
_CONTACT_LINE = re.compile(
    r"^(?:\W|\[(?:name|phone|email|link)\]|m|t|p|ph|mob|mobile|phone|tel|e?mail|web|fax|ji|जी)*$", re.I
)


def strip_letter(text: str) -> str:
    """The message without quoted messages, closing, signature and greeting lines."""
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    lines = _without_quotes(lines)
    lines = _without_signature(lines)
    while len(lines) > 1 and (not lines[0] or (_GREETING_LINE.match(lines[0]) and any(lines[1:]))):
        lines.pop(0)
    body = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    stripped = _GREETING_START.sub("", body, count=1)
    return stripped.strip() or body or _BLANK_LINES.sub("\n\n", text).strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith(">"):
            continue
        if _REST_IS_QUOTED.match(line) and any(kept):
            break
        if _QUOTE_HEADER.match(line) and (any(kept) or number == 0):
            following = next((later for later in lines[number + 1 :] if later), "")
            if following.startswith(">"):
                continue
            if any(kept):
                break
        kept.append(line)
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if line in {"--", "—", "-- ", "___"} and any(lines[:number]):
            lines = lines[:number]
            break
    lines = [line for line in lines if not _CLIENT_LINE.match(line)]
    # A closing within the last lines, with nothing but short lines (name, address, phone) after it.
    for number in range(max(1, len(lines) - 10), len(lines)):
        rest = lines[number + 1 :]
        short = all(len(line) <= 70 and not _ends_a_sentence(line) for line in rest)
        if short and _CLOSING.match(lines[number]) and any(lines[:number]):
            lines = lines[:number]
            break
    while len(lines) > 1 and (_CONTACT_LINE.match(lines[-1]) or _SIGNATURE_LINE.match(lines[-1])) and any(lines[:-1]):
        lines = lines[:-1]
    return lines


def _ends_a_sentence(line: str) -> bool:
    return len(line.split()) > 6 and line.endswith((".", "?", "!", "।"))


_WORDS_ONLY = re.compile(r"^[^\d@#/\\()<>\[\]\"“”:;|=+*_]{2,60}$")
_SALUTED = re.compile(
    r"^((?:dear|hi|hello|hey|respected|प्रिय|आदरणीय|नमस्ते|नमस्कार|প্রিয়|প্রিয়|নমস্কার|মাননীয়|"
    r"মাননীয়)\s(?:mr|mrs|ms|dr|shri|smt|श्री|श्रीमती|শ্রী|শ্রীমতী)?\.?\s?)"
    r"([^\W\d_][^\s,.!?।:]{1,24}(?:\s[^\W\d_][^\s,.!?।:]{1,24}){0,2}?)((?:\s(?:ji|sir|madam|जी|बाबू|বাবু|দাদা|"
    r"দিদি))?\s?[,!:।])",
    re.IGNORECASE | re.MULTILINE,
)
# Whom letters greet without naming anybody.
_NOT_A_NAME = """
sir madam sirs team customer support there all everyone jhilmil friend friends user care help desk ma'am both
again जी सर मैडम टीम ग्राहक झिलमिल महोदय महोदया भाई भैया सभी आप স্যার ম্যাডাম টিম গ্রাহক ঝিলমিল দাদা দিদি ভাই
আপনি মহাশয় please thanks thank my i the your we is it ji bhai dada didi sahab concern concerned manager
officer sellers seller
"""
_NOBODY = frozenset(_NOT_A_NAME.split())


def hide_letter_names(text: str) -> str:
    """[name] for whom a letter greets ("Dear Mr Iyer,") and for who signs it (short lines after a closing).

    Names that the export does not give, or gives in another script, are found by where they stand.
    """
    lines = _SALUTED.sub(_hide_saluted, text).split("\n")
    for number in range(max(1, len(lines) - 10), len(lines)):
        if _CLOSING.match(lines[number].strip()):
            signed = next((later for later in range(number + 1, len(lines)) if lines[later].strip()), None)
            if signed is not None and _is_name_like(lines[signed]):
                lines[signed] = _hide_signed(lines[signed])
            break
    else:
        _hide_last_line(lines)
    return "\n".join(lines)


def _hide_last_line(lines: list[str]) -> None:
    """A letter may end with a name and no closing: one to three words as a paragraph of their own, capitalised."""
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    if last < 2 or lines[last - 1].strip() or not _is_name_like(lines[last]):
        return
    name = lines[last].split(",")[0].strip()
    words = name.split()
    capitalised = all(word[0].isupper() or not word[0].isascii() for word in words)
    if len(words) <= 3 and capitalised and not name.endswith(("?", "!", ":", "।")) and _WORDS_ONLY.match(name):
        lines[last] = _hide_signed(lines[last])


def _hide_saluted(match: re.Match[str]) -> str:
    words = match[2].casefold().split()
    if any(word in _NOBODY for word in words):
        return match[0]
    return f"{match[1]}[name]{match[3]}"


def _is_name_like(line: str) -> bool:
    name = line.split(",")[0].split("|")[0].strip(" .–-")
    words = name.split()
    return (
        1 <= len(words) <= 4
        and not any(character.isdigit() for character in name)
        and not any(word.casefold().strip(".") in _NOBODY for word in words)
        and "[" not in name
    )


def _hide_signed(line: str) -> str:
    name = line.split(",")[0].split("|")[0].strip(" .–-")
    return line.replace(name, "[name]", 1)
