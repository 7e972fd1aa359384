"""Names and order of topics, and what is featured, as each process follows them."""

from flask import Flask, current_app
from sqlalchemy import Engine

from kb.articles.topics import HELP_ORDER_VERSION, HelpOrder, load_help_order
from webapp.shared.followed import Followed

_EXTENSION = "kb_help_order"


def init_help_order(app: Flask, engine: Engine) -> None:
    app.extensions[_EXTENSION] = Followed(engine, "The order of topics", HELP_ORDER_VERSION, load_help_order)


def help_order() -> HelpOrder:
    """What holds now."""
    holder: Followed[HelpOrder] = current_app.extensions[_EXTENSION]
    return holder.get()
