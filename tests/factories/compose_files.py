"""Compose files as `docker compose --file … --file …` reads them: variables filled in, maps joined, lists added to."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}")


def read_compose(*paths: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """All files as one. Raises KeyError for a variable that has to be set and is not."""

    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        return environment[name] if default is None else environment.get(name) or default

    def join(first: Any, second: Any) -> Any:
        if isinstance(first, dict) and isinstance(second, dict):
            return first | {key: join(first[key], value) if key in first else value for key, value in second.items()}
        return first + second if isinstance(first, list) and isinstance(second, list) else second

    joined: dict[str, Any] = {}
    for path in paths:
        joined = join(joined, yaml.safe_load(_VARIABLE.sub(value, path.read_text("utf-8"))))
    return joined
