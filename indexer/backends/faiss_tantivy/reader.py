"""The collections as one process sees them, in step with the database and with the files."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.lexical import terms_of
from indexer.backends.faiss_tantivy.manifest import (
    Manifest,
    Signature,
    manifest_signature,
    read_manifest,
    unusable,
)
from indexer.backends.faiss_tantivy.segments import Segments
from indexer.backends.faiss_tantivy.stored_passages import (
    has_all_changes,
    lexical_document,
    newest_change,
    newest_changes,
    passage_row,
    passage_text,
    passage_vector,
    passage_words,
    read_passages,
    touched_passages,
)
from indexer.backends.faiss_tantivy.view import NO_PENDING_CHANGES, CollectionView, PendingPassage
from indexer.backends.following_reader import FollowingReader
from kb.core.database import snapshot_scope
from kb.core.errors import ModelError
from kb.search.types import CollectionName
from kb.tables import BuildState, IndexBuild, Passage

Views = Mapping[CollectionName, CollectionView]


@dataclass(frozen=True)
class _State:
    """What was read, and which manifest it was read from."""

    signature: Signature | None
    manifest: Manifest
    views: Views


class _Overtaken(Exception):
    """Another manifest took the place of the one that is followed while its changes were read."""


class IndexReader(FollowingReader):
    """Gives the newest view of each collection. fingerprint: that of the encoder that queries are read by."""

    def __init__(self, engine: Engine, root: Path, fingerprint: str, *, briefly: bool = False) -> None:
        """briefly: a question or two will be asked; what makes further ones fast is not made.

        Raises IndexUnavailableError without usable files, ModelError for those of another encoder.
        """
        super().__init__(engine)
        self._root = root
        self._fingerprint = fingerprint
        self._briefly = briefly
        self._state = self._open(None)
        self._looked_at = time.monotonic()

    def view(self, name: CollectionName) -> CollectionView:
        """The collection as it is now, at most a quarter of a second old while all is well."""
        self._look_if_due()
        return self._state.views[name]

    def _take_up(self) -> str | None:
        try:
            self._state = self._newest()
        except _Overtaken:
            return self.problem  # the next look sees the new manifest
        return None

    def _newest(self) -> _State:
        state = self._state
        if manifest_signature(self._root) != state.signature:
            return self._open(state)
        views = self._with_changes(state.manifest, state.views, state.signature)
        return state if views is state.views else _State(state.signature, state.manifest, views)

    def _open(self, before: _State | None) -> _State:
        """What the manifest names, segments that are open already taken over."""
        signature = manifest_signature(self._root)
        manifest = read_manifest(self._root)
        if manifest.fingerprint != self._fingerprint:
            raise ModelError(
                f"The index was made with {manifest.fingerprint}, the encoder is now {self._fingerprint}.",
                remedy="Make the vectors anew with: kb index; or set KB_MODEL back. A server that runs must be restarted.",
            )
        if before is None:
            self._require_live(manifest)
        views: dict[CollectionName, CollectionView] = {}
        for name in CollectionName:
            entry = manifest.collection(name)
            known = before.views[name].segments if before else None
            if known is not None and known.entry == entry:
                segments = known
            else:
                segments = Segments.open(
                    self._root / name.value,
                    entry,
                    known.by_name() if known else None,
                    is_lexical_known=known is not None and known.entry.lexical == entry.lexical,
                )
                if not self._briefly:
                    segments.prepare()
            change = segments.lexical.change_id()
            views[name] = CollectionView(
                name, segments, NO_PENDING_CHANGES, entry.change_id, segments.lexical.searcher(), change
            )
        return _State(signature, manifest, self._with_changes(manifest, views, signature))

    def _with_changes(self, manifest: Manifest, views: Views, signature: Signature | None) -> Views:
        """The views with the changes that came after them; the same object when there are none. Raises _Overtaken."""
        newest = newest_changes(self._engine, manifest.build)
        if not any(_may_have_news(views[name], newest[name]) for name in CollectionName):
            return views
        # One moment of the database: a passage and what takes its place are never seen apart.
        with snapshot_scope(self._engine) as session:
            changed = {name: self._with_changes_of(session, manifest.build, views[name]) for name in CollectionName}
            if all(changed[name] is views[name] for name in CollectionName):
                return views
            build = session.scalar(select(IndexBuild.state).where(IndexBuild.id == manifest.build))
        # Passages and changes of a manifest are removed after another one is in place: seen the same twice, all were there.
        if manifest_signature(self._root) != signature or build == BuildState.RETIRED:
            raise _Overtaken
        return changed

    def _require_live(self, manifest: Manifest) -> None:
        """Files of a build that others have retired serve where they did already; who starts waits for new ones."""
        with snapshot_scope(self._engine) as session:
            live = session.scalar(select(IndexBuild.id).where(IndexBuild.state == BuildState.LIVE))
        if live != manifest.build:
            raise unusable("they are of another build than the one that is live")

    def _with_changes_of(self, session: Session, build: int, view: CollectionView) -> CollectionView:
        newest = newest_change(session, build, view.name)
        lexical = view.segments.lexical
        if newest <= view.change_id:
            # The lexical files are committed a moment after the database: they are taken up as they come.
            if (change := lexical.change_id()) > view.lexical_change_id:
                return view.with_lexical(lexical.searcher(), change)
            return view
        if not has_all_changes(session, build, view.name, view.change_id):
            raise unusable("they are older than the changes that are kept")
        touched = touched_passages(session, build, view.name, view.change_id, newest)
        width = view.segments.word_dimensions
        add = {row.id: _to_pending(row, width) for row in read_passages(session, build, touched)}
        change = lexical.change_id()
        pending = view.pending.changed(add, touched)
        return CollectionView(view.name, view.segments, pending, newest, lexical.searcher(), change)


def _may_have_news(view: CollectionView, newest: int) -> bool:
    return newest > view.change_id or view.segments.lexical.change_id() > view.lexical_change_id


def _to_pending(row: Passage, width: int) -> PendingPassage:
    terms = frozenset(terms_of(lexical_document(row)))
    return PendingPassage(passage_row(row), passage_vector(row), passage_text(row), passage_words(row, width), terms)
