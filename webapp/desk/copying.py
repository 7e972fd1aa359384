"""What a rep hands over: an article or ticket as plain text, Markdown and link, in the customer's language if it is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from kb.articles import (
    LinkTarget,
    find_published,
    links_of,
    plain_markdown,
    plain_text,
    published_translations,
    resolve_links,
)
from kb.tables import Article, Ticket
from kb.text.html_message import outside_address
from kb.tickets import find_resolved_ticket
from webapp.shared.database import session
from webapp.shared.locale import in_language, offered_languages
from webapp.shared.ui import language_name


@dataclass(frozen=True)
class CopyForms:
    """text, markdown, link: to paste or to insert. document: what is handed over ("article:12"), in `language`.

    wanted: the language in which there is no version to hand over, "" where there is one or none was asked for.
    """

    text: str
    markdown: str
    link: str
    document: str
    language: str
    wanted: str = ""


def version_for(shown: Article, versions: Mapping[str, Article], to: str) -> tuple[Article, str]:
    """(the version to hand over, the language that is missing or ""): in `to`, else the one that is nearest to it.

    Nearest: the same language whatever its letters, then the languages of the installation in their order, then what is shown.
    """
    if not to or to == shown.language:
        return shown, ""
    spoken = to.partition("-")[0]
    for tag in (to, spoken, *(tag for tag in versions if tag.partition("-")[0] == spoken)):
        if tag in versions:
            return versions[tag], ""
    nearest = next((versions[tag] for tag in offered_languages() if tag in versions), shown)
    return nearest, to


def links_in(article: Article) -> dict[str, LinkTarget]:
    """The articles behind its links, by the link as it is written."""
    return resolve_links(session(), article, links_of(article.body), offered_languages())


def copy_forms_of_article(article: Article, links: Mapping[str, LinkTarget], wanted: str = "") -> CopyForms:
    """A public article ends with its address; an internal one begins with a warning that travels along with the text.

    Where it is not in the language that was `wanted`, it begins with a line in that language which says so.
    """
    if article.audience == "internal":
        link = url_for("desk.article", article_id=article.id, _external=True)
        head, tail = _("INTERNAL. NOT FOR CUSTOMERS.") + "\n\n", ""
    else:
        link = url_for("help.article", language=article.language, slug=article.slug, _external=True)
        head, tail = _note(article.language, wanted), f"\n\n{link}"

    def address(href: str) -> str | None:
        return help_address(links[href]) if href in links else None

    text = f"{head}{article.title}\n\n{plain_text(article.body, link=address).strip()}{tail}"
    markdown = f"{head}# {article.title}\n\n{plain_markdown(article.body, link=address)}{tail}"
    return CopyForms(text, markdown, link, f"article:{article.id}", article.language, wanted)


def find_copy_forms(kind: str, number: int, to: str) -> CopyForms | None:
    """Of a published article, in the customer's language `to` if it is there, or of a resolved ticket; None for neither."""
    if kind == "ticket":
        ticket = find_resolved_ticket(session(), number)
        return copy_forms_of_ticket(ticket) if ticket is not None else None
    article = find_published(session(), number)
    if article is None:
        return None
    sent, wanted = version_for(article, published_translations(session(), article), to)
    return copy_forms_of_article(sent, links_in(sent), wanted)


def _note(language: str, wanted: str) -> str:
    if not wanted:
        return ""
    with in_language(wanted):
        said = _("So far we have this in %(language)s only:", language=language_name(language))
    return f"{said}\n\n"


def help_address(target: LinkTarget) -> str | None:
    """Where customers read an article, None where they may not."""
    if not target.is_public:
        return None
    return url_for("help.article", language=target.language, slug=target.slug, _external=True)


def quote_address(links: Mapping[str, LinkTarget]) -> Mapping[str, str]:
    """By the address of an article at the desk the one for customers, "" for an internal one."""
    return {
        url_for("desk.article", article_id=target.id): help_address(target) or ""
        for target in links.values()
        if target.status == "published"
    }


def address_for_customers(href: str, known: Mapping[str, str]) -> str:
    """What a link that is read at the desk is to a customer, "" for nothing."""
    path = href.partition("#")[0]
    return known[path] if path in known else outside_address(href)


def copy_forms_of_ticket(ticket: Ticket) -> CopyForms:
    """Of a ticket only what resolved it is for pasting."""
    resolution = ticket.resolution.strip()
    link = url_for("desk.ticket", ticket_id=ticket.id, _external=True)
    return CopyForms(resolution, resolution, link, f"ticket:{ticket.id}", ticket.language)
