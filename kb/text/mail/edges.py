"""What stands around the matter of a mail and no phrase foresees: told by where it stands and what it speaks of.

Programs, lawyers and help desks write at the beginning and at the end of mails, about a few things of their own: the mail itself,
the ticket, an opinion that is asked for, how to be left alone, how it was typed. A line at an edge that speaks of two of these
and not of the writer is theirs; one is enough where its neighbours are, or where the same line stands in many tickets of a file.
"""

import re
from collections.abc import Callable, Sequence, Set
from itertools import groupby

from kb.text.mail import edge_words
from kb.text.mail.earlier import has_words
from kb.text.mail.signature import is_greeting, is_list_item
from kb.text.mail.wording import Ideas, fold_words, is_about_self, read_ideas

_LONGEST_LINE = 400
# No edge is longer: what follows further up is looked at by nobody.
_MOST_PARAGRAPHS = 8
_MOST_LINES = 14
_IDEAS: Ideas = read_ideas(edge_words.IDEAS)
_LINK = re.compile(r"https?://|\bwww\.|\[link\]", re.IGNORECASE)
_CONTACT = re.compile(r"\S@\S|\[(?:email|phone)\]|(?<![\d-])\+?\d[\d ()/.-]{7,15}\d(?![ -]?\d)", re.IGNORECASE)
# Things side by side: "Help | Community | Status", "[Loved it] [Not great]".
_BESIDE = re.compile(
    r"\S\s*[|·•]\s*\S|\]\s*\[|^\s*(?:\d{1,2}[\s.|/-]+){3,}\d{1,2}\s*$|\.{5,}|⭐|★|"
    r"^[^-–/]{2,20}(?:\s[-–/]\s[^-–/]{2,20}){2,5}$"
)
# What programs write before a colon.
_LABEL = re.compile(
    r"(?:^|[|·•]\s*)\W{0,3}(?:(?:ticket|case|request|thread|conversation)(?:[ -]?(?:id|no|number))?|case owner|owner|assigned to|assignee|handled by|"
    r"queue|priority|channel|agent|shift|team|department|invitation|hours|organi[sz]er|status|sla|reference|ref|category|classification|retention|sensitivity|when|where|passcode|meeting id|"
    r"calendar|vorgang|priorität|referenz|prioridad|référence|priorité|कतार|प्राथमिकता|अग्रता|अवस्था|অগ্রাধিকার)\s*[:#]\s*\S",
    re.IGNORECASE,
)
# Where a company or person is, and when something takes place: nobody's only beside what is.
_PLACE = re.compile(r"^[^?!।]{2,70},[^?!।]{0,60}(?<!\d)(?:\d{5,6}|[০-৯]{6}|[०-९]{6})(?!\d)[^?!।,]{0,20}$")
_TIME_SPAN = re.compile(r"\d{1,2}[:.]\d{2}\s?(?:[ap]m)?\s?(?:[-–—]|to|bis|à|a)\s?\d{1,2}[:.]\d{2}", re.IGNORECASE)
_TICKET_MARK = re.compile(
    r"^\W{0,3}(?:ticket|case|request|vorgang|ticketnummer|dossier|caso|chamado|अनुरोध|অনুরোধ|टिकट|शिकायत|টিকিট|টিকেট|অভিযোগ)(?:[ -](?:no\.?|number|nr\.?|id|नंबर|संख्या|"
    r"নম্বর|আইডি|n°|nº))?\s?[:#]?\s?[A-Z]{0,4}-?\d[\d-]{2,}(?:\W*$|[, ](?=(?:\S+ ){0,6}\S+$))|"
    r"[\[(](?:#|(?:ticket|case|id|ref)[ :#-]{1,3})?[A-Z]{0,5}-?\d{3,}[\])]|^\W{0,3}#\d{3,}",
    re.IGNORECASE,
)
# An answer is to be chosen.
_CHOICE = re.compile(
    r"(?<!\w)(?:yes|oui|sí|si|ja|sim|हाँ|हां|হ্যাঁ)\s?[/|–·-]\s?(?:no|non|nein|não|नहीं|না)\W*$", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
# Something is told or asked about the matter.
_TELLS = re.compile(
    r"\b(?:fail(?:s|ed|ing|ure)?|errors?|unable|crash\w*|exceptions?|problems?|defects?|broken|can ?not find|is it possible|how (?:do|can|to|does)|why|"
    r"fehlgeschlagen|funktioniert nicht|ne fonctionne pas|no funciona|resolution:|abstract:)\b|समस्या|क्यों|कैसे|সমস্যা|কেন(?![\u0980-\u09ff])|কীভাবে",
    re.IGNORECASE,
)
_MOST_WORDS = 22
_LONGEST_QUESTION = 10
_LEAST_OF_LINE = 2


def line_key(line: str) -> str:
    """By which the same line is known in other mails, whatever number stands in it; "" for one that is too short to be known."""
    key = " ".join(_DIGITS.sub("0", line[:_LONGEST_LINE]).casefold().split())
    return key if len(key) >= 12 and key.count(" ") >= 2 else ""


def is_place(line: str) -> bool:
    """Whether a line says where somebody is, and nothing more."""
    return bool(_PLACE.search(line[:_LONGEST_LINE]))


def without_edges(lines: Sequence[str], repeated: Set[str] = frozenset()) -> list[str]:
    """The lines without what stands at the edges and is nobody's. Something is left. repeated: `line_key` of lines that stand
    in many tickets."""

    def weigh(line: str) -> float:
        return _weigh(line, repeated)

    paragraphs = [list(run) for _, run in groupby(lines, key=lambda line: bool(line.strip()))]
    paragraphs = _without_end(paragraphs, weigh)
    paragraphs = _without_beginning(paragraphs, weigh)
    return [line for paragraph in paragraphs for line in paragraph]


def _without_end(paragraphs: list[list[str]], weigh: Callable[[str], float]) -> list[list[str]]:
    written = _content_before(paragraphs)
    end = len(paragraphs)
    looked = 0
    while end and looked < _MOST_PARAGRAPHS:
        paragraph = paragraphs[end - 1]
        if not _has_words(paragraph):
            end -= 1
            continue
        looked += 1
        if not written[end - 1]:
            rest = _without_last_lines(paragraph, weigh)
            return [*paragraphs[: end - 1], rest] if len(rest) < len(paragraph) else paragraphs[:end]
        if not _is_edge(paragraph, weigh):
            rest = _without_last_lines(paragraph, weigh)
            return [*paragraphs[: end - 1], rest]
        end -= 1
    return paragraphs[:end]


def _without_beginning(paragraphs: list[list[str]], weigh: Callable[[str], float]) -> list[list[str]]:
    begin = 0
    while begin < min(_MOST_PARAGRAPHS, len(paragraphs)):
        paragraph = paragraphs[begin]
        follows = any(map(_is_told, paragraphs[begin + 1 : begin + 1 + _MOST_PARAGRAPHS]))
        if _has_words(paragraph) and not (follows and _is_edge(paragraph, weigh)):
            break
        begin += 1
    if begin == len(paragraphs):
        return paragraphs
    first = paragraphs[begin]
    rest = first[_length_of_edge(first[: _MOST_LINES + 1], weigh) :]
    return [rest if _has_words(rest) else first, *paragraphs[begin + 1 :]]


def _without_last_lines(paragraph: list[str], weigh: Callable[[str], float]) -> list[str]:
    """Without the lines at the end of a paragraph that are nobody's; its first line stays."""
    dropped = _length_of_edge(paragraph[:0:-1][:_MOST_LINES], weigh)
    return paragraph[: len(paragraph) - dropped]


def _length_of_edge(lines: Sequence[str], weigh: Callable[[str], float]) -> int:
    """How many of the lines, from the first one, are nobody's: each a little, the last and most of them surely."""
    length, total = 0, 0.0
    for number, line in enumerate(lines, start=1):
        weight = weigh(line)
        if not weight and _has_words([line]):
            break
        total += min(weight, 3)
        if weight >= _LEAST_OF_LINE and total * 2 >= number * 3:
            length = number
    return length


def _is_edge(paragraph: Sequence[str], weigh: Callable[[str], float]) -> bool:
    """Whether all of a paragraph is nobody's: its lines speak of such things nearly throughout, none of the writer."""
    if len(paragraph) > _MOST_LINES or any(map(is_about_self, paragraph)):
        return False
    weights = [min(weigh(line), 3) for line in paragraph]
    bare = sum(weight == 0 for weight in weights)
    # Where a company is stands below what it has to say.
    sure = max(weights) >= _LEAST_OF_LINE or (len(paragraph) > 1 and is_place(paragraph[-1]) and weights[0] >= 1)
    return sure and sum(weights) >= len(paragraph) and bare * 3 <= len(paragraph)


def _weigh(line: str, repeated: Set[str]) -> float:
    """How much speaks for a line being nobody's, 0 for nothing; 2 is enough for a line alone."""
    line = line[:_LONGEST_LINE]
    if not line.strip() or is_list_item(line) or is_about_self(line) or _TELLS.search(line):
        return 0
    folded = fold_words(line)
    ideas = sum(any(piece in folded for piece in pieces) for pieces in _IDEAS)
    ideas += sum(bool(form.search(line)) for form in (_LABEL, _PLACE, _TIME_SPAN, _TICKET_MARK))
    ideas += 2 * bool(_CHOICE.search(line))
    form = bool(_BESIDE.search(line)) + bool(_LINK.search(line))
    if not ideas:
        # Tables have things side by side, too.
        return min(form, 1) / 2 if has_words(line) else 1 + form
    # In long sentences such words meet by chance.
    words = len(line.split())
    ideas -= (words > _MOST_WORDS) + (words > 2 * _MOST_WORDS)
    if line.rstrip().endswith("?") and words > _LONGEST_QUESTION:
        ideas -= 1
    return ideas + form + bool(_CONTACT.search(line)) + (bool(repeated) and line_key(line) in repeated)


def _content_before(paragraphs: Sequence[Sequence[str]]) -> list[bool]:
    """For each paragraph whether somebody's words stand above it."""
    found, before = [], False
    for paragraph in paragraphs:
        found.append(before)
        before = before or _has_content(paragraph)
    return found


def _has_content(paragraph: Sequence[str]) -> bool:
    return any(has_words(line[:_LONGEST_LINE]) and not is_greeting(line) for line in paragraph)


def _is_told(paragraph: Sequence[str]) -> bool:
    """Whether there are sentences in a paragraph, not just names and closings."""
    return any(len(line[:_LONGEST_LINE].split()) >= 4 and not is_greeting(line) for line in paragraph)


def _has_words(paragraph: Sequence[str]) -> bool:
    return any(has_words(line[:_LONGEST_LINE]) for line in paragraph)
