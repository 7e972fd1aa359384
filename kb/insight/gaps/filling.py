"""Ways to fill a gap: link an article, make one public, begin a translation or an empty one, draft one; and undoing it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from kb.articles import archive_article, find_article, get_article, save_article, source_of_article
from kb.articles.approval import require_approval
from kb.articles.drafting import TOPIC, SolvedCase, draft_article
from kb.articles.editing import ArticleText, save_text
from kb.articles.text import slugify
from kb.articles.translating import begin_translation
from kb.core.errors import InvalidInputError
from kb.insight.gaps.editing import UNDO, ChangeKind, note_fill
from kb.insight.gaps.fills import BEGUN, DRAFTED, LINKED, PUBLISHED, TRANSLATED, last_fill
from kb.insight.gaps.listing import get_gap
from kb.insight.gaps.questions import questions_of
from kb.insight.wordings.texts import UnfitWordingError, clean_wording, content_key
from kb.tables import Article, Gap, Ticket
from kb.text.composed_draft import ComposedDraft
from kb.text.sentences import split_sentences
from kb.text.terms import normalise

# Questions that an article gets from one gap, and has in all: the most asked ones.
MOST_ADDED, MOST_WORDINGS = 20, 100
# Questions that are looked through for them; questions that a draft quotes; tickets that it is made from.
_LOOKED_THROUGH, _QUOTED, MOST_TICKETS = 200, 3, 5
_LONGEST_SLUG = 60
# (questions, texts of tickets, language) -> a draft whose sentences name the texts that say them, None where there is none.
ComposeDraft = Callable[[Sequence[str], Sequence[str], str], ComposedDraft | None]


def wordings_for(session: Session, gap_id: int, article: Article, *, region: str) -> list[str]:
    """The gap's questions that say what the article does not have yet, without personal data, the most asked first."""
    room = MOST_WORDINGS - len(article.also_asked)
    return _wordings(session, gap_id, (article.title, *article.also_asked), region=region)[
        : max(0, min(MOST_ADDED, room))
    ]


def _wordings(session: Session, gap_id: int, there: Sequence[str], *, region: str) -> list[str]:
    known = {content_key(text) for text in there}
    found: list[str] = []
    for question in questions_of(session, gap_id, limit=_LOOKED_THROUGH)[0]:
        try:
            text = clean_wording(question.query, region=region)
        except UnfitWordingError:
            continue
        if (key := content_key(text)) not in known:
            known.add(key)
            found.append(text)
    return found


def link_article(
    session: Session, gap_id: int, article_id: int, *, user_id: int | None, author: str, region: str
) -> Article:
    """The article answers it: it gets the gap's questions as other wordings. Raises NotFoundError; InvalidInputError where
    customers cannot see it."""
    gap, article = get_gap(session, gap_id), get_article(session, article_id)
    if article.status != "published" or article.audience != "public":
        raise InvalidInputError("Customers cannot see this article.", remedy="Make it public instead.")
    wordings = wordings_for(session, gap_id, article, region=region)
    source = source_of_article(session, article)
    source = replace(source, also_asked=(*source.also_asked, *wordings))
    save_article(session, source, author=author, note="Questions that nobody could find it by", article=article)
    note_fill(session, gap, {"way": LINKED, "article": article.id, "wordings": wordings}, user_id=user_id)
    return article


def publish_article(
    session: Session, gap_id: int, article_id: int, *, user_id: int | None, author: str, needs_approval: bool = False
) -> Article:
    """Make an internal article, or a draft, public. Raises NotFoundError; InvalidInputError where it is public or put away;

    NotApprovedError where a colleague has to approve it first.
    """
    gap, article = get_gap(session, gap_id), get_article(session, article_id)
    if article.status == "archived":
        raise InvalidInputError("This article was put away.", remedy="Choose another one.")
    if article.status == "published" and article.audience == "public":
        raise InvalidInputError("This article is public already.", remedy="Link it instead.")
    before = {"status": article.status, "audience": article.audience, "topic": article.topic}
    source = source_of_article(session, article)
    topic = "" if source.topic == TOPIC else source.topic
    source = replace(source, status="published", audience="public", topic=topic)
    if needs_approval:
        require_approval(session, article, source)
    save_article(session, source, author=author, note="Published for what nobody could find", article=article)
    details = {"way": PUBLISHED, "article": article.id, "before": before, "revision": article.revision}
    note_fill(session, gap, details, user_id=user_id)
    return article


