"""Names that anybody knows, and a password made of them: those of the site and of its person, however they are written."""

import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

import regex
from anyascii import anyascii

from kb.core.settings import Settings

_PRODUCT = "kb-assist"
# What is neither punctuation, sign, space nor control character.
_PART = regex.compile(r"[^\p{P}\p{S}\p{Z}\p{C}]+")
_SHORTEST = 3  # letters of a name; without its a, which scripts of India do not write within words, one more
# What is typed for a letter, as one of all that look alike.
_ALIKE = str.maketrans("4@8369!1|l05$7+2(", "aabeggiiiiosstt" + "zc")


def names_of_site(settings: Settings) -> tuple[str, ...]:
    """What anybody knows who wants to get in here: the product, the site and its addresses."""
    public = urlsplit(settings.public_url).hostname or ""
    return (_PRODUCT, settings.site_name, public, *sorted(settings.own_hosts), *settings.mail_from)


def without_names(password: str, names: Iterable[str]) -> str:
    """The password without the names in it, whatever their case, script, accents, and digits or signs within them; the password
    itself where none is in it.

    names: texts such as `asha.roy@example.com`, of which each part is one, too.
    """
    given, password = password, unicodedata.normalize("NFKC", password)
    shapes = [_shape(part) for text in names for part in _parts(text)]
    covered: set[int] = set()
    covered.update(_covered(password, _shape(password), {name for name, _ in shapes}, _SHORTEST))
    if not password.isascii():
        bare = {_without_a(name, places)[0] for name, places in shapes}
        covered.update(_covered(password, _without_a(*_shape(password)), bare, _SHORTEST + 1))
    return "".join(one for place, one in enumerate(password) if place not in covered) if covered else given


def name_words(text: str) -> list[str]:
    """The text and its parts: of `asha.roy@example.com` also `asha`, `roy` and `example`."""
    return [text.lower(), *(part for part in _PART.findall(text.lower()) if len(part) >= _SHORTEST)]


def _parts(text: str) -> set[str]:
    """Its words, and those that are written as one: `asha.roy@example.com` is `asharoy`, too."""
    pieces = [_PART.findall(piece) for piece in text.split("@")]
    return {part for parts in pieces for part in (*parts, "".join(parts)) if any(map(str.isalpha, part))}


def _shape(text: str) -> tuple[str, list[int]]:
    """Letters and digits as one of all that look or sound alike, and at which place of the text each stands."""
    letters, places = [], []
    for place, character in enumerate(text):
        for letter in anyascii(character).casefold().translate(_ALIKE):
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def _without_a(shape: str, places: list[int]) -> tuple[str, list[int]]:
    kept = [index for index, letter in enumerate(shape) if letter != "a"]
    return "".join(shape[index] for index in kept), [places[index] for index in kept]


def _covered(password: str, shape: tuple[str, list[int]], names: set[str], shortest: int) -> Iterable[int]:
    """Places of the password that a name takes. What is all digits is none: any number would look like some name."""
    letters, places = shape
    for name in names:
        begin = letters.find(name) if len(name) >= shortest else -1
        while begin >= 0:
            span = range(places[begin], places[begin + len(name) - 1] + 1)
            if any(password[place].isalpha() for place in span):
                yield from span
            begin = letters.find(name, begin + 1)
