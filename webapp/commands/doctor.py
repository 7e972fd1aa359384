"""`kb doctor`: what is wrong with this installation, and what to type."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.core.errors import KbError
from kb.core.exposure import is_exposed
from kb.core.settings import PROJECT_ROOT, Settings, load_settings
from webapp.commands.doctor_channels import Found, look_at_held, look_at_mail, look_at_provider, look_at_webhooks
from webapp.commands.doctor_milvus import look_at_milvus
from webapp.commands.doctor_running import look_at_server, look_at_work

# Enough for a second copy of the sample index and a new model; below it, writing a segment may fail half-way.
SCARCE_DISK = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `state` is ok, note (works, but worth knowing) or wrong."""

    state: str
    subject: str
    text: str
    remedy: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 600),
    default=0,
    metavar="N",
    help="Watch the running server for so long, and say what is slow and fails now; default: since its start.",
)
@click.pass_context
def command(ctx: click.Context, as_json: bool, seconds: float) -> None:
    """Look at everything that must be right and at what goes on: what is wrong, slow, waits or fails, and what to type.

    Exit status 1 if something is wrong.
    """
    findings = list(examine(load_settings(), seconds))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            sign, color = {"ok": ("✓", "green"), "note": ("•", "yellow"), "wrong": ("✗", "red")}[finding.state]
            click.echo(f"{click.style(sign, fg=color)} {finding.subject}: {finding.text}")
            if finding.remedy:
                click.echo(f"  → {finding.remedy}")
    wrong = sum(finding.state == "wrong" for finding in findings)
    if wrong:
        if not as_json:
            click.echo(f"\n{wrong} to mend." if wrong > 1 else "\nOne thing to mend.")
        ctx.exit(1)
    if not as_json:
        click.echo("\nNothing is wrong.")


def examine(settings: Settings, seconds: float = 0) -> Iterator[Finding]:
    """All findings, in the order in which they depend on each other. seconds: see `look_at_server`."""
    from kb.core.database import create_database_engine

    yield _python()
    yield from _home(settings)
    yield from _guarded("Secret key", lambda: _secret_key(settings))
    try:
        engine = create_database_engine(settings)
    except KbError as error:
        yield Finding("wrong", "Database", error.message, error.remedy)
        return
    try:
        database = list(_guarded("Database", lambda: _database(engine)))
        yield from database
        yield from _guarded("Encoder", lambda: _model(settings))
        if settings.reranker:
            yield from _guarded("Re-ranker", lambda: _reranker(settings))
        if all(finding.state == "ok" for finding in database):
            milvus = list(_guarded("Milvus", lambda: _channels(look_at_milvus(settings))))
            yield from milvus
            if all(finding.state != "wrong" for finding in milvus):
                yield from _guarded("Index", lambda: _index(settings, engine))
            yield from _guarded("People", lambda: _people(settings, engine))
            yield from _guarded("Safety", lambda: _safety(settings, engine))
            yield from _guarded("Jobs", lambda: _channels(look_at_work(engine)))
            yield from _guarded("Webhooks", lambda: _channels(look_at_webhooks(engine)))
    finally:
        engine.dispose()
    yield from _guarded("Server", lambda: _channels(look_at_server(settings, seconds)))
    yield from _guarded("E-mail", lambda: _channels(look_at_mail(settings)))
    yield from _guarded("Log-in by a provider", lambda: _channels(look_at_provider(settings)))
    yield from _guarded("Requests of customers", lambda: _channels(look_at_held(settings)))
    yield _assets()
    yield _translations(settings)


