"""What each stage says of a document, in words."""

from flask_babel import gettext as _

from kb.search.explaining import Absence, ExplainedDocument
from kb.search.types import CollectionName

# Shares below this decide nothing: neighbours in a ranking are about .01 apart.
_NOTHING = 0.0005


def collection_name(name: CollectionName) -> str:
    return str(
        {
            CollectionName.HELP: _("Articles for customers"),
            CollectionName.INTERNAL: _("Internal articles"),
            CollectionName.TICKETS: _("Solved tickets"),
        }[name]
    )


def outcome_words(outcome: str) -> str:
    return str({"answered": _("answered"), "unsure": _("not sure"), "none": _("nothing found")}[outcome])


def share_words(name: str) -> str:
    """The name of a stage."""
    return str(
        {
            "meaning": _("Meaning (vectors)"),
            "lexical": _("Words (lexical index)"),
            "words": _("Word by word (late interaction)"),
            "agreement": _("What its other languages say"),
            "question": _("Found by another wording of a question"),
            "solved": _("How often it solved a conversation"),
            "language": _("Written in the language of the search"),
        }[name]
    )


def first_words(document: ExplainedDocument) -> list[str]:
    """Why a document stands where it stands, one sentence a reason."""
    said = []
    if document.is_withdrawn:
        said.append(_("It was found, and the database says that it may not be seen any more: it is not shown."))
    if document.put_first == "pinned":
        said.append(_("A trainer has pinned it for this question: it stands first whatever its score."))
    if document.put_first == "identifier":
        said.append(_("It has the code, version or number of the question: it stands before all that have not."))
    if document.lacks:
        said.append(_("It does not have %(codes)s, which others have.", codes=", ".join(document.lacks)))
    said.append(
        _("By meaning alone it would stand in place %(place)s.", place=document.by_meaning)
        if document.by_meaning
        else _("Its meaning does not bring it up.")
    )
    said.append(
        _("By its words alone it would stand in place %(place)s.", place=document.by_words)
        if document.by_words
        else _("None of the words of the question is in it.")
    )
    words = document.shares["words"]
    if words > _NOTHING:
        said.append(_("Word by word it fits better than most that were compared."))
    elif words < -_NOTHING:
        said.append(_("Word by word it fits worse than most that were compared."))
    if document.shares["solved"] > _NOTHING:
        said.append(_("It has solved conversations before, which lifts it a little."))
    if not document.is_likely and not document.is_withdrawn:
        said.append(_("It lies so far below the first that it is folded away."))
    return [str(one) for one in said]


def absence_words(absence: Absence) -> str:
    """Why an article is not shown, and what helps."""
    return str(
        {
            Absence.NO_SUCH: _("There is no such article."),
            Absence.NOT_PUBLISHED: _("It is not published. Publish it, and it is found within a second."),
            Absence.NOT_FOR_CUSTOMERS: _("It is internal: customers' searches do not have it."),
            Absence.NOT_INDEXED: _("It is not in this part of the search, or was published a moment ago."),
            Absence.NOT_BROUGHT_UP: _(
                "Neither its meaning nor its words are among the nearest 60: the search never looked at it. Another wording of "
                "the question, or a synonym, would bring it up."
            ),
            Absence.BEHIND: _("It was found, and others stand before it: see the shares."),
            Absence.UNLIKELY: _("It was found, so far below the first that it is folded away."),
            Absence.SHOWN: _("It is shown."),
        }[absence]
    )
