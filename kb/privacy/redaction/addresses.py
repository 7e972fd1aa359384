"""E-mail addresses and UPI ids, also as people write them who mean to be read by people only.

Spelled-out ones are looked for around what stands for the "@" ("(at)", "at the rate", "एट"): a host to the right, the part
before it to the left, both in windows of bounded length, so that this stays linear.
"""

import re
from collections.abc import Iterator

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import Span

_WEBMAIL = (
    "gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|rediffmail|rediff|icloud|proton|protonmail|zoho|aol|fastmail|"
    "जीमेल|याहू|हॉटमेल|आउटलुक|रेडिफमेल|रेडिफ|জিমেইল|জিমেল|ইয়াহু|ইয়াহু|হটমেইল|হটমেল|আউটলুক"
)
_WEBMAIL_HOSTS = frozenset(_WEBMAIL.split("|"))
_HANDLES = (
    "okaxis|okicici|oksbi|okhdfcbank|ybl|ibl|axl|yapl|apl|rapl|paytm|ptyes|ptaxis|pthdfc|ptsbi|upi|sbi|icici|hdfcbank|axisbank|"
    "axisb|kotak|kbl|idfcbank|idfcfirst|freecharge|airtel|jupiteraxis|waaxis|wahdfcbank|waicici|wasbi|fam|slice|pnb|cnrb|"
    "unionbank|federal|fbl|indus|barodampay|aubank|rbl|dbs|hsbc|yesbank|naviaxis|superyes|amazonpay|mobikwik|postbank|bkash"
)
_UPI_HANDLES = frozenset(_HANDLES.split("|"))
# After an "@" these are a price, a place or a mention.
_NO_HANDLES = frozenset(words.AFTER_AT.split())
_NOT_BEFORE_AT = frozenset(words.BEFORE_AT.split())

# Letters of a local part. Devanagari and Bengali ones apart: they stand before an address without a space (ইমেলঃasha@…).
_LATIN = r"a-z0-9_.+%\u00c0-\u08ff\u0a00-\u1fff\u3040-\ud7ff-"
_INDIC = r"\u0900-\u0963\u0966-\u09ff"
_ADDRESS = re.compile(
    rf"(?P<local>(?<![{_LATIN}])(?:[\w+-]{{1,30}}')?[{_LATIN}]+|(?<![{_INDIC}.])[{_INDIC}.]+)"
    r"@(?P<host>[^\W_](?:[\w-]{0,62}[^\W_])?(?:\.[^\W_](?:[\w-]{0,62}[^\W_])?)*)",
)
_AT_WORD = r"at(?:[ ](?:the[ ])?rate(?:[ ]of)?)?|एट(?:[ ](?:द|the)[ ]रेट)?|ऐट|ऍट|अॅट|ॲट|অ্যাট(?:[ ]দ্য[ ]রেট)?|এট|এ্যাট"
_AT = re.compile(
    rf"[ ]{{0,2}}[\[({{<][ ]?(?:@|{_AT_WORD})[ ]?[\])}}>][ ]{{0,2}}"
    r"|(?P<sign>[ ]{0,2}(?:@{1,2}|%40|&#64;)(?:[ ](?:the[ ])?rate(?:[ ]of)?)?[ ]{0,2})"
    rf"|(?P<word>[ ]{{1,2}}(?:{_AT_WORD})[ ]{{1,2}})"
    r"|(?<=[\w ])[ ]?(?P<joined>[-_*|])at(?P=joined)[ ]?(?=\w)"
)
_DOT_WORD = r"(?:dot|डॉट|डाट|ডট)"
_BRACKETED_DOT = rf"[ ]?[\[({{<][ ]?(?:\.|{_DOT_WORD})[ ]?[\])}}>][ ]?"
_DOT = rf"(?:{_BRACKETED_DOT}|[ ]{{1,2}}{_DOT_WORD}[ ]{{1,2}}|[ ]?[-_*|]dot[-_*|][ ]?|[ ]?[.।][ ]?|,)"
_NEXT_DOT = rf"(?:[ ]{{1,2}}{_DOT_WORD}[ ]{{1,2}}|\.|{_BRACKETED_DOT})"
_LABEL = r"[^\W_\u0900-\u09ff](?:[\w-]{0,40}?[^\W_])?"
_TLD = (
    r"(?:com|co|net|org|in|me|io|ai|info|biz|edu|gov|ac|nic|res|gen|uk|us|bd|ae|de|fr|eu|ca|au|sg|np|lk|dev|app|xyz|online|"
    r"email|site|shop|store|example|test|कॉम|काम|इन|नेट|কম|ইন|নেট)"
)
_HOST = re.compile(
    rf"(?P<host>(?:{_LABEL}(?P<dot>{_DOT})){{1,3}}?(?P<tld>{_TLD})(?:{_NEXT_DOT}(?:in|uk|bd|np|au))?"
    rf"|(?P<webmail>{_WEBMAIL})(?:{_DOT}{_TLD}(?:{_NEXT_DOT}in)?)?)(?![\w-]|\.\w)"
)
_NAME = rf"(?:(?<![{_LATIN}'])[{_LATIN}']{{1,64}}|(?<![{_INDIC}])[{_INDIC}]{{1,64}})"
# "n e e l at gmail dot com", as it is spelled over the phone.
_LETTERS = r"(?<![^\W_])(?:[a-z0-9][ ]){2,20}[a-z0-9]"
_LOCAL = re.compile(
    rf"(?:{_LETTERS}|{_NAME}(?:(?:[ ]{{1,2}}{_DOT_WORD}[ ]{{1,2}}|{_BRACKETED_DOT}|[ ]\.[ ]){_NAME}){{0,3}})$"
)
_LONGEST_LOCAL = 80
_LONGEST_HOST = 120
# The sentence is about mail, so that a plain word before "at" is the name of a box.
_MAIL_BEFORE = re.compile(
    r"(?:\be?-?mail\b|\b(?:login|mail|email)?[ ]?id\b|ईमेल|मेल|आईडी|ইমেল|ইমেইল|মেল|আইডি)[^.!?।\n]{0,24}$"
)
_SPELLED_DOT = re.compile(_DOT_WORD)
_LOOKS_LIKE_BOX = re.compile(r"(?=.*[a-z])(?:.*[\d_+]|.*[^ ]\.[^ ])")
_SPACED_UPI = re.compile(
    rf"(?<![\w.+%-])[\w.+%-]{{2,64}}(?:[ ]{{0,2}}@[ ]{{1,2}}|[ ]{{1,2}}@|[ ]at[ ](?=ok|ybl|ibl|axl))"
    rf"(?:{_HANDLES})(?![\w.-]|[ ]?@)"
)

