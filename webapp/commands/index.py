"""`kb index`."""

import json as json_module
import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kb.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from indexer.backends.protocol import Backend
    from indexer.storing import BulkEncoder
    from indexer.updating import IndexReport
    from kb.search.encoding import Encoder

# A server beside it answers first.
_NICE = 10


@click.command()
@click.option(
    "--rebuild", is_flag=True, help="Make all vectors and files anew beside those in use, then switch to them."
)
@click.option("--verify", is_flag=True, help="Check the index against the database, change nothing.")
@click.option(
    "--ray", "address", metavar="HOST:PORT", help="Encode on all machines of the Ray cluster there (kb-assist[ray])."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(rebuild: bool, verify: bool, address: str | None, as_json: bool) -> int:
    """Bring the search collections up to date: only what changed is encoded.

    Stop it at any time; running it again goes on where it stopped. All processors of this machine encode, at low priority, so
    that a server beside it goes first; with --ray those of other machines too, which need kb-assist and its model.
    """
    from indexer.backends.opening import open_backend
    from indexer.encoders.opening import open_encoder
    from indexer.fingerprint import index_fingerprint
    from indexer.updating import bring_up_to_date
    from webapp.commands.console import open_database, progress_bar

    settings = load_settings()
    backend = open_backend(settings)
    engine = open_database(settings)
    encoder = open_encoder(settings)
    if verify:
        return _verify(engine, backend, index_fingerprint(encoder), as_json)
    os.nice(_NICE)
    with bulk_encoder(address, settings, encoder) as bulk, progress_bar("Indexing documents") as progress:
        report = bring_up_to_date(engine, backend, encoder, progress, rebuild=rebuild, compare=True, bulk=bulk)
    click.echo(json_module.dumps(asdict(report)) if as_json else describe_report(report))
    return 0


def bulk_encoder(
    address: str | None, settings: "Settings", encoder: "Encoder"
) -> "AbstractContextManager[BulkEncoder | None]":
    """The cluster at an address; None without one. Raises ConfigurationError where Ray is missing or does not answer."""
    if address is None:
        return nullcontext()
    from indexer.ray_encoding import RayEncoder

    return RayEncoder(address, settings.model, encoder.fingerprint)


def describe_report(report: "IndexReport") -> str:
    """One line for a person."""
    if not (report.documents or report.removed_documents or report.rewritten):
        return f"The index is up to date ({sum(report.collections.values()):,} passages)."
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(report.collections.items())) or "nothing"
    on = f" on {len(report.nodes)} machines" if report.nodes else ""
    return (
        f"Indexed {report.documents:,} documents in {report.seconds:.1f} s: {report.encoded:,} passages encoded{on}, "
        f"{report.reused:,} kept, {report.removed:,} removed. Passages now: {parts}."
    )


def _verify(engine: "Engine", backend: "Backend", fingerprint: str, as_json: bool) -> int:
    from indexer.verify import verify_index

    findings = verify_index(engine, backend, fingerprint)
    if as_json:
        click.echo(json_module.dumps({"ok": not findings, "findings": findings}))
    elif findings:
        for finding in findings:
            click.echo(f"kb: {finding}", err=True)
        click.echo("Mend it with: kb index (or kb index --rebuild)", err=True)
    else:
        click.echo("The index agrees with the database.")
    return 1 if findings else 0
