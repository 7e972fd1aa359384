"""The job that makes suggestions of settled questions, tries each out, and applies those that may be applied by themselves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.progress import Progress
from kb.insight.judged import judged_searches, last_vote
from kb.insight.wordings.replay import Replay
from kb.insight.wordings.settled import SettledQuestion, settled_questions
from kb.insight.wordings.texts import Wordings, read_wordings
from kb.search.encoding import Encoder
from kb.search.trying_out import MakeSearcher
from kb.search.types import Collection
from kb.tables import Article, GapMark, LearnedWording, WordingState

# How far the votes have been looked at, among the marks of the collection of gaps.
MARK = "wordings"
# New suggestions of one run: each is tried out by some 150 searches. The rest comes with the next run.
MOST_AT_ONCE = 40
# Of one article; more would be a crowd that says the same.
MOST_OF_AN_ARTICLE = 30


@dataclass(frozen=True)
class LearningReport:
    """How many wordings of a run were suggested, applied and found to do harm."""

    suggested: int = 0
    applied: int = 0
    harmful: int = 0

    def to_json(self) -> dict[str, int]:
        return dict(vars(self))


def has_unchecked(session: Session) -> bool:
    """Whether a wording that a person wrote waits to be tried out. One short statement."""
    waiting = select(LearnedWording.id).where(LearnedWording.state == WordingState.CHECKING.value)
    return session.execute(waiting.limit(1)).first() is not None


def has_attested(session: Session) -> bool:
    """Whether there are suggestions that may be applied without anybody looking. One short statement."""
    return session.execute(_attested().limit(1)).first() is not None


def has_new_votes(session: Session) -> bool:
    """Whether somebody voted since the last run that came to its end. Two short statements."""
    mark = session.get(GapMark, MARK)
    return last_vote(session) > (mark.number if mark else 0)


class WordingsLearner:
    """One run. `checkpoint` (the caller's commit) ends each step, so that no transaction is open while anything is encoded."""

    def __init__(
        self,
        session: Session,
        encoder: Encoder,
        collections: Sequence[Collection],
        make_searcher: MakeSearcher,
        *,
        by_itself: bool,
        region: str,
        checkpoint: Callable[[], None],
        progress: Progress,
    ) -> None:
        self._session, self._encoder, self._region = session, encoder, region
        self._by_itself = by_itself
        self._checkpoint, self._progress = checkpoint, progress
        self._replay = Replay(session, encoder, collections, make_searcher)
        self._counts = dict.fromkeys(WordingState, 0)

    @property
    def report(self) -> LearningReport:
        counts = self._counts
        return LearningReport(
            counts[WordingState.SUGGESTED], counts[WordingState.APPLIED], counts[WordingState.HARMFUL]
        )

    def check_written(self) -> None:
        """Try out what people wrote; it is applied, or said to do harm."""
        waiting = LearnedWording.state == WordingState.CHECKING.value
        for wording in self._session.scalars(select(LearnedWording).where(waiting).order_by(LearnedWording.id)).all():
            self._try_out(wording, WordingState.APPLIED, WordingState.CHECKING)

    def apply_attested(self) -> None:
        """Try suggestions out again that nobody has decided on and that may be applied without anybody looking."""
        for wording in self._session.scalars(_attested().limit(MOST_AT_ONCE)).all():
            self._try_out(wording, WordingState.APPLIED, WordingState.SUGGESTED)

    def suggest(self) -> None:
        """Make suggestions of what is settled by now; run again it goes on with those that are not there yet."""
        newest = last_vote(self._session)
        searches = judged_searches(self._session)
        self._checkpoint()
        settled = settled_questions(self._encoder, searches, region=self._region)
        new = 0
        for done, question in enumerate(settled, start=1):
            if new == MOST_AT_ONCE:
                return  # without the mark: the next run goes on
            new += self._suggest_one(question)
            self._checkpoint()
            self._progress(done, len(settled))
        self._session.merge(GapMark(name=MARK, number=newest))
        self._checkpoint()

    def _suggest_one(self, question: SettledQuestion) -> bool:
        """Whether there is a new row. One that says what is there already adds to what speaks for that."""
        versions = self._session.scalars(
            select(Article).where(Article.translation_key == question.group[1]).order_by(Article.id)
        ).all()
        article = _version_for(question, versions)
        if article is None:
            return False
        ids = [version.id for version in versions]
        learned = self._session.scalars(
            select(LearnedWording).where(LearnedWording.article_id.in_(ids)).order_by(LearnedWording.id)
        ).all()
        self._checkpoint()
        own = read_wordings(self._encoder, _own_texts(versions))
        there = read_wordings(self._encoder, [one.text for one in learned])
        this = read_wordings(self._encoder, [question.text])
        if (row := _row_like(there, this)) is not None:
            _note_evidence(learned[row], question)
            return False
        open_ones = sum(one.state in {WordingState.SUGGESTED, WordingState.APPLIED} for one in learned)
        if _row_like(own, this) is not None or open_ones >= MOST_OF_AN_ARTICLE:
            return False
        wording = LearnedWording(
            article_id=article.id,
            text=question.text,
            language=question.language,
            state=WordingState.SUGGESTED.value,
            people=0,
            searches=0,
            well_attested=False,
            examples=[],
            replay={},
        )
        _note_evidence(wording, question)
        apply_it = self._by_itself and question.well_attested
        goal = WordingState.APPLIED if apply_it else WordingState.SUGGESTED
        return self._try_out(wording, goal, WordingState.SUGGESTED)

    def _try_out(self, wording: LearnedWording, goal: WordingState, before: WordingState) -> bool:
        """Give it its state, if it still has the one from `before`; False where its article is not searched (yet)."""
        article = self._session.get(Article, wording.article_id)
        replayed = None if article is None else self._replay.try_out(article, wording.text)
        if replayed is None:
            return False
        if wording.id is not None:
            self._session.refresh(wording, with_for_update=True)
            if wording.state != before.value:
                return False  # somebody has decided meanwhile
        state = goal if replayed.is_harmless else WordingState.HARMFUL
        wording.state, wording.replay = state.value, replayed.to_json()
        if state is not WordingState.SUGGESTED:
            wording.decided_at = utc_now()
        self._session.add(wording)
        self._counts[state] += 1
        self._checkpoint()
        return True


def _attested() -> Select[LearnedWording]:
    return (
        select(LearnedWording)
        .where(
            LearnedWording.state == WordingState.SUGGESTED.value,
            LearnedWording.well_attested,
            LearnedWording.decided_by_id.is_(None),
        )
        .order_by(LearnedWording.id)
    )


def _version_for(question: SettledQuestion, versions: Sequence[Article]) -> Article | None:
    """The published version of the article in the language of the question, else the one that helped most."""
    published = [version for version in versions if version.status == "published"]
    helped = [version for version in published if version.id in question.articles]
    if not helped:
        return None
    most = max(helped, key=lambda version: (question.articles[version.id], -version.id))
    primary = question.language.partition("-")[0]
    same = (one for one in published if one.language.partition("-")[0] == primary and one.audience == most.audience)
    return next(same, most)


def _own_texts(versions: Iterable[Article]) -> list[str]:
    return list(
        dict.fromkeys(text for version in versions for text in (version.title, *version.also_asked) if text.strip())
    )


def _row_like(wordings: Wordings, this: Wordings) -> int | None:
    return wordings.row_like(this.keys[0], this.vectors[0])


def _note_evidence(wording: LearnedWording, question: SettledQuestion) -> None:
    wording.people = max(wording.people, len(question.people))
    wording.searches = max(wording.searches, question.searches)
    wording.well_attested = wording.well_attested or question.well_attested
    wording.examples = question.examples or wording.examples
    wording.last_asked = question.last_asked
