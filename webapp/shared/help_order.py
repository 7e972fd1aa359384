"""Names and order of topics, and what is featured: followed by each process: a change holds everywhere in a second."""

import os
import threading

from flask import Flask, current_app
from sqlalchemy import Engine

from indexer.following import Follower
from kb.articles.topics import HelpOrder, help_order_version, load_help_order

_EXTENSION = "kb_help_order"


class _Lazy:
    """Opens the follower when it is first asked for; a forked child opens its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._opened: tuple[int, Follower[HelpOrder]] | None = None

    def get(self) -> HelpOrder:
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            with self._lock:
                follower = Follower(self._engine, "The order of topics", help_order_version, load_help_order)
                self._opened = opened = (os.getpid(), follower)
        return opened[1].current()


def init_help_order(app: Flask, engine: Engine) -> None:
    app.extensions[_EXTENSION] = _Lazy(engine)


def help_order() -> HelpOrder:
    """What holds now."""
    holder = current_app.extensions[_EXTENSION]
    assert isinstance(holder, _Lazy)
    return holder.get()
