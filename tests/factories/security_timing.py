"""What security takes of usual requests: each layer timed inside them, and what all add: the same request without them."""

import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from people_factory import ADDRESSES, PASSWORD
from security_layers import LAYERS, Clock, How, watched
from werkzeug.test import TestResponse

from kb.tables import Role

# Rounds after which counts of limits begin anew: some may be asked for 300 times a minute, each round asks three times.
_ROUNDS_BEFORE_LIMIT = 40
# What the promise is about; what is written down in the audit trail is told beside it.
WRITTEN_DOWN = "form that is written down: log out elsewhere"


@dataclass(frozen=True)
class Part:
    """Milliseconds: of the processor, and of wall. The median of all requests of a kind, and what one of twenty exceeds."""

    cpu: float
    cpu_p95: float
    wall: float
    wall_p95: float


@dataclass(frozen=True)
class Cost:
    """Of one kind of request. timed: all layers; added: what a request takes longer with them than without, median of pairs."""

    layers: dict[str, Part]
    timed: Part
    whole: Part
    added_cpu: float
    added_wall: float


Ask = Callable[[], TestResponse]


class _Asked:
    """The requests of one kind so far, as (wall, processor)."""

    def __init__(self) -> None:
        self.whole: dict[How, list[tuple[float, float]]] = {how: [] for how in How}
        self.spent: list[dict[str, tuple[float, float]]] = []

    def cost(self) -> Cost:
        pairs = list(zip(self.whole[How.WITH], self.whole[How.WITHOUT], strict=True))
        added = [statistics.median(with_[index] - without[index] for with_, without in pairs) for index in (0, 1)]
        none = (0.0, 0.0)
        return Cost(
            {layer: _part([one.get(layer, none) for one in self.spent]) for layer in LAYERS},
            _part([(sum(wall for wall, _ in one.values()), sum(cpu for _, cpu in one.values())) for one in self.spent]),
            _part(self.whole[How.WITH]),
            added_cpu=added[1],
            added_wall=added[0],
        )


def _part(found: list[tuple[float, float]]) -> Part:
    walls, cpus = zip(*found, strict=True)
    return Part(statistics.median(cpus), _p95(cpus), statistics.median(walls), _p95(walls))


def _p95(found: Sequence[float]) -> float:
    return sorted(found)[int(0.95 * len(found))]


def measure(app: Flask, clock: Clock, kinds: dict[str, Ask], times: int) -> dict[str, Cost]:
    """Ask for each in turn, in each way in turn: whatever else the machine does meets all of them alike.

    Raises AssertionError for an answer that is none.
    """
    asked = {kind: _Asked() for kind in kinds}
    warm = max(3, times // 10)
    for number in range(warm + times):
        if number % _ROUNDS_BEFORE_LIMIT == 0:
            app.extensions["kb_limiter"].storage.reset()
        for kind, ask in kinds.items():
            # Each way is first, second and last equally often; the first round fills what is said again without layers.
            for how in (*list(How)[number % 3 :], *list(How)[: number % 3]):
                clock.begin(how, kind)
                wall, cpu = time.perf_counter(), time.thread_time()
                answer = ask()
                took = (1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - cpu))
                assert answer.status_code in {200, 303}, answer.text[:500]
                if number >= warm:
                    asked[kind].whole[how].append(took)
                    if how is How.TIMED:
                        asked[kind].spent.append(clock.spent())
    return {kind: one.cost() for kind, one in asked.items()}


def measure_usual_requests(app: Flask, token: str, times: int) -> dict[str, Cost]:
    """By what is asked. The application has the people of people_factory and an article `refunds` in English; token: of a rep."""
    reader, customer, program = app.test_client(), app.test_client(), app.test_client()
    rep, writer, trainer, admin = (_log_in(app, role) for role in (Role.REP, Role.REP, Role.TRAINER, Role.ADMIN))
    bearer = {"Authorization": f"Bearer {token}"}
    pin = {"csrf_token": _token_of(writer, "/account/"), "document": "article:1", "pinned": "1"}
    elsewhere, text = {"csrf_token": _token_of(admin, "/account/")}, {"text": "It takes five days."}
    cookie = admin.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie

    def log_out_elsewhere() -> TestResponse:
        # As it was: else it would hold one more word to show with each.
        admin.set_cookie(cookie.key, cookie.value)
        return admin.post("/account/sessions", data=elsewhere)

    kinds: dict[str, Ask] = {
        "page of a customer: an article": lambda: reader.get("/help/en/articles/refunds"),
        "page of a rep: the desk": lambda: rep.get("/desk/"),
        "page of a trainer: articles": lambda: trainer.get("/studio/articles/"),
        "form of a rep: pin": lambda: writer.post("/desk/pins", data=pin),
        "API, by everybody: search": lambda: customer.get("/api/v1/search?q=refund"),
        "API, by a token: search": lambda: program.get("/api/v1/desk/search?q=refund", headers=bearer),
        "API, by a token: check of a text": lambda: program.post("/api/v1/desk/check", json=text, headers=bearer),
        WRITTEN_DOWN: log_out_elsewhere,
    }
    with watched(app) as clock:
        return measure(app, clock, kinds, times)


def _log_in(app: Flask, role: Role) -> FlaskClient:
    """As people do, so that the cookie is what theirs is."""
    client = app.test_client()
    form = {"csrf_token": _token_of(client, "/login"), "email": ADDRESSES[role], "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 302
    return client


def _token_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]
