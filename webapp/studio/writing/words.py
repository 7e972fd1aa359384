"""Faults, statuses and refused pictures in the words of the page."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from kb.articles.editing import Fault
from kb.articles.picture_encoding import MAX_BYTES as MOST_OF_A_PICTURE
from kb.articles.picture_encoding import PictureError
from kb.articles.text import MAX_BYTES

STATUSES = {
    "draft": lazy_gettext("Draft"),
    "in_review": lazy_gettext("In review"),
    "published": lazy_gettext("Published"),
    "archived": lazy_gettext("Archived"),
}
KINDS = {"draft": "", "in_review": "unsure", "published": "good", "archived": ""}
REVIEW_STATES = {
    "waiting": lazy_gettext("Waits to be read"),
    "approved": lazy_gettext("Approved"),
    "sent_back": lazy_gettext("Sent back"),
    "withdrawn": lazy_gettext("Taken back"),
    "published": lazy_gettext("Published"),
}
PLANNED_ACTS = {"publish": lazy_gettext("Publish"), "archive": lazy_gettext("Archive")}
BULK_ACTS = {
    "archive": lazy_gettext("Archive"),
    "publish": lazy_gettext("Publish"),
    "topic": lazy_gettext("Move to a topic"),
    "owner": lazy_gettext("Give to an owner"),
    "review_by": lazy_gettext("Set the day of review"),
    "review": lazy_gettext("Ask for a review"),
}
# Why something was not done by itself, or with others.
WHY_NOT = {
    "gone": lazy_gettext("It is not there any more."),
    "changed": lazy_gettext("Somebody has changed it meanwhile."),
    "same": lazy_gettext("It is so already."),
    "empty": lazy_gettext("It has no title or no text yet."),
    "faulty": lazy_gettext("Something in its fields has to be mended first: open it."),
    "not_approved": lazy_gettext("A colleague has to approve it first."),
    "taken": lazy_gettext("Another article has this address already."),
    "archived": lazy_gettext("It is archived."),
}
AUDIENCES = {"public": lazy_gettext("Public"), "internal": lazy_gettext("Internal")}


def fault_words(fault: Fault) -> str:
    """What is wrong with a field, and what to do."""
    match (fault.field, fault.kind):
        case ("title", "missing"):
            return str(_("There is no title yet."))
        case ("slug", "form"):
            return str(_("An address has small letters and digits, joined by hyphens: reset-your-password."))
        case ("topic", "form"):
            return str(_("A topic needs a letter or a digit."))
        case ("review_by", "date"):
            return str(_("This is no day. Write it as 2027-03-01."))
        case ("body", "missing"):
            return str(_("There is no text yet. Only a draft may be empty."))
        case ("body", _kind):
            return str(
                _(
                    "The text has %(size)s MB; an article may have %(most)s MB. Divide it: nothing of it is lost.",
                    size=round(fault.number / 1_000_000, 1),
                    most=MAX_BYTES // 1_000_000,
                )
            )
        case _rest:
            return str(_("This is too long: at most %(number)s letters.", number=fault.number))


def picture_words(name: str, error: PictureError) -> str:
    """Why a picture was not taken in."""
    if error.kind == "large":
        return str(_("%(name)s has more than %(number)s MB.", name=name, number=MOST_OF_A_PICTURE // 1_000_000))
    if error.kind == "pixels":
        return str(_("%(name)s is too large to be opened. Please make it smaller.", name=name))
    if error.kind == "svg":
        return str(_("%(name)s is an SVG, which can hold programs. Save it as PNG.", name=name))
    if error.kind == "damaged":
        return str(_("%(name)s is damaged and cannot be opened.", name=name))
    return str(_("%(name)s is no picture that we can show: JPEG, PNG, WebP and GIF can be sent.", name=name))
