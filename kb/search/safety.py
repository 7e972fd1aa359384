"""The warning that comes before anything else where a text smells of danger: what to do first, and whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.search.safety_rules import Rule, RuleSet, load_rules, make_finder, rules_in_use
from kb.tables import Article
from kb.text.danger.defaults import LANGUAGES, LEVELS, Level
from kb.text.danger.finder import Danger
from kb.text.language import guess_language


@dataclass(frozen=True)
class SafetyArticle:
    """A published, public article that says more. url: its address in the help centre."""

    id: int
    title: str
    language: str
    slug: str

    @property
    def url(self) -> str:
        return f"/help/{self.language}/articles/{quote(self.slug, safe='')}"

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, "language": self.language, "url": self.url}


@dataclass(frozen=True)
class SafetyMessage:
    language: str
    text: str


@dataclass(frozen=True)
class SafetyWarning:
    """messages: in the language of the text, then in the reader's where that is another; numbers: to call, the first one first;
    words: of the text, normalised, that told of the danger."""

    kind: str
    level: Level
    messages: tuple[SafetyMessage, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    article: SafetyArticle | None = None

    def to_json(self) -> dict[str, Any]:
        first = self.messages[0] if self.messages else SafetyMessage("", "")
        return {
            "kind": self.kind,
            "level": self.level.value,
            "language": first.language,
            "message": first.text,
            "messages": [{"language": message.language, "text": message.text} for message in self.messages],
            "number": self.numbers[0] if self.numbers else "",
            "numbers": list(self.numbers),
            "words": list(self.words),
            "article": self.article.to_json() if self.article else None,
        }


def warning_from_json(raw: Mapping[str, Any]) -> SafetyWarning:
    """What `SafetyWarning.to_json` made, where it was kept."""
    found = raw["article"]
    slug = unquote(found["url"].rpartition("/")[2]) if found else ""
    return SafetyWarning(
        raw["kind"],
        Level(raw["level"]),
        tuple(SafetyMessage(message["language"], message["text"]) for message in raw["messages"]),
        tuple(raw["numbers"]),
        tuple(raw["words"]),
        SafetyArticle(found["id"], found["title"], found["language"], slug) if found else None,
    )


def safety_warning(session: Session, text: str, *, reader_language: str = "") -> SafetyWarning | None:
    """What is to be said first of a text that somebody typed; None where it smells of no danger, which costs one statement."""
    return conversation_safety(session, [text], reader_language=reader_language)


def conversation_safety(session: Session, texts: Sequence[str], *, reader_language: str = "") -> SafetyWarning | None:
    """The same of what a customer said, one text a message, oldest first: the gravest danger, of equals the last."""
    rules = rules_in_use(session)
    found: list[tuple[Danger, str]] = [(danger, text) for text in texts for danger in rules.finder.find(text)[:1]]
    if not found:
        return None
    return warning_of(
        session, rules, *min(reversed(found), key=lambda pair: rules.finder.rank(pair[0].kind)), reader_language
    )


def dangers_in(session: Session, texts: Sequence[str]) -> frozenset[str]:
    """Which words of rules (`kb.service.escalation_rules.WORDS`) what a customer said calls for: "fraud" where money is being
    taken, "safety" for any other danger. One statement, none where the rules are known already."""
    rules = rules_in_use(session)
    levels = {LEVELS[danger.kind] for text in texts for danger in rules.finder.find(text)}
    return frozenset("fraud" if level is Level.FRAUD else "safety" for level in levels)


def warning_of(session: Session, rules: RuleSet, danger: Danger, text: str, reader_language: str = "") -> SafetyWarning:
    """The warning for a danger that was found in `text`."""
    kind = danger.kind
    languages = list(dict.fromkeys((guess_language(text).partition("-")[0], reader_language)))
    spoken = [rule for language in languages if (rule := rules.spoken(kind, language)) is not None]
    if not spoken:
        spoken = [rule for language in LANGUAGES[:1] if (rule := rules.spoken(kind, language)) is not None]
    rule = spoken[0] if spoken else rules.rules[kind, LANGUAGES[0]]
    return SafetyWarning(
        kind=kind,
        level=rule.level,
        messages=tuple(SafetyMessage(one.language, one.message) for one in spoken),
        numbers=rule.numbers,
        words=danger.words,
        article=_find_article(session, rule.article_id, languages),
    )


def try_words(session: Session, kind: str, language: str, words: str, text: str) -> list[Danger]:
    """What `text` would smell of if the rule of a kind in a language had these words. Raises InvalidInputError for words that
    cannot be read."""
    tried = Rule(kind, language, words, "", ())
    return make_finder((load_rules(session) | {(kind, language): tried}).values()).find(text)


def _find_article(session: Session, article_id: int | None, languages: Sequence[str]) -> SafetyArticle | None:
    """The article, in the first of these languages that it is published in, else as it was chosen. One statement."""
    if article_id is None:
        return None
    key = select(Article.translation_key).where(Article.id == article_id).scalar_subquery()
    rows = session.execute(
        select(Article.id, Article.title, Article.language, Article.slug).where(
            (Article.id == article_id) | (Article.translation_key == key),
            Article.status == "published",
            Article.audience == "public",
        )
    ).all()
    order = {language: place for place, language in enumerate(languages)}
    best = min(rows, key=lambda row: (order.get(row.language, len(order)), row.id != article_id), default=None)
    return SafetyArticle(best.id, best.title, best.language, best.slug) if best is not None else None
