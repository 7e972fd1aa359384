"""Somebody who follows every link, tries every parameter, and writes down all that comes back: bodies, headers, cookies."""

import base64
import binascii
import html
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

_ADDRESS = re.compile(r"""["'(>\s](?:https?://localhost)?(/[A-Za-z0-9%][^"'()<>\s\\]*)""")


@dataclass(frozen=True)
class Form:
    """A form of a page, as a browser would send it. fields: names with their values; choices: those that can be chosen."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    files: tuple[str, ...]


@dataclass
class Seen:
    """What was fetched."""

    address: str
    status: int
    text: str  # headers, cookies and body, also what is packed in them
    is_page: bool
    cache_control: str


@dataclass
class Crawl:
    """client: asks. each: how many addresses of one endpoint with the same parameters are fetched."""

    app: Flask
    client: FlaskClient
    each: int = 4
    most: int = 2_000
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    forms: dict[tuple[str, str, frozenset[str]], Form] = field(default_factory=dict)
    counted: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def endpoint_of(self, address: str) -> str | None:
        """The endpoint that answers a GET of this address; None where there is none."""
        try:
            found = self.app.url_map.bind("localhost").match(urlsplit(address).path, method="GET")
        except HTTPException:
            return None
        return str(found[0])

    def follow(self, starts: Iterable[str]) -> None:
        """Fetch these and what they lead to."""
        waiting = list(starts)
        while waiting and len(self.seen) < self.most:
            address = waiting.pop(0)
            if self._is_wanted(address):
                answer = self.fetch(address)
                waiting += self._led_to(address, answer)

    def fetch(self, address: str, **options: object) -> TestResponse:
        """One answer, written down."""
        answer = self.client.get(address, **{"headers": self.headers, **options})  # type: ignore[arg-type]
        self.note(address, answer)
        return answer

    def note(self, address: str, answer: TestResponse) -> None:
        self.addresses.add(address)
        kept, is_page = answer.headers.get("Cache-Control", ""), answer.mimetype == "text/html"
        self.seen.append(Seen(address, answer.status_code, everything_in(answer), is_page, kept))

    def _is_wanted(self, address: str) -> bool:
        endpoint = self.endpoint_of(address)
        if address in self.addresses or endpoint is None:
            return False
        names = tuple(sorted(name for name, _ in parse_qsl(urlsplit(address).query)))
        self.counted[endpoint, *names] += 1
        return self.counted[endpoint, *names] <= self.each and self.counted[endpoint,] <= 6 * self.each

    def _led_to(self, address: str, answer: TestResponse) -> list[str]:
        if answer.location:
            return [_local(address, answer.location)]
        if not (answer.mimetype.startswith("text/") or "json" in answer.mimetype or "xml" in answer.mimetype):
            return []
        text = answer.get_data(as_text=True)
        if answer.mimetype == "text/html":
            for form in forms_in(text, address):
                names = frozenset(name for name, _ in form.fields)
                self.forms.setdefault((form.method, self._place(form), names), form)
        found = [_local(address, html.unescape(match[1])) for match in _ADDRESS.finditer(text)]
        return list(dict.fromkeys(one for one in found if one))

    def _place(self, form: Form) -> str:
        try:
            found = self.app.url_map.bind("localhost").match(urlsplit(form.action).path, method=form.method)
        except HTTPException:
            return form.action
        return str(found[0])


def _local(base: str, address: str) -> str:
    parts = urlsplit(urljoin(f"http://localhost{base}", address))
    if parts.netloc != "localhost":
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def forms_in(text: str, address: str) -> Iterator[Form]:
    """The forms of a page, and what else of it sends something (hx-post)."""
    tree = LexborHTMLParser(text)
    for element in tree.css("form, [hx-post]"):
        attributes = element.attributes
        method = "POST" if "hx-post" in attributes else (attributes.get("method") or "get").upper()
        fields, choices, files = [], [], []
        for one in element.css("input, select, textarea, button"):
            name = one.attributes.get("name")
            if not name or name == "csrf_token":
                continue
            if one.attributes.get("type") == "file":
                files.append(name)
            elif one.tag == "select":
                values = tuple(str(option.attributes.get("value") or "") for option in one.css("option"))
                choices.append((name, values))
                fields.append((name, values[0] if values else ""))
            else:
                fields.append((name, str(one.attributes.get("value") or one.text() or "")))
        action = _local(address, attributes.get("hx-post") or attributes.get("action") or address)
        if action:
            yield Form(method, action, tuple(fields), tuple(choices), tuple(files))


def everything_in(answer: TestResponse) -> str:
    """Headers, cookies with what is packed in them, and the body: of an archive the files in it."""
    parts = [f"{name}: {value}" for name, value in answer.headers]
    parts += [_unpacked(value) for name, value in answer.headers if name == "Set-Cookie"]
    body = answer.get_data()
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    parts.append(body.decode("utf-8", "replace"))
    return "\n".join(parts)


def _unpacked(cookie: str) -> str:
    """What a signed cookie says to whoever has it."""
    value = cookie.partition("=")[2].partition(";")[0]
    packed, payload = value.startswith("."), value.lstrip(".").partition(".")[0]
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return (zlib.decompress(raw) if packed else raw).decode("utf-8", "replace")
    except (binascii.Error, ValueError, zlib.error):
        return ""


def with_parameters(address: str, **values: str) -> str:
    """The address with these parameters in place of its own of the same names."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return f"{parts.path}?{urlencode([*kept, *values.items()])}"