_PASSWORD_BEFORE = re.compile(
    r"(?:password|passwd|passphrase|pwd|pass|pw|पासवर्ड|পাসওয়ার্ড)(?:[ ](?:is|was|hai|tha|है|था|ছিল|হল))?[ ]?[:=-]?[ ]{0,2}$"
)
# "mohan@exa mple.com", "mohan@example ,com": a slip within the host.
_REST_OF_HOST = re.compile(r"(?:[ ][a-z0-9-]{1,20}\.|[ ]?[,;][ ]?)(?:com|net|org|co\.in|co\.uk|in)(?![\w.-])")


def find_spelled_addresses(view: str) -> Iterator[Span]:
    """ "ramesh.k at gmail dot com", "asha[at]proton[dot]me", "asha_k@ example .com"."""
    for match in _AT.finditer(view):
        host = _HOST.match(view, match.end(), match.end() + _LONGEST_HOST)
        if host is None:
            continue
        low = max(0, match.start() - _LONGEST_LOCAL)
        local = _LOCAL.search(view, low, match.start())
        if local and _is_spelled_address(view, match, local, host):
            yield Span(local.start(), host.end(), "[email]")


def _is_spelled_address(view: str, at: re.Match[str], local: re.Match[str], host: re.Match[str]) -> bool:
    plain = local.group().lower() in _NOT_BEFORE_AT
    dot = host["dot"] or ""
    if at["sign"]:
        if "@" in at["sign"] and at["sign"].strip() == at["sign"] != "@@" and dot == ".":
            return False  # an ordinary address, which others judge
        # "asha@ybl. In case": the end of a sentence.
        if dot == ". " and (
            host["host"].split(".")[0].lower() in _UPI_HANDLES or host["tld"].lower() not in {"com", "net", "org"}
        ):
            return False
        return not plain or at["sign"][0] != " "
    if at["word"] and "rate" not in at["word"] and "रेट" not in at["word"]:
        spelled = _SPELLED_DOT.search(host["host"]) is not None
        mail_before = _MAIL_BEFORE.search(view, max(0, local.start() - 40), local.start()) is not None
        if plain and not mail_before:
            return False
        if plain and local.group().lower() in {"me", "us", "him", "her", "you", "them"}:
            return False
        return spelled or mail_before or _is_webmail(host) or bool(_LOOKS_LIKE_BOX.search(local.group()))
    return True


def _is_webmail(host: re.Match[str]) -> bool:
    return host["webmail"] is not None or host["host"].split(".")[0] in _WEBMAIL_HOSTS


def find_addresses(view: str, own_domains: frozenset[str], names: frozenset[str]) -> Iterator[Span]:
    """E-mail addresses and UPI ids. Role addresses of the own house (bulk@shop.example) are no person and stay."""
    for match in _ADDRESS.finditer(view):
        local, host = match["local"], match["host"].lower()
        if "." in host:
            if not host.rsplit(".", 1)[1][0].isalpha():
                continue  # a package and its version: name@6.13.0
            # Romanised Bengali hangs its endings on with a hyphen: parts@shop.example-e.
            own = host in own_domains or any(host.startswith(domain + "-") for domain in own_domains)
            role = own and local.isalpha() and local.lower() not in names
            yield Span(match.start(), match.end(), None if role else "[email]")
        elif host not in _UPI_HANDLES and (rest := _REST_OF_HOST.match(view, match.end())):
            yield Span(match.start(), rest.end(), "[email]")
        elif host in _WEBMAIL_HOSTS:
            yield Span(match.start(), match.end(), "[email]")
        elif _PASSWORD_BEFORE.search(view, max(0, match.start() - 32), match.start()):
            continue  # Kolk@ta55
        elif len(host) >= 2 and host[0].isalpha() and len(local) >= 2 and host not in _NO_HANDLES:
            yield Span(match.start(), match.end(), "[upi]")


def find_spaced_upi(view: str) -> Iterator[Span]:
    """ "tanvi.m @ oksbi": with spaces only the handles of known payment apps."""
    for match in _SPACED_UPI.finditer(view):
        if match.group().split("@")[0].split(" ")[0].lower() not in _NOT_BEFORE_AT:
            yield Span(match.start(), match.end(), "[upi]")
