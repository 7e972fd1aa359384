"""What a rep pastes: an article or a ticket as plain text, as Markdown, and as a link."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from kb.articles import plain_markdown, plain_text
from kb.tables import Article, Ticket


@dataclass(frozen=True)
class CopyForms:
    text: str
    markdown: str
    link: str


def copy_forms_of_article(article: Article) -> CopyForms:
    """A public article ends with its address; an internal one begins with a warning that travels along with the text."""
    if article.audience == "internal":
        link = url_for("desk.article", article_id=article.id, _external=True)
        head, tail = _("INTERNAL. NOT FOR CUSTOMERS.") + "\n\n", ""
    else:
        link = url_for("help.article", language=article.language, slug=article.slug, _external=True)
        head, tail = "", f"\n\n{link}"
    text = f"{head}{article.title}\n\n{plain_text(article.body).strip()}{tail}"
    markdown = f"{head}# {article.title}\n\n{plain_markdown(article.body)}{tail}"
    return CopyForms(text, markdown, link)


def copy_forms_of_ticket(ticket: Ticket) -> CopyForms:
    """Of a ticket only what resolved it is for pasting."""
    resolution = ticket.resolution.strip()
    return CopyForms(resolution, resolution, url_for("desk.ticket", ticket_id=ticket.id, _external=True))
