"""What a synonym, a pin or another wording would do to every golden and every settled question, before it is saved.

A synonym can change only questions that have one of its words, a pin only those that it is for: the others are counted and not
asked. Another wording may be nearer to any question, so that all are asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.core.progress import Progress
from kb.insight.curation.editing import Values, require_article, titles_of
from kb.insight.wordings.questions import OwnQuestion, own_questions
from kb.insight.writing.asked import asked_questions
from kb.search.altered_collection import AddedQuestion
from kb.search.alternative_questions import encode_alternative_questions
from kb.search.curation import Curation
from kb.search.encoding import Encoder, Ids
from kb.search.pins import Pin, Pins
from kb.search.searcher import Looked, Searcher
from kb.search.synonyms import SynonymRule, Synonyms
from kb.search.trying_out import Trial
from kb.search.types import Audience, Collection, CollectionName, CollectionSource, Outcome
from kb.tables import Article
from kb.text.language import guess_language
from kb.text.transliteration import to_native

SHOWN = 12
SYNONYM, PIN, WORDING = "synonym", "pin", "wording"
_SIDES = ("before", "after")
_RANKS = {Outcome.NONE: 0, Outcome.UNSURE: 1, Outcome.ANSWERED: 2}


class MakeCurated(Protocol):
    """Makes a searcher of collections with other words and pins than those that serve."""

    def __call__(self, sources: Sequence[CollectionSource], audience: Audience, *, curation: Curation) -> Searcher: ...


@dataclass(frozen=True)
class Attempt:
    """kind: SYNONYM or PIN with what a form said, checked (kb.insight.curation.reading); WORDING with `article_id` and `text`."""

    kind: str
    values: Values


@dataclass
class Effect:
    """golden_total, settled_total: how many questions there are; golden_asked, settled_asked: how many of them could change;
    better, worse: golden questions that find their article first only afterwards, or only before; changed: settled questions with
    another first document or another outcome. Lists are cut to SHOWN, the counts are not."""

    golden_total: int = 0
    golden_asked: int = 0
    settled_total: int = 0
    settled_asked: int = 0
    better_count: int = 0
    worse_count: int = 0
    changed_count: int = 0
    surer: int = 0
    less_sure: int = 0
    better: list[dict[str, Any]] = field(default_factory=list)
    worse: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


def try_change(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    make_searcher: MakeCurated,
    current: Curation,
    attempt: Attempt,
    *,
    progress: Progress | None = None,
) -> Effect:
    """Ask the questions of the golden set, each with itself taken out, and those that people settled on, before and after.

    As customers do; where an internal article is meant, as colleagues do, of articles alone. Raises InvalidInputError for an
    article that is not indexed.
    """
    article = require_article(session, attempt.values["article_id"]) if "article_id" in attempt.values else None
    is_internal = article is not None and article.audience == "internal"
    names = (CollectionName.HELP, CollectionName.INTERNAL) if is_internal else (CollectionName.HELP,)
    audience = Audience.REP if is_internal else Audience.CUSTOMER
    chosen = [one for one in collections if one.name in names]

    def trial(curation: Curation) -> Trial:
        return Trial(session, chosen, audience, lambda sources, of: make_searcher(sources, of, curation=curation))

    before, after = trial(current), trial(_with(current, attempt))
    visible = None if is_internal else _public(session)
    added = _added(encoder, after, attempt, article)
    golden = [one for one in own_questions(session) if one.collection in names]
    settled = [one for of_language in asked_questions(session, encoder).values() for one in of_language.questions]
    effect = Effect(golden_total=len(golden), settled_total=len(settled))
    may_change = _changer(attempt)
    golden = [one for one in golden if may_change(one.text)]
    settled = [one for one in settled if may_change(one.typed)]
    effect.golden_asked, effect.settled_asked = len(golden), len(settled)
    total = len(golden) + len(settled)
    for number, question in enumerate(golden, start=1):
        was = before.look(question.text, 1, hidden=question.hidden, visible=visible)
        now = after.look(question.text, 1, hidden=question.hidden, added=added, visible=visible)
        _note_golden(effect, question, was, now)
        if progress is not None:
            progress(number, total)
    for number, one in enumerate(settled, start=len(golden) + 1):
        was = before.look(one.typed, 1, visible=visible)
        now = after.look(one.typed, 1, added=added, visible=visible)
        _note_settled(effect, one.typed, was, now)
        if progress is not None:
            progress(number, total)
    _name(session, chosen, effect)
    return effect


def _note_golden(effect: Effect, question: OwnQuestion, was: Looked, now: Looked) -> None:
    found, finds = _first(was) == question.group, _first(now) == question.group
    if found == finds:
        return
    effect.better_count, effect.worse_count = effect.better_count + finds, effect.worse_count + found
    listed = effect.better if finds else effect.worse
    if len(listed) < SHOWN:
        listed.append({"question": question.text, "before": _first(was), "after": _first(now)})


def _note_settled(effect: Effect, typed: str, was: Looked, now: Looked) -> None:
    step = _RANKS[now.outcome] - _RANKS[was.outcome]
    effect.surer, effect.less_sure = effect.surer + (step > 0), effect.less_sure + (step < 0)
    if _first(was) == _first(now) and not step:
        return
    effect.changed_count += 1
    if len(effect.changed) < SHOWN:
        row = {
            "question": typed, "before": _first(was), "after": _first(now),
            "outcome_before": was.outcome.value, "outcome_after": now.outcome.value,
        }  # fmt: skip
        effect.changed.append(row)


def _with(current: Curation, attempt: Attempt) -> Curation:
    """What would be used with the attempt."""
    if attempt.kind == SYNONYM:
        return Curation(Synonyms([*current.synonyms.rules, _rule(attempt)]), current.pins)
    if attempt.kind == PIN:
        return Curation(current.synonyms, Pins([*current.pins.pins, _pin(attempt)]))
    return current


def _rule(attempt: Attempt) -> SynonymRule:
    values = attempt.values
    return SynonymRule(values["language"], tuple(values["words"]), tuple(values["means"]))


def _pin(attempt: Attempt) -> Pin:
    values = attempt.values
    until = date.fromisoformat(values["until"]) if values["until"] else None
    return Pin(tuple(values["wordings"]), int(values["article_id"]), until)


def _changer(attempt: Attempt) -> Callable[[str], bool]:
    """Tells whether the answer to a question could be another one."""
    if attempt.kind == SYNONYM:
        rules = Synonyms([_rule(attempt)])

        def has_word(text: str) -> bool:
            language = guess_language(text)
            native = to_native(text, language).text
            return any(rules.read(one, language, lambda _: True).typed for one in {text, native})

        return has_word
    if attempt.kind == PIN:
        pins, today = Pins([_pin(attempt)]), utc_now().date()
        return lambda text: pins.find(text, guess_language(text), today) is not None
    return lambda _: True


def _added(
    encoder: Encoder, trial: Trial, attempt: Attempt, article: Article | None
) -> Mapping[CollectionName, Sequence[AddedQuestion]] | None:
    if attempt.kind != WORDING or article is None:
        return None
    group = trial.group_of("article", article.id)
    if group is None:
        raise InvalidInputError("This article is not indexed yet.", remedy="Try again in a moment.")
    text = str(attempt.values["text"])
    vector = encode_alternative_questions(encoder, [text])[0]
    name = CollectionName.INTERNAL if article.audience == "internal" else CollectionName.HELP
    return {name: [AddedQuestion(article.id, group, article.language, text, vector)]}


def _public(session: Session) -> Ids:
    public = select(Article.id).where(Article.status == "published", Article.audience == "public")
    return np.array(list(session.scalars(public)), np.int64)


def _first(looked: Looked) -> int:
    """The number of the first document group, 0 for none."""
    return int(looked.groups[0]) if looked.groups else 0


def _name(session: Session, collections: Sequence[Collection], effect: Effect) -> None:
    """Titles in place of the numbers of document groups."""
    rows = [*effect.better, *effect.worse, *effect.changed]
    wanted = np.array(sorted({row[name] for row in rows for name in _SIDES} - {0}), np.int64)
    documents: dict[int, int] = {}
    for collection in collections:
        facts = collection.fetch(groups=wanted).facts if len(wanted) else None
        if facts is not None:
            documents |= dict(zip(facts.groups.tolist(), facts.documents.tolist(), strict=True))
    titles = {number: one.title for number, one in titles_of(session, list(documents.values())).items()}
    for row in rows:
        for name in _SIDES:
            row[name] = titles.get(documents.get(row[name], 0), "")
