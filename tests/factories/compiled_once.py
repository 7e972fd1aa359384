"""What Flask and SQLAlchemy compile again for each application and database from the same text is compiled once in a run.

Each test has an application and a database of its own. Without this, half of the time of a test that opens one page goes into
compiling the same templates, addresses and statements as the test before it.
"""

from collections.abc import Callable, MutableMapping
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_MOST_STATEMENTS = 10_000


class CompiledTemplates(BytecodeCache):
    """Compiled templates by name and content, as jinja2 keeps them in files, but in memory and ready for use."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


class CompiledStatements(MutableMapping[Any, Any]):
    """SQLAlchemy's cache of compiled statements for all databases of a kind: it keeps those of each engine apart, since a dialect
    may be set up in many ways, but the engines of tests are all set up alike."""

    def __init__(self) -> None:
        self._known: LRUCache[Any, Any] = LRUCache(_MOST_STATEMENTS)

    def __getitem__(self, key: tuple[Dialect, Any]) -> Any:
        return self._known[_of_kind(key)]

    def __setitem__(self, key: tuple[Dialect, Any], compiled: Any) -> None:
        self._known[_of_kind(key)] = compiled

    def __delitem__(self, key: tuple[Dialect, Any]) -> None:
        del self._known[_of_kind(key)]

    def __iter__(self) -> Any:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _of_kind(key: tuple[Dialect, Any]) -> tuple[Any, ...]:
    dialect, *more = key
    return (type(dialect), *more)


def compile_once() -> None:
    """From here on, for every application that is made in this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    _parse_addresses_once()
    _build_addresses_once()


def _parse_addresses_once() -> None:
    compile_rule = Rule.compile
    parsed: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def compile_or_copy(rule: Rule) -> None:
        assert rule.map is not None
        # All that goes into the parts; the function that builds an address belongs to the rule itself.
        key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, *rule.map.converters.values())
        if key not in parsed:
            given = set(rule.arguments)
            compile_rule(rule)
            parsed[key] = (rule._parts, rule._trace, rule._converters, rule.arguments - given)
            return
        rule._parts, rule._trace, rule._converters, arguments = parsed[key]
        rule.arguments |= arguments
        rule._build = rule._compile_builder(False).__get__(rule, None)
        rule._build_unknown = rule._compile_builder(True).__get__(rule, None)

    Rule.compile = compile_or_copy  # type: ignore[method-assign]


def _build_addresses_once() -> None:
    compile_builder = Rule._compile_builder
    builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}

    def builder_of(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:  # written into the function by converters
            return compile_builder(rule, append_unknown)
        # All that goes into the function, which gets the rule itself when it is called.
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = builder_of  # type: ignore[method-assign]
