"""What the commands for articles have in common: options, and what is said at the end."""

import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import click

from kb.core.settings import Settings
from webapp.commands.searchable import bring_index_up_to_date

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from kb.articles import SyncReport

Command = Callable[..., Any]


def open_session(engine: "Engine") -> "Session":
    """Closed at the end of its block, which undoes what was not committed."""
    from sqlalchemy.orm import Session

    return Session(engine, expire_on_commit=False)


def options_of_reports(*, language: str) -> Callable[[Command], Command]:
    """The options of commands that bring articles in. `language` says of which articles `--language` is."""
    options = (
        click.option("--language", default="", help=f"{language}; default: the first of KB_LANGUAGES."),
        click.option("--dry-run", is_flag=True, help="Say what would be done and do nothing."),
        click.option(
            "--no-index", is_flag=True, help="Leave the search collections as they are (then type: kb index)."
        ),
        click.option(
            "--all", "show_all", is_flag=True, help="Show every warning with its line, not one line for each kind."
        ),
        json_option,
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")


def finish(
    report: "SyncReport",
    settings: Settings,
    engine: "Engine",
    *,
    dry_run: bool,
    no_index: bool,
    show_all: bool,
    as_json: bool,
) -> int:
    """Print the report and make the changes searchable; the exit status."""
    print_lines(report, show_all=show_all)
    if as_json:
        click.echo(json.dumps({**report.to_json(), "dry_run": dry_run}, ensure_ascii=False, indent=2))
    else:
        click.echo(summary(report, dry_run))
    is_indexed = dry_run or no_index or bring_index_up_to_date(settings, engine, "article")
    return 0 if report.is_clean and is_indexed else 1


def print_lines(report: "SyncReport", *, show_all: bool = False) -> None:
    """Every rejected file and every conflict on a line of its own; of warnings one line for each kind, or all of them."""
    for rejection in report.rejected:
        click.echo(str(rejection), err=True)
    for conflict in report.conflicts:
        click.echo(f"{conflict} (conflict)", err=True)
    for kind, warnings in report.kinds().items():
        if show_all or len(warnings) == 1:
            for warning in warnings:
                click.echo(f"{warning} (warning)", err=True)
        else:
            files = len({warning.path for warning in warnings})
            click.echo(f"{kind}: {len(warnings)} in {files} files, such as {warnings[0]} (warning)", err=True)
    if not show_all and any(len(warnings) > 1 for warnings in report.kinds().values()):
        click.echo("To see every warning, type the command again with --all or --json.", err=True)
    if report.conflicts:
        click.echo(
            "To settle conflicts, type the command again with --on-conflict file or --on-conflict article.", err=True
        )


def summary(report: "SyncReport", dry_run: bool = False) -> str:
    """What was done, in one line."""
    counts: dict[str, Collection[object]] = {
        "created": report.created,
        "updated": report.updated,
        "archived": report.archived,
        "files written": report.written,
        "unchanged": report.unchanged,
        "in conflict": report.conflicts,
        "rejected": {rejection.path for rejection in report.rejected},
    }
    always = {"created", "updated", "unchanged"}
    parts = [f"{len(found)} {name}" for name, found in counts.items() if found or name in always]
    return ("Nothing done; it would be: " if dry_run else "Articles: ") + ", ".join(parts) + "."
