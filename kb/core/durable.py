"""What outlasts a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Names that were given in the folder are on the disk, not only what the files hold. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
