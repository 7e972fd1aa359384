"""How heated a customer is, judged once more with the encoder when the client has its answer.

A message is stored with the level that its words tell; the vector also tells what no list of words has. It takes some ten
milliseconds, for which nobody waits.
"""

from flask import current_app
from sqlalchemy.orm import Session

from kb.service.conversations import get_conversation
from kb.service.frustration.storing import update_frustration
from kb.tables import Conversation
from webapp.shared.after_response import run_after_response
from webapp.shared.runtime import lazy_runtime


def judge_after_response(conversation: Conversation) -> None:
    """For whoever has stored a message of the customer's."""
    runtime, number = lazy_runtime(current_app), conversation.id

    def judge(separate: Session) -> None:
        update_frustration(separate, get_conversation(separate, number), encoder=runtime.get().encoder)

    run_after_response(judge)
