"""What the side panel's script says, in the language of the page."""

from collections.abc import Mapping

from flask_babel import gettext as _


def panel_words(language: str, *, copies: bool) -> Mapping[str, str]:
    """By the names that webapp/frontend/js/panel.js knows. Parts in braces are filled in there. `copies`: there is no page around
    that could insert what is chosen."""
    return {
        "language": language,
        "answered": _("This should answer your question"),
        "unsure": _("These may help"),
        "none": _("We have no article that answers this"),
        "missing": _("We have no article that mentions %(codes)s", codes="{codes}"),
        "none_more": _("What is shown is only near to it."),
        "unsure_more": _("Read before you send."),
        "internal": _("For you, not for customers"),
        "ticket": _("How a colleague solved it"),
        "because": _("because:"),
        "more": _("There is more of this list in the article."),
        "safety": _("Read this to the customer first"),
        "call": _("Call %(number)s", number="{number}"),
        "questions": _("Open questions"),
        "insert_answer": _("Copy answer") if copies else _("Insert answer"),
        "insert_article": _("Whole article"),
        "insert_solution": _("Copy solution") if copies else _("Insert solution"),
        "insert_link": _("Link"),
        "warning": _("Internal. Copy all the same?") if copies else _("Internal. Insert all the same?"),
        "waiting": _("Waiting for the page around to log you in."),
        "token_refused": _("The token is not valid any more."),
        "log_in": _("You are logged out. Load this page again."),
        "nothing_selected": _("There is nothing to look for: select some text first."),
        "nothing_asked": _("The customer asks for nothing at the moment."),
        "unreached": _("That did not arrive. Please try again."),
        "handed": _("Handed to the page."),
        "inserted": _("Inserted."),
        "copied": _("Copied"),
        "failed_copy": _("Could not copy. Select the text and copy it by hand."),
        "failed": _("The page did not take it."),
        "failed_no_box": _("Put the cursor into a text box of the page first."),
        "failed_too_long": _("The text box of the page takes less than this. Nothing was inserted."),
        "failed_no_access": _(
            "Click the icon of the side panel once while the page is in front, so that it may be read."
        ),
    }
