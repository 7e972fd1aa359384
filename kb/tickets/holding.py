"""Turns in which an agent is still at it: no resolution, and nothing that a later reader could use."""

import re

_WE = (
    r"(?:we|i|our team)(?: am|'m| are|'re| is| will be|'ll be| have been|'ve been| will|'ll)?"
    r"(?: now| still| currently| also| just)? "
)
_TEAM = (
    r"(?:team|department|dept|desk|l2|l3|level|courier|warehouse|vendor|bank|back office|manager|engineer|queue|group|colleague|"
    r"finance|billing|logistics|it)\b"
)
_CUSTOMER = r"(?:customer|cust|cx|caller|user|client)"
_PHRASES = (
    # We are looking into it, we will come back.
    _WE
    + r"(?:check(?:ing)?|look(?:ing)? (?:in)?to|investigat(?:e|ing)|verify(?:ing)?|working on|following up|get back|come back|"
    r"revert|be back|update you|let you know|inform you|try(?:ing)? to (?:call|reach))\b",
    r"(?:checking|looking into|investigating|following up|verifying)"
    r"(?: (?:on|with|this|it|into|and|now)\b[^.!?।\n]{0,60})?[.!…\s]*$",
    # Somebody else has it now.
    r"(?:(?:i|we)(?: have|'ve)? )?(?:forward|escalat|pass|rais|assign|transferr|mov|rout|sent|hand)(?:e?d|ing)?(?: over)? "
    r"(?:this |it |your |the )?(?:request |query |complaint |case |issue |concern |ticket |matter |details |on )?(?:to|with) "
    r"(?:the |our |a )?[^.!?।\n]{0,40}" + _TEAM,
    # Why the ticket is there.
    _CUSTOMER
    + r" (?:called|calls|calling|says|said|asks|asking|wants|complain\w*|reports?|is asking|contacted|informed)\b",
    r"ticket (?:created|raised|logged|opened|assigned)\b",
    # Called, nobody there.
    r"(?:called|spoke (?:to|with)|rang|emailed|mailed|contacted|left (?:a )?(?:message|voicemail)|"
    r"tried (?:to call|calling|reaching))"
    r"(?: (?:the|for|to|with|"
    + _CUSTOMER
    + r"|him|her|them|back|again)\b)*[.!,\s]*(?:no (?:answer|reply|response))?[.!\s]*$",
    r"(?:waiting|awaiting|pending)\b[^.!?।\n]{0,60}$",
    r"no (?:answer|response|reply)\b[^.!?।\n]{0,40}$",
    r"(?:मैं|हम)\s.{0,40}(?:देख रह|जाँच कर रह|जांच कर रह|पता कर रह|पता करके बता)",
    r"(?:जाँच|जांच) (?:कर रहे|चल रही)",
    r"ग्राहक (?:ने (?:फ़ोन|फोन|कॉल|बताया|कहा)|का (?:फ़ोन|फोन|कॉल))",
    r"(?:আমি|আমরা)\s.{0,40}(?:দেখছি|খোঁজ নিচ্ছি|যাচাই করছি|জানাচ্ছি)",
    r"গ্রাহক (?:ফোন|জানিয়েছেন|জানিয়েছেন|বলেছেন)",
    r"(?:check|dekh|pata) kar (?:raha|rahi|rahe)",
    r"(?:dekhchi|khoj nichchi)",
)
# A sentence, perhaps after "Ok, " or "Dear customer, ".
HOLDING = re.compile(
    r"^(?:(?:hi|hello|dear|ok(?:ay)?|sure|noted|thanks|thank you|sorry|please wait|customer)\b[^.!?।\n]{0,40}[,:–-]\s*)?"
    r"(?:" + "|".join(_PHRASES) + ")",
    re.IGNORECASE,
)
