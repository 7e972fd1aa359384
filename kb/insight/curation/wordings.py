"""Another wording of a question, tried in the clinic and then given to an article."""

from dataclasses import replace

from sqlalchemy.orm import Session

from kb.articles import save_article
from kb.articles.editing import LONGEST_QUESTION
from kb.articles.store import source_of_article
from kb.core.errors import InvalidInputError
from kb.insight.curation.editing import Values, require_article
from kb.insight.curation.reading import article_number
from kb.privacy.redaction import redact
from kb.tables import Article
from kb.text.cleaning import clean_line
from kb.text.terms import normalise
from kb.text.words import says_something


def read_wording(session: Session, article: str, text: str, *, region: str) -> Values:
    """What a form says, without personal data. Raises InvalidInputError."""
    found = require_article(session, article_number(article))
    line = redact(clean_line(text), region=region)[:LONGEST_QUESTION]
    if not says_something(line):
        raise InvalidInputError("There is no question.", remedy="Write it as customers type it.")
    if normalise(line) in {normalise(one) for one in (found.title, *found.also_asked)}:
        raise InvalidInputError("The article has this wording already.")
    return {"article_id": found.id, "text": line}


def add_wording(session: Session, number: int, text: str, *, author: str, note: str) -> Article:
    """The article with the wording as a new revision, which its history can take back; the same where it has it already."""
    article = require_article(session, number)
    if text in article.also_asked:
        return article
    source = source_of_article(session, article)
    return save_article(
        session, replace(source, also_asked=(*source.also_asked, text)), author=author, note=note, article=article
    )
