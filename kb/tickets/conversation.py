"""What a ticket was about and what resolved it, out of its messages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.text.mail import strip_letter
from kb.tickets.holding import HOLDING

LONGEST_PROBLEM = 6_000
LONGEST_RESOLUTION = 4_000
# The resolution is in the last substantive turns of the agent. Chats spread it over several short ones.
_ENOUGH_RESOLUTION = 700
_MOST_TURNS = 6


@dataclass(frozen=True)
class Turn:
    """A redacted message."""

    role: str  # customer | agent
    public: bool
    text: str


# Sentences that say nothing about the matter.
_BOILERPLATE = re.compile(
    r"^(?:"
    r"(?:dear customer,? )?thank(?:s| you)(?: so much| very much)? for (?:contacting|reaching|writing|"
    r"your (?:patience|message|e?-?mail|mail|time|"
    r"understanding|feedback|patronage|call|query|interest)|getting in touch|calling|choosing|being|shopping|"
    r"the message|confirming|letting)|"
    r"(?:this is an auto|we have received your|your (?:request|ticket|query) (?:has been|was) (?:received|"
    r"registered|logged|created|closed|solved)|"
    r"a ticket has been|our team will|we will get back|is there anything else|anything else i|"
    r"can i help you with anything|let me know if (?:there|you)|"
    r"(?:i am |i'm |we are |we're )?(?:happy|glad) to (?:help|assist)|have a (?:nice|great|good|lovely|"
    r"wonderful)|please rate|please take a moment|"
    r"please do not reply|this (?:ticket|case|request) (?:is|has been|will be)|closing (?:this|the)|"
    r"you'?re welcome|most welcome|welcome[.! ]*$|"
    r"sure[.,! ]*$|ok(?:ay)?[.,! ]*$|noted[.,! ]*$|one moment|just a moment|please wait|give me a|let me check|"
    r"please hold|"
    r"sorry for the (?:inconvenience|trouble|delay)|apologies for|we (?:regret|apologi[sz]e)|how (?:can|"
    r"may) (?:i|we) (?:help|assist))|"
    r"(?:संपर्क करने|लिखने|बताने|प्रतीक्षा करने|धैर्य) के लिए (?:आपका )?(?:धन्यवाद|शुक्रिया)|"
    r"(?:क्या )?(?:मैं )?(?:और|आपकी और) कोई (?:मदद|सहायता)|आपका दिन शुभ|"
    r"(?:एक|दो) मिनट|कृपया प्रतीक्षा|स्वागत है|असुविधा के लिए|(?:झिलमिल|हमसे) .{0,30}संपर्क करने|"
    r"आपका अनुरोध .{0,20}मिल|"
    r"(?:যোগাযোগ করার|লেখার|জানানোর|অপেক্ষা করার|ধৈর্য ধরার) জন্য (?:আপনাকে )?(?:অনেক )?ধন্যবাদ|"
    r"আর কোনো? (?:সাহায্য|প্রশ্ন)|আর কিছু (?:সাহায্য|জানার)|আপনার দিন|"
    r"এক মিনিট|একটু অপেক্ষা|স্বাগতম?|অসুবিধার জন্য|(?:ঝিলমিল|আমাদের) .{0,30}যোগাযোগ করার|"
    r"(?:aap(?:ka|ko) )?(?:sampark|contact) karne ke liye|aur koi (?:madad|help)|ek minute?|kripya (?:wait|"
    r"intezar)|jogajog korar jonn?o|ar kichu (?:help|sahajj?o|lagbe)|ek(?:tu)? (?:minute|opekk?ha)"
    r")",
    re.IGNORECASE,
)
# A note this short before the customer wrote says why the ticket was opened.
_LONGEST_OPENING_NOTE = 80
_LONGEST_HOLDING = 140
_PREFIX = re.compile(r"^(?:Jhilmil|\[[\w ]+\])\s?:\s*", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?।\n]+[.!?।]*[)\]'\"”’»]*\s*|[.!?।\n]")
_ACKNOWLEDGEMENT = re.compile(
    r"^(?:ok(?:ay)?|k|yes|no|ya|yep|done|hi+|hello+|hey|thanks?|thank you|thx|ty|great|nice|good|fine|cool|"
    r"got it|noted|sure|please|sir|madam|"
    r"haan?|han ji|ji|nahi|theek hai|thik hai|thik ache|accha|achha|hyan|hae|na|dhanyavaa?d|shukriya|dhonn?obad|"
    r"हाँ|हां|जी|नहीं|ठीक है|ठीक|अच्छा|धन्यवाद|शुक्रिया|हैलो|नमस्ते|ओके|হ্যাঁ|না|ঠিক আছে|আচ্ছা|ধন্যবাদ|ওকে|"
    r"হ্যালো|নমস্কার|\W|\[\w+\])+$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")


def split_problem_and_resolution(turns: Sequence[Turn]) -> tuple[str, str]:
    """(problem, resolution) of public turns; either may be empty. Private notes are never part of them."""
    public = [turn for turn in turns if turn.public]
    stripped = [(turn.role, strip_letter(turn.text)) for turn in public]
    return _find_problem(stripped), _find_resolution(stripped)


def _find_problem(turns: Sequence[tuple[str, str]]) -> str:
    """What the customer said up to the last answer, without "ok", "thanks" and the like."""
    last_answer = max((number for number, (role, _) in enumerate(turns) if role == "agent"), default=len(turns))
    said = [
        (number, text)
        for number, (role, text) in enumerate(turns)
        if role == "customer" and not _is_acknowledgement(text)
    ]
    before = [text for number, text in said if number < last_answer] or [text for _, text in said[:1]]
    # Notes of a call: the agent wrote down what the customer asked, before anybody else wrote.
    if turns and turns[0][0] == "agent" and (len(turns[0][1]) >= _LONGEST_OPENING_NOTE or not before):
        before.insert(0, strip_boilerplate(turns[0][1]))
    return _join(before, LONGEST_PROBLEM)


def _find_resolution(turns: Sequence[tuple[str, str]]) -> str:
    chosen: list[str] = []
    length = 0
    for number, (role, text) in reversed(list(enumerate(turns))):
        if role != "agent":
            continue
        matter = strip_boilerplate(text)
        if len(_LETTERS.findall(matter)) < 12 or _is_holding(matter):
            continue
        # A short note before anybody else wrote says why the ticket was opened; long ones tell what was answered, too.
        if number == 0 and len(text) < _LONGEST_OPENING_NOTE:
            continue
        # A question back is no resolution, unless nothing else was said.
        if chosen and _is_question(matter):
            continue
        chosen.append(matter)
        length += len(matter)
        if length >= _ENOUGH_RESOLUTION or len(chosen) >= _MOST_TURNS:
            break
    if len(chosen) > 1 and _is_question(chosen[0]):
        chosen = chosen[1:]
    return _join(list(reversed(chosen)), LONGEST_RESOLUTION)


def _is_holding(text: str) -> bool:
    """A short turn of which every sentence says that somebody looks into it, or that the customer called."""
    if len(text) > _LONGEST_HOLDING:
        return False
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if _LETTERS.search(sentence)]
    return any(map(HOLDING.match, sentences)) and all(
        HOLDING.match(sentence) or _is_boilerplate(sentence) for sentence in sentences
    )


def strip_boilerplate(text: str) -> str:
    """The text without leading and trailing sentences that could stand in any answer."""
    text = _PREFIX.sub("", text)
    sentences = _SENTENCE.findall(text)
    while sentences and (not sentences[0].strip() or _is_boilerplate(sentences[0])):
        sentences.pop(0)
    while sentences and (not sentences[-1].strip() or _is_boilerplate(sentences[-1])):
        sentences.pop()
    return "".join(sentences).strip()


def _is_boilerplate(sentence: str) -> bool:
    sentence = sentence.strip()
    return len(sentence) < 160 and bool(_BOILERPLATE.match(sentence) or _ACKNOWLEDGEMENT.match(sentence))


def _is_acknowledgement(text: str) -> bool:
    return len(text) < 60 and _ACKNOWLEDGEMENT.match(text) is not None


def _is_question(text: str) -> bool:
    """A short turn that ends with a question asks for something and resolves nothing."""
    return len(text) < 110 and text.rstrip().endswith("?")


def _join(texts: list[str], longest: int) -> str:
    joined = "\n\n".join(text for text in texts if text)
    if len(joined) <= longest:
        return joined
    cut = joined[:longest]
    return cut[: max(cut.rfind(" "), longest // 2)].rstrip() + " …"
