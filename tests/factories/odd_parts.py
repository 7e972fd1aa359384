"""Parts of requests as no browser sends them: paths, parameters, headers and bodies, each drawn by the dice that is given."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

from form_fuzzing import FILES, ODD
from planting import PROBE

# Stands where passwords and tokens stand: it may turn up in no page and no log.
SECRET = "zqsecretx1qz-Aa9"
SENT_TO = "elsewhere.example"
Headers = list[tuple[str, str]]

ODD_SEGMENTS = (
    "", "0", "-1", "9" * 30, "1e3", "01", "+1", " 1", "1.0", "%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f", "..%5c", "%2f",
    "%2f%2felsewhere.example", "%c0%ae%c0%ae%c0%af", "%ff%fe", "%ed%a0%80", "%F0%9F%98%80", "%E0%A4%95", "a%0d%0aX-Planted:%201", "%25",
    "%", "%zz", "x" * 3_000, ";a=b", "%3Fq=1", "%23", "*", "..", ".", "%D9%A1", "१", "(" * 300, quote(PROBE), "%e2%80%ae", "~root",
)  # fmt: skip

_ODD_HEADERS: Mapping[str, Sequence[str]] = {
    "Host": ("", "localhost:99999", "localhost:x", "[::1", "[]", "localhost/..", "a@localhost", SENT_TO, "LOCALHOST.", "xn--a", "\xff", "127.0.0.1:"),
    "X-Forwarded-For": ("127.0.0.1", "::1", "x" * 3_000, "1.2.3.4, 5.6.7.8", "\xff", "", ",,,", "[::1]:80", "999.1.1.1"),
    "X-Forwarded-Host": (SENT_TO, "[", "a b"),
    "X-Forwarded-Proto": ("https", "javascript", "", "http,https"),
    "X-Forwarded-Prefix": ("//elsewhere.example", "/a/../..", "/a b", "/\\elsewhere.example"),
    "X-Forwarded-Port": ("0", "x", "443"),
    "Forwarded": ("for=127.0.0.1;host=elsewhere.example", 'for="[', ""),
    "X-Real-IP": ("127.0.0.1",),
    "X-Original-URL": ("/admin/",),
    "X-HTTP-Method-Override": ("DELETE", "PUT"),
    "Origin": ("null", "http://[", "http://localhost:x", "https://elsewhere.example", "file://", "http://localhost\xff", "http://\u2100".encode().decode("latin-1")),
    "Referer": ("http://[", "http://[::1", "http://localhost:x/", "https://elsewhere.example/x", "//elsewhere.example", "\xff\xfe", "http://localhost/desk/\x01", "http://localhost//elsewhere.example", "http://localhost/\\elsewhere.example", "http://a\u2100b/".encode().decode("latin-1"), ""),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=5-1", "bytes=" + "0-1," * 500, "bytes=999999999999999999999-", "items=0-1", "bytes=a-b", "=", "bytes=0-18446744073709551616"),
    "If-Range": ('"x"', "Thu, 01 Jan 1970 00:00:00 GMT", "x"),
    "If-None-Match": ("*", '"', 'W/"', "x" * 3_000, '"a", "b'),
    "If-Match": ("*", '"x"', "x"),
    "If-Modified-Since": ("Thu, 99 Foo 99999 99:99:99 GMT", "9" * 40, "0", "Thu, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 2024 00:00:00 +9999"),
    "If-Unmodified-Since": ("9" * 40, "Thu, 01 Jan 1970 00:00:00 GMT"),
    "Accept": ("application/json", "text/html;q=nan", "*/*;q=-1", "a/b;q=1e999", ";", "application/problem+json", "text/html;q=0", "x" * 3_000, "a/" * 500),
    "Accept-Language": ("hi;q=nan", "*", "xx-" * 300, "hi_IN", "en;q=1e999", "\xff", "zh-Hant-TW-x-a", ",,,;;;=", "bn;q=inf", "i-klingon", "-"),
    "Accept-Encoding": ("br;q=nan", "*", "identity;q=0, *;q=0", "gzip;q=", "x" * 3_000, "gzip, br, zstd", "gzip;q=-1"),
    "Content-Encoding": ("gzip", "br", "x"),
    "Content-Language": ("xx",),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "identity", "x"),
    "Expect": ("100-continue", "x"),
    "Upgrade": ("websocket", "h2c"),
    "Connection": ("Upgrade", "close, host"),
    "Authorization": (f"Bearer {SECRET}", "Bearer", "Bearer ", f"Basic {SECRET}", "Basic \xff", "Basic Og==", "Digest a=b", "bearer \xff\xfe", f"Bearer {SECRET * 300}", "Digest " + "a=" * 999, "Negotiate x", "", "=", "Bearer a=b, c=d"),
    "X-CSRFToken": ("", "x", "\xff", "." * 3_000, "eyJ.a.b"),
    "HX-Request": ("true", "x"),
    "HX-Target": ("\xff", "../x", PROBE),
    "HX-Current-URL": ("http://[", "https://elsewhere.example/?next=//elsewhere.example", "\xff"),
    "X-Request-Id": ("\xff", "x" * 3_000, PROBE, "a" * 20),
    "traceparent": ("00-0-0-0", "x", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "\xff"),
    "User-Agent": ("", "\xff" * 20, "x" * 3_000, "bot" * 500),
    "Cookie": ("=", ";;;", "kb_session", "kb_session=" + "." * 500, f"kb_session={SECRET}", "language=xx; language=hi", "language=\xff", 'a="', "kb_visit=\x01; visit=" + "x" * 3_000, "remember_token=1|x", "kb_session=eyJfdXNlcl9pZCI6IjEifQ.a.b; kb_session=x"),
    "Content-MD5": ("x",),
    "DNT": ("x",), "Sec-GPC": ("x",), "Save-Data": ("x",), "Sec-Fetch-Site": ("cross-site", "x"), "Purpose": ("prefetch",), "Via": ("\xff",),
    "Last-Event-ID": ("x", "-1", "9" * 30, "\xff"),
}  # fmt: skip
_TYPES = (
    "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "b" * 300, "text/plain", "", "application/xml",
    "application/x-www-form-urlencoded; charset=xx", "\xff/\xff", "application/problem+json", "text/html", ";", "application/json;;=",
    "multipart/mixed; boundary=x",
)  # fmt: skip
_LENGTHS = ("0", "1", "-1", "x", "", "9" * 30, "4194305", "1.5", "+5", " 5")
ODD_JSON: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 1.5, float("nan"), float("inf"), "", "\0", "\ud800", "x" * 20_000, [], {}, [[]], [None],
    {"": ""}, [{}] * 50, "1", "९", "article:1", "2026-02-30T25:61", ["a"] * 500, {"a": {"b": {"c": [1, 2, {"d": None}]}}}, "\r\nX-Planted: 1",
    PROBE, "//elsewhere.example", "e" + "\u0308" * 500, "\u202e", -0.0, 1e308, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
)  # fmt: skip
_RAW = (
    b"", b"[", b"{", b"null", b"[]", b'""', b"NaN", b"[" * 200_000, b'{"a":' * 100_000, b'{"a": 1' + b"0" * 5_000 + b"}", b"\xff\xfe\x00",
    b'{"text": "a", "text": ["b"]}', b"{" + b'"a":1,' * 5_000 + b'"a":2}', b"\xef\xbb\xbf{}", b"--x\r\n\r\n", b"--x--", b"--x\r\n" * 2_000,
    b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"\xff\xfe", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="text"; filename="../../a\x00.png"\r\nContent-Type: image/png\r\n\r\na\r\n--x--\r\n',
    b"a=1&" * 20_000, b"&&&===", b"%", b"%00=%00", b"text=%ed%a0%80", b"a" * 500_000, b"\x00" * 1_000, b'{"text": "\\ud800"}',
    b"\x1f\x8b\x08" + b"\x00" * 60, b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
)  # fmt: skip


def odd_path(path: str, dice: random.Random) -> str:
    """The path with one part replaced, doubled or taken away."""
    parts = path.split("/")
    place = dice.randrange(1, len(parts)) if len(parts) > 1 else 0
    draw = dice.random()
    if draw < 0.7:
        parts[place] = dice.choice(ODD_SEGMENTS)
    elif draw < 0.8:
        parts.insert(place, dice.choice(ODD_SEGMENTS))
    elif draw < 0.9:
        parts[place] += dice.choice(ODD_SEGMENTS)
    else:
        return path + dice.choice(("/", "//", "/.", "/..", "%2f", "%00", ";x", ".json", ".csv", "~"))
    return "/".join(parts)


def odd_query(names: Sequence[str], dice: random.Random) -> str:
    """Some of the parameters that are known, with odd values, often repeated."""
    if dice.random() < 0.05:
        return dice.choice(("&&&", "=", "%", "q", "q=%ff&q=%00", "a=1&" * 2_000, "%5b%5d=1", "q[]=1&q[a]=2", "?q=1", ";", "\xff"))
    pairs = [(dice.choice(names), odd_text(dice)) for _ in range(dice.choice((1, 1, 2, 3, 6)))]
    pairs += [pairs[0]] * dice.choice((0, 0, 1, 5))
    return _encoded(pairs)[:6_000]


def odd_text(dice: random.Random) -> str:
    return PROBE if dice.random() < 0.1 else dice.choice(ODD)


def odd_headers(dice: random.Random) -> Headers:
    """Up to four, one of them sometimes twice."""
    names = list(_ODD_HEADERS)
    made = [(name := dice.choice(names), dice.choice(_ODD_HEADERS[name])) for _ in range(dice.choice((0, 1, 1, 2, 4)))]
    return made


def _encoded(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}" for name, value in pairs)


def odd_body(fields: Mapping[str, Any], files: Sequence[str], dice: random.Random, *, is_json: bool) -> tuple[bytes, Headers]:
    """A body for a form or a call with these fields, and the headers that speak of it, which are not always true."""
    draw = dice.random()
    if draw < 0.15:
        body, kind = dice.choice(_RAW), dice.choice(_TYPES)
    elif is_json != (draw < 0.25):
        body, kind = _json(fields, dice), "application/json"
    elif files or draw > 0.8:
        body, kind = _multipart(fields, files, dice), "multipart/form-data; boundary=limit"
    else:
        body, kind = _encoded([(n, v) for n, v in _odd_fields(fields, dice) if isinstance(v, str)]).encode(), _TYPES[2]
    if dice.random() < 0.06:
        kind = dice.choice(_TYPES)
    length = dice.choice(_LENGTHS) if dice.random() < 0.04 else str(len(body))
    return body, [("Content-Type", kind), ("Content-Length", length)]


def _odd_fields(fields: Mapping[str, Any], dice: random.Random) -> list[tuple[str, str]]:
    share, made = dice.choice((0.0, 0.15, 0.4, 1.0)), []
    for name, value in fields.items():
        if dice.random() < 0.05:
            continue
        is_secret = any(part in name for part in ("password", "token", "secret")) and name != "csrf_token"
        text = value if isinstance(value, str) else json.dumps(value)
        made.append((name, (SECRET if is_secret else odd_text(dice)) if dice.random() < share else text))
        if dice.random() < 0.06:
            made.append((name, odd_text(dice)))
    return made


def _json(fields: Mapping[str, Any], dice: random.Random) -> bytes:
    share = dice.choice((0.0, 0.15, 0.4, 1.0))
    body: Any = {name: _odd_inside(value, share, dice) for name, value in fields.items() if dice.random() > 0.04}
    if dice.random() < 0.1:
        body = dice.choice(([body], {"body": body}, [body] * 100, json.dumps(body), {**body, "\0": 1}, {**body, "x" * 5_000: body}))
    return json.dumps(body, ensure_ascii=dice.random() < 0.7).encode("utf-8", "surrogatepass")


def _odd_inside(value: Any, share: float, dice: random.Random) -> Any:
    """The value, or something else in its place or within it."""
    if dice.random() < share:
        return dice.choice((*ODD_JSON, value, [value], {"a": value}))
    if isinstance(value, dict):
        return {name: _odd_inside(one, share, dice) for name, one in value.items()}
    return [_odd_inside(one, share, dice) for one in value] if isinstance(value, list) else value


def _multipart(fields: Mapping[str, Any], files: Sequence[str], dice: random.Random) -> bytes:
    """Files where texts are expected and texts in place of files, among parts that are as they should be."""
    made = b""
    texts = _odd_fields({**dict.fromkeys(files, "a text"), **fields} if dice.random() < 0.2 else fields, dice)
    for name, value in texts:
        content, end = value.encode("utf-8", "surrogatepass"), b""
        if dice.random() < 0.07:
            content, end = dice.choice(FILES), _file_name(dice)
        made += b'--limit\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + end + b"\r\n\r\n" + content + b"\r\n"
    for name in files:
        kind = dice.choice((b"image/png", b"text/csv", b"", b"\xff", b"application/json"))
        part = b'--limit\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + _file_name(dice)
        made += part + b"\r\nContent-Type: " + kind + b"\r\n\r\n" + dice.choice(FILES) + b"\r\n"
    return made + b"--limit--\r\n"


def _file_name(dice: random.Random) -> bytes:
    names = (b"a.png", b"", b"../../a", b"a\x00.csv", b"a.csv", b"a.json", b"x" * 300 + b".zip", b"\xff\xfe.md", b"con", b"a.mbox", PROBE.encode())
    return b'; filename="' + dice.choice(names) + b'"'


def path_info(path: str) -> str:
    """As servers hand it over (PEP 3333): bytes, read as Latin-1."""
    return unquote_to_bytes(path).decode("latin-1")
