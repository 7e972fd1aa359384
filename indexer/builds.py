"""Builds of the index: which one serves, which one is being filled beside it, and the switch between them."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import BuildState, IndexBuild, IndexChange, IndexedDocument, Passage, Ticket

# Rows in one transaction when the passages of a retired build are removed: others write in between.
_REMOVED_AT_ONCE = 2000


def live_build(session: Session) -> IndexBuild | None:
    """The build that all processes follow; None before the first one."""
    return session.scalar(select(IndexBuild).where(IndexBuild.state == BuildState.LIVE))


def newest_in_index(session: Session) -> tuple[int, int]:
    """The live build and the last change of it, 0 where there is none: what files are compared with."""
    live = select(IndexBuild.id).where(IndexBuild.state == BuildState.LIVE).scalar_subquery()
    newest = select(func.max(IndexChange.id)).where(IndexChange.build_id == live).scalar_subquery()
    build, change = session.execute(select(live, newest)).one()
    return build or 0, change or 0


def start_live_build(session: Session, fingerprint: str) -> IndexBuild:
    """The first build of all serves from its beginning: there is nothing else that could."""
    build = IndexBuild(fingerprint=fingerprint, state=BuildState.LIVE, switched_at=utc_now())
    session.add(build)
    session.flush()
    return build


def resume_build(session: Session, fingerprint: str) -> IndexBuild:
    """The build beside the live one that was begun with this fingerprint, or a new one. Begun ones of others are given up."""
    found = None
    for build in session.scalars(select(IndexBuild).where(IndexBuild.state == BuildState.BUILDING)):
        if build.fingerprint == fingerprint:
            found = build
        else:
            build.state = BuildState.RETIRED
    if found is None:
        found = IndexBuild(fingerprint=fingerprint, state=BuildState.BUILDING)
        session.add(found)
    session.flush()
    return found


def make_live(session: Session, build_id: int) -> None:
    """Let a build take the place of the live one."""
    for build in session.scalars(select(IndexBuild).where(IndexBuild.state == BuildState.LIVE)):
        build.state = BuildState.RETIRED
    session.flush()  # there is never more than one
    build = session.get_one(IndexBuild, build_id)
    build.state, build.switched_at = BuildState.LIVE, utc_now()


def remove_retired_rows(session: Session) -> bool:
    """Remove some passages of builds that no process follows any more; returns whether there may be more of them."""
    retired = session.scalars(select(IndexBuild).where(IndexBuild.state == BuildState.RETIRED)).all()
    for build in retired:
        some = select(Passage.id).where(Passage.build_id == build.id).limit(_REMOVED_AT_ONCE)
        ids = session.scalars(some).all()
        if ids:
            session.execute(delete(Passage).where(Passage.id.in_(ids)))
            return True
        session.execute(delete(IndexedDocument).where(IndexedDocument.build_id == build.id))
        session.execute(delete(IndexChange).where(IndexChange.build_id == build.id))
        session.delete(build)
    return False


def remove_erased_tickets(session: Session) -> None:
    """Remove what builds that do not serve have of tickets that are gone; the live one follows by itself."""
    others = select(IndexBuild.id).where(IndexBuild.state != BuildState.LIVE)
    for model in (Passage, IndexedDocument):
        is_gone = ~select(Ticket.id).where(Ticket.id == model.document_id).exists()
        session.execute(
            delete(model)
            .where(model.build_id.in_(others), model.document_kind == "ticket", is_gone)
            .execution_options(synchronize_session=False)
        )
