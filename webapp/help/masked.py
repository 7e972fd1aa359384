"""What was taken out of a customer's message, in words for them."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

_WORDS = {
    "[card]": _l("a card number"),
    "[code]": _l("a password or code"),
    "[aadhaar]": _l("an Aadhaar number"),
    "[pan]": _l("a tax number"),
    "[passport]": _l("a passport number"),
    "[voter]": _l("the number of a voter card"),
    "[licence]": _l("the number of a driving licence"),
    "[iban]": _l("a bank account number"),
    "[account]": _l("a bank account number"),
    "[link]": _l("the secret part of a link"),
}


def describe_masked(placeholders: Iterable[str]) -> list[str]:
    """Each kind once, in the language of the page."""
    return list(dict.fromkeys(str(_WORDS[placeholder]) for placeholder in placeholders))
