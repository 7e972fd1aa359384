"""Suggestions for a conversation: whether to speak, which questions are open, and what answers each."""

from collections.abc import Collection as Container
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from kb.assist.acts import load_act_model
from kb.assist.answering import Answerer, AssistSearcher, LookedUp, Suggestion
from kb.assist.evidence import has_words
from kb.assist.intent import IntentModel, cue_probability, load_intent_model
from kb.assist.name_tables import name_table_of
from kb.assist.open_questions import Followed, OpenQuestion, follow
from kb.assist.question import MANY_WORDS, understand_question, wider_texts
from kb.assist.turn_vectors import turn_reader
from kb.assist.turns import Role, Turn, asking_turn
from kb.core.odds import log_odds, sigmoid
from kb.search.encoding import Encoder
from kb.search.first_result import join_answers
from kb.search.safety import SafetyWarning, conversation_safety
from kb.search.types import CollectionName, Outcome, Result, SearchAnswer

# Without a model for the encoder at hand, cues decide from here.
CUE_THRESHOLD = 0.5
# What the intent model says of the last turn beside what is open: of a conversation in which things are ordered or booked, which
# is what most of its examples are, much more than of any other.
INTENT_SHARE, INTENT_SHARE_OF_ORDERS = 0.2, 3.0
# The most that is said, in log-odds, by what is open, and the least of it that is worth speaking.
MOST_SAID, SPEAK_FROM = 4.0, 0.45
# Questions that are looked up, most pressing first.
MOST_QUESTIONS = 3


@dataclass(frozen=True)
class Asked:
    """A question that no agent's turn has answered. turn: where it was stated; is_open: False where the rep closed it, then it
    has no suggestions; search: how sure the first suggestion is, None until it is judged."""

    text: str
    turn: int
    is_open: bool
    suggestions: tuple[Suggestion, ...] = ()
    search: SearchAnswer | None = None

    @property
    def outcome(self) -> Outcome | None:
        return self.search.outcome if self.search else None

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "turn": self.turn,
            "open": self.is_open,
            "outcome": self.outcome.value if self.outcome else None,
            "results": _results(self.suggestions),
        }


@dataclass(frozen=True)
class AssistAnswer:
    """speak: whether a suggestion is welcome now; `question` and `suggestions` are those of the most pressing question, empty
    where nothing is open; questions: that one first."""

    speak: bool
    speak_probability: float
    question: str
    suggestions: tuple[Suggestion, ...]
    questions: tuple[Asked, ...] = ()
    safety: SafetyWarning | None = None  # what is to be said before anything else

    def to_json(self) -> dict[str, Any]:
        return {
            "speak": self.speak,
            "speak_probability": round(self.speak_probability, 4),
            "question": self.question,
            "questions": [question.to_json() for question in self.questions],
            "safety": self.safety.to_json() if self.safety else None,
            "results": _results(self.suggestions),
        }


