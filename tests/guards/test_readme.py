"""The README cannot drift: its tables say what the code says."""

import re
from dataclasses import fields
from pathlib import Path

from kb.core.settings import Settings
from webapp.commands import COMMANDS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def rows_below(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def test_table_of_settings_is_that_of_the_code() -> None:
    written = {row[0].strip("`"): row[1:] for row in rows_below("Settings")}
    expected = {
        item.metadata["env"]: [f"`{item.default}`" if item.default else "", item.metadata["description"]]
        for item in fields(Settings)
    }
    assert written == expected


def test_table_of_commands_is_that_of_the_code() -> None:
    written = {row[0].strip("`").removeprefix("kb "): row[1] for row in rows_below("Commands")}
    assert written == {name: summary for name, (_, summary) in COMMANDS.items()}


def test_every_dependency_is_pinned() -> None:
    import tomllib

    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {line.split("==")[0] for line in (root / "constraints.txt").read_text().splitlines() if "==" in line}
    wanted = {
        re.sub(r"[-_.]+", "-", re.split(r"[<>=\[; ]", requirement)[0]).lower()
        for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    }
    assert wanted <= pinned


def test_torch_is_pinned_to_the_measured_release() -> None:
    assert "\ntorch==2.13.0\n" in (Path(__file__).parents[2] / "constraints.txt").read_text()


def test_quick_start_names_targets_that_there_are() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", README))
    assert {"run", "setup", "test"} <= named <= targets
