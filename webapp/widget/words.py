"""What the widget says. The script carries the words of all languages on offer, so that it can speak before it has asked anything
and when nothing answers."""

from collections.abc import Mapping

from flask_babel import gettext as _

from webapp.shared.asking_words import machine_notice
from webapp.shared.locale import in_language, offered_languages
from webapp.shared.no_question import TO_CUSTOMERS


def words_by_language() -> Mapping[str, Mapping[str, str]]:
    """For each language the words by the names that webapp/frontend/widget knows; the default language comes first."""
    found = {}
    for language in offered_languages():
        with in_language(language):
            found[language] = _words()
    return found


def share_words() -> str:
    """Beside the tick by which somebody lets their visit go along with a message."""
    return str(_("Tell the person what I searched for and read here"))


def _words() -> Mapping[str, str]:
    """In the language of the moment. Parts in braces are filled in by the script."""
    return {
        "help": _("Help"),
        "close": _("Close"),
        "back": _("Back"),
        "search": _("Search"),
        "ask": _("Ask"),
        "contact": _("Contact"),
        "placeholder": _("What do you need help with?"),
        "for_page": _("May help on this page"),
        "often": _("Often needed"),
        "dismiss": _("Dismiss"),
        "searching": _("Searching…"),
        "answered": _("This should answer your question"),
        "unsure": _("These may help"),
        "none": _("We have no article that answers this."),
        "nearest": _("What comes nearest"),
        "missing": _("We have no article that mentions %(codes)s", codes="{codes}"),
        "more": _("More articles"),
        "read": _("Open the full article"),
        "all_steps": _("There is more of this list in the article."),
        "other_language": _("In %(language)s", language="{language}"),
        "helped": _("Did this answer your question?"),
        "yes": _("Yes"),
        "no": _("No"),
        "thanks": _("Thank you. That helps us improve it."),
        "person": _("Talk to a person"),
        "chat": _("Chat with a person"),
        "ways": _("Other ways, and how long each takes"),
        "open_centre": _("Open the help centre"),
        "new_tab": _("opens in a new tab"),
        "call": _("Call %(number)s", number="{number}"),
        "away": _("The help cannot be reached right now."),
        "away_more": _("Try again, or open it in a tab of its own:"),
        "again": _("Try again"),
        "busy": _("Too much is going on at the moment. What you wrote is still here: try again in a minute."),
        "proving": _(
            "Very many messages are arriving just now. Your browser is doing a small sum that keeps out programs; "
            "it takes a few seconds."
        ),
        "too_often": _("That was too often in a short time. Wait a minute and try again."),
        "not_here": _("The help is not set up for this site yet. It is here:"),
        "gone": _("This article is not there any more. A search will find what we have."),
        "machine": machine_notice(),
        "write": _("Your question"),
        "send": _("Send"),
        "you": _("You"),
        "answer": _("Answer"),
        "remember": _("Remember this conversation on this device, so that it goes on when I come back"),
        "forget": _("Begin anew"),
        "go_on": _("Go on"),
        "not_understood": _("I did not understand that. Please choose, or say it in other words."),
        "composed": _("Put together by a language model from the passages below."),
        "near": _("Near your question:"),
        "did_help": _("Did this help?"),
        "did": _("Yes, that helped"),
        "questions": _("A few questions lead to your case: %(title)s", title="{title}"),
        "name": _("Your name"),
        "reach": _("E-mail or phone number"),
        "reach_use": _("We use it for this answer only."),
        "message": _("What do you need?"),
        "message_hint": _("Leave out passwords, one-time codes and card numbers: nobody here will ask for them."),
        "share": share_words(),
        "name_missing": _("Please write your name."),
        "name_long": _("That is too long for a name."),
        "reach_missing": _("Please write an e-mail address or a phone number, so that we can answer."),
        "reach_wrong": _(
            "This is neither an e-mail address nor a phone number. An example: asha@example.com or 98300 12345"
        ),
        "message_missing": _("Please write in a few words what you need."),
        "message_long": _("Please keep it under 5,000 characters."),
        "sent": _("Your message is with us."),
        "sent_to": _("We will answer at %(contact)s.", contact="{contact}"),
        "masked": _("Taken out for your safety: %(what)s", what="{what}"),
        "reference": _("Reference number: %(number)s", number="{number}"),
        "follow": _("See what becomes of it"),
        **{f"is_{kind.value}": str(text) for kind, text in TO_CUSTOMERS.items()},
    }
