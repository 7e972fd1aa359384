"""A draft of an article from a ticket that was solved: problem, cause, steps, sources; everything in it was said by somebody.

Where a language model composed it (kb.assist.composing_draft), each sentence names the texts that say it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kb.articles.source import ArticleSource, make_source
from kb.articles.store import find_article, save_article
from kb.articles.text import slugify
from kb.tables import Article
from kb.text.composed_draft import MOST_STEPS, ComposedDraft
from kb.text.sentences import split_sentences

LONGEST_TITLE, LONGEST_PROBLEM = 90, 600
# What a sentence that gives a cause has in it.
_CAUSE = re.compile(
    r"\b(?:because|since|due to|as a result of|the reason|caused by|was down|kyunki|kyonki|wajah|ki vajah|karon|jonno)\b"
    r"|क्योंकि|वजह|कारण|কারণ|জন্যই",
    re.IGNORECASE,
)
_HEADINGS = {
    "en": ("The problem", "The cause", "What solves it", "Sources"),
    "hi": ("समस्या", "कारण", "क्या करें", "स्रोत"),
    "bn": ("সমস্যা", "কারণ", "কী করবেন", "সূত্র"),
}
# The draft is for trainers until one says otherwise.
TOPIC = "drafts"


@dataclass(frozen=True)
class SolvedCase:
    """A redacted ticket. sources: (words, address) of what was used to solve it."""

    subject: str
    problem: str
    resolution: str
    language: str
    sources: Sequence[tuple[str, str]] = ()


def draft_body(case: SolvedCase, composed: ComposedDraft | None = None) -> str:
    """Markdown; headings in the language of the case where we have them, else in English. Without `composed` in the words of the
    case."""
    problem_head, cause_head, steps_head, sources_head = _HEADINGS.get(
        case.language.partition("-")[0] if "-Latn" not in case.language else "en", _HEADINGS["en"]
    )
    if composed is None:
        sentences = [sentence for sentence in split_sentences(case.resolution) if sentence.strip()]
        causes = [sentence for sentence in sentences if _CAUSE.search(sentence)]
        steps = [sentence for sentence in sentences if sentence not in causes][:MOST_STEPS]
        problem = case.problem[:LONGEST_PROBLEM]
    else:
        problem = " ".join(one.text for one in composed.problem)
        causes = [one.text for one in composed.cause]
        steps = [" ".join(one.text for one in step) for step in composed.steps]
    parts = [f"## {problem_head}", _plain(problem)]
    if causes:
        parts += [f"## {cause_head}", _plain(" ".join(causes))]
    if steps:
        parts += [f"## {steps_head}", "\n".join(f"{n}. {_plain(step)}" for n, step in enumerate(steps, start=1))]
    if case.sources:
        parts += [f"## {sources_head}", "\n".join(f"- [{_plain(words)}]({url})" for words, url in case.sources)]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """On one line, without what Markdown or HTML would take for marks."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


def title_of(case: SolvedCase) -> str:
    """The subject, else the beginning of the problem, cut between words."""
    text = " ".join((case.subject or case.problem).split()) or "?"
    if len(text) <= LONGEST_TITLE:
        return text
    return text[:LONGEST_TITLE].rpartition(" ")[0] or text[:LONGEST_TITLE]


def draft_article(
    session: Session,
    case: SolvedCase,
    *,
    language: str,
    key: str,
    author: str,
    composed: ComposedDraft | None = None,
) -> Article:
    """Store the draft, internal and not published; drafted again under the same `key` it is a new revision of it.

    language: an offered one. key: names the case in the slug, such as "case-12".
    """
    title = title_of(case)
    slug = f"{slugify(title)[:60].strip('-')}-{key}".strip("-")
    known = find_article(session, language, slug)
    source: ArticleSource = make_source(
        {
            "title": title,
            "slug": slug,
            "language": language,
            "translation_key": slug,
            "topic": TOPIC,
            "audience": "internal",
            "status": "draft",
        },
        draft_body(case, composed),
    )
    return save_article(session, source, author=author, note="drafted from a conversation", article=known)
