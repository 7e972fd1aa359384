"""What to say to a search that asks nothing, for customers and at the desk."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from kb.text.no_question import NoQuestion

_SAY_WHAT = _l("Write in a few words what you are looking for.")
# In the language of the page.
TO_CUSTOMERS: Mapping[NoQuestion, LazyString] = {
    NoQuestion.PERSON: _l("Talk to a person"),
    NoQuestion.COMPLAINT: _l("We are sorry. Tell a person what went wrong."),
    NoQuestion.GREETING: _l("Hello! What can we help you with?"),
    NoQuestion.THANKS: _l("You are welcome!"),
    NoQuestion.ACKNOWLEDGEMENT: _l("All right. Is there anything else?"),
    NoQuestion.LETTERS: _SAY_WHAT,
    NoQuestion.LONE: _SAY_WHAT,
}
_NOTHING_TO_LOOK_UP = _l("Nothing to look up. Write what the customer needs.")
TO_REPS: Mapping[NoQuestion, LazyString] = {
    **dict.fromkeys(NoQuestion, _NOTHING_TO_LOOK_UP),
    NoQuestion.PERSON: _l("No question: somebody wants to talk to a person."),
    NoQuestion.COMPLAINT: _l("No question: a complaint that does not say about what."),
}


def no_question_words(kind: NoQuestion, *, at_desk: bool = False) -> str:
    """What to say to such a search, in the language of the page."""
    return str((TO_REPS if at_desk else TO_CUSTOMERS)[kind])
