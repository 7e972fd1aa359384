"""Numbers in what was sent: an id that no database could hold is none."""

from kb.tables.feedback import LARGEST_ID


def small_number(text: str) -> int | None:
    """A whole number that an id can be; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    number = int(text)
    return number if 0 < number <= LARGEST_ID else None
