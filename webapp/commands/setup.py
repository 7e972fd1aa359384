"""`kb setup`: from an empty folder to a server that can be started, with the sample shop in it. Each step is done once."""

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.core.settings import Settings, load_settings
from webapp.shared.sample_shop import (
    DEMO_PEOPLE,
    SAMPLE_ARTICLES,
    SAMPLE_CONVERSATIONS,
    SAMPLE_FLOWS,
    SAMPLE_MACROS,
    SAMPLE_SCRIPTS,
    SAMPLE_SEARCHES,
    SAMPLE_TICKETS,
    SAMPLE_TRAINING,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.command()
def command() -> None:
    """Do everything that `kb serve` needs: encoder, database, sample content, index, demo people and their customers.

    What is there already is left alone. Stop it at any time: running it again goes on.
    """
    from webapp.commands.console import connect_database

    settings = load_settings()
    make_encoder(settings)
    engine = connect_database(settings)
    make_database(engine)
    if add_sample_content(settings, engine):
        click.echo("Sample articles and tickets are in.")
    update_index(settings, engine)
    add_demo_people(settings, engine)
    add_sample_conversations(settings, engine)
    add_sample_macros(settings, engine)
    add_sample_flows(settings)
    add_sample_history(settings, engine)
    add_sample_training(settings, engine)
    add_sample_gaps(settings, engine)
    show_demo_logins(settings)


def make_encoder(settings: Settings) -> None:
    from indexer.encoders.bundled_model import ensure_bundled_model, is_bundled, is_bundled_model_ready
    from webapp.commands.console import progress_bar

    if not is_bundled(settings) or is_bundled_model_ready(settings):
        return
    with step("Language model: fetching and converting it, about a minute"), progress_bar("Language model") as advance:
        ensure_bundled_model(settings, lambda _what, share: advance(int(share * 100), 100))


def make_database(engine: "Engine") -> None:
    from kb.tables.migrations import upgrade_database

    if not upgrade_database(engine).is_usable:
        click.echo("Database ready.")


def add_sample_content(settings: Settings, engine: "Engine") -> bool:
    """Put the sample shop in where there is nothing else. Returns whether anything was read.

    A knowledge base with articles of its own is left alone: nobody wants lamps and kettles among them.
    """
    from kb.articles.queries import has_only
    from kb.core.database import session_scope

    stamp = _content_stamp(settings)
    wanted = _fingerprint(SAMPLE_ARTICLES)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return False
    with session_scope(engine) as session:
        if not has_only(session, str(SAMPLE_ARTICLES.resolve())):
            return False
    with step("Sample articles"):
        _add_articles(settings, engine)
    with step("Sample tickets"):
        _add_tickets(settings, engine)
    stamp.write_text(wanted, encoding="ascii")
    return True


def update_index(settings: Settings, engine: "Engine") -> None:
    from indexer.backends.opening import open_backend
    from indexer.fingerprint import expected_fingerprint
    from indexer.status import index_status
    from kb.core.database import session_scope
    from webapp.commands.console import progress_bar

    backend = open_backend(settings)
    with session_scope(engine) as session:
        status = index_status(session, backend)
    fingerprint = expected_fingerprint(settings)
    if fingerprint is not None and status.is_current(fingerprint):
        return
    with step("Index: reading and encoding, a minute or so"), progress_bar("Documents") as advance:
        # Imported only when there is something to do: it takes seconds to load.
        from indexer.encoders.opening import open_encoder
        from indexer.updating import bring_up_to_date

        bring_up_to_date(engine, backend, open_encoder(settings), advance, compare=True)


def add_demo_people(settings: Settings, engine: "Engine") -> None:
    """Two reps, a trainer and an administrator with random passwords, where nobody else is."""
    from kb.accounts.passwords import generate_password
    from kb.accounts.people import create_user, list_users
    from kb.core.database import session_scope
    from kb.tables import Role

    with session_scope(engine) as session:
        there = {user.email for user in list_users(session)}
        missing = [person for person in DEMO_PEOPLE if person.email not in there]
        if not missing or there - {person.email for person in DEMO_PEOPLE}:
            return
        lines = []
        for person in missing:
            password = generate_password()
            create_user(session, person.email, Role(person.role), password, name=person.name)
            lines.append(f"{person.role:<8} {person.email:<26} {password}")
        # Written before the commit: people whose passwords nobody has would be of no use.
        path = _demo_file(settings)
        before = path.read_text("utf-8") if path.exists() else ""
        _write_private(path, before + "\n".join(lines) + "\n")


def add_sample_conversations(settings: Settings, engine: "Engine") -> int:
    """Fill the desk of the sample shop, once: never again after `kb sample remove`, and never where real people work or
    customers have written. Returns how many conversations came in.
    """
    from kb.accounts.people import list_users
    from kb.core.database import session_scope
    from kb.service.sample import has_conversations, read_conversations, store_sample

    stamp = settings.home / "sample-conversations"
    if stamp.exists() or not _content_stamp(settings).exists():
        return 0
    with session_scope(engine) as session:
        ids = {user.email: user.id for user in list_users(session)}
        people = {person.key: ids[person.email] for person in DEMO_PEOPLE if person.email in ids}
        if not people or len(people) < len(ids) or has_conversations(session):
            return 0
        with step("Sample customers and conversations"):
            stored = store_sample(
                session,
                read_conversations(SAMPLE_CONVERSATIONS),
                people,
                region=settings.phone_region,
                zone=settings.time_zone,
            )
            session.commit()
    stamp.write_text(f"{stored}\n", encoding="ascii")
    return stored


def add_sample_macros(settings: Settings, engine: "Engine") -> int:
    """Texts that the sample shop sends often, once, where nobody has made any. Returns how many came in."""
    from kb.core.database import session_scope
    from kb.service.sample import has_macros, store_sample_macros

    stamp = settings.home / "sample-macros"
    if stamp.exists() or not _content_stamp(settings).exists():
        return 0
    with session_scope(engine) as session:
        stored = 0 if has_macros(session) else store_sample_macros(session, SAMPLE_MACROS)
        session.commit()
    stamp.write_text(f"{stored}\n", encoding="ascii")
    return stored


def add_sample_flows(settings: Settings) -> int:
    """Flows of steps of the sample shop, once, where there are none. Returns how many came in."""
    if settings.flows_dir.exists() or not _content_stamp(settings).exists():
        return 0
    return len(list(shutil.copytree(SAMPLE_FLOWS, settings.flows_dir).glob("*.yaml")))


def add_sample_history(settings: Settings, engine: "Engine") -> int:
    """An invented quarter for the studio's numbers, once, and never where somebody has searched. Returns how many rows came
    in."""
    from kb.core.clock import utc_now
    from kb.core.database import session_scope
    from kb.insight.numbers import has_searches, store_sample_history

    stamp = settings.home / "sample-history"
    if stamp.exists() or not _content_stamp(settings).exists():
        return 0
    with session_scope(engine) as session:
        today = utc_now().astimezone(settings.time_zone).date()
        stored = 0 if has_searches(session) else store_sample_history(session, today)
        session.commit()
    stamp.write_text(f"{stored}\n", encoding="ascii")
    return stored


def add_sample_training(settings: Settings, engine: "Engine") -> int:
    """Cases, paths and exercises of the sample shop, once, where nobody practises yet. Returns how many cases came in."""
    from kb.accounts.people import list_users
    from kb.core.database import session_scope
    from kb.insight.training.sample import has_practised, store_sample_training

    stamp = settings.home / "sample-training"
    if stamp.exists() or not _content_stamp(settings).exists():
        return 0
    with session_scope(engine) as session:
        ids = {user.email: user.id for user in list_users(session)}
        people = {person.key: ids[person.email] for person in DEMO_PEOPLE if person.email in ids}
        reps = [people[key] for key in ("rep", "rep2") if key in people]
        stored = 0
        if reps and not has_practised(session):
            region = settings.phone_region
            stored = store_sample_training(session, SAMPLE_TRAINING, reps, people.get("trainer"), region=region)
        session.commit()
    stamp.write_text(f"{stored}\n", encoding="ascii")
    return stored


def add_sample_gaps(settings: Settings, engine: "Engine") -> int:
    """What visitors of the sample shop looked for in vain, sorted into gaps, once, and never where somebody has searched.
    Returns how many searches came in."""
    from indexer.runtime import SearchRuntime
    from kb.core.database import session_scope
    from kb.insight.gaps.sample import store_sample_searches
    from kb.insight.numbers import has_searches
    from kb.jobs.kind import JobContext
    from kb.search.types import Audience
    from webapp.worker.gaps import run
    from webapp.worker.tools import WorkerTools

    stamp = settings.home / "sample-gaps"
    if stamp.exists() or not _content_stamp(settings).exists():
        return 0
    stored = 0
    with session_scope(engine) as session:
        is_new = not has_searches(session)
    if is_new:
        with step("What the sample shop has no answer to"):
            tools = WorkerTools(settings, engine)
            runtime: SearchRuntime = tools.runtime
            with session_scope(engine) as session:
                stored = store_sample_searches(session, SAMPLE_SEARCHES, runtime.searcher(Audience.CUSTOMER))
            run(tools, JobContext(engine, {}, lambda _done, _total: None))
    stamp.write_text(f"{stored}\n", encoding="ascii")
    return stored


def show_demo_logins(settings: Settings) -> None:
    path = _demo_file(settings)
    if path.exists():
        click.echo(f"\nDemo log-ins (first passwords, kept in {path}):")
        for line in path.read_text(encoding="utf-8").splitlines():
            click.echo(f"  {line}")
        click.echo("")


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    started = time.monotonic()
    click.echo(f"{what} …")
    yield
    click.echo(f"  done in {time.monotonic() - started:.1f} s")


def _add_articles(settings: Settings, engine: "Engine") -> None:
    from kb.articles import store_report, sync_folder
    from kb.core.database import session_scope
    from webapp.commands.console import progress_bar

    with session_scope(engine) as session, progress_bar("Articles") as advance:
        report = sync_folder(
            session,
            SAMPLE_ARTICLES,
            default_language=settings.languages[0],
            languages=settings.languages,
            author="sample",
            progress=advance,
            checkpoint=session.commit,
        )
        store_report(session, "sync", str(SAMPLE_ARTICLES), report)
    for rejection in (*report.rejected, *report.conflicts):
        click.echo(f"  {rejection}", err=True)


def _add_tickets(settings: Settings, engine: "Engine") -> None:
    from kb.core.database import session_scope
    from kb.tickets import import_tickets, load_requester_key
    from webapp.commands.console import progress_bar

    with session_scope(engine) as session, progress_bar("Tickets") as advance:
        report = import_tickets(
            session,
            SAMPLE_TICKETS,
            "zendesk",
            requester_key=load_requester_key(settings.home, settings.secret_key),
            region=settings.phone_region,
            progress=advance,
            checkpoint=session.commit,
        )
    for rejection in report.rejected:
        click.echo(f"  {rejection}", err=True)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    others = {SAMPLE_CONVERSATIONS, SAMPLE_SCRIPTS, SAMPLE_SEARCHES}  # they come by a way of their own
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path not in others):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _content_stamp(settings: Settings) -> Path:
    return settings.home / "sample-content"


def _demo_file(settings: Settings) -> Path:
    return settings.home / "demo-logins.txt"


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
