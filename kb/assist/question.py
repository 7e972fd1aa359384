"""What a customer asks: their last turn, and what earlier turns must lend it to be understood."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kb.assist.intent import is_courtesy
from kb.assist.names import Mention, NameTable
from kb.assist.ordinals import number_named
from kb.assist.turns import Role, Turn
from kb.text.language import guess_language
from kb.text.terms import is_exact_term, normalise, query_terms
from kb.text.words import find_words

# A name weighs less with every turn that has passed since it was said. Not below MIN_STRENGTH of the freshest one.
DECAY = 0.7
MIN_STRENGTH = 0.3
# Names whose strength is this near to the strongest are what "they", "both" and "which of the two" speak of.
IN_FOCUS = 0.75
MAX_NAMES = 5
# How far back the text goes that is read together with the last turn.
RECENT_TURNS = 3
MAX_RECENT_LENGTH = 1200
# A turn with no more content words than this cannot stand alone; an earlier one with at least MANY_WORDS says what it is about.
FEW_WORDS = 1
MANY_WORDS = 3
# Words that point back, unless the turn says so much that they point to something within it.
MOST_WORDS_POINTING = 6
_POINTERS = frozenset(
    normalise(
        "it its that this they them these those there one ones both either neither ye yeh yah wo woh iska uska isko "
        "usko isse wahan eta ota eti oti etar otar egulo okhane "
        "यह ये इसे इसका इसकी इसको वह वो उसका वहाँ এটি এটা এটার ওটা ওটার এগুলো সেটা ওখানে"
    ).split()
)
# What a question is read together with: neither what the chat program wrote nor what our side wrote to itself.
_SPOKEN = (Role.CUSTOMER, Role.AGENT)
# Earlier turns of the customer lend their words where no name was heard, each further one this much less.
WORD_DECAY = 0.5
MAX_CONTEXT_TURNS = 3
# Turns that come back to a question are read together with it, the last ones.
MAX_AGAIN = 2
# And what was said before it, in so many turns.
MAX_BEFORE = 2


@dataclass(frozen=True)
class NameInContext:
    """A name that the question is about, how strongly (0 to 1), and where it was said last."""

    mention: Mention
    text: str
    strength: float


@dataclass(frozen=True)
class Question:
    """text: for people, with their context; last: the customer's own words; recent: last turns as one text, without
    what was said before the customer asked for anything; content_words: how many of `last` are no function words; points_back:
    whether it needs what came before."""

    text: str
    last: str
    recent: str
    turn: int
    names: tuple[NameInContext, ...]
    content_words: int
    points_back: bool

    @property
    def names_in_focus(self) -> tuple[NameInContext, ...]:
        return tuple(name for name in self.names if name.strength >= IN_FOCUS)


def understand_question(turns: Sequence[Turn], turn: int, table: NameTable) -> Question:
    """What is asked in `turns[turn]`, a customer's turn."""
    last = turns[turn].matter
    content_words = len(_content_terms(last))
    points_back = _points_back(last, content_words)
    names = names_in_context(turns[: turn + 1], table)
    since = max(_first_request(turns, turn), turn + 1 - RECENT_TURNS)
    recent = " ".join(t.matter for t in turns[since : turn + 1] if t.role in _SPOKEN)[-MAX_RECENT_LENGTH:]
    own = {name.mention.name for name in names if name.mention.turn == turn}
    context = [name.text for name in names if name.strength >= IN_FOCUS and name.mention.name not in own]
    if context and not own:
        text = f"{', '.join(context)}: {last}"
    elif not names and points_back and (before := _earlier_request(turns, turn)):
        text = f"{before} – {last}"
    else:
        text = last
    return Question(text, last, recent, turn, names, content_words, points_back)


def context_text(question: Question) -> str:
    """What is read beside the last turn: that turn with names, or with the turns before; empty where it stands alone."""
    names = ", ".join(name.text for name in question.names_in_focus)
    text = f"{names}: {question.last}" if names else question.recent
    return text if text != question.last else ""