def _guarded(subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """One part that cannot be looked at must not hide the others."""
    try:
        yield from look()
    except KbError as error:
        yield Finding("wrong", subject, error.message, error.remedy)
    except (OSError, SQLAlchemyError) as error:
        yield Finding("wrong", subject, f"cannot be looked at: {str(error).splitlines()[0]}")


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("ok", "Python", found)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.is_dir():
        yield Finding("wrong", "State", f"{home} is not there yet.", "make setup")
        return
    probe = home / ".writable"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Finding(
            "wrong", "State", f"{home} cannot be written to: {error.strerror}.", f"chown it to yourself: {home}"
        )
        return
    if os.name == "posix" and home.stat().st_mode & 0o077:
        yield Finding("note", "State", f"others on this machine may look into {home}.", f"chmod 700 {home}")
    free = shutil.disk_usage(home).free
    text = f"{home}, {free / 1e9:.1f} GB free"
    if free < SCARCE_DISK:
        yield Finding("wrong", "State", f"{text}: too little to write a new index.", "Free some disk space.")
    else:
        yield Finding("ok", "State", text)


def _secret_key(settings: Settings) -> Iterator[Finding]:
    from webapp.shared.security import load_secret_key

    path = settings.home / "secret_key"
    if not settings.secret_key and not path.exists():
        yield Finding("note", "Secret key", "not there yet; the first start of the server makes it.")
        return
    load_secret_key(settings)
    if not settings.secret_key and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("wrong", "Secret key", f"others may read {path}.", f"chmod 600 {path}")
        return
    yield Finding("ok", "Secret key", "from KB_SECRET_KEY" if settings.secret_key else f"in {path}")


def _database(engine: Engine) -> Iterator[Finding]:
    from kb.tables.database_state import database_state

    state = database_state(engine)
    state.require_usable()
    newer = ", newer than this program, which works with it" if state.is_newer else ""
    yield Finding(
        "ok", "Database", f"{engine.url.render_as_string(hide_password=True)}, migration {state.found}{newer}"
    )


def _model(settings: Settings) -> Iterator[Finding]:
    from indexer.encoders.bundled_model import bundled_model_dir, is_bundled, is_bundled_model_ready

    if not is_bundled(settings):
        yield Finding("ok", "Encoder", f"KB_MODEL={settings.model}")
    elif is_bundled_model_ready(settings):
        yield Finding("ok", "Encoder", f"bundled, in {bundled_model_dir(settings)}")
    else:
        yield Finding("wrong", "Encoder", "the bundled encoder is missing or incomplete.", "make setup")


def _reranker(settings: Settings) -> Iterator[Finding]:
    from indexer.encoders.reranker import open_reranker
    from indexer.second_stage import reranker_calibration_path
    from kb.search.reranker_calibration import load_reranker_calibration

    reranker = open_reranker(settings)
    path = reranker_calibration_path(settings)
    text = f"{reranker.fingerprint}, {settings.reranker_budget * 1000:.0f} ms a search"
    if load_reranker_calibration(path, reranker.fingerprint) is not None:
        yield Finding("ok", "Re-ranker", f"{text}, calibrated in {path}")
        return
    why = "was fitted for another one" if path.exists() else "is not there"
    text = f"{text}. It changes the order, and makes no result surer: {path} {why}."
    yield Finding(
        "note", "Re-ranker", text, "kb calibrate DIR --only-reranker (docs/evaluation.md has the format of DIR)"
    )


def _index(settings: Settings, engine: Engine) -> Iterator[Finding]:
    from indexer.backends.opening import open_backend
    from indexer.fingerprint import expected_fingerprint
    from indexer.status import index_status
    from kb.core.database import session_scope

    with session_scope(engine) as session:
        status = index_status(session, open_backend(settings))
    expected = expected_fingerprint(settings)
    foreign = expected is not None and status.fingerprint not in {None, expected}
    if foreign:
        text = f"vectors of another encoder ({status.fingerprint}) than the one set ({expected})."
        yield Finding("wrong", "Index", text, "kb index, then restart the server")
    for fault in status.faults:
        yield Finding("wrong", "Index", fault, "kb index")
    if status.pending:
        yield Finding(
            "wrong", "Index", f"{status.pending} of {status.documents} documents wait to be indexed.", "kb index"
        )
    elif not foreign and not status.faults:
        yield Finding("ok", "Index", f"{status.documents} documents, nothing waiting")


def _people(settings: Settings, engine: Engine) -> Iterator[Finding]:
    from kb.accounts.people import list_users
    from kb.core.database import session_scope
    from kb.tables import Role

    with session_scope(engine) as session:
        people = [user for user in list_users(session) if user.active]
    admins = sum(user.role == Role.ADMIN for user in people)
    if not admins:
        yield Finding("wrong", "People", "nobody is administrator.", "kb user add EMAIL --role admin")
    else:
        yield Finding("ok", "People", f"{len(people)} may log in, {admins} of them as administrator")
    demo = settings.home / "demo-logins.txt"
    if demo.exists() and not is_exposed(settings):
        text = f"the demo people of the sample shop may log in; their first passwords are in {demo}."
        yield Finding(
            "note", "People", text, "Before customers come: kb user close EMAIL for each, and delete the file."
        )


def _safety(settings: Settings, engine: Engine) -> Iterator[Finding]:
    from kb.core.database import session_scope
    from webapp.commands.production import all_weaknesses

    with session_scope(engine) as session:
        found = all_weaknesses(settings, session)
    for one in found:
        yield Finding("wrong", "Safety", f"{one.setting}: {one.text}.", one.remedy)
    if not found:
        who = "others reach this server" if is_exposed(settings) else "only this machine reaches the server"
        taken = ", ".join(sorted(settings.accepted_risks))
        yield Finding("note" if taken else "ok", "Safety", f"{who}{f'; accepted: {taken}' if taken else ''}")


def _channels(found: Iterable[Found]) -> Iterator[Finding]:
    return (Finding(*one) for one in found)


def _assets() -> Finding:
    from webapp.shared.assets import DIST

    if not (DIST / "manifest.json").exists():
        return Finding("wrong", "Styles and scripts", "not built.", "make setup")
    return Finding("ok", "Styles and scripts", "built (Node is not needed at run time)")


def _translations(settings: Settings) -> Finding:
    missing = [tag for tag in settings.languages if not tag.startswith("en") and not _catalogue(tag).exists()]
    if missing:
        text = f"the pages are not translated into {', '.join(missing)}; they are shown in English."
        return Finding("wrong", "Translations", text, "make setup (or add a catalogue under webapp/translations)")
    return Finding("ok", "Translations", ", ".join(settings.languages))


def _catalogue(tag: str) -> Path:
    return PROJECT_ROOT / "webapp" / "translations" / tag.replace("-", "_") / "LC_MESSAGES" / "messages.mo"
