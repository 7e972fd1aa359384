"""The command `kb`. Each subcommand lives in a module of its own and is imported only when it is called,

so that `kb --help` answers at once (a guard test holds this: nothing heavy may be imported here).
"""

import atexit
import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

# name: (module, what the overview says). The overview is kept here so that it needs no import.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("webapp.commands.init", "Create or upgrade the database."),
    "db": ("webapp.commands.db", "The database as a whole: copy it to PostgreSQL or back."),
    "setup": ("webapp.commands.setup", "Everything `kb serve` needs: model, database, sample content, index."),
    "serve": ("webapp.commands.serve", "Run the production server, and one worker beside it."),
    "worker": ("webapp.commands.worker", "Run one more worker, here or on another machine."),
    "user": ("webapp.commands.user", "Add people and set their roles and passwords."),
    "customer": ("webapp.commands.customer", "Hand out or erase all that is stored about one customer."),
    "audit": ("webapp.commands.audit", "Security events: check that none was altered, hand them out."),
    "articles": ("webapp.commands.articles", "Bring articles in and keep a folder in step."),
    "tickets": ("webapp.commands.tickets", "Import resolved tickets, redacted."),
    "model": ("webapp.commands.model", "Prepare or check the bundled encoder."),
    "index": ("webapp.commands.index", "Bring the search collections up to date."),
    "search": ("webapp.commands.search", "Search as a customer or a rep would."),
    "assist": ("webapp.commands.assist", "Suggestions for a conversation."),
    "gaps": ("webapp.commands.gaps", "What nobody could find, grouped."),
    "webhook": ("webapp.commands.webhook", "Other systems that are told of replies and states."),
    "jobs": ("webapp.commands.jobs", "What runs, what waits, what failed; run again, cancel."),
    "eval": ("webapp.commands.evaluate", "Measure search on a dataset folder."),
    "calibrate": ("webapp.commands.calibrate", "Fit the confidence on labelled searches."),
    "bench": ("webapp.commands.bench", "Latency, throughput and memory beside the bare encoder."),
    "backup": ("webapp.commands.backup", "Everything into one file, while the server runs."),
    "restore": ("webapp.commands.restore", "An installation from a backup, in an empty place."),
    "sample": (
        "webapp.commands.sample",
        "The sample's customers: play one, remove all, with the invented figures and searches.",
    ),
    "extension": ("webapp.commands.extension", "The browser's side panel beside another help desk."),
    "doctor": ("webapp.commands.doctor", "What is wrong with this installation, in plain words."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kb-assist", prog_name="kb")
def kb() -> None:
    """Knowledge-base search and rep assist."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `kb`. Errors made for people become one line on standard error; Ctrl-C ends quietly with status 130."""
    # Imported late: `kb --help` needs neither.
    from kb.core.errors import KbError

    # The process ends, and its memory with it: looking through hundreds of thousands of objects for garbage once more, which the
    # interpreter does then, takes a fifth of the time of a command that searches.
    atexit.register(gc.freeze)
    try:
        result: Any = kb.main(args=arguments, prog_name="kb", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _fail("Stopped. What was finished is kept; run the same command again to go on.", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KbError as error:
        _fail(" ".join(str(error).split()), 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        from webapp.commands.trouble import storage_trouble

        line = storage_trouble(error)
        if line is None:
            raise
        _fail(line, 1)
    sys.exit(result if isinstance(result, int) else 0)


def _fail(line: str, status: int) -> None:
    click.echo(f"kb: {line}", err=True)
    sys.exit(status)
