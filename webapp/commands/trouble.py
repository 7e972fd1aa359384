"""What a full, broken or locked disk or database says, in words for whoever has to mend it."""

import errno
import sqlite3

from sqlalchemy.exc import OperationalError

_FULL = "There is no room left on the disk{where}. Make some and run the same command again; what was finished is kept."
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EROFS: "The disk can only be read{where}. Mount it for writing, or name another folder in KB_HOME.",
    errno.EACCES: "There is no right to write{where}. Give it to whoever runs this: chown -R USER FOLDER",
    errno.EIO: "The disk cannot be read or written{where}. Look at its health, then type: kb doctor",
}
# What SQLite and PostgreSQL say, in part, and what is meant.
_OF_DATABASES = {
    "disk is full": _OF_SYSTEM[errno.ENOSPC],
    "No space left": _OF_SYSTEM[errno.ENOSPC],
    "disk I/O error": _OF_SYSTEM[errno.EIO],
    "readonly database": _OF_SYSTEM[errno.EACCES],
    "locked": "The database is in use by somebody else. Run the same command again in a moment.",
}


def storage_trouble(error: Exception) -> str | None:
    """One line; None for an error that is of another kind, and whose trace helps to find it."""
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        told = str(error.orig if isinstance(error, OperationalError) else error)
        said = told.splitlines()[0] if told else "no reason was given"
        words = next((words for part, words in _OF_DATABASES.items() if part in said), None)
        return (words or f"The database cannot be used: {said}. Type: kb doctor").format(where="")
    if isinstance(error, OSError) and error.errno in _OF_SYSTEM:
        where = f" of {error.filename}" if isinstance(error.filename, str) else ""
        return _OF_SYSTEM[error.errno].format(where=where)
    return None
