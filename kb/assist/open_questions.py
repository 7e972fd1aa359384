"""Which of a customer's questions are still open: each turn is read once, in order, and what is open is kept as probabilities.

A question or problem that is stated opens one; an agent's turn that answers closes the one that it is likest to; "thanks, that
works" closes what was answered; impatience, consent and anger say that something is open and ask for nothing themselves (a
forward filter over "is something open", with one probability per question).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.assist.acts import (
    CUE_AGENT_PRIOR,
    CUE_CUSTOMER_PRIOR,
    Act,
    ActModel,
    Probabilities,
    acts_by_cues,
    answers_by_cues,
)
from kb.assist.intent import IntentModel, after_courtesies, asking_sentence
from kb.assist.ordinals import number_named
from kb.assist.turns import Role, Turn
from kb.core.odds import sigmoid
from kb.search.encoding import Vectors
from kb.text.words import find_words

# Turns before these are not followed: whoever waits for longer has said so again.
MOST_FOLLOWED = 80
# From here a question counts as open, from here it is kept in mind at all, and below this it is settled.
OPEN_FROM, KEPT_FROM, SETTLED_BELOW = 0.6, 0.1, 0.3
# What turns may add by telling that something waits for an answer.
MOST_GROWTH = 0.05
# How surely an agent's turn that answers closes the question that it is likest to, and "thanks, that works" what was answered,
# or not.
CLOSED_BY_ANSWER, CLOSED_BY_THANKS, CLOSED_UNANSWERED = 0.97, 0.95, 0.3
# What was answered as surely is what thanks are for; and what going on without coming back to it closes of it.
ANSWERED_FROM, CLOSED_BY_GOING_ON = 0.3, 0.5
# An answer closes another open question as well, the less the less it is like it (difference of cosines).
LIKENESS_SCALE = 0.02
# A turn that comes back to a question rather means an open one (as much of a cosine).
OPEN_COUNTS = 0.1
# What the intent model says of a turn tells a question from a statement; per unit of log-odds, and at most.
INTENT_SHARE, INTENT_LEAST, INTENT_MOST = 0.5, -4.0, 2.0
GATE, GATE_AT = 2.0, -1.0
# What has just been asked as clearly leads; then comes a question that is as surely open.
CLEAR, SURE = 0.6, 0.8
LEADS_FROM = -0.7
# From here it is a conversation in which things are ordered or booked: there requests are settled step by step, and the last
# turn leads.
ORDERS_FROM = 0.15


@dataclass(frozen=True)
class OpenQuestion:
    """One question. turn: where it was stated; again: later turns that come back to it; probability: that it is open."""

    turn: int
    again: tuple[int, ...]
    probability: float

    @property
    def is_open(self) -> bool:
        return self.probability >= OPEN_FROM


@dataclass(frozen=True)
class Followed:
    """questions: all that were asked, in that order; pressing: index in `questions` of the most pressing open one, None where
    none is open; orders: how likely things are ordered or booked in this conversation."""

    questions: tuple[OpenQuestion, ...]
    pressing: int | None
    orders: float

    @property
    def is_ordering(self) -> bool:
        return self.orders >= ORDERS_FROM

    @property
    def settled(self) -> frozenset[int]:
        """Turns whose questions are answered or closed."""
        done = [question for question in self.questions if question.probability < SETTLED_BELOW]
        return frozenset(turn for question in done for turn in (question.turn, *question.again))


@dataclass
class _Stated:
    turn: int
    vector: Vectors | None
    probability: float
    again: list[int] = field(default_factory=list)
    answered: float = 0.0
    asked: float = 0.0  # how surely its own turn asks


def follow(
    turns: Sequence[Turn],
    read: Callable[[str], Vectors],
    model: ActModel | None,
    intent: IntentModel | None,
    closed: Collection[int] = (),
) -> Followed:
    """What is open after these turns. read: the vector of a text; closed: turns whose questions the rep has closed."""
    ledger = _Ledger(read if model else None, model, intent)
    start = max(0, len(turns) - MOST_FOLLOWED)
    for number in range(start, len(turns)):
        turn = turns[number]
        if turn.role is Role.CUSTOMER:
            ledger.hear_customer(number, turn.matter)
        elif turn.role is Role.AGENT:
            ledger.hear_agent(turn.matter)
    for stated in ledger.stated:
        if stated.turn in closed:
            stated.probability = 0.0
    return ledger.result()


class _Ledger:
    def __init__(
        self, read: Callable[[str], Vectors] | None, model: ActModel | None, intent: IntentModel | None
    ) -> None:
        self._read, self._model, self._intent = read, model, intent
        self._customer_prior = model.customer_prior if model else CUE_CUSTOMER_PRIOR
        self._agent_prior = model.agent_prior if model else CUE_AGENT_PRIOR
        self._said: dict[Role, Vectors | None] = {Role.CUSTOMER: None, Role.AGENT: None}
        self.stated: list[_Stated] = []
        self._orders = 0.0
        self._last = -1  # the customer's last turn

    def hear_customer(self, number: int, text: str) -> None:
        self._last = number
        vector = self._vector(text)
        likely = self._acts_of(text, vector)
        # "Thanks, and how do I …"; "I told you already. Is there …?"
        for part in filter(None, (after_courtesies(text), self._question_in(text))):
            of_part = self._acts_of(part, self._vector(part))
            if of_part[Act.ASKS] > likely[Act.ASKS]:
                likely, vector = of_part, self._vector(part)
        self._said[Role.CUSTOMER] = vector
        is_open = self._open()
        joint = np.array([[1 - is_open], [is_open]]) * self._customer_prior * likely
        joint /= joint.sum()
        self._weigh(joint[1].sum(), is_open)
        acts = joint.sum(axis=0)
        self._orders = max(self._orders, float(acts[Act.ORDERS]))
        settled = float(acts[Act.SETTLED])
        goes_on = 1 - float(acts[Act.AGAIN] + acts[Act.URGES])
        some_answered = any(stated.answered >= ANSWERED_FROM for stated in self.stated)
        for stated in self.stated:
            sure = CLOSED_UNANSWERED if some_answered and stated.answered < ANSWERED_FROM else 1.0
            stated.probability *= 1 - settled * CLOSED_BY_THANKS * sure
            # Whoever was answered and speaks of something else has taken the answer.
            stated.probability *= 1 - stated.answered * goes_on * CLOSED_BY_GOING_ON
        again = float(acts[Act.AGAIN])
        asks = float(acts[Act.ASKS])
        target = self._meant(text, vector)
        if target is None:
            asks += again
        else:
            target.probability += (1 - target.probability) * again
            target.asked = max(target.asked, again)
            if again >= OPEN_FROM:
                target.again.append(number)
        asks *= self._asks_for_something(vector)
        # The intent model hears questions of a few words better; where both hear none, it is a detail that was asked for.
        may_ask = int(likely.argmax()) in (Act.ASKS, Act.TELLS) and not _is_number(text)
        if may_ask and self._intent and vector is not None and self._intent.turn_score(vector) >= LEADS_FROM:
            asks = max(asks, CLEAR)
        if asks >= KEPT_FROM:
            self.stated.append(_Stated(number, vector, asks, asked=asks))

    def hear_agent(self, text: str) -> None:
        vector = self._vector(text)
        likely = (
            self._model.of_agent(text, vector, self._said[Role.CUSTOMER])
            if self._model and vector is not None
            else answers_by_cues(text)
        )
        self._said[Role.AGENT] = vector
        is_open = self._open()
        prior = np.stack((self._agent_prior, 1 - self._agent_prior), axis=1)
        joint = np.array([[1 - is_open], [is_open]]) * prior * np.array([likely, 1 - likely])
        joint /= joint.sum()
        answers = float(joint[:, 0].sum())
        for stated, share in zip(self.stated, self._likeness(vector), strict=True):
            closes = answers * CLOSED_BY_ANSWER * share
            stated.probability *= 1 - closes
            stated.answered = max(stated.answered, closes)

    def result(self) -> Followed:
        questions = tuple(OpenQuestion(s.turn, tuple(s.again), float(s.probability)) for s in self.stated)
        return Followed(questions, self._pressing(), self._orders)

    def _pressing(self) -> int | None:
        """What the customer has just clearly asked, else what they came back to, else what surely waits for the longest."""
        waiting = [n for n, stated in enumerate(self.stated) if stated.probability >= OPEN_FROM]
        if not waiting:
            return None
        came_back = [n for n in waiting if self._last in self.stated[n].again]
        just_asked = [n for n in waiting if self.stated[n].turn == self._last]
        clearly = [n for n in just_asked if self.stated[n].asked >= CLEAR]
        surely = [n for n in waiting if self.stated[n].probability >= SURE]
        likeliest = max(waiting, key=lambda n: self.stated[n].probability)
        return [*clearly, *came_back, *surely, *just_asked, likeliest][0]

    def _vector(self, text: str) -> Vectors | None:
        return self._read(text) if self._read else None

    def _acts_of(self, text: str, vector: Vectors | None) -> Probabilities:
        if self._model is None or vector is None:
            return acts_by_cues(text)
        likely = self._model.of_customer(text, vector, self._said[Role.AGENT])
        if self._intent:
            score = max(INTENT_LEAST, min(INTENT_MOST, INTENT_SHARE * self._intent.turn_score(vector)))
            likely[Act.ASKS] *= np.exp(score)
        return likely

    def _question_in(self, text: str) -> str:
        """The question in a turn that says other things too; "how nice is that?" is none."""
        part = asking_sentence(text)
        vector = self._vector(part) if part else None
        return "" if self._intent and vector is not None and self._intent.turn_score(vector) < 0 else part

    def _asks_for_something(self, vector: Vectors | None) -> float:
        if self._intent is None or vector is None:
            return 1.0
        return sigmoid(GATE * (self._intent.turn_score(vector) - GATE_AT))

    def _open(self) -> float:
        closed = 1.0
        for stated in self.stated:
            closed *= 1 - stated.probability
        return min(max(1 - closed, 0.02), 0.995)

    def _weigh(self, now: float, before: float) -> None:
        """What the turn says of whether anything was open before it: that makes each question as much likelier."""
        for stated in self.stated:
            most = (stated.asked + MOST_GROWTH) * (1 - stated.answered)
            grown = min(stated.probability * now / before, most)
            stated.probability = min(max(grown, stated.probability * min(now / before, 1.0)), 1.0)

    def _meant(self, text: str, vector: Vectors | None) -> _Stated | None:
        """The question that a turn comes back to: by its number, else the likest, of several alike the one that is open."""
        if not self.stated:
            return None
        number = number_named(text)
        if number is not None and number <= len(self.stated):
            return self.stated[number - 1]
        return max(self.stated, key=lambda s: (_cosine(s.vector, vector) + OPEN_COUNTS * s.probability, s.turn))

    def _likeness(self, vector: Vectors | None) -> list[float]:
        """Of an answer to each question, 1 for the likest open one."""
        near = [_cosine(s.vector, vector) for s in self.stated]
        nearest = max((n for n, s in zip(near, self.stated, strict=True) if s.probability >= KEPT_FROM), default=1.0)
        return [min(1.0, 2 / (1 + np.exp((nearest - n) / LIKENESS_SCALE))) for n in near]


def _is_number(text: str) -> bool:
    """An order number, a telephone number, an amount: what was asked for."""
    words = find_words(text)
    return 2 * sum(any(letter.isdigit() for letter in word) for word in words) >= len(words)


def _cosine(left: Vectors | None, right: Vectors | None) -> float:
    return 0.0 if left is None or right is None else float(left @ right)
