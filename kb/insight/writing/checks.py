"""All checks of a text that somebody writes, the gravest findings first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kb.articles import links_of, render_markdown, resolve_links
from kb.articles.checks import Finding, Measures, faulty_links, hard_to_read, measure, pictures_without_words
from kb.articles.checks.prose import LONGEST
from kb.articles.editing import ArticleText, as_unsaved
from kb.articles.markup import github_anchor
from kb.insight.writing.asked import LEAST_QUESTIONS, asked_questions
from kb.insight.writing.customer_words import Subject, unasked_title, unused_words
from kb.insight.writing.duplicates import duplicates
from kb.insight.writing.personal import personal_data
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.tables import Article
from kb.text.words import says_something

# What harms readers, then what keeps them from finding it, then what makes reading hard.
ORDER = (
    "personal", "link_nowhere", "link_not_public", "link_to_itself", "link_no_heading", "link_empty", "no_alt", "empty_alt",
    "duplicate", "answered_already", "unasked_title", "unused_word",
    "long_sentence", "long_step", "long_paragraph", "no_heading", "long_words",
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """searches: how many questions in the language of the text its words were looked for in; 0 where there are too few to tell;
    is_cut: the text is too long to be checked as a whole."""

    findings: Sequence[Finding]
    measures: Measures
    searches: int
    is_cut: bool


def check_text(
    session: Session,
    search: tuple[Encoder, Searcher] | None,
    text: ArticleText,
    article: Article | None,
    *,
    languages: Sequence[str],
    region: str,
) -> Checked:
    """search: the encoder and the search of somebody who may read all articles; None where there is none to be had: then
    nothing is said of duplicates and of customers' words. Twelve statements at most; nothing is stored."""
    unsaved = as_unsaved(text, article)
    body, title = unsaved.body[:LONGEST], unsaved.title
    hrefs, measures = links_of(body), measure(body, text.language)
    findings = [
        *personal_data(text.title, region=region, field="title"),
        *personal_data(body, region=region),
        *faulty_links(
            body,
            hrefs,
            resolve_links(session, unsaved, hrefs, languages),
            _anchors(body),
            own_id=unsaved.id,
            audience=text.audience,
        ),
        *pictures_without_words(body),
        *hard_to_read(body, text.language, measures),
    ]
    searches = 0
    if search is not None and says_something(title):
        encoder, searcher = search
        asked = asked_questions(session, encoder).get(text.language.partition("-")[0])
        searches = len(asked) if asked is not None and len(asked) >= LEAST_QUESTIONS else 0
        subject = Subject(title, body, text.language, encoder.encode_queries([title])[0])
        findings += duplicates(session, encoder, searcher, title=title, body=body, article=article)
        findings += [*unasked_title(subject, asked), *unused_words(subject, asked)]
    places: Mapping[str, int] = {kind: place for place, kind in enumerate(ORDER)}
    findings.sort(key=lambda one: (places[one.kind], one.field != "title", one.start))
    return Checked(findings, measures, searches, len(unsaved.body) > LONGEST)


def _anchors(body: str) -> frozenset[str]:
    headings = render_markdown(body).headings
    return frozenset(name for one in headings for name in (one.id, github_anchor(one.text)))
