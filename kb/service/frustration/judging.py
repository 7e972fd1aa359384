"""How heated a customer is in a conversation, and why: `judge_frustration`.

The customer's last turn is judged by its words and by what came before it. Anger does not end with one short line: it is
carried on, weaker with each turn, until thanks or a solution end it. A polite text is never raised because of one word, nor
by its vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.service.frustration.cues import Hit
from kb.service.frustration.features import COLD, LONG_ANSWER, Around, Turn, read_turn
from kb.service.frustration.model import Probabilities, load_model, load_vector_model
from kb.service.frustration.reasons import Reason, has_sign, reasons_of
from kb.service.frustration.turns import Background, Frustration, Level, Said, TurnEncoder
from kb.service.heard import SPOKEN
from kb.text.words import find_words

# Turns that are looked at, and messages in a row that are one of them: what is further back has cooled down.
_TURNS, _MESSAGES_OF_A_TURN, _MESSAGES = 5, 5, 60
_COOLING, _STILL_HEATED = 0.6, 0.65
# Letters are answered within a day, and nobody is cross for that: their hours count like minutes of a chat.
_SLOW_CHANNELS, _SLOWNESS = frozenset({"email", "web", "social", "other"}), 24.0
_LONGEST_WAIT = 600.0
_SILENCE, _SLOW_SILENCE, _BY_SILENCE = timedelta(minutes=30), timedelta(days=2), 0.25
_LONGEST_ENCODED, _CALM_BY_SIGNS = 1500, (0.6, 0.3, 0.1)
_FEWEST_WORDS, _SURELY_NOT_CALM = 4, 0.25
# With more words than this that show displeasure no single one decides.
_MANY_WORDS = 6


@dataclass(frozen=True)
class JudgedTurn:
    """One turn alone. reasons: the strongest first."""

    probabilities: Probabilities
    reasons: tuple[Reason, ...]
    is_settled: bool = False

    @property
    def level(self) -> Level:
        return _level(self.probabilities)

    @property
    def heat(self) -> float:
        """From 0 to 2."""
        return self.probabilities[1] + 2 * self.probabilities[2]


def judge_frustration(
    turns: Sequence[Said],
    background: Background = Background(),  # noqa: B008
    encoder: TurnEncoder | None = None,
) -> Frustration:
    """The level after the last message of a conversation, oldest first; calm where the customer has said nothing.

    A pure function: the same turns give the same level. Its time is bounded, whatever their number and length. encoder: tells
    what the lists of words have no words for; the last turn is encoded where a model for this encoder is shipped.
    """
    spoken = [said for said in turns if said.role in ("customer", "agent") and said.text.strip()][-_MESSAGES:]
    grouped = _customer_turns(spoken)
    if not grouped:
        return Frustration(Level.CALM, (1.0, 0.0, 0.0))
    carried, judged = 0.0, None
    for number, (first, last) in enumerate(grouped):
        is_last = number == len(grouped) - 1
        around = _around(spoken, grouped, number, background)
        judged = judge_turn(_text(spoken[first:last]), around, encoder if is_last else None)
        before, carried = carried, 0.0 if judged.is_settled else max(judged.heat, carried * _COOLING)
    assert judged is not None
    return _in_conversation(judged, before, _is_silent(spoken, background))


def judge_turn(
    text: str,
    around: Around = Around(),  # noqa: B008
    encoder: TurnEncoder | None = None,
) -> JudgedTurn:
    """One turn by its own words and what is around it."""
    turn = read_turn(text, around)
    model = None if encoder is None or _is_polite(turn) else load_vector_model(encoder.fingerprint)
    if encoder is not None and model is not None:
        probabilities = model.probabilities(turn.values(), encoder.encode_queries([text[:_LONGEST_ENCODED]])[0])
    else:
        probabilities = _by_signs(turn)
    level = _level(probabilities)
    reasons = reasons_of(turn, around, level) if level else ()
    if level and not has_sign(reasons) and (model is None or not _is_sure(turn, probabilities)):
        # Half of the short lines that people write look so; only a clear vector tells which are meant.
        probabilities, level, reasons = _CALM_BY_SIGNS, Level.CALM, ()
    return JudgedTurn(probabilities, reasons, level is Level.CALM and "happy" in turn.read.hits)


def _is_sure(turn: Turn, probabilities: Probabilities) -> bool:
    """Whether a vector alone may raise a turn: names, numbers and other scraps say too little."""
    return len(turn.read.tokens) >= _FEWEST_WORDS and probabilities[0] <= _SURELY_NOT_CALM


def _by_signs(turn: Turn) -> Probabilities:
    probabilities = load_model().probabilities(turn.values())
    if _is_polite(turn) and _level(probabilities):
        return _without_one_word(turn, probabilities)
    return probabilities


def _level(probabilities: Probabilities) -> Level:
    return Level(max(range(3), key=lambda level: (probabilities[level], -level)))


def _is_polite(turn: Turn) -> bool:
    return "polite" in turn.read.hits or "happy" in turn.read.hits


def _without_one_word(turn: Turn, probabilities: Probabilities) -> Probabilities:
    """The calmest that a text is judged to be when one of its words of displeasure is taken away."""
    words: list[Hit] = []
    for hit in sorted(
        (hit for kind in COLD for hit in turn.read.hits.get(kind, ())), key=lambda hit: hit.start - hit.end
    ):
        if not any(hit.overlaps(other) for other in words):
            words.append(hit)
    if len(words) > _MANY_WORDS:
        return probabilities
    model = load_model()
    judged = [probabilities, *(model.probabilities(turn.values(without=word)) for word in words)]
    return min(judged, key=lambda one: (_level(one), one[1] + 2 * one[2]))


def _in_conversation(judged: JudgedTurn, before: float, is_silent: bool) -> Frustration:
    probabilities, level = judged.probabilities, judged.level
    reasons = [*judged.reasons]
    if is_silent and level:
        reasons.append(Reason("silent"))
    carried = before * _COOLING
    heat = carried + _BY_SILENCE if is_silent else carried
    if level is Level.CALM and not judged.is_settled and heat >= _STILL_HEATED:
        calm = min(probabilities[0], 0.45)
        probabilities = (calm, 1 - calm - probabilities[2], probabilities[2])
        level = Level.ANNOYED
        reasons.append(Reason("silent") if is_silent and carried < _STILL_HEATED else Reason("angry before"))
    elif level and before >= 1.0:
        reasons.append(Reason("angry before") if before >= 1.3 else Reason("annoyed before"))
    return Frustration(level, probabilities, tuple(reason.words() for reason in reasons))


# --- turns -------------------------------------------------------------------------------------------------------------------


def _customer_turns(spoken: Sequence[Said]) -> list[tuple[int, int]]:
    """Where the customer's last turns begin and end: messages in a row are one turn."""
    turns: list[tuple[int, int]] = []
    for place, said in enumerate(spoken):
        if said.role != "customer":
            continue
        if turns and turns[-1][1] == place:
            turns[-1] = (turns[-1][0], place + 1)
        else:
            turns.append((place, place + 1))
    return turns[-_TURNS:]


