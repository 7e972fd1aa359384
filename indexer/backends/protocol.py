"""What an engine that holds collections must do: four calls to search (`kb.search.types.Collection`), one to follow the database.

Nothing else of an engine leaks into search or updating. tests/contracts runs one suite on every backend.
`indexer.backends.opening` chooses the engine by the settings.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.search.encoding import Encoder, Ids
from kb.search.types import Collection, CollectionName
from kb.tables import IndexBuild, Passage


class BackendWriter(Protocol):
    """Holds the passages of one build. Whoever calls it holds the write lock."""

    def apply(self, *, settle: bool = False) -> bool:
        """Take up all changes of the build (rows of `index_changes`) that the engine does not have yet.

        Applying a change twice does no harm. With `settle` nothing is left pending and statistics are those of now. Returns
        whether anything was written anew because something is to be forgotten.
        """
        ...


class BuildWriter(BackendWriter, Protocol):
    """What updating needs beside it: a build is filled beside the live one, and switched to."""

    def open(self, *, check: bool) -> bool:
        """Take up what there is of the build; make it anew from the database where it cannot be used. Returns whether it was.

        check: look at everything, not only whether it is there. Raises IndexUnavailableError.
        """
        ...

    def add_terms(self, passages: Sequence[Passage]) -> None:
        """These passages are about to be committed: whoever sees one of them must find it by its words."""
        ...

    def write_all(self) -> None:
        """Make everything anew from the database, beside what there is. No reader sees it."""
        ...

    def ask_to_forget(self) -> None:
        """Have whoever holds copies write them anew, so that nothing of what was removed is left in them."""
        ...

    def publish(self) -> None:
        """Have readers follow what was made, in one step."""
        ...


class OpenCollection(Collection, Protocol):
    """A collection, with what checks and benchmarks ask."""

    def __len__(self) -> int: ...

    @property
    def change_id(self) -> int:
        """The last row of `index_changes` that is in it."""
        ...

    def all_ids(self) -> Ids: ...

    def lexical_size(self) -> int:
        """Passages whose words are in files of this machine."""
        ...


class BackendReader(Protocol):
    """Gives each collection as it is now. Searches never wait for it."""

    @property
    def problem(self) -> str | None:
        """Why the views are not the newest ones, or not whole; None while all is well."""
        ...

    def view(self, name: CollectionName) -> OpenCollection: ...

    def look(self, *, wait: bool = True) -> None:
        """Take up at once what has changed. Never raises."""
        ...

    def follow(self) -> None:
        """Look for news in a thread from now on, until `close`."""
        ...

    def close(self) -> None: ...


class Backend(Protocol):
    """An engine as an installation has it."""

    @property
    def folder(self) -> Path:
        """Of its files on this machine, and of the locks of those who write."""
        ...

    @property
    def is_shared(self) -> bool:
        """Whether machines have it together: then one of them writes for all."""
        ...

    @property
    def readers_need(self) -> float:
        """Seconds that readers go on reading passages of a build in the database after another one took its place."""
        ...

    def writer(self, engine: Engine, build: int, encoder: Encoder) -> BuildWriter: ...

    def reader(self, engine: Engine, fingerprint: str) -> BackendReader:
        """Raises IndexUnavailableError where nothing can be searched yet, ModelError for what another encoder made."""
        ...

    def faults(self, session: Session, build: IndexBuild | None) -> Iterator[str]:
        """What is wrong with what it has, one sentence each, without loading a model."""
        ...

    def differences(self, engine: Engine, build: int, reader: BackendReader) -> Iterator[str]:
        """In what it and the database differ, one sentence each, passage by passage."""
        ...

    def tidy(self, lock_timeout: float) -> None:
        """Work that may take long and needs no lock, after a run that wrote."""
        ...

    def remove_unused(self, engine: Engine, *, older_than: float) -> None:
        """Delete what serves no more since so many seconds. The caller holds the write lock."""
        ...