def _results(suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    return [
        {**s.result.to_json(), "because": [{"words": r.words, "turn": r.turn} for r in s.because]} for s in suggestions
    ]


NO_SUGGESTION = AssistAnswer(False, 0.0, "", ())


def assist(
    session: Session,
    turns: Sequence[Turn],
    searcher: AssistSearcher,
    encoder: Encoder,
    *,
    reader_language: str,
    limit: int = 5,
    even_without_query: bool = False,
    closed: Container[int] = (),
    pressing: int | None = None,
) -> AssistAnswer:
    """What to show a rep after the customer's last turn. What is to be said before that, see `with_safety`.

    even_without_query: give the suggestions even where silence is right (a rep who asks for them, an evaluation). closed: turns
    whose questions the rep has closed; pressing: the turn of the open question that the rep wants first.
    """
    turn = asking_turn(turns)
    if turn is None:
        return NO_SUGGESTION
    intent = load_intent_model(encoder.fingerprint)
    followed = follow(turns, turn_reader(encoder), load_act_model(encoder.fingerprint), intent, closed)
    waiting = _in_order(followed, pressing)
    if not waiting and not has_words(turns[turn].matter):
        return NO_SUGGESTION
    collections = searcher.views()
    table = name_table_of(session, collections)
    answerer = Answerer(session, searcher, encoder, intent, table, collections)

    def look_up(asked: OpenQuestion) -> LookedUp:
        question = understand_question(turns, asked.turn, table)
        # A question that stands alone is searched for alone, as in the search box.
        is_alone = asked.turn == turn and not question.points_back and question.content_words >= MANY_WORDS
        wider = wider_texts(turns, question, asked.again, followed.settled) if waiting and not is_alone else ()
        return answerer.look_up(question, wider)

    wanted = waiting[:MOST_QUESTIONS] or [OpenQuestion(turn, (), 0.0)]
    first = look_up(wanted[0])
    is_last = turn in (wanted[0].turn, *wanted[0].again) and turn not in closed
    probability = _speak_probability(turns, turn, followed, first if is_last else None, intent, encoder)
    speak = probability >= (intent.threshold if intent else CUE_THRESHOLD)
    if not speak and not even_without_query:
        return AssistAnswer(False, probability, first.question.last, (), _closed(turns, followed, closed))
    asked = []
    for number, question in enumerate(wanted):
        found = look_up(question) if number else first
        suggestions = answerer.suggest(turns, found, reader_language=reader_language, limit=limit)
        asked.append(Asked(found.question.text, question.turn, True, suggestions))
    return AssistAnswer(
        speak,
        probability,
        asked[0].text,
        asked[0].suggestions,
        (*(asked if speak else ()), *_closed(turns, followed, closed)),
    )


def safety_of_turns(session: Session, turns: Sequence[Turn], *, reader_language: str = "") -> SafetyWarning | None:
    """What is to be said before anything else, where what the customer said in any of the turns smells of danger."""
    said = [turn.text for turn in turns if turn.role in (Role.CUSTOMER, Role.NOTE)]
    return conversation_safety(session, said, reader_language=reader_language)


def with_safety(session: Session, turns: Sequence[Turn], answer: AssistAnswer, *, reader_language: str) -> AssistAnswer:
    """The same with what is to be said before anything else. One statement, or two where there is an article."""
    return replace(answer, safety=safety_of_turns(session, turns, reader_language=reader_language))


def judge_questions(searcher: AssistSearcher, answer: AssistAnswer) -> AssistAnswer:
    """The same with how sure the first suggestion for each open question is: the calibrated confidence of search. As in a search
    what can be sent comes first, see `kb.search.first_result`: what each collection has is judged by itself."""
    judged = tuple(_judge(searcher, asked) if asked.is_open else asked for asked in answer.questions)
    is_first_open = bool(judged) and judged[0].is_open
    return replace(answer, questions=judged, suggestions=judged[0].suggestions if is_first_open else answer.suggestions)


def _judge(searcher: AssistSearcher, asked: Asked) -> Asked:
    of_collections: dict[CollectionName, list[Result]] = {}
    for suggestion in asked.suggestions:
        of_collections.setdefault(suggestion.result.collection, []).append(suggestion.result)
    # Public articles first: of equals they lead.
    answers = [
        searcher.judge(None, asked.text, of_collections[name]) for name in CollectionName if name in of_collections
    ] or [searcher.judge(None, asked.text, [])]
    joined = join_answers(answers, len(asked.suggestions))
    because = {(one.result.kind, one.result.id): one.because for one in asked.suggestions}
    suggestions = tuple(Suggestion(result, because[result.kind, result.id]) for result in joined.results)
    return replace(asked, search=joined, suggestions=suggestions)


def _in_order(followed: Followed, wanted: int | None) -> list[OpenQuestion]:
    """What is open: what the rep wants first, then what presses most, then what waits for the longest."""
    if followed.is_ordering:  # requests are settled step by step there: the last turn is the question
        return []
    pressing = None if followed.pressing is None else followed.questions[followed.pressing]
    waiting = [question for question in followed.questions if question.is_open]
    return sorted(waiting, key=lambda question: (question.turn != wanted, question is not pressing))


def _closed(turns: Sequence[Turn], followed: Followed, closed: Container[int]) -> tuple[Asked, ...]:
    return tuple(Asked(turns[q.turn].matter, q.turn, False) for q in followed.questions if q.turn in closed)


def _speak_probability(
    turns: Sequence[Turn],
    turn: int,
    followed: Followed,
    of_last: LookedUp | None,
    intent: IntentModel | None,
    encoder: Encoder,
) -> float:
    """Probability that a suggestion is welcome: of what is open, and of what the intent model and the search say of the last
    turn.

    of_last: what was looked up for the last turn, None where an earlier question is looked up.
    """
    text = turns[turn].matter
    waits = max((question.probability for question in followed.questions), default=0.0)
    has_model = intent is not None and load_act_model(encoder.fingerprint) is not None
    if intent is None or not has_model or turns[turn].role is Role.NOTE:
        if of_last is None:
            return waits
        asks = intent.probability(of_last.for_intent, of_last.evidence) if intent else cue_probability(text)
        return max(asks, waits)
    is_answered = any(later.role is Role.AGENT for later in turns[turn:])
    if is_answered or not has_words(text):
        score = 0.0
    elif of_last is None:
        score = intent.turn_score(turn_reader(encoder)(text))
    else:
        score = log_odds(intent.probability(of_last.for_intent, of_last.evidence))
    share = INTENT_SHARE + INTENT_SHARE_OF_ORDERS * followed.orders
    return sigmoid(share * score + max(-MOST_SAID, min(MOST_SAID, log_odds(waits))) - SPEAK_FROM)
