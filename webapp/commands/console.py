"""What the commands share: the consoles, a database that is checked before it is used, progress of long steps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from sqlalchemy import Engine

from kb.core.database import create_database_engine
from kb.core.home import make_home
from kb.core.settings import Settings
from kb.tables.database_state import database_state

if TYPE_CHECKING:
    from kb.search.safety import SafetyWarning
    from kb.search.types import Result

# Figures and tables go to standard output; what is only for a person who watches goes to standard error.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def connect_database(settings: Settings) -> Engine:
    """The engine of a database in any state; its connections are closed when the command ends. KB_HOME is there after it, before
    anything is put into it: made by the way, it would be open to others, and the next start refused."""
    make_home(settings.home)
    engine = create_database_engine(settings)
    if context := click.get_current_context(silent=True):
        context.call_on_close(engine.dispose)
    return engine


def open_database(settings: Settings) -> Engine:
    """The engine of an up-to-date database. Raises ConfigurationError with the command that helps."""
    engine = connect_database(settings)
    database_state(engine).require_usable()
    return engine


def print_result(number: int, result: "Result", note: str = "", *, marked: bool = False) -> None:
    """One result for people: its place, title, where it is, and what answers. marked: underline it."""
    out.print(f"{number:>3}. ", end="")
    out.print(result.title, style="bold", markup=False, end="")
    note += " · less likely" if result.less_likely else ""
    out.print(f"  {result.audience}{note} · {result.section_url}", style="dim", markup=False)
    if result.answer and result.answer.kind != "sentence":
        for line in result.answer.to_copy.splitlines():
            out.print(f"     {line}", markup=False)
        return
    start, end = result.mark
    out.print(f"     {result.snippet[:start]}", markup=False, end="")
    out.print(result.snippet[start:end], style="underline" if marked else "", markup=False, end="")
    out.print(result.snippet[end:], markup=False)


def print_safety(warning: "SafetyWarning") -> None:
    """What is to be said before anything else, for people."""
    out.print(f"Safety first ({warning.kind}): ", style="bold red", markup=False, end="")
    out.print(
        f"{' '.join(message.text for message in warning.messages[:1])} [{', '.join(warning.numbers)}]", markup=False
    )


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, driven by (done, total). It shows nothing where nobody watches."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance
