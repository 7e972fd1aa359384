"""Learning from use: questions that an article answered, asked alike by different people, become other wordings of it."""

from kb.insight.wordings.deciding import accept_wording, refuse_wording, undo_wording
from kb.insight.wordings.listing import ShownWording, count_wordings, list_wordings
from kb.insight.wordings.suggesting import LearningReport, WordingsLearner, has_attested, has_new_votes, has_unchecked
from kb.insight.wordings.texts import Unfit, UnfitWordingError

__all__ = [
    "LearningReport",
    "ShownWording",
    "Unfit",
    "UnfitWordingError",
    "WordingsLearner",
    "accept_wording",
    "count_wordings",
    "has_attested",
    "has_new_votes",
    "has_unchecked",
    "list_wordings",
    "refuse_wording",
    "undo_wording",
]
