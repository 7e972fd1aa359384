"""Phone numbers and web addresses in what is shown, as links: only in text that is read, never in code or in other links."""

import html
import re
from urllib.parse import quote

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
# What is within these is a link already, or is typed as it stands.
_CLOSED = frozenset({"a", "code", "pre", "kbd", "samp", "var", "button", "summary"})
_MAY_HAVE = re.compile(r"\d[\d\s().-]{5,}\d|[a-z0-9]\.[a-z]")
_LONGEST = 20_000  # characters of one piece of text that are looked through
_PREFIX = re.compile(r"[+\uff0b]|00")
# A code or a name of a file before a number, or letters after it, make it no phone number: JH-98300 12345.
_BEFORE = re.compile(r"[\w#/=@.\-\u2013]$|\w\s?-\s?$")
_AFTER = re.compile(r"^(?:[\w@/=%]|-\w|\.\d|\s?[%°])")
_MONEY = re.compile(r"(?:[₹$€£৳]|\bRs\.?|\bINR|রু\.?|रु\.?)\s*$", re.IGNORECASE)
# What is numbered rather than called: `order number 9830012345`.
_NUMBERED = re.compile(
    r"(?:\border|\bref(?:erence)?|\bserial|\butr|\bpnr|\bimei|\bawb|\btracking|\binvoice|\baccount|\bticket|\bcard|\btransaction|\bid"
    r"|ऑर्डर|खाता|ट्रैकिंग|कार्ड|अर्डर|অর্ডার|অ্যাকাউন্ট|ট্র্যাকিং|কার্ড)[.:]?"
    r"(?:\s*(?:numbers?|no|id|नंबर|नम्बर|संख्या|নম্বর|নাম্বার))?[.:#]?\s*$",
    re.IGNORECASE,
)
# A name with an ending that is no word (`com`), or with another and more behind it (`shop.in/pay`): "e.g.this" stays text.
_SITE = re.compile(
    r"(?<![\w@./:-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}"
    r"(?:(?:com|org|net|edu|gov|example|co\.in|com\.bd)(?:/[\w\-./~%?=&+#]*[\w/])?"
    r"|(?:in|co|io|info|app|shop|store)/[\w\-./~%?=&+#]*[\w/])(?![\w@-]|\.\w)"
)


def link_contacts(shown: str, region: str) -> str:
    """Sanitised HTML of an article with links on phone numbers and addresses of sites. `region` has those without a prefix.

    Only numbers that can be dialled are linked, by the numbering plan of their country: not amounts, dates or order numbers.
    """
    out: list[str] = []
    closed: list[str] = []
    position = 0
    for tag in _TAG.finditer(shown):
        out.append(_link_text(shown[position : tag.start()], region, is_closed=bool(closed)))
        out.append(tag[0])
        position = tag.end()
        if tag[2] in _CLOSED:
            if not tag[1]:
                closed.append(tag[2])
            elif tag[2] in closed:
                del closed[len(closed) - 1 - closed[::-1].index(tag[2]) :]
    out.append(_link_text(shown[position:], region, is_closed=bool(closed)))
    return "".join(out)


def _link_text(escaped: str, region: str, *, is_closed: bool) -> str:
    if is_closed or len(escaped) > _LONGEST or not _MAY_HAVE.search(escaped):
        return escaped
    text = html.unescape(escaped)
    found = sorted([*_numbers(text, region), *_sites(text)])
    out, position = [], 0
    for start, end, address in found:
        if start >= position:
            out.append(html.escape(text[position:start], quote=False))
            out.append(f'<a href="{html.escape(address)}"{_REL if address.startswith("http") else _NUMBER}>')
            out.append(f"{html.escape(text[start:end], quote=False)}</a>")
            position = end
    if not out:
        return escaped
    out.append(html.escape(text[position:], quote=False))
    return "".join(out)


_REL = ' rel="noopener nofollow"'
_NUMBER = ' class="number"'  # not broken over two lines


def _numbers(text: str, region: str) -> list[tuple[int, int, str]]:
    found = []
    for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
        before, after = text[max(0, match.start - 60) : match.start], text[match.end : match.end + 3]
        is_other = (
            _BEFORE.search(before[-6:]) or _AFTER.search(after) or _MONEY.search(before) or _NUMBERED.search(before)
        )
        if is_other or "\n" in match.raw_string:
            continue
        found.append((match.start, match.end, f"tel:{_dialled(match)}"))
    return found


def _dialled(match: phonenumbers.PhoneNumberMatch) -> str:
    """With the country's prefix where people anywhere can dial it; numbers that are free of charge only work at home."""
    kind = phonenumbers.number_type(match.number)
    at_home = {phonenumbers.PhoneNumberType.TOLL_FREE, phonenumbers.PhoneNumberType.SHARED_COST}
    if kind in at_home and not _PREFIX.match(match.raw_string):
        return phonenumbers.normalize_digits_only(match.raw_string)
    return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)


def _sites(text: str) -> list[tuple[int, int, str]]:
    return [(m.start(), m.end(), f"https://{quote(m[0], safe='/%?=&+#.~-')}") for m in _SITE.finditer(text)]
