"""What a rep is about to send, looked through before it goes: what only colleagues should read, what belongs to other customers,
and what the customer has told us already."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from flask import current_app

from kb.assist.ticket_codes import find_codes_in_tickets
from kb.search.types import Audience, Collection
from kb.service.conversations import get_conversation
from kb.service.facts import FactKind, find_facts
from kb.service.other_customers import OthersData, find_data_of_others, given_with
from kb.service.repeats import repeats_in
from kb.service.stored_facts import told_by
from kb.text.sentences import sentence_spans
from webapp.shared.database import session
from webapp.shared.runtime import search_runtime

# Numbers that lead to one person's matter.
_CODES = frozenset({FactKind.ORDER, FactKind.TRACKING})
_SCORE_OF_TICKET = 0.8


@dataclass(frozen=True)
class CheckedText:
    """leaks: those of internal articles and of other customers, in the order of the text; repeats: questions that are answered
    already; complete: whether all of the text was looked at."""

    leaks: Sequence[dict[str, Any]]
    repeats: Sequence[dict[str, Any]]
    complete: bool

    def to_json(self) -> dict[str, Any]:
        return {"leaks": list(self.leaks), "repeats": list(self.repeats), "complete": self.complete}


def check_text(text: str, conversation_id: int | None) -> CheckedText:
    """Check a text for a conversation, or for nobody in particular. Raises NotFoundError for a conversation that is not there,
    ModelError or IndexUnavailableError."""
    region = current_app.extensions["kb_settings"].phone_region
    conversation = get_conversation(session(), conversation_id) if conversation_id is not None else None
    runtime = search_runtime()
    collections = runtime.searcher(Audience.REP).views()
    checked = runtime.leak_guard.check(session(), text, collections)
    told = told_by(session(), conversation) if conversation is not None else ()
    others = find_data_of_others(session(), text, conversation, region=region)
    leaks = [*(leak.to_json() for leak in checked.leaks), *(leak.to_json() for leak in others)]
    known = {one.value for one in told} | (given_with(conversation) if conversation is not None else frozenset())
    leaks += _of_tickets(text, known, collections, others)
    return CheckedText(
        sorted(leaks, key=lambda leak: (leak["start"], leak["end"])),
        [repeat.to_json() for repeat in repeats_in(text, told)],
        checked.complete,
    )


def _of_tickets(
    text: str, known: Set[str], collections: Sequence[Collection], others: Sequence[OthersData]
) -> list[dict[str, Any]]:
    """Order and tracking numbers that are not known to be this customer's and stand in a past ticket."""
    known_words = {one.words for one in others}
    codes = [fact for fact in find_facts(text) if fact.kind in _CODES and fact.value not in known]
    codes = [fact for fact in codes if fact.words not in known_words]
    found = find_codes_in_tickets(session(), [fact.value for fact in codes], collections)
    leaks = []
    for fact in codes:
        if fact.value in found:
            number, subject = found[fact.value]
            start, end = next((a, b) for a, b in sentence_spans(text) if a <= fact.start < b)
            leaks.append(
                {
                    "sentence": text[start:end],
                    "start": start,
                    "end": end,
                    "source": {"kind": "ticket", "id": number, "title": subject, "sentence": fact.words},
                    "score": _SCORE_OF_TICKET,
                    "why": f"{fact.kind.value} number of another customer's ticket",
                }
            )
    return leaks
