"""Names of topics. A topic is a short English word in an article's front matter; the usual ones have a name in each language."""

from flask_babel import get_locale, gettext, lazy_gettext

from webapp.shared.help_order import help_order

_NAMES = {
    "delivery": lazy_gettext("Delivery"),
    "orders": lazy_gettext("Orders"),
    "returns": lazy_gettext("Returns and exchanges"),
    "refunds": lazy_gettext("Refunds"),
    "payments": lazy_gettext("Payments"),
    "account": lazy_gettext("Your account"),
    "privacy": lazy_gettext("Privacy"),
    "subscriptions": lazy_gettext("Subscriptions"),
    "warranty": lazy_gettext("Warranty and installation"),
    "gift-cards": lazy_gettext("Gift cards"),
    "outages": lazy_gettext("When something is down"),
    "internal": lazy_gettext("Internal"),
}


def topic_name(topic: str) -> str:
    """The topic's name in the page's language, a trainer's before the shipped one; one that nobody named as it is written."""
    if topic and (named := help_order().name(topic, str(get_locale() or ""))):
        return named
    if topic in _NAMES:
        return str(_NAMES[topic])
    return topic.replace("-", " ").capitalize() if topic else gettext("Other questions")
