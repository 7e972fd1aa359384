"""How long work tells where it is."""

from collections.abc import Callable

# Called with (done, total) now and then during long work.
Progress = Callable[[int, int], None]
