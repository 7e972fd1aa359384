"""What the shop's own system says, asked at most once a minute for each customer and process. It changes no search."""

import threading

from cachetools import TTLCache

from kb.service.outside_call import ask_outside
from kb.service.outside_facts import OutsideFacts, question_about
from kb.tables import Customer
from webapp.desk.inbox.words import settings

_SECONDS, _MOST = 60, 500
_answers: TTLCache[tuple[str, str], OutsideFacts] = TTLCache(_MOST, _SECONDS)
_lock = threading.Lock()


def _key(customer: Customer) -> tuple[str, str]:
    return settings().customer_url, repr(question_about(customer))


def is_set() -> bool:
    return bool(settings().customer_url)


def known_outside(customer: Customer) -> OutsideFacts | None:
    """What was said within the last minute; asks nobody."""
    with _lock:
        return _answers.get(_key(customer)) if is_set() else None


def facts_outside(customer: Customer) -> OutsideFacts:
    """Raises OutsideFactsError, after a second at the latest; that is not kept, the next who looks asks again."""
    found = known_outside(customer)
    if found is None:
        found = ask_outside(settings().customer_url, settings().customer_token, question_about(customer))
        with _lock:
            _answers[_key(customer)] = found
    return found
