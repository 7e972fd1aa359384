"""Programs that work in a home of their own with the encoder of this installation."""

import os
from pathlib import Path

from kb.core.settings import Settings


def environment_of(settings: Settings, home: Path | str) -> dict[str, str]:
    """Of the settings only those that say which encoder it is: the rest belongs to the installation."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own = {"KB_HOME": str(home), "KB_MODELS": str(settings.models_dir), "KB_MODEL": settings.model}
    return {**others, **own}
