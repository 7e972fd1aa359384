"""Where the earlier mail begins: quoted below an answer (left out) or forwarded (its text is the matter, kept)."""

import re
from functools import cache

from mailparser_reply.constants import MAIL_LANGUAGES

# Lines are looked at no further than this: no header of a mail is longer.
_LONGEST = 400
_MOST_HEADER_LINES = 14

_WORDS = {
    "from": "From|Von|De|Da|Van|Fra|Från|Od|Expéditeur|Remitente|प्रेषक|भेजने वाला|भेजने वाले|द्वारा|প্রেরক",
    "sent": r"Sent|Sent at|Date|Gesendet|Datum|Envoyé(?: le)?|Enviado(?: el)?|Fecha|Inviato|Data|Verzonden|Skickat|Sendt|"
    r"भेजा गया|दिनांक|तारीख|तिथि|পাঠানো হয়েছে|পাঠানো হয়েছে|প্রেরিত|তারিখ",
    "to": r"To|An|À|A|Para|Aan|Til|Till|प्रति|प्राप्तकर्ता|सेवा में|প্রাপক|প্রতি",
    "subject": r"Subject|Betreff|Objet|Sujet|Asunto|Oggetto|Onderwerp|Ämne|Emne|विषय|বিষয়|বিষয়",
    "other": r"Cc|Bcc|Kopie|Copie à|Reply-To|Importance|Priority|Attachments|Organi[sz]ation|प्रतिलिपि|অনুলিপি",
}
_HEADERS = {
    kind: re.compile(rf"^(?:{words})\s?[*_]*\s?[:：][*_]*(?:\s+(?P<value>\S.*)|\s*)$", re.IGNORECASE)
    for kind, words in _WORDS.items()
}
_MARKUP = re.compile(r"^[>\s*_]+")
_ADDRESS = re.compile(r"\S@\S|mailto:", re.IGNORECASE)
_FORWARDED_SUBJECT = re.compile(r"^(?:fwd?|wg|tr|rv|i|enc)\s?:", re.IGNORECASE)

_ORIGINAL = re.compile(
    r"^[\s>]*[-_–—=*>]{2,}\s?(?:(?:Original|Earlier|Previous) (?:Message|e-?mail|enquiry|inquiry|request|ticket|post|question)|Ursprüngliche (?:Nachricht|E-?Mail)|Message d['’]origine|"
    r"Mensaje original|Messaggio originale|Reply message|मूल संदेश|मूल मेल|মূল বার্তা)\b.{0,60}$|"
    r"^[\s>]*Begin quoted message\b.{0,80}$|^[\s>]*Quoting \S.{2,100}:\s*$|"
    r"^[\s>]*[-_–—]{2,}\s.{3,120}(?:\bwrote|\bschrieb|a écrit|escribió|लिखा|লিখেছেন)\s?:?\s?[-_–—]{2,}\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^[\s>]*[-_–—]*\s?(?:Forwarded (?:message|by\b.{0,60})|Begin forwarded message|Weitergeleitete Nachricht|"
    r"Anfang der weitergeleiteten (?:Nachricht|E-?Mail)|Message transf[ée]r[ée]|Début du message réexpédié|"
    r"Mensaje reenviado|Inicio del mensaje reenviado|Messaggio inoltrato|"
    r"अग्रेषित (?:संदेश|मेल)|फ़ॉरवर्ड किया गया संदेश|फॉरवर्ड किया गया संदेश|ফরোয়ার্ড করা (?:বার্তা|মেইল)|"
    r"ফরওয়ার্ড করা (?:বার্তা|মেইল)|ফরওয়ার্ড করা (?:বার্তা|মেইল))\s?:?\s?[-_–—]*\s*$",
    re.IGNORECASE,
)
# Somebody passes a mail on in a line of their own, and the mail is what it is about.
_PASSED_ON = re.compile(
    r"\b(?:fyi|fya|fwd|forward(?:ing|ed)?|(?:see|find|mail|e-?mail|message|trailing|trail) (?:the )?(?:mail |e-?mail |"
    r"message )?below|please (?:help|assist|take over|handle|look into|advise|do the needful)|"
    r"übernehmen|weiterleit|zur (?:info|kenntnis)|pour (?:info|suite)|voir ci-dessous|para su (?:info|gestión)|"
    r"नीचे (?:दिया|का) (?:मेल|ईमेल|संदेश)|নিচের (?:মেইল|ইমেল|বার্তা))",
    re.IGNORECASE,
)

