"""How heated the customer is, what can be said to them, and the way to somebody who decides."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import InvalidInputError
from kb.search.safety import dangers_in
from kb.service.calm_wording import calm_wording
from kb.service.conversations import get_conversation
from kb.service.escalation import Advice, advise, escalate
from kb.service.escalation_rules import Rule
from kb.service.frustration import say_reason
from kb.tables import Conversation
from webapp.desk.inbox.returning import back_to
from webapp.shared.database import session
from webapp.shared.escalation import escalation_rules
from webapp.shared.locale import choose_language

LONGEST_NAME = 200


def feeling_of(conversation: Conversation, said: Sequence[str] | None = None) -> dict[str, Any]:
    """What stands beside the conversation. said: the customer's messages, where they have been read already."""
    reasons, language = conversation.frustration_reasons, choose_language()
    rules = escalation_rules()
    return {
        "reasons": [say_reason(reason, language) for reason in reasons],
        "wording": calm_wording(conversation.frustration, reasons, conversation.language),
        "advice": _advice(conversation, rules, said),
        "whom": list(dict.fromkeys(rule.whom for rule in rules)),
    }


def _advice(conversation: Conversation, rules: Sequence[Rule], said: Sequence[str] | None = None) -> list[Advice]:
    """To whom it is to go, by what was said and by the dangers in it."""
    return advise(session(), conversation, rules, find_words=partial(dangers_in, session()), said=said)


def escalate_it(conversation_id: int) -> ResponseReturnValue:
    """With the reasons of the rule that advises it, where one does."""
    conversation = get_conversation(session(), conversation_id)
    to = request.form.get("to", "")[:LONGEST_NAME]
    rules = escalation_rules()
    advice = [one for one in _advice(conversation, rules) if one.whom == to.strip()]
    try:
        escalate(
            session(),
            conversation,
            to,
            current_user.id,
            within=advice[0].within if advice else "",
            reasons=advice[0].reasons if advice else (),
        )
    except InvalidInputError:
        flash(_("Nobody is named. Say to whom it is escalated."), "warn")
    else:
        flash(_("Escalated. A note with the reasons goes along."), "good")
    return back_to(conversation.id)
