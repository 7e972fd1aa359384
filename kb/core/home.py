"""The folder of all state, `KB_HOME`: whoever may read it has the database, so it is its owner's alone."""

from pathlib import Path

from kb.core.errors import ConfigurationError


def make_home(home: Path) -> None:
    """Make it where it is missing, for its owner alone; one that is there keeps its rights. Raises ConfigurationError."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {home} cannot be made: {error.strerror}.", remedy="Name another one in KB_HOME."
        ) from error
