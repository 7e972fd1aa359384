"""What is counted of each day: a row of `daily_counts` has one of these measures, with the dimensions that are named here."""

from enum import StrEnum

from kb.tables.search import NOT_OF_USE


class Measure(StrEnum):
    SEARCH = "search"  # language, place, outcome
    ASKED_PERSON = "asked_person"  # after a search: language, place
    SURE = "sure"  # judged searches that were called answered: language; right | wrong
    CONVERSATION = (
        "conversation"  # that began: language, channel; known | new, whether we knew what they had tried or said
    )
    AGAIN = "again"  # of these, who had written in another one within the week before: channel
    FEELING = "feeling"  # of these: language, channel; 0 calm, 1 annoyed, 2 angry
    FIRST_RESPONSE = "first_response"  # length from the beginning, on the day of the answer: channel
    RESOLUTION = "resolution"  # length from the beginning, on the day of closing: channel
    HANDLING = (
        "handling"  # length from the first answer to the end, of chats and calls: channel; with | without a suggestion
    )
    ESCALATED = "escalated"  # channel
    HANDED_OVER = "handed_over"  # channel
    TOLD = "told"  # first words in line: inside | shorter | longer | place_only | gave_up
    TOLD_WAIT = "told_wait"  # length that was told, the middle
    WAITED = "waited"  # length that it really took
    SURVEY_ASKED = "survey_asked"  # channel; kind of the question
    SATISFACTION = "satisfaction"  # language, channel; score
    EFFORT = "effort"  # the same
    ARTICLE_READ = "article_read"  # opened from a search or directly; subject: "article:12"
    ARTICLE_YES = "article_yes"
    ARTICLE_NO = "article_no"
    ARTICLE_COPIED = "article_copied"
    ARTICLE_SOLVED = "article_solved"  # a conversation was closed after a rep had sent it


# They are read by article; all others by day.
OF_ARTICLES = (
    Measure.ARTICLE_READ,
    Measure.ARTICLE_YES,
    Measure.ARTICLE_NO,
    Measure.ARTICLE_COPIED,
    Measure.ARTICLE_SOLVED,
)
# Where a rep searches; everywhere else it is a customer.
DESK_PLACES = ("desk", "conversation")
# Tests and trials.
NOT_COUNTED = ("cli", "studio", *NOT_OF_USE)
