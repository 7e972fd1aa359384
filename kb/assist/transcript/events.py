"""Lines that a chat program writes itself: who joined, when it began, what was left out."""

import regex

from kb.assist.transcript.stamps import STAMP
from kb.text.mail.phrases import HELP_DESK, REPLY_LINE

_LONGEST = 220
_FLAGS = regex.IGNORECASE | regex.VERSION1
# Not a sentence about oneself.
_WHO = r"(?!(?:i|we|he|she|it|they|my|मैं|हम|আমি|আমরা)\b)[^\n:]{1,50}"
_ENCRYPTED = (
    r"[^\d\n]{0,30}messages and calls are end-to-end encrypted\b.{0,160}|"
    r"[^\d\n]{0,30}(?:संदेश|मैसेज|मेसेज) और कॉल .{0,60}एन्क्रिप्टेड.{0,100}|"
    r"[^\d\n]{0,30}(?:মেসেজ|বার্তা) এবং কল.{0,60}এনক্রিপ্ট.{0,100}"
)
_EVENT = regex.compile(
    "|".join(
        (
            rf"{_WHO} (?:has |have )?(?:just )?(?:joined|left|entered|exited)(?: (?:the |this )?(?:chat|conversation|channel|"
            r"group|room|call|meeting|team)| #[\w-]+| using .{1,60}| the server)?[.!]?",
            r"(?:live )?(?:chat|conversation|call|session) (?:has |was |is )?(?:been )?(?:started|ended|closed|begun|transferred|"
            r"reopened|resolved|marked|assigned|snoozed|archived|rated)\b.{0,120}",
            rf"(?:{_WHO} )?(?:has )?(?:self-)?(?:assigned|unassigned|reassigned)\b.{{0,100}}",
            rf"{_WHO} (?:has )?(?:resolved|reopened|closed|started|ended|snoozed|transferred|archived|muted|rated|tagged|marked) "
            r"(?:the|this) (?:conversation|chat|ticket|call)\b.{0,80}",
            rf"{_WHO} (?:is|are) (?:now )?(?:typing|online|offline|away)(?: ?(?:\.{{3}}|…))?",
            r"you(?: are|'re| have been)? (?:now )?(?:connected|chatting|talking|speaking|transferred) (?:with|to)\b.{1,80}",
            r"(?:please wait,? )?(?:connecting|transferring) you to\b.{1,80}|exported from\b.{1,120}|conversation with .{1,80}",
            r"(?:chat|conversation|ticket|session|visitor) ?(?:id|no\.?|number)\s?[:#].{1,60}|channel\s?: ?\w+",
            rf"(?:phone |live )?(?:call|chat|conversation)(?: on| at|:)? {STAMP}",
            rf"{_ENCRYPTED}|missed (?:voice|video|group)? ?call\b.{{0,30}}",
            r"(?:you have requested |this is |here is )?(?:the |your |a )?(?:conversation |chat )?transcript\b.{0,60}"
            r"(?:below|attached|of)\b.{0,60}",
            r"(?:चैट|बातचीत|वार्तालाप) (?:शुरू|समाप्त|ख़त्म|खत्म|बंद) .{0,60}",
            rf"{_WHO} (?:ने )?(?:चैट|बातचीत|समूह) (?:छोड़|में शामिल|से जुड़).{{0,40}}",
            rf"{_WHO} (?:चैट में )?(?:शामिल हुए|शामिल हुई|शामिल हो गए|जुड़ गए|जुड़ गई|जुड़े)",
            r"(?:চ্যাট|কথোপকথন|আলাপ) (?:শুরু|শেষ|বন্ধ).{0,60}",
            rf"{_WHO} (?:চ্যাট|কথোপকথন|গ্রুপ)(?:ে)? ?(?:যোগ|যুক্ত|ছেড়ে|ছেড়ে|ত্যাগ).{{0,40}}",
            rf"{_WHO} (?:যোগ দিয়েছেন|যোগ দিয়েছেন|যুক্ত হয়েছেন|যুক্ত হয়েছেন|চলে গেছেন)",
        )
    ),
    _FLAGS,
)
_RULE = regex.compile(r"[\s\-=_*~─━•.·+|:]{3,}")
_STARS = regex.compile(r"^\s*\*{2,}\s*|\s*\*{2,}\s*$|[\u200e\u200f\u2068\u2069]")
# "Conversation was marked resolved by Maya", "You are now connected with agent Sneha".
_OUR_SIDE = regex.compile(
    r"(?:assigned to|(?:resolved|closed|marked resolved|ended|transferred) by|"
    r"(?:connected|chatting|talking|speaking) (?:with|to)|"
    r"transferred to)\s+(?:agent |our agent |representative )?(?P<name>[\p{L}][\p{L}\p{M}.' -]{1,40}?)(?: by .*)?[.!]?$",
    _FLAGS,
)
_OUR_SIDE_FIRST = regex.compile(
    r"^(?P<name>[\p{L}][\p{L}\p{M}.' -]{1,40}?) (?:has )?(?:self-assigned|resolved|closed|snoozed)\b",
    _FLAGS,
)


def without_stars(text: str) -> str:
    """An event without the marks around it ("*** Maya joined the chat ***")."""
    return _STARS.sub("", text).strip()


def is_event(text: str) -> bool:
    """Whether a line without a label reads like one that the program wrote."""
    text = without_stars(text)
    return 3 <= len(text) <= _LONGEST and _EVENT.fullmatch(text) is not None


def is_help_desk_line(text: str) -> bool:
    """Whether a help desk wrote it around the comments of a ticket ("Please type your reply above this line")."""
    return len(text) <= _LONGEST and bool(REPLY_LINE.search(text) or HELP_DESK.match(text))


def is_encryption_notice(text: str) -> bool:
    """WhatsApp writes this under the name of the other side."""
    return regex.fullmatch(_ENCRYPTED, without_stars(text), _FLAGS) is not None


def is_rule(text: str) -> bool:
    """Whether a line is drawn and not written ("-----")."""
    return _RULE.fullmatch(text) is not None and len(set(text.split())) <= 1 and "..." not in text


def agent_named(text: str) -> str:
    """The name that an event gives to somebody of our side, "" where it gives none."""
    found = _OUR_SIDE.search(text[:_LONGEST]) or _OUR_SIDE_FIRST.search(text[:_LONGEST])
    return found["name"].strip() if found else ""
