"""Check what the engine holds against the database, passage by passage."""

from pathlib import Path

from sqlalchemy import Engine

from indexer.backends.opening import as_backend
from indexer.backends.protocol import Backend
from indexer.builds import live_build
from indexer.differences import count_differences
from kb.core.database import session_scope
from kb.core.errors import IndexUnavailableError, ModelError


def verify_index(engine: Engine, where: Path | Backend, fingerprint: str) -> list[str]:
    """What is wrong, one sentence each; an empty list when both agree. fingerprint: that of the encoder."""
    backend = as_backend(where)
    with session_scope(engine) as session:
        build = live_build(session)
        number = build.id if build else 0
        _, pending = count_differences(session, number)
    findings = [f"{pending} documents are not in the index as they are now."] if pending else []
    if build is not None and build.fingerprint != fingerprint:
        findings.append(f"The index was made with {build.fingerprint}, the encoder is now {fingerprint}.")
        return findings
    try:
        reader = backend.reader(engine, fingerprint)
    except (IndexUnavailableError, ModelError) as error:
        return [*findings, str(error)]
    return [*findings, *backend.differences(engine, number, reader)]
