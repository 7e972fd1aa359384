"""Whatever is sent to the API, there is an answer in words, and never a fault of ours."""

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CONVERSATIONS = "/api/v1/desk/conversations"
Token = Callable[[str], dict[str, str]]
_NUMBERS = itertools.count(1)
_NAMES = """
external_id channel customer subject metadata name email phone language role text sent_at messages turns transcript limit
closed swapped lang search_id kind document conversation_id
"""
ODD = [
    "",
    " ",
    "chat",
    "customer",
    "agent",
    "note",
    "\0",
    "\ud800",
    "𝕏",
    "x" * 3000,
    "९८१२३४५६७८",
    "+919812345678",
    "a@b.example",
    "2026-01-02T10:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "<script>alert(1)</script>",
    "99999999999999999999",
]
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**62, max_value=2**90),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(ODD),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_NAMES.split()), st.text(max_size=10)), inner, max_size=6),
    ),
    max_leaves=20,
)
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(_NAMES.split()), VALUES, max_size=8).map(json.dumps),
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["customer", "agent", "note", "system"]),
            "text": st.one_of(st.text(min_size=1), PLAIN),
        },
        optional={"external_id": PLAIN, "sent_at": PLAIN},
    ).map(json.dumps),
    st.fixed_dictionaries(
        {"channel": st.one_of(st.just("chat"), PLAIN)},
        optional={"external_id": PLAIN, "customer": VALUES, "subject": PLAIN, "metadata": VALUES},
    ).map(json.dumps),
    VALUES.map(json.dumps),
    st.text(max_size=50),
    st.binary(max_size=50),
    st.sampled_from(
        [
            "[" * 100_000,
            '{"channel":' * 50_000,
            '{"channel": "chat", "metadata": ' + '{"a":' * 400 + "1" + "}" * 400 + "}",
            '{"channel": "chat", "metadata": {"a": NaN, "b": Infinity, "c": 1e400}}',
            '{"role": "customer", "text": "x", "sent_at": 1e308}',
            '{"role": "customer", "text": "x", "sent_at": NaN}',
            '{"role": "customer", "text": "half \\ud83d"}',
            '{"channel": "chat", "customer": {"phone": ' + "9" * 4000 + "}}",
            '{"channel": "chat", "customer": {"phone": ' + "9" * 5000 + "}}",
            b'{"channel": "\xff\xfe"}',
            '{"a": 1' * 3,
        ]
    ),
)


def send(client: FlaskClient, path: str, body: str | bytes, headers: dict[str, str]) -> tuple[int, Any]:
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    number = next(_NUMBERS)  # every request from an address of its own: limits are not what is tried
    address = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    answer = client.post(path, data=data, content_type="application/json", headers=headers, environ_overrides=address)
    return answer.status_code, answer.get_json()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, turn=st.integers(0, 1000))
def test_any_body_is_answered(app: Flask, client: FlaskClient, token: Token, body: str | bytes, turn: int) -> None:
    paths = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and "POST" in (rule.methods or ())
    )
    assert CONVERSATIONS in paths
    headers = _headers(token)
    number = send(client, CONVERSATIONS, '{"channel": "chat", "external_id": "fuzz"}', headers)[1]["id"]
    path = re.sub(r"<[^>]+>", str(number), paths[turn % len(paths)])
    status, said = send(client, path, body, headers)
    assert status in {200, 201, 400, 403, 404, 413, 415, 422}, (path, status, said)
    assert isinstance(said, dict)
    if status >= 400:
        assert said["status"] == status
    shown = client.get(f"{CONVERSATIONS}/{number}", headers=headers)
    assert shown.status_code == 200


def _headers(token: Token, made: dict[int, dict[str, str]] = {}) -> dict[str, str]:  # noqa: B006
    """One token for all examples of a test: making one costs a hash."""
    if id(token) not in made:
        made.clear()
        made[id(token)] = token("rep")
    return made[id(token)]
