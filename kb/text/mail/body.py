"""What of a mail its writer wrote: without quoted mails, notices, banners, templates of help desks, system notes.

The order matters: templates and notices first (they stand around everything), then the earlier mail below, then
what is left of separators. Everything works on lines, each looked at to a fixed length, so that time is linear.
"""

import html
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import groupby

from kb.text.cleaning import clean_message
from kb.text.mail import phrases, wording
from kb.text.mail.earlier import has_words, without_earlier_mails
from kb.text.mail.edges import is_place, without_edges
from kb.text.mail.markup import mail_html_to_text
from kb.text.mail.signature import is_greeting, strip_letter

# More than this of one mail is a log or a pasted book; the rest is left out.
LONGEST_MAIL = 50_000
_LONGEST_HTML = 400_000
_LONGEST_LINE = 600
_LONGEST_PARAGRAPH = 1_500

# Blanks without width and hyphens that are not seen: newsletters and copied texts are full of them.
_INVISIBLE = re.compile("[\xad\u200b\u034f\u2060]")
# What newsletters fill their hidden first line with.
_JOINERS = re.compile("(?:[\u200c\u200d][ \u00a0]*){3,}")
_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|br|div|span|html|body|table|td|ul|ol|li|a|b|i|strong|em|font|blockquote)(?:[\s/][^<>]{0,500})?>", re.I
)
_ENTITY = re.compile(
    r"&(?:nbsp|gt|lt|amp|quot|apos|#\d{2,5}|#x[0-9a-f]{2,5}|zwnj|zwj|ldquo|rdquo|lsquo|rsquo|ndash|mdash|hellip);", re.I
)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_NO_BREAK_SPACES = re.compile("[\u00a0\u202f\u2007]")
_MARKS = re.compile(r"^[\s>*_#\[(\-–—=~|•·⚠️❗‼!:]+")
_WRITTEN_OUT = {
    "you're": "you are", "we're": "we are", "we've": "we have", "we'll": "we will", "don't": "do not", "isn't": "is not",
    "it's": "it is", "won't": "will not", "aren't": "are not", "doesn't": "does not", "can't": "cannot", "you've": "you have",
}  # fmt: skip
_CONTRACTION = re.compile(rf"\b(?:{'|'.join(_WRITTEN_OUT)})\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"^[\s\-_=*~#+.—–\u2500-\u257f]{3,}$|^(?:—-)+—?$")
_AUTHOR_LINE = re.compile(
    r"^[^\W\d_][\w .'’-]{1,50}(?:,\s(?:\d{1,2}\s)?\w{3,9}\.?\s\d{1,4}.{0,60}|\s\([\w .&'’-]{2,40}\)\s?:?|"
    r",\s\d{1,2}[./-]\d{1,2}[./-]\d{2,4}.{0,40})$"
)
# Where a mail was squeezed into one line, its parts begin at these words.
_INLINE_PART = re.compile(
    r"(?<=[.!?।:,\w)\]]) (?=(?:On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? .{8,60} <[^<>\s]{3,80}> wrote: |"
    r"-{2,} ?(?:Original|Forwarded) [Mm]essage ?-{2,}))|"
    r"(?<=[.!?।] )(?=(?:CONFIDENTIALITY NOTICE|DISCLAIMER\s?:|Disclaimer\s?:|"
    r"Confidentiality Notice\s?:|Sent from my \w|Get Outlook for|"
    r"This e-?mail (?:and any|is confidential|message|may contain)|How would you rate the|##- ))"
)
_WROTE_INLINE = re.compile(r"(<[^<>\s]{3,80}> wrote:) (?=\S)")


def plain_text(text: str) -> str:
    """Without control characters and markup, line ends as \\n, entities as what they stand for."""
    text = clean_message(text)
    if _LOOKS_LIKE_HTML.search(text):
        text = clean_message(mail_html_to_text(text[:_LONGEST_HTML]))
    elif _ENTITY.search(text):
        text = clean_message(_ENTITY.sub(_unescape, text))
    text = _INVISIBLE.sub("", text)
    return _JOINERS.sub("", _NO_BREAK_SPACES.sub(" ", text))


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match[0])


@dataclass
class _Lines:
    """Lines of a mail, and what became of them."""

    lines: list[str]
    is_system_only: bool = True  # nothing but notes of the help desk was taken out

    def keep(self, kept: list[str], *, system: bool = False) -> None:
        if len(kept) < len(self.lines) and not system:
            self.is_system_only = False
        self.lines = kept


def message_body(text: str, repeated: Set[str] = frozenset()) -> str:
    """The message itself, with its greeting and signature; "" where the help desk's program wrote all of it.

    A mail of which nothing would be left (only a quoted one, only a notice) stays as it was. repeated: `line_key` of lines
    that stand in many tickets of the same file.
    """
    text = plain_text(text)[:LONGEST_MAIL]
    if not text.strip():
        return ""
    mail = _Lines([line.rstrip() for line in _split_lines(text)])
    is_help_desk = any(_is_template(line) for line in mail.lines)
    had_words = any(map(has_words, mail.lines))
    _drop_system_notes(mail)
    if had_words and not any(map(has_words, mail.lines)):
        return ""
    _cut_at_reply_line(mail)
    _drop_banners(mail)
    _drop_notices(mail)
    _drop_templates(mail)
    if is_help_desk:
        _cut_at_older_comment(mail)
    mail.keep(without_earlier_mails(mail.lines))
    mail.keep(without_edges(mail.lines, repeated))
    _drop_separators(mail)
    body = _BLANK_LINES.sub("\n\n", "\n".join(mail.lines)).strip()
    return body if has_words(body) else _BLANK_LINES.sub("\n\n", text).strip()


def clean_mail(text: str) -> str:
    """The matter of a mail alone: `message_body` without greeting, closing and signature."""
    body = message_body(text)
    return strip_letter(body) if body else ""


def _split_lines(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        if len(line) > 120:
            line = _WROTE_INLINE.sub(r"\1\n", _INLINE_PART.sub("\n", line[:LONGEST_MAIL]))
        lines.extend(line.split("\n"))
    return lines


def _bare(line: str) -> str:
    """Without marks around it, with straight apostrophes and without contractions: as the phrases are written."""
    text = _MARKS.sub("", line[:_LONGEST_LINE]).rstrip(" *_").replace("’", "'")
    return _CONTRACTION.sub(lambda match: _WRITTEN_OUT[match[0].lower()], text) if "'" in text else text


# --- System notes and templates -------------------------------------------------------------------------------------


def _drop_system_notes(mail: _Lines) -> None:
    mail.keep(
        [line for line in mail.lines if not phrases.SYSTEM.match(phrases.BOT_NAME.sub("", _bare(line)))], system=True
    )


def _is_template(line: str) -> bool:
    bare = _bare(line)
    return bool(phrases.REPLY_LINE.search(line[:_LONGEST_LINE]) or phrases.HELP_DESK.match(bare))


def _cut_at_reply_line(mail: _Lines) -> None:
    """An answer stands above "reply above this line", and what it answers to below; a help desk's own mail begins with it."""
    kept: list[str] = []
    has_answer = False
    for line in mail.lines:
        if len(line) <= 200 and phrases.REPLY_LINE.search(line):
            if has_answer:
                break
            continue
        kept.append(line)
        has_answer = has_answer or (
            has_words(line) and not is_greeting(line) and not phrases.HELP_DESK.match(_bare(line))
        )
    mail.keep(kept)


def _drop_templates(mail: _Lines) -> None:
    kept: list[str] = []
    asked = dropped = False
    for line in mail.lines:
        bare = _bare(line)
        if dropped and is_place(line):
            continue
        dropped = False
        if phrases.SURVEY.match(bare) or wording.is_survey(bare):
            asked = dropped = True
            continue
        if asked and bare and phrases.SURVEY_CHOICE.match(bare[:120]):
            continue
        if asked and not bare and line.strip() and not has_words(line):
            continue
        asked = asked and not bare
        if any(form.match(bare) for form in (phrases.CLIENT, phrases.HELP_DESK, phrases.LIST, phrases.SOCIAL)):
            dropped = True
            continue
        if wording.is_desk_template(bare):
            continue
        kept.append(line)
    mail.keep(kept)


def _cut_at_older_comment(mail: _Lines) -> None:
    """In a help desk's mail, "Asha Pillai, Mar 2, 9:14" heads each comment, the newest first."""
    kept: list[str] = []
    has_comment = False
    for line in mail.lines:
        head = line.strip()[:160]
        if phrases.AUTHOR_REPLIED.match(head) or (_AUTHOR_LINE.match(head.rstrip(":")) and not {"|", "@"} & set(head)):
            if has_comment:
                break
            continue
        kept.append(line)
        has_comment = has_comment or (has_words(line) and not is_greeting(line))
    mail.keep(kept)


# --- Notices and banners --------------------------------------------------------------------------------------------


def _drop_notices(mail: _Lines) -> None:
    """From a line that begins like a notice up to the end of its paragraph; and paragraphs that are worded like one."""
    kept: list[str] = []
    for paragraph in _paragraphs(mail.lines):
        begin = next((n for n, line in enumerate(paragraph) if phrases.NOTICE.match(_bare(line))), None)
        if begin is None:
            begin = 0 if wording.is_legal_notice(_start_of(paragraph)) else _notice_at_end(paragraph)
        kept += paragraph[:begin]
    mail.keep(kept)


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines, and runs of empty lines between them."""
    for _, run in groupby(lines, key=lambda line: bool(line.strip())):
        yield list(run)


def _start_of(paragraph: list[str]) -> str:
    return " ".join(line[:_LONGEST_LINE] for line in paragraph[:12])[:_LONGEST_PARAGRAPH]


def _notice_at_end(paragraph: list[str]) -> int:
    """Where the lines at the end of a paragraph are a notice, put right below the text: where they begin."""
    end = len(paragraph)
    while end and wording.is_legal_notice(paragraph[end - 1][:_LONGEST_LINE]):
        end -= 1
    return end


def _drop_banners(mail: _Lines) -> None:
    """A banner, and the lines of its paragraph that speak of links, attachments or senders, too."""
    kept: list[str] = []
    for paragraph in _paragraphs(mail.lines):
        if len(paragraph) <= 6 and wording.is_caution(_start_of(paragraph)) and not _is_told(paragraph):
            continue
        inside = False
        for line in paragraph:
            bare = _bare(line)
            inside = bool(phrases.BANNER.match(bare) or (inside and phrases.BANNER_REST.search(bare)))
            if not inside:
                kept.append(line)
    mail.keep(kept)


def _is_told(paragraph: list[str]) -> bool:
    """Lines of which some is no warning: text that stands right below the banner."""
    return len(paragraph) > 1 and not all(wording.is_caution_line(line[:_LONGEST_LINE]) for line in paragraph)


def _drop_separators(mail: _Lines) -> None:
    """Separators at the ends, and those that now stand alone at the end of a paragraph that went."""
    begin, end = 0, len(mail.lines)
    while begin < end and _is_edge(mail.lines[begin]):
        begin += 1
    while begin < end and (_is_edge(mail.lines[end - 1]) or mail.lines[end - 1].strip() in {"--", "~"}):
        end -= 1
    mail.lines = mail.lines[begin:end]


def _is_edge(line: str) -> bool:
    return not line.strip() or bool(_SEPARATOR.match(line))
