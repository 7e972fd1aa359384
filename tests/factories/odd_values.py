"""What stands in odd requests in place of paths, headers, texts and whole bodies."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from planting import PROBE

# Stands where passwords and tokens stand: it may turn up in no page and no log.
SECRET = "zqsecretx1qz-Aa9"
SENT_TO = "elsewhere.example"
Headers = list[tuple[str, str]]

ODD_SEGMENTS = (
    "", "0", "-1", "9" * 30, "1e3", "01", "+1", " 1", "1.0", "%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f", "..%5c",
    "%2f",
    "%2f%2felsewhere.example", "%c0%ae%c0%ae%c0%af", "%ff%fe", "%ed%a0%80", "%F0%9F%98%80", "%E0%A4%95",
    "a%0d%0aX-Planted:%201", "%25",
    "%", "%zz", "x" * 3_000, ";a=b", "%3Fq=1", "%23", "*", "..", ".", "%D9%A1", "१", "(" * 300, quote(PROBE), "%e2%80%ae",
    "~root",
)  # fmt: skip

ODD_HEADERS: Mapping[str, Sequence[str]] = {
    "Host": ("", "localhost:99999", "localhost:x", "[::1", "[]", "localhost/..", "a@localhost", SENT_TO, "LOCALHOST.",
        "xn--a", "\xff", "127.0.0.1:"),
    "X-Forwarded-For": ("127.0.0.1", "::1", "x" * 3_000, "1.2.3.4, 5.6.7.8", "\xff", "", ",,,", "[::1]:80", "999.1.1.1"),
    "X-Forwarded-Host": (SENT_TO, "[", "a b"),
    "X-Forwarded-Proto": ("https", "javascript", "", "http,https"),
    "X-Forwarded-Prefix": ("//elsewhere.example", "/a/../..", "/a b", "/\\elsewhere.example"),
    "X-Forwarded-Port": ("0", "x", "443"),
    "Forwarded": ("for=127.0.0.1;host=elsewhere.example", 'for="[', ""),
    "X-Real-IP": ("127.0.0.1",),
    "X-Original-URL": ("/admin/",),
    "X-HTTP-Method-Override": ("DELETE", "PUT"),
    "Origin": ("null", "http://[", "http://localhost:x", "https://elsewhere.example", "file://", "http://localhost\xff",
        "http://\u2100".encode().decode("latin-1")),
    "Referer": ("http://[", "http://[::1", "http://localhost:x/", "https://elsewhere.example/x", "//elsewhere.example",
        "\xff\xfe", "http://localhost/desk/\x01", "http://localhost//elsewhere.example",
        "http://localhost/\\elsewhere.example", "http://a\u2100b/".encode().decode("latin-1"), ""),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=5-1", "bytes=" + "0-1," * 500, "bytes=999999999999999999999-", "items=0-1",
        "bytes=a-b", "=", "bytes=0-18446744073709551616"),
    "If-Range": ('"x"', "Thu, 01 Jan 1970 00:00:00 GMT", "x"),
    "If-None-Match": ("*", '"', 'W/"', "x" * 3_000, '"a", "b'),
    "If-Match": ("*", '"x"', "x"),
    "If-Modified-Since": ("Thu, 99 Foo 99999 99:99:99 GMT", "9" * 40, "0", "Thu, 01 Jan 0001 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 2024 00:00:00 +9999"),
    "If-Unmodified-Since": ("9" * 40, "Thu, 01 Jan 1970 00:00:00 GMT"),
    "Accept": ("application/json", "text/html;q=nan", "*/*;q=-1", "a/b;q=1e999", ";", "application/problem+json",
        "text/html;q=0", "x" * 3_000, "a/" * 500),
    "Accept-Language": ("hi;q=nan", "*", "xx-" * 300, "hi_IN", "en;q=1e999", "\xff", "zh-Hant-TW-x-a", ",,,;;;=", "bn;q=inf",
        "i-klingon", "-"),
    "Accept-Encoding": ("br;q=nan", "*", "identity;q=0, *;q=0", "gzip;q=", "x" * 3_000, "gzip, br, zstd", "gzip;q=-1"),
    "Content-Encoding": ("gzip", "br", "x"),
    "Content-Language": ("xx",),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "identity", "x"),
    "Expect": ("100-continue", "x"),
    "Upgrade": ("websocket", "h2c"),
    "Connection": ("Upgrade", "close, host"),
    "Authorization": (f"Bearer {SECRET}", "Bearer", "Bearer ", f"Basic {SECRET}", "Basic \xff", "Basic Og==", "Digest a=b",
        "bearer \xff\xfe", f"Bearer {SECRET * 300}", "Digest " + "a=" * 999, "Negotiate x", "", "=", "Bearer a=b, c=d"),
    "X-CSRFToken": ("", "x", "\xff", "." * 3_000, "eyJ.a.b"),
    "HX-Request": ("true", "x"),
    "HX-Target": ("\xff", "../x", PROBE),
    "HX-Current-URL": ("http://[", "https://elsewhere.example/?next=//elsewhere.example", "\xff"),
    "X-Request-Id": ("\xff", "x" * 3_000, PROBE, "a" * 20),
    "traceparent": ("00-0-0-0", "x", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "\xff"),
    "User-Agent": ("", "\xff" * 20, "x" * 3_000, "bot" * 500),
    "Cookie": ("=", ";;;", "kb_session", "kb_session=" + "." * 500, f"kb_session={SECRET}", "language=xx; language=hi",
        "language=\xff", 'a="', "kb_visit=\x01; visit=" + "x" * 3_000, "remember_token=1|x",
        "kb_session=eyJfdXNlcl9pZCI6IjEifQ.a.b; kb_session=x"),
    "Content-MD5": ("x",),
    "DNT": ("x",), "Sec-GPC": ("x",), "Save-Data": ("x",), "Sec-Fetch-Site": ("cross-site", "x"), "Purpose": ("prefetch",),
        "Via": ("\xff",),
    "Last-Event-ID": ("x", "-1", "9" * 30, "\xff"),
}  # fmt: skip
TYPES = (
    "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "b" * 300, "text/plain", "", "application/xml",
    "application/x-www-form-urlencoded; charset=xx", "\xff/\xff", "application/problem+json", "text/html", ";",
    "application/json;;=",
    "multipart/mixed; boundary=x",
)  # fmt: skip
LENGTHS = ("0", "1", "-1", "x", "", "9" * 30, "4194305", "1.5", "+5", " 5")
ODD_JSON: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 1.5, float("nan"), float("inf"), "", "\0", "\ud800", "x" * 20_000, [], {}, [[]],
    [None],
    {"": ""}, [{}] * 50, "1", "९", "article:1", "2026-02-30T25:61", ["a"] * 500, {"a": {"b": {"c": [1, 2, {"d": None}]}}},
    "\r\nX-Planted: 1",
    PROBE, "//elsewhere.example", "e" + "\u0308" * 500, "\u202e", -0.0, 1e308, "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
)  # fmt: skip
RAW = (
    b"", b"[", b"{", b"null", b"[]", b'""', b"NaN", b"[" * 200_000, b'{"a":' * 100_000, b'{"a": 1' + b"0" * 5_000 + b"}",
    b"\xff\xfe\x00",
    b'{"text": "a", "text": ["b"]}', b"{" + b'"a":1,' * 5_000 + b'"a":2}', b"\xef\xbb\xbf{}", b"--x\r\n\r\n", b"--x--",
    b"--x\r\n" * 2_000,
    b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"\xff\xfe",
    b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="text"; filename="../a\x00.png"\r\nContent-Type: a/b\r\n\r\na\r\n--x--\r\n',
    b"a=1&" * 20_000, b"&&&===", b"%", b"%00=%00", b"text=%ed%a0%80", b"a" * 500_000, b"\x00" * 1_000, b'{"text": "\\ud800"}',
    b"%5b" * 300_000, b"text=" + b"%5b" * 300_000, b"transcript=" + b"%7b%22a%22:" * 100_000, b"\x1f\x8b\x08" + b"\x00" * 60,
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
)  # fmt: skip
