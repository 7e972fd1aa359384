"""People who look for what is not theirs: they walk, guess, hope, claim and search, and send every form that they find."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crawler import Crawl, Form, with_parameters
from flask import Flask
from flask.testing import FlaskClient
from planting import DRAFTS, INTERNAL, PROBE_TAKEN, Planted, kinds_in
from werkzeug.routing import Rule

from webapp.help.own_conversations import token_of

Csrf = Callable[[FlaskClient], dict[str, str]]
STARTS = ("/", "/desk/", "/desk/inbox", "/studio/", "/admin/", "/account/", "/sitemap.xml", "/robots.txt", "/login")
# Words that lead to the secrets, none of which is one.
QUESTIONS = (
    "refund limit case 17", "how far may I go", "a rep may refund up to 100 rupees", "My refund 99 has not come",
    "sent again by UPI",
)  # fmt: skip
SEARCHES = ("/help/en/search", "/help/hi/search", "/api/v1/search", "/api/v1/widget/suggestions", "/help/en/ask")
# Parameters that nobody offers, in the hope that somebody reads them.
HOPES = {
    "audience": "internal", "as": "rep", "role": "admin", "status": "draft", "preview": "1", "draft": "1", "place": "desk",
    "include": "tickets", "collection": "internal", "limit": "50", "page": "2", "debug": "1", "format": "json", "user_id": "3",
    "visit": "v1", "s": "s1", "search": "s1", "revision": "1", "key": "0" * 24, "talk": "another-customer-asked-this",
}  # fmt: skip
CLAIMS = {
    "X-Original-URL": "/desk/", "X-Rewrite-URL": "/studio/", "X-Forwarded-Prefix": "/desk", "X-Forwarded-For": "127.0.0.1",
    "X-HTTP-Method-Override": "PUT", "X-User": "admin@test.example", "Remote-User": "admin@test.example",
    "Authorization": "Bearer kb_0000", "HX-Request": "true", "Accept": "application/json", "X-Role": "admin",
}  # fmt: skip
_NAMES = {
    "curated": "pin",
    "language": "en",
    "slug": "refund-1",
    "topic": "refunds",
    "name": "a.png",
    "filename": "manifest.json",
}
_NUMBERS = (1, INTERNAL + DRAFTS + 5)


@dataclass(frozen=True)
class Looked:
    """One who looked. forbidden: the kinds of secrets that they may not see, None for all of them."""

    asker: str
    crawl: Crawl
    forbidden: frozenset[str] | None

    def leaks(self) -> list[str]:
        """Where a secret turned up that did not stand in the address already."""
        found = []
        for one in self.crawl.seen:
            kinds = kinds_in(one.text) - kinds_in(one.address)
            if self.forbidden is not None:
                kinds &= self.forbidden
            if kinds:
                found.append(f"{one.address} as {self.asker}: {', '.join(sorted(kinds))}")
        return found

    def kept(self) -> list[str]:
        """Where a secret that they may see may be kept by a cache for others."""
        return [
            f"{one.address} as {self.asker}"
            for one in self.crawl.seen
            if kinds_in(one.text) - kinds_in(one.address) and "no-store" not in one.cache_control
        ]

    def failures(self) -> list[str]:
        return [f"{one.address} as {self.asker}: {one.status}" for one in self.crawl.seen if one.status >= 500]

    def unescaped(self) -> list[str]:
        return [
            f"{one.address} as {self.asker}" for one in self.crawl.seen if one.is_page and PROBE_TAKEN.search(one.text)
        ]


def own_pages(planted: Planted, key: str) -> tuple[str, ...]:
    """The pages of the customer who looks around, by their signed links."""
    request, chat = token_of(planted.own, key=key), token_of(planted.own_chat, key=key)
    pages = (f"requests/{request}", f"chat/{chat}", f"chat/{chat}/state", f"waiting/{request}", f"survey/{request}")
    return tuple(f"/help/en/{page}" for page in pages)


def walk(app: Flask, client: FlaskClient, starts: Iterable[str], each: int) -> Crawl:
    """All that links lead to, and every route that can be guessed."""
    crawl = Crawl(app, client, each=each)
    crawl.follow([*starts, *_guessed(app)])
    return crawl


def look_around(crawl: Crawl, known: Iterable[str]) -> None:
    """Ask for all that is known to be there, once for each endpoint with every hope and claim, and search for the secrets."""
    for address in known:
        if address not in crawl.addresses:
            crawl.fetch(address)
    dice, tried = random.Random(3), set[str | None]()
    for address in sorted(crawl.addresses):
        endpoint = crawl.endpoint_of(address)
        if endpoint not in tried and endpoint != "static":
            tried.add(endpoint)
            crawl.fetch(with_parameters(address, **HOPES))
            crawl.fetch(address, headers=CLAIMS)
            question = dice.choice(QUESTIONS)
            crawl.fetch(with_parameters(address, q=question, text=question, about=question, typed=question, typing="1"))
    for question in QUESTIONS:
        for place in SEARCHES:
            crawl.fetch(with_parameters(place, q=question, text=question))
        crawl.note("/api/v1/ask", crawl.client.post("/api/v1/ask", json={"text": question}))


def send_forms(crawl: Crawl, csrf: Csrf) -> None:
    """Every form that was found, its empty fields filled with a question."""
    dice = random.Random(4)
    for form in list(crawl.forms.values()):
        if form.method == "POST" and form.action != "/logout":
            _send(crawl, form, csrf, dice.choice(QUESTIONS))


def _send(crawl: Crawl, form: Form, csrf: Csrf, text: str) -> None:
    filled = {name: value or text for name, value in form.fields}
    answer = crawl.client.post(form.action, data=filled, headers=csrf(crawl.client))
    crawl.note(f"POST {form.action}", answer)
    if answer.location and crawl.endpoint_of(answer.location):
        crawl.fetch(answer.location)


def _guessed(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            for number in _NUMBERS if rule.arguments - _NAMES.keys() else _NUMBERS[:1]:
                yield _built(app, rule, {name: _NAMES.get(name, number) for name in rule.arguments})


def _built(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))
