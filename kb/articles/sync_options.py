"""How a folder is synchronised."""

from dataclasses import dataclass
from typing import Literal

OnConflict = Literal["report", "file", "article"]


@dataclass(frozen=True)
class SyncOptions:
    """How a folder is synchronised, see `sync_folder`."""

    default_language: str
    languages: tuple[str, ...]
    image_hosts: tuple[str, ...]
    on_conflict: OnConflict
    dry_run: bool
    author: str
