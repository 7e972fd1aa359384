"""What the wishes of customers and their measures are called, and what nobody measures yet."""

from flask_babel import lazy_gettext as _l

from webapp.studio.numbers.words import FIGURES

WISHES = {
    "my_way": _l("Reach me my way"),
    "my_need": _l("Know my need"),
    "no_repeating": _l("Do not make me repeat"),
    "live_person": _l("A live person"),
    "fast": _l("Fast"),
}
# key: title, definition.
ANSWER_WORDS = {
    "ways": (_l("Ways that are used"), _l("Channels by which at least one conversation in fifty began.")),
    "weakest_language": (
        _l("Answered in the weakest language"),
        _l(
            "The share of sure answers in the language where it is least, of those in which one search in "
            "fifty is asked."
        ),
    ),
    "found": FIGURES["found"],
    "sure": FIGURES["sure"],
    "known": (
        _l("We knew what came before"),
        _l(
            "Of the conversations that began, the share where the rep had what the customer had tried in the "
            "help centre, or an earlier conversation, at hand."
        ),
    ),
    "again": (
        _l("Wrote again within a week"),
        _l("Of the conversations that began, the share whose customer had another one in the seven days before."),
    ),
    "handed_over": (
        _l("Handed over to somebody else"),
        _l("Handings over for each conversation that began: each may make a customer say it again."),
    ),
    "answered_by_person": (
        _l("Answered by a person"),
        _l("First answers by people for each conversation that began in this time, at most all of them."),
    ),
    "gave_up": (_l("Gave up in line"), _l("Of the customers in line, the share that left without an answer.")),
    "told": FIGURES["told"],
    "first_response": (
        FIGURES["first_response"][0],
        _l("Half of the conversations had our first answer within this time."),
    ),
    "resolution": (FIGURES["resolution"][0], _l("Half of the conversations were closed within this time.")),
}
UNMEASURED = {
    "preferred_way": _l("Whether customers got the channel that they would have liked best: nobody asks them yet."),
    "asked_twice": _l(
        "How often we asked for something that the customer had said already: the desk warns of it, but "
        "does not count it."
    ),
    "at_night": _l(
        "How much of the night a live person is there: the hours of service are stated, but not counted as a share."
    ),
}
