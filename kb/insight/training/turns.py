"""The text of a case: what was said up to the answer, and the answer by itself, redacted."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.privacy.redaction import redact
from kb.tables import Conversation, Message, MessageRole, Ticket
from kb.text.cleaning import clean_text
from kb.text.language import UNDETERMINED, guess_language
from kb.text.sentences import split_sentences
from kb.text.words import find_words

LONGEST_TITLE, LONGEST_TURN, LONGEST_REPLY = 120, 2_000, 4_000
MOST_TURNS = 30
# A sentence of fewer words is a greeting; a reply of fewer is no answer.
_TELLING, _LEAST_REPLY, _LEAST_PROBLEM = 4, 8, 3
_LEAST_SUBJECT = 3


@dataclass(frozen=True)
class CaseText:
    """turns: {"role": "customer" | "agent", "text"}, in their order."""

    title: str
    language: str
    turns: Sequence[dict[str, str]]
    reply: str

    @property
    def problem(self) -> str:
        return "\n".join(turn["text"] for turn in self.turns if turn["role"] == MessageRole.CUSTOMER)


def text_of_ticket(ticket: Ticket, *, region: str) -> CaseText | None:
    """None where there is no problem or no answer. Tickets are redacted already; doing it twice changes nothing."""
    reply = _clean(ticket.resolution, region)[:LONGEST_REPLY]
    said = [(one.role, _clean(one.text, region)) for one in ticket.messages if one.public]
    answering = {_plain(sentence) for sentence in split_sentences(reply) if len(find_words(sentence)) >= _TELLING}
    turns = _up_to_the_answer(said, answering)
    if not any(turn["role"] == MessageRole.CUSTOMER for turn in turns):
        turns = [_turn(MessageRole.CUSTOMER, _clean(ticket.problem, region))]
    return _made(ticket.subject, ticket.language, turns, reply, region)


def text_of_conversation(
    conversation: Conversation, messages: Sequence[Message], *, names: Sequence[str], region: str
) -> CaseText | None:
    """The longest reply is the answer, with what our side wrote right after it; what came before is the case. names: of the
    customer and the reps, which must not be in it."""
    said = [
        (one.role, _clean(one.text, region, names))
        for one in messages
        if one.role in (MessageRole.CUSTOMER, MessageRole.AGENT) and one.text.strip()
    ]
    lengths = [len(find_words(text)) if role == MessageRole.AGENT else 0 for role, text in said]
    if not lengths or max(lengths) < _LEAST_REPLY:
        return None
    answer = lengths.index(max(lengths))
    end = answer + 1
    while end < len(said) and said[end][0] == MessageRole.AGENT:
        end += 1
    reply = "\n".join(text for _, text in said[answer:end])[:LONGEST_REPLY]
    turns = [_turn(role, text) for role, text in said[:answer]][-MOST_TURNS:]
    return _made(_clean(conversation.subject, region, names), conversation.language, turns, reply, region)


def _made(subject: str, language: str, turns: Sequence[dict[str, str]], reply: str, region: str) -> CaseText | None:
    problem = " ".join(turn["text"] for turn in turns if turn["role"] == MessageRole.CUSTOMER)
    if len(find_words(problem)) < _LEAST_PROBLEM or len(find_words(reply)) < _LEAST_REPLY:
        return None
    guessed = guess_language(problem)
    return CaseText(
        _title(_clean(subject, region), problem),
        guessed if guessed != UNDETERMINED else language,
        turns,
        reply,
    )


def _up_to_the_answer(said: Sequence[tuple[str, str]], answering: set[str]) -> list[dict[str, str]]:
    turns: list[dict[str, str]] = []
    for role, text in said:
        if role == MessageRole.AGENT and any(_plain(sentence) in answering for sentence in split_sentences(text)):
            break
        turns.append(_turn(role, text))
        if len(turns) == MOST_TURNS:
            break
    return turns


def _turn(role: str, text: str) -> dict[str, str]:
    return {"role": str(role), "text": text[:LONGEST_TURN]}


def _title(subject: str, problem: str) -> str:
    """The subject, or where that says next to nothing ("Chat", "SMS") the first sentence that says something."""
    if len(find_words(subject)) >= _LEAST_SUBJECT:
        return subject[:LONGEST_TITLE]
    telling = (one for one in split_sentences(problem) if len(find_words(one)) >= _TELLING)
    title = next(telling, problem)
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(" ", 1)[0] + " …"


def _clean(text: str, region: str, names: Sequence[str] = ()) -> str:
    return redact(clean_text(text), names=names, region=region).strip()


def _plain(sentence: str) -> str:
    return " ".join(find_words(sentence)).casefold()