def start_translation(
    session: Session, gap_id: int, article_id: int, language: str, *, user_id: int | None, author: str, region: str
) -> Article:
    """A draft in `language` of an article that is there in another: its text, to be translated, with the gap's questions.

    Raises NotFoundError; ConflictError where the article has that language already.
    """
    gap, original = get_gap(session, gap_id), get_article(session, article_id)
    draft = begin_translation(session, original, language, author=author)
    wordings = wordings_for(session, gap_id, draft, region=region)
    if wordings:
        source = replace(source_of_article(session, draft), also_asked=tuple(wordings))
        save_article(session, source, author=author, article=draft)
    note_fill(session, gap, {"way": TRANSLATED, "article": draft.id, "wordings": wordings}, user_id=user_id)
    return draft


def begin_article(
    session: Session, gap_id: int, language: str, *, user_id: int | None, author: str, region: str
) -> Article:
    """A draft without a text, named as the gap is, with its questions; the one that was begun before, while it is a draft.

    The title is the writer's to change, so the question that it repeats is among them. Raises NotFoundError.
    """
    gap, before = get_gap(session, gap_id), last_fill(session, gap_id)
    if before is not None and before.way == BEGUN:
        begun = session.get(Article, before.article_id)
        if begun is not None and begun.status == "draft" and begun.language == language:
            return begun
    wordings = _wordings(session, gap_id, (), region=region)[:MOST_ADDED]
    text = ArticleText(
        title=gap.label,
        slug=_free_slug(session, slugify(gap.label)[:_LONGEST_SLUG].strip("-") or f"gap-{gap.id}", language),
        language=language,
        also_asked="\n".join(wordings),
        owner=author,
    )
    draft = save_text(session, text, "draft", author=author, note="Begun for what nobody could find")
    note_fill(session, gap, {"way": BEGUN, "article": draft.id, "wordings": wordings}, user_id=user_id)
    return draft


def _free_slug(session: Session, wished: str, language: str) -> str:
    slug, number = wished, 1
    while find_article(session, language, slug) is not None:
        number += 1
        slug = f"{wished}-{number}"
    return slug


def draft_from_tickets(
    session: Session,
    gap_id: int,
    ticket_ids: Sequence[int],
    sources: Sequence[tuple[str, str]],
    *,
    language: str,
    user_id: int | None,
    author: str,
    compose: ComposeDraft | None = None,
) -> Article:
    """A draft from the tickets that solved it: what was asked, the cause, the steps, the sources. In words of its own where
    `compose` gives them, else in those of the tickets.

    sources: words and address of each. Raises NotFoundError; InvalidInputError where no ticket says what solved it.
    """
    gap = get_gap(session, gap_id)
    tickets = [
        ticket
        for number in dict.fromkeys(ticket_ids)
        if (ticket := session.get(Ticket, number)) is not None and ticket.resolution.strip()
    ][:MOST_TICKETS]
    if not tickets:
        raise InvalidInputError("Choose at least one ticket that says what solved it.")
    asked = [one.query for one in questions_of(session, gap_id, limit=_QUOTED)[0]]
    problem = " ".join(dict.fromkeys((*asked, tickets[0].problem)))
    case = SolvedCase(gap.label, problem, _joined([one.resolution for one in tickets]), language, sources)
    texts = ["\n".join((one.subject, one.problem, one.resolution)) for one in tickets]
    composed = compose((gap.label, *asked), texts, language) if compose else None
    draft = draft_article(session, case, language=language, key=f"gap-{gap.id}", author=author, composed=composed)
    details: dict[str, Any] = {"way": DRAFTED, "article": draft.id, "tickets": [one.id for one in tickets]}
    if composed is not None:
        details["said_by"] = [[one.text, [tickets[place].id for place in one.sources]] for one in composed.sentences]
    note_fill(session, gap, details, user_id=user_id)
    return draft


def _joined(resolutions: Sequence[str]) -> str:
    """All sentences once, those of the first ticket first."""
    sentences: dict[str, str] = {}
    for text in resolutions:
        for sentence in split_sentences(text):
            sentences.setdefault(normalise(sentence), sentence.strip())
    return "\n".join(sentence for key, sentence in sentences.items() if key)


def _undo_fill(session: Session, gap: Gap, details: dict[str, Any]) -> None:  # noqa: ARG001  # the same shape as the others
    """Take the questions out again; hide again what was made public; put the draft away."""
    article = session.get(Article, details["article"])
    if article is None:
        return
    source, way = source_of_article(session, article), details["way"]
    if way == LINKED:
        added = set(details["wordings"])
        kept = tuple(text for text in source.also_asked if text not in added)
        save_article(session, replace(source, also_asked=kept), note="Questions taken out again", article=article)
    elif way == PUBLISHED:
        save_article(session, replace(source, **details["before"]), note="Hidden again", article=article)
    elif article.status == "draft":
        archive_article(session, article, note="A draft that is not needed")


UNDO[ChangeKind.FILLED] = _undo_fill
