"""What ranking must know of each passage, in columns: small enough to be in memory for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import Ids
from kb.search.types import PARTS, language_number, language_of_number

FILE = "passages.npz"

# Passage id, document, group, language, part.
PassageRow = tuple[int, int, int, str, str]


@dataclass(frozen=True)
class PassageTable:
    """Columns of equal length, sorted by `ids`.

    documents: article or ticket id; groups: the same number for all translations of an article; languages: see
    `language_number`; parts: index into PARTS.
    """

    ids: Ids
    documents: Ids
    groups: Ids
    languages: NDArray[np.int16]
    parts: NDArray[np.int8]

    @classmethod
    def from_rows(cls, rows: Iterable[PassageRow]) -> "PassageTable":
        ordered = sorted(rows)
        return cls(
            np.array([r[0] for r in ordered], dtype=np.int64),
            np.array([r[1] for r in ordered], dtype=np.int64),
            np.array([r[2] for r in ordered], dtype=np.int64),
            np.array([language_number(r[3]) for r in ordered], dtype=np.int16),
            np.array([PARTS.index(r[4]) for r in ordered], dtype=np.int8),
        )

    @classmethod
    def join(cls, tables: "Sequence[PassageTable]") -> "PassageTable":
        """Tables whose ids rise from one to the next, as one."""
        if len(tables) == 1:
            return tables[0]
        columns = ([getattr(table, column.name) for table in tables] for column in fields(cls))
        return cls(*map(np.concatenate, columns)) if tables else cls.from_rows(())

    def select(self, rows: Ids) -> "PassageTable":
        """Some rows, in their order."""
        return PassageTable(*(getattr(self, column.name)[rows] for column in fields(self)))

    def prepare(self) -> None:
        """Work out what is cached, so that no query waits for it."""
        _ = self.facts, self._by_group, self._by_document

    @cached_property
    def facts(self) -> Ids:
        """The columns `documents` to `parts`, and whether the group has other languages, as one matrix (passages, 5): a query
        reads whole rows at once."""
        return np.stack(
            (self.documents, self.groups, self.languages, self.parts, self._translated()), axis=1, dtype=np.int64
        )

    @cached_property
    def _group_order(self) -> NDArray[np.int64]:
        return np.argsort(self.groups, kind="stable")

    @cached_property
    def _by_group(self) -> tuple[Ids, Ids]:
        """Groups in order, and the ids of their passages in the same order."""
        return self.groups[self._group_order], self.ids[self._group_order]

    @cached_property
    def _by_document(self) -> tuple[Ids, Ids]:
        """Documents in order, and the ids of their passages in the same order."""
        order = np.argsort(self.documents, kind="stable")
        return self.documents[order], self.ids[order]

    def ids_of_document(self, document_id: int) -> Ids:
        """Ids of all passages of a document."""
        ordered, ids = self._by_document
        return ids[ordered.searchsorted(document_id, "left") : ordered.searchsorted(document_id, "right")]

    def _translated(self) -> NDArray[np.bool_]:
        """Of each passage whether its group has passages in more than one language."""
        if not len(self.groups):
            return np.zeros(0, np.bool_)
        groups, languages = self.groups[self._group_order], self.languages[self._group_order]
        starts = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1])))
        several = np.minimum.reduceat(languages, starts) != np.maximum.reduceat(languages, starts)
        translated = np.empty(len(groups), np.bool_)
        translated[self._group_order] = np.repeat(several, np.diff(starts, append=len(groups)))
        return translated

    def ids_of_groups(self, groups: Ids) -> Ids:
        """Ids of all passages of these groups."""
        ordered, ids = self._by_group
        first, last = np.searchsorted(ordered, groups, "left"), np.searchsorted(ordered, groups, "right")
        runs = [ids[start:end] for start, end in zip(first, last, strict=True)]
        return np.concatenate(runs) if runs else ids[:0]

    def locate(self, ids: Ids) -> tuple[Ids, NDArray[np.bool_]]:
        """Row numbers of `ids` and whether each is there at all."""
        if not len(self.ids):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
        rows = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return rows, self.ids[rows] == ids

    def save(self, folder: Path) -> list[str]:
        names = np.unique(self.languages)
        np.savez(
            folder / FILE,
            ids=self.ids,
            documents=self.documents,
            groups=self.groups,
            languages=np.searchsorted(names, self.languages).astype(np.int16),
            parts=self.parts,
            language_names=np.array([language_of_number(int(code)) for code in names], dtype=np.str_),
        )
        return [FILE]

    @classmethod
    def load(cls, folder: Path) -> "PassageTable":
        """Raises OSError, ValueError, KeyError or zipfile.BadZipFile when the file is missing or broken."""
        with np.load(folder / FILE) as columns:
            codes = np.array([language_number(str(name)) for name in columns["language_names"]], dtype=np.int16)
            languages = codes[columns["languages"]] if len(codes) else columns["languages"]
            return cls(
                columns["ids"],
                columns["documents"],
                columns["groups"],
                languages,
                columns["parts"],
            )
