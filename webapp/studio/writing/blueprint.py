"""The blueprint of the studio's articles, and what its pages share."""

import secrets

from flask import Blueprint, request

from kb.articles.editing import ArticleText, text_from
from webapp.shared.numbers import small_number

blueprint = Blueprint("studio_articles", __name__, url_prefix="/studio/articles")


def new_key() -> str:
    """The name of an open page, by which what is typed into it is kept."""
    return secrets.token_urlsafe(18)


def sent_text() -> ArticleText:
    """What stands in the form. Line ends as we keep them."""
    values = {name: value.replace("\r\n", "\n") for name, value in request.form.items()}
    return text_from(values, values.get("body", ""))


def sent_number(name: str) -> int:
    """A number of the form, 0 where it is none."""
    return small_number(request.form.get(name, "") or request.args.get(name, "")) or 0
