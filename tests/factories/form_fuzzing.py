"""Forms filled in as nobody would: what breaks readers of numbers, texts, dates, files and encodings, in every field in turn."""

import io
import json
import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from crawler import Form
from flask.testing import FlaskClient

ODD = (
    "", " ", "\0", "0", "-1", "1", "99999999999999999999", "9" * 30, "1e999", "NaN", "١٢", "९९", "1.5", "true", "null", "[",
    "[" * 3_000, "{" * 3_000, '{"a": 1}', "[1, 2]", '[{"kind": 1}]', "\ud800", "\udfff x", "\ufffd", "\u202e", "\u0301" * 2_000,
    "\U0001f469\u200d\U0001f466" * 200, "x" * 40_000, "a\r\nSet-Cookie: a=b", "//evil.example", "http://[", "http://[::1",
    "https://a.example:99999/", "javascript:boom()", "../../etc/passwd", "%00", "%", "%s%n", "{}", "{0.__class__}", "{{7*7}}",
    "${7*7}", "' OR 1=1 --", '"><script>boom()</script>', "2026-02-30", "0001-01-01T00:00", "9999-12-31T23:59", "10000-01-01",
    "24:61", "25:00-26:00", "en_US", "xx", "hi-Deva-IN-x-y", "a@b", "@", "a" * 400, "article:1", "article:99999999999999999999",
    "article:-1", "ticket:", ":", "on", "off", "(" * 500 + ")" * 500, "(a+)+$", "\\", "\t\n\v", "- [ ] " * 3_000, "> " * 3_000,
    "|" * 3_000, "title: [", "&amp;" * 1_000, "+0000", "1,2,3", "1\n2", "\u093c" * 50, "e" + "\u0308" * 50,
)  # fmt: skip
_NAMES = (
    "csrf_token",
    "next",
    "id",
    "page",
    "q",
    "text",
    "body",
    "steps",
    "answer",
    "choice",
    "version",
    "seen",
    "undo",
    "step",
    "values",
)

FILES = (
    b"", b"\0" * 100, b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"GIF89a", b"PK\x03\x04" + b"\xff" * 60, b"<svg onload=boom()>",
    b"a,b\n1,2\n", b'{"tickets": [' + b"[" * 3_000, b"\xff\xfe\x00", b"From a\nSubject: =?utf-8?q?=ZZ?=\n\nx",
)  # fmt: skip


def odd_data(form: Form, dice: random.Random) -> list[tuple[str, Any]]:
    """The fields of a form, one to all of them odd; sometimes doubled, missing, unknown, or a file."""
    data: list[tuple[str, Any]] = []
    share = dice.choice((0.2, 0.5, 1.0))
    choices = dict(form.choices)
    for name, value in form.fields:
        draw = dice.random()
        if draw < 0.06:
            continue
        if draw < 0.06 + share * 0.8:
            data.append((name, dice.choice(ODD)))
        elif draw < 0.92 and choices.get(name):
            data.append((name, dice.choice(choices[name])))
        else:
            data.append((name, value))
        if dice.random() < 0.05:
            data.append((name, dice.choice(ODD)))
        if dice.random() < 0.03:
            data.append((name, _file(dice)))
    data += [(name, _file(dice)) for name in form.files if dice.random() < 0.7]
    if dice.random() < 0.3:
        data.append((dice.choice(_NAMES), dice.choice(ODD)))
    return data


def _file(dice: random.Random) -> tuple[io.BytesIO, str]:
    content = dice.choice(FILES)
    name = dice.choice(
        ("a.png", "", "../../a", "a\0.csv", "a.csv", "a.json", "x" * 300 + ".zip", "एक.md", "a.mbox", "con")
    )
    return io.BytesIO(content), name


@dataclass(frozen=True)
class Sent:
    status: int
    shown: str


def send_odd(client: FlaskClient, form: Form, dice: random.Random, headers: dict[str, str]) -> Sent:
    """Send the form once; the status that came back, and what was sent."""
    data = odd_data(form, dice)
    fields: dict[str, list[Any]] = {}
    for name, value in data:
        fields.setdefault(name, []).append(value)
    is_multipart = any(isinstance(value, tuple) for _, value in data)
    shown = json.dumps([(name, value[:80] if isinstance(value, str) else "a file") for name, value in data])
    if form.method == "GET":
        plain = [(name, value) for name, value in data if isinstance(value, str)]
        address = f"{form.action.partition('?')[0]}?{urlencode(plain, errors='surrogatepass')}"
        answer = client.get(address[:4_000], headers=headers)
    elif is_multipart:
        fields = {
            name.encode("utf-8", "replace").decode(): [_plain(one) for one in values] for name, values in fields.items()
        }
        answer = client.post(form.action, data=fields, headers=headers, content_type="multipart/form-data")
    else:
        body = urlencode([(name, value) for name, value in data], errors="surrogatepass")
        answer = client.post(form.action, data=body, headers=headers, content_type="application/x-www-form-urlencoded")
    return Sent(answer.status_code, shown[:700])


def _plain(value: Any) -> Any:
    """A multipart body cannot hold half of a surrogate pair."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
