"""Why there is nothing to look up in a conversation, in words, for the desk and for the command line."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from kb.conversation.silence import Silence

# In the language of the page; outside a request (the command line) in English.
SILENCE_IN_WORDS: Mapping[Silence, LazyString] = {
    Silence.NO_CUSTOMER: _l("Nothing to look up: the customer has not said anything yet."),
    Silence.NO_WORDS: _l("Nothing to look up: there are no words in the customer’s last message."),
    Silence.THANKS: _l("Nothing to look up: the customer says thanks."),
    Silence.GOODBYE: _l("Nothing to look up: the customer says goodbye."),
    Silence.AGREEMENT: _l("Nothing to look up: the customer agrees."),
    Silence.GREETING: _l("Nothing to look up: the customer says hello."),
    Silence.STATEMENT: _l("Nothing to look up: the customer does not seem to ask for anything."),
}
