"""What an engine that holds collections must do: four calls to search (`kb.search.types.Collection`), one to follow the database.

Nothing else of an engine leaks into search or updating. tests/contracts runs one suite on every backend.
"""

from typing import Protocol

from kb.search.types import Collection, CollectionName


class BackendWriter(Protocol):
    """Holds the passages of one build. Whoever calls it holds the write lock."""

    def apply(self, *, settle: bool = False) -> None:
        """Take up all changes of the build (rows of `index_changes`) that the engine does not have yet.

        Applying a change twice does no harm. With `settle` nothing is left pending and statistics are those of now.
        """
        ...


class BackendReader(Protocol):
    """Gives each collection as it is now. Searches never wait for it."""

    @property
    def problem(self) -> str | None:
        """Why the views are not the newest ones; None while all is well."""
        ...

    def view(self, name: CollectionName) -> Collection: ...