def _text(messages: Sequence[Said]) -> str:
    return "\n".join(said.text for said in messages[-_MESSAGES_OF_A_TURN:])


def _around(spoken: Sequence[Said], grouped: Sequence[tuple[int, int]], number: int, background: Background) -> Around:
    first, last = grouped[number]
    is_last = number == len(grouped) - 1
    waited = max(_waited_before(spoken, first, last), background.waited if is_last else 0.0)
    if background.channel in _SLOW_CHANNELS:
        waited /= _SLOWNESS
    own = [said.text for said in spoken[:last] if said.role == "customer"]
    return Around(
        contact=1 + max(background.earlier_contacts, 0),
        waited=min(waited, _LONGEST_WAIT),
        before=own[-_MESSAGES_OF_A_TURN - 1 : -1],
        answer=spoken[first - 1].text if first else "",
    )


def _waited_before(spoken: Sequence[Said], first: int, last: int) -> float:
    """Minutes that nobody answered: before the answer to the turn before, or since the first message of this one."""
    waits = [_minutes(spoken[first], spoken[last - 1])]
    if first >= 2:
        asked = next((place for place in range(first - 1, -1, -1) if spoken[place].role == "customer"), None)
        if asked is not None:
            waits.append(_minutes(spoken[asked], spoken[asked + 1]))
    return max(waits)


def _minutes(earlier: Said, later: Said) -> float:
    if earlier.at is None or later.at is None:
        return 0.0
    return max((later.at - earlier.at).total_seconds() / 60, 0.0)


def silent_from(turns: Sequence[Said], channel: str) -> datetime | None:
    """From when on it tells something that the customer is silent; None where nobody waits for their word after a long answer."""
    last = next((said for said in reversed(turns) if said.role in ("customer", "agent") and said.text.strip()), None)
    # After a call nobody writes: that tells nothing.
    if (
        channel in SPOKEN
        or last is None
        or last.at is None
        or last.role != "agent"
        or len(find_words(last.text[:4000])) < LONG_ANSWER
    ):
        return None
    return last.at + (_SLOW_SILENCE if channel in _SLOW_CHANNELS else _SILENCE)


def _is_silent(turns: Sequence[Said], background: Background) -> bool:
    start = silent_from(turns, background.channel)
    return start is not None and background.now is not None and background.now >= start
