"""What a form says of synonyms, pins, featured articles and topics, checked; every fault with a remedy."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.frontmatter import is_date
from kb.articles.text import is_slug, slugify
from kb.core.errors import InvalidInputError
from kb.insight.curation.editing import Values, require_article
from kb.privacy.redaction import redact
from kb.tables import Article, CuratedTopic, FeaturedArticle
from kb.text.cleaning import clean_line
from kb.text.terms import query_terms
from kb.text.words import find_words, says_something

MOST_WORDS, LONGEST_WORD, MOST_OF_A_PHRASE = 40, 80, 6
MOST_WORDINGS, LONGEST_WORDING, LONGEST_NOTE = 40, 500, 500
LONGEST_NAME, LAST_PLACE = 80, 9999


def read_synonym(words: str, means: str, language: str, languages: Sequence[str]) -> Values:
    """words, means: one a line or separated by commas. Raises InvalidInputError."""
    given, meant = _phrases(words), _phrases(means)
    if language and language not in languages:
        raise InvalidInputError("This language is not offered.")
    if len(given) + len(meant) < 2 or not given:
        raise InvalidInputError("A synonym needs two words.", remedy="Example: parcel, shipment")
    both = {word.lower() for word in given} & {word.lower() for word in meant}
    if both:
        raise InvalidInputError("%(word)r would mean itself.", remedy="Take it out on one side.", word=min(both))
    return {"language": language, "words": given, "means": meant}


def read_pin(session: Session, wordings: str, article: str, until: str, note: str, *, region: str) -> Values:
    """Without personal data. wordings: one a line; article: its number or the address of its page; until: an ISO day or "".

    Raises InvalidInputError.
    """
    redacted = (redact(line, region=region) for raw in wordings.splitlines() if (line := clean_line(raw)))
    lines = list(dict.fromkeys(redacted))
    if not lines or not all(map(says_something, lines)):
        raise InvalidInputError("A pin needs a question.", remedy="Write it as customers type it, one a line.")
    if len(lines) > MOST_WORDINGS or any(len(line) > LONGEST_WORDING for line in lines):
        raise InvalidInputError(
            "At most %(most_wordings)s questions of %(longest_wording)s letters.",
            most_wordings=MOST_WORDINGS,
            longest_wording=LONGEST_WORDING,
        )
    wordless = next((line for line in lines if not query_terms(line, "en")), None)
    if wordless is not None:
        raise InvalidInputError("%(wordless)r has no word that tells.", wordless=wordless)
    day = until.strip()
    if day and not is_date(day):
        raise InvalidInputError("This is no day.", remedy="Write it as 2027-03-01.")
    if day:
        day = date.fromisoformat(day).isoformat()
    found = require_article(session, article_number(article))
    kept = redact(clean_line(note), region=region)[:LONGEST_NOTE]
    return {"wordings": lines, "article_id": found.id, "until": day or None, "note": kept}


def read_featured(session: Session, article: str, position: str) -> Values:
    """Raises InvalidInputError for what customers cannot read."""
    found = require_article(session, article_number(article))
    if found.audience != "public":
        raise InvalidInputError("Customers cannot read this article.", remedy="Choose a public one.")
    return {"article_key": found.translation_key, "position": _place(position)}


def read_topic(
    session: Session, topic: str, names: Mapping[str, str], position: str, parent: str, *, languages: Sequence[str]
) -> Values:
    """topic: as in the front matter of articles; names: by language, empty ones fall back. Raises InvalidInputError."""
    slug, above = slugify(clean_line(topic)), slugify(clean_line(parent))
    if not slug or not is_slug(slug):
        raise InvalidInputError("A topic needs a letter or a digit.", remedy="Example: gift-cards")
    given = {tag: clean_line(names.get(tag, ""))[:LONGEST_NAME] for tag in languages if clean_line(names.get(tag, ""))}
    if above:
        _expect_no_circle(session, slug, above)
    return {"topic": slug, "names": given, "position": _place(position), "parent": above}


def used_topics(session: Session) -> list[str]:
    """Topics that articles have. One statement."""
    return list(session.scalars(select(Article.topic).where(Article.topic != "").distinct().order_by(Article.topic)))


def featured_choices(session: Session, keys: Sequence[str], language: str) -> dict[str, Article]:
    """Of each key the published version in a language, else any. One statement, none without keys."""
    if not keys:
        return {}
    rows = session.scalars(
        select(Article).where(Article.translation_key.in_(keys), Article.status == "published").order_by(Article.id)
    )
    found: dict[str, Article] = {}
    for article in rows:
        if article.translation_key not in found or article.language == language:
            found[article.translation_key] = article
    return found


def next_place(rows: Sequence[FeaturedArticle | CuratedTopic]) -> int:
    return max((row.position for row in rows), default=0) + 1


def _expect_no_circle(session: Session, slug: str, parent: str) -> None:
    """A topic stands under one that stands under none: two levels are read at a glance."""
    if slug == parent:
        raise InvalidInputError("A topic cannot stand under itself.")
    above = session.scalar(select(CuratedTopic.parent).where(CuratedTopic.topic == parent))
    if above:
        raise InvalidInputError(
            "“%(parent)s” stands under “%(above)s” already.",
            remedy="Choose a topic that stands alone.",
            parent=parent,
            above=above,
        )
    if session.scalar(select(CuratedTopic.id).where(CuratedTopic.parent == slug).limit(1)) is not None:
        raise InvalidInputError("Other topics stand under “%(slug)s”.", remedy="Move those first.", slug=slug)


def _phrases(text: str) -> list[str]:
    parts = [
        clean_line(part) for line in text.splitlines() for part in line.replace("،", ",").replace(";", ",").split(",")
    ]
    found = list(dict.fromkeys(part for part in parts if part))
    if len(found) > MOST_WORDS:
        raise InvalidInputError("At most %(most_words)s words in one line.", most_words=MOST_WORDS)
    for part in found:
        if len(part) > LONGEST_WORD or not 1 <= len(find_words(part)) <= MOST_OF_A_PHRASE:
            raise InvalidInputError(
                "“%(part)s” is no word or short phrase.", remedy="At most six words, by commas.", part=part[:40]
            )
    return found


def article_number(text: str) -> int:
    """Of an article, given as its number or as the address of its page; 0 for what is neither."""
    text = text.strip().rstrip("/").rpartition("/")[2].removeprefix("#")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _place(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or int(text) > LAST_PLACE:
        raise InvalidInputError("The place is a number from 0 to 9999.")
    return int(text)