def names_in_context(turns: Sequence[Turn], table: NameTable) -> tuple[NameInContext, ...]:
    """The names that the conversation speaks of now, strongest first."""
    best: dict[int, tuple[float, Mention]] = {}
    for back in range(len(turns)):
        fade = DECAY**back
        if best and fade < MIN_STRENGTH * max(strength for strength, _ in best.values()):
            break
        turn = len(turns) - 1 - back
        for mention in table.mentions(turn, turns[turn].matter) if turns[turn].role is not Role.SYSTEM else ():
            strength = mention.coverage**2 * fade
            if strength > best.get(mention.name, (0.0, mention))[0]:
                best[mention.name] = (strength, mention)
    if not best:
        return ()
    top = max(strength for strength, _ in best.values())
    ordered = sorted(best.values(), key=lambda item: (-item[0], item[1].name))
    return tuple(
        NameInContext(mention, table.names[mention.name].text, strength / top)
        for strength, mention in ordered[:MAX_NAMES]
        if strength >= MIN_STRENGTH * top
    )


def context_turns(turns: Sequence[Turn], question: Question) -> list[tuple[str, float]]:
    """Earlier turns of the customer, latest first, with the weight that their words have left; none beside a name."""
    if question.names:
        return []
    earlier = [turn.matter for turn in turns[: question.turn] if turn.role is Role.CUSTOMER][-MAX_CONTEXT_TURNS:]
    return [(text, WORD_DECAY**back) for back, text in enumerate(reversed(earlier), start=1)]


def wider_texts(turns: Sequence[Turn], question: Question, again: Sequence[int], settled: Collection[int]) -> list[str]:
    """What the question is looked up with besides its own words: all that the customer has said of what is not settled; and the
    question with what came before it and what came back to it. None where the customer has said nothing else.

    again: turns that come back to it; settled: turns whose questions are answered.
    """
    said = [
        number
        for number, turn in enumerate(turns)
        if turn.role is Role.CUSTOMER and number not in settled and not is_courtesy(turn.matter)
    ]
    before = [turns[number].matter for number in said if number < question.turn][-MAX_BEFORE:]
    around = [*before, question.last, *_adding(turns, again)]
    texts = (" ".join(turns[number].matter for number in said)[-MAX_RECENT_LENGTH:], " ".join(around))
    return list(dict.fromkeys(text for text in texts if text != question.last))


def _adding(turns: Sequence[Turn], again: Sequence[int]) -> list[str]:
    """The texts of these turns that say more than that an answer is wanted: "and how much is it then", not "and number two?"."""
    said = [turns[number].matter for number in again[-MAX_AGAIN:]]
    return [text for text in said if number_named(text) is None and len(_content_terms(text)) > FEW_WORDS]


def _first_request(turns: Sequence[Turn], turn: int) -> int:
    """The customer's first turn that is more than a greeting: nothing before it says what the conversation is about."""
    return next(
        (
            number
            for number, earlier in enumerate(turns[:turn])
            if earlier.role is Role.CUSTOMER and not is_courtesy(earlier.matter)
        ),
        turn,
    )


def _content_terms(text: str) -> list[str]:
    return query_terms(text, guess_language(text))


def _points_back(text: str, content_words: int) -> bool:
    if content_words > MOST_WORDS_POINTING:
        return False
    return content_words <= FEW_WORDS or any(word in _POINTERS for word in find_words(normalise(text)))


def _earlier_request(turns: Sequence[Turn], turn: int) -> str:
    """The customer's last earlier turn that says something, for a last turn such as "and how long?"."""
    for earlier in reversed(turns[:turn]):
        if (
            earlier.role is Role.CUSTOMER
            and sum(not is_exact_term(term) for term in _content_terms(earlier.matter)) >= MANY_WORDS
        ):
            return earlier.matter if len(earlier.matter) <= 160 else earlier.matter[:159].rsplit(" ", 1)[0] + "…"
    return ""
