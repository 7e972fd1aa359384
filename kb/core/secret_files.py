"""Secrets from files: instead of KB_NAME, KB_NAME_FILE names a file that holds it, as containers and systemd hand them over."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from kb.core.errors import ConfigurationError

_LARGEST = 64 * 1024  # bytes


def with_secrets_from_files(environment: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """`environment` without KB_NAME_FILE for each name of `secrets`, and with what stands in the file as KB_NAME.

    Raises ConfigurationError, which repeats nothing of the content, for a file that cannot be used or a setting given twice.
    """
    found = dict(environment)
    for name in secrets:
        path = found.pop(f"{name}_FILE", "").strip()
        if not path:
            continue
        if found.get(name):
            raise ConfigurationError(
                f"{name} and {name}_FILE are both set.", remedy=f"Leave one of them out: unset {name}"
            )
        found[name] = read_secret(f"{name}_FILE", path)
    return found


def read_secret(setting: str, path: str) -> str:
    """The text of the file that `setting` names, without line ends around it. Raises ConfigurationError."""
    try:
        with Path(path).expanduser().open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode().removeprefix("\ufeff").strip("\r\n")
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ConfigurationError(f"{setting}: {path} cannot be read: {why}.") from error
    if not text.strip() or len(content) > _LARGEST or "\0" in text:
        raise ConfigurationError(f"{setting}: {path} holds no secret (it is empty, too long or no text).")
    return text
