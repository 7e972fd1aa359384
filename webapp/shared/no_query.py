"""Why there is nothing to look up in a conversation, in words, for the desk and for the command line."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from kb.assist.no_query import NoQueryReason

# In the language of the page; outside a request (the command line) in English.
NO_QUERY_IN_WORDS: Mapping[NoQueryReason, LazyString] = {
    NoQueryReason.NO_CUSTOMER: _l("Nothing to look up: the customer has not said anything yet."),
    NoQueryReason.NO_WORDS: _l("Nothing to look up: there are no words in the customer’s last message."),
    NoQueryReason.THANKS: _l("Nothing to look up: the customer says thanks."),
    NoQueryReason.GOODBYE: _l("Nothing to look up: the customer says goodbye."),
    NoQueryReason.AGREEMENT: _l("Nothing to look up: the customer agrees."),
    NoQueryReason.GREETING: _l("Nothing to look up: the customer says hello."),
    NoQueryReason.STATEMENT: _l("Nothing to look up: the customer does not seem to ask for anything."),
}
