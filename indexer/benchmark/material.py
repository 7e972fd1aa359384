"""Texts and questions to measure with: the sentences of a folder of articles, recombined."""

import random
from dataclasses import dataclass
from pathlib import Path

from indexer.chunking import split_sentences
from kb.tables import Article

PASSAGES_PER_ARTICLE = 4


@dataclass(frozen=True)
class Material:
    """Sentences to make passages of, by language, and questions to ask."""

    sentences: dict[str, list[str]]
    questions: list[str]

    def different_questions(self, count: int, seed: int) -> list[str]:
        """No one is the same as another: nothing comes from a cache."""
        chosen = random.Random(seed).choices(self.questions, k=count)
        return [f"{question} {number}" for number, question in enumerate(chosen)]


def read_material(folder: Path) -> Material:
    """Sentences and questions from the Markdown articles under `folder`."""
    from kb.articles import parse_article, shown_text

    sentences: dict[str, list[str]] = {}
    questions: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        source = parse_article(path.read_text("utf-8"), str(path))
        text = shown_text(source.body)
        found = [text[a:b] for a, b in split_sentences(text) if b - a > 20]
        sentences.setdefault(source.language, []).extend(found)
        questions += [source.title, *source.also_asked]
    return Material(sentences, questions)


def make_articles(material: Material, count: int, seed: int) -> list[Article]:
    """Articles of about PASSAGES_PER_ARTICLE passages each."""
    choose = random.Random(seed)
    languages = sorted(material.sentences)
    articles = []
    for number in range(count):
        language = languages[number % len(languages)]
        known = material.sentences[language]
        sections = [
            f"## {choose.choice(known)[:60]}\n\n" + " ".join(choose.choices(known, k=9))
            for _ in range(PASSAGES_PER_ARTICLE)
        ]
        key = f"bench-{seed}-{number}"
        articles.append(
            Article(
                slug=key,
                language=language,
                translation_key=key,
                status="published",
                title=choose.choice(known)[:80],
                body="\n\n".join(sections),
                content_hash=f"{seed}-{number}",
            )
        )
    return articles
