"""Requests that the OpenAPI document allows, and such that it does not, made by schemathesis; what is wrong with the answers.

Known ids and names (of a conversation, an article, a search) stand in place of invented ones in half of the requests: an invented
id comes no further than "there is none".
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass
class Findings:
    """What was asked and what came of it."""

    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class EachFromElsewhere:
    """Every request from an address of its own: limits are not what is tried."""

    def __init__(self, wsgi_app: Callable[..., Any]) -> None:
        self.wsgi_app, self.number = wsgi_app, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.number += 1
        environ["REMOTE_ADDR"] = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        return self.wsgi_app(environ, start_response)


def fuzz(
    schema: Any,
    askers: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Sequence[Any]],
    *,
    examples: int,
    chance: int = 0,
    per_request: Callable[[], Mapping[str, str]] = dict,
) -> Findings:
    """Ask every operation `examples` times as each asker, once with what the document allows and once with what it does not.

    schema: as schemathesis loads it. askers: headers by name. known: values by the name of a parameter or a field. chance: the
    same number makes the same requests. per_request: further headers.
    """
    found = Findings()
    for operation in operations_of(schema):
        for asker, headers in askers.items():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                dice = random.Random(f"{chance} {operation.label} {asker} {mode}")

                def ask(case: Case, asker: str, headers: Mapping[str, str], dice: random.Random) -> None:
                    put_known(case, known, dice)
                    _send(case, {**headers, **per_request()}, asker, found)

                bound = partial(ask, asker=asker, headers=headers, dice=dice)
                _for_each(operation.as_strategy(generation_mode=mode), bound, examples, dice.getrandbits(60))
    return found


def _for_each(strategy: Any, act: Callable[[Case], None], examples: int, chance: int) -> None:
    @seed(chance)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def run(case: Case) -> None:
        act(case)

    with suppress(Unsatisfiable):  # the document allows everything: nothing wrong can be made from it
        run()


def operations_of(schema: Any) -> Iterator[Any]:
    for result in schema.get_all_operations():
        yield result.ok()


def put_known(case: Case, known: Mapping[str, Sequence[Any]], dice: random.Random) -> None:
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            for name in values.keys() & known.keys():
                if dice.random() < 0.5:
                    values[name] = dice.choice(known[name])


def _send(case: Case, headers: Mapping[str, str], asker: str, found: Findings) -> None:
    # What the schema says of signing in is generated too; who asks is decided here.
    for name in [name for name in case.headers if name.lower() in {"authorization", "cookie", "x-csrftoken"}]:
        del case.headers[name]
    case.cookies.clear()
    found.requests += 1
    response = case.call(headers={**headers, "Accept-Encoding": "identity"})
    found.statuses[str(response.status_code)] += 1
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        found.wrong += [_say(case, asker, response.status_code, failure) for failure in group.exceptions]
    except Failure as failure:
        found.wrong.append(_say(case, asker, response.status_code, failure))


def _say(case: Case, asker: str, status: int, failure: Any) -> str:
    asked = json.dumps(
        {"path": case.path_parameters, "query": case.query, "body": case.body, "type": case.media_type}, default=repr
    )
    return f"{case.method} {case.operation.path} as {asker}: {status} {failure.title}: {failure.message}\n    {asked[:600]}"


def load_from_app(app: Any) -> Any:
    """The document of an application, whose requests go straight to it."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", EachFromElsewhere(app))
