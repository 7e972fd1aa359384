"""Suggestions for a stored conversation: which questions are open in it, and what answers them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from kb.assist.turns import Role, Turn, matter_of
from kb.service.settled import settled_messages
from kb.service.timeline import newest_messages, turns_of
from kb.tables import Conversation
from webapp.shared.assisting import Assisted, assist_and_record, customer_language
from webapp.shared.database import session

PLACE = "conversation"
SUGGESTED = 15
# Two identical questions in one conversation are one search.
_NAMES = uuid.UUID("6b1c8f0e-6f0b-4e0e-9a55-2f1f5a6d3c11")


@dataclass(frozen=True)
class ConversationAssist:
    """shown: None where nothing was said yet; message_of_turn: the last message of each turn, by which a question is named."""

    turns: Sequence[Turn]
    message_of_turn: Sequence[int]
    shown: Assisted | None


def suggest_for(
    conversation: Conversation,
    *,
    reader_language: str = "",
    limit: int = SUGGESTED,
    anyway: bool = False,
    pressing: int | None = None,
) -> ConversationAssist:
    """reader_language: "" for the customer's. pressing: a message of the question that the rep wants first.

    The search of a question is recorded once, however many look at the conversation, and however often.
    """
    spoken = turns_of(newest_messages(session(), conversation), conversation.channel)
    turns = [Turn(Role(one.role.value), " ".join(one.text.split()), matter_of(one.text)) for one in spoken]
    if not turns:
        return ConversationAssist((), (), None)
    settled = settled_messages(session(), conversation)
    shown = assist_and_record(
        turns,
        place=PLACE,
        reader_language=reader_language or customer_language(turns),
        limit=limit,
        anyway=anyway,
        closed=[number for number, one in enumerate(spoken) if settled.intersection(one.message_ids)],
        pressing=next((number for number, one in enumerate(spoken) if pressing in one.message_ids), None),
        name_of=lambda question: str(uuid.uuid5(_NAMES, f"{conversation.id}\n{question}")),
    )
    return ConversationAssist(turns, [one.message_ids[-1] for one in spoken], shown)