_WROTE = re.compile(
    r"(?:\bwrote|\bwrote (?:on|at) .{0,40}\d:\d\d.{0,12}|(?:\S@\S|\[email\]).{0,40}\bsaid|\bschrieb(?: .{0,120})?|\ba écrit|\bescribió|\bha scritto|\bescreveu|\bschreef(?: .{0,120})?|"
    r"लिखा|लिखा है|लिखा था|लिखते हैं|লিখেছেন|লিখেছে|লিখেছিলেন|লিখলেন|ne likha(?: tha| hai)?|likhechen|likhechhen|likhlen)"
    r"\s?[:：][\u200e\s]*$",
    re.IGNORECASE,
)
_STARTS_LIKE_HEADER = re.compile(
    r"^(?:on|am|le|el|em|en|il|op|den|dne|kl|\d|[०-९০-৯]|\w{2,9},? )|^.{0,40}(?:को|তারিখে|সোম|মঙ্গল|বুধ|বৃহ|শুক্র|শনি|রবি)",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d|[०-९]|[০-৯]|@|\[email\]")


@cache
def _library_headers() -> re.Pattern[str]:
    """ "… wrote:" in the other languages that mail-parser-reply knows. Only a line or three are ever matched against it:
    its expressions look back and forth, and over a whole mail they may take minutes."""
    ours = {"en", "de", "fr", "es", "david"}
    return re.compile(
        "|".join(f"(?:{words['wrote_header']})" for language, words in MAIL_LANGUAGES.items()
                 if language not in ours and words.get("wrote_header")),
        re.IGNORECASE,
    )  # fmt: skip


def bare(line: str) -> str:
    """The line without quotation marks (`>`), bold marks and blanks before it."""
    return _MARKUP.sub("", line[:_LONGEST]).rstrip(" *_")


def with_quotation_marks(lines: list[str]) -> list[str]:
    """The lines with `>` where some programs put a bar before each line of the earlier mail. Tables end with one, too."""
    barred = [line.lstrip()[:2] in {"|", "| "} and not line.rstrip().endswith("|") for line in lines]
    if not any(barred):
        return lines
    marked = []
    for number, line in enumerate(lines):
        beside = (number and barred[number - 1]) or (number + 1 < len(lines) and barred[number + 1])
        marked.append(">" + line.lstrip()[1:] if barred[number] and beside and line.count("|") == 1 else line)
    return marked


def header_kind(line: str) -> str:
    """`from`, `sent`, `to`, `subject`, `other`, or "" where the line is no header of a mail."""
    text = _MARKUP.sub("", line[:_LONGEST]).strip()
    return next((kind for kind, form in _HEADERS.items() if form.match(text)), "")


def read_header_block(lines: list[str], start: int) -> tuple[int, str] | None:
    """(line after the block, subject) of the headers of a mail that begin at `start`; None where there are none.

    A block names a sender and a subject, or a sender's address and a date: "From: Kolkata, To: Delhi" is none.
    """
    kinds: dict[str, str] = {}
    number = last = start
    while number < len(lines) and number - start < _MOST_HEADER_LINES:
        line = _MARKUP.sub("", lines[number][:_LONGEST]).strip()
        if not line:
            # One blank line between two headers, as some programs put it.
            following = number + 1 < len(lines) and header_kind(lines[number + 1])
            if kinds and not following:
                break
            number += 1
            continue
        kind = header_kind(line)
        if kind:
            match = _HEADERS[kind].match(line)
            kinds.setdefault(kind, (match["value"] or "") if match else "")
            last = number + 1
        elif not (kinds and _ADDRESS.search(line) and last == number):
            break  # but for addresses that did not fit on the line before
        else:
            last = number + 1
        number += 1
    if "from" not in kinds:
        return None
    with_address = any(_ADDRESS.search(line[:_LONGEST]) for line in lines[start:last])
    if ("subject" in kinds and len(kinds) >= 3) or ("sent" in kinds and with_address):
        return last, kinds.get("subject", "")
    return None


def wrote_header_at(lines: list[str], start: int) -> int:
    """How many lines from `start` are "On Monday, Asha <…> wrote:"; 0 where there is none."""
    if not lines[start].strip():
        return 0
    joined = ""
    for number in range(start, min(start + 4, len(lines))):
        line = bare(lines[number])
        if not line or len(joined) + len(line) > _LONGEST:
            return 0
        if number > start and not (_STARTS_LIKE_HEADER.match(joined) and _DATED.search(joined)):
            return 0
        joined = f"{joined} {line}".strip()
        if joined.endswith((":", "：", ":\u200e")) and _is_wrote_header(joined, lines, number):
            return number - start + 1
    return 0


def _is_wrote_header(joined: str, lines: list[str], last: int) -> bool:
    following = next((line for line in lines[last + 1 : last + 4] if line.strip()), "")
    quoted_below = following.lstrip().startswith(">")
    if _WROTE.search(joined):
        return bool(_DATED.search(joined)) or quoted_below or lines[last].lstrip().startswith(">")
    return bool(_DATED.search(joined)) and len(joined) <= 250 and bool(_library_headers().search(joined))


def is_original_marker(line: str) -> bool:
    return bool(_ORIGINAL.match(line[:_LONGEST]))


def is_forward_marker(line: str) -> bool:
    return bool(_FORWARD.match(line[:_LONGEST]))


def is_passed_on(above: str, subject: str) -> bool:
    """True where the mail below is what somebody hands on, not what they answer to."""
    if _FORWARDED_SUBJECT.match(subject):
        return True
    return len(above) <= 120 and (not above.strip() or bool(_PASSED_ON.search(above)))
