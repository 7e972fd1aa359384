"""Which notices a search is about: it shares a telling word with them, in whatever letters, or leads to their topic."""

from collections.abc import Collection, Sequence

from kb.service.notices import RunningNotice
from kb.text.terms import EXACT_MARK, weighted_query_terms
from kb.text.transliteration import to_native

# Words without weight in a question ("when", "my") match nothing.
_TELLING = 1.0


def matching_notices(
    notices: Sequence[RunningNotice], query: str, language: str, topics: Collection[str]
) -> list[RunningNotice]:
    """language: as it was guessed, "hi-Latn" for Hindi in Latin letters; topics: of what the search found."""
    if not notices:
        return []
    asked = _telling(query, language) | _telling(to_native(query, language).text, language.partition("-")[0])
    return [one for one in notices if (one.topic and one.topic in topics) or asked & _words_of(one)]


def _words_of(notice: RunningNotice) -> set[str]:
    """Of the words that a trainer has given for searches; without any and without a topic, of its texts."""
    texts = {"": notice.about} if notice.about or notice.topic else dict(notice.texts)
    tongues = {"en", *notice.texts}
    return {term for text in texts.values() for tongue in tongues for term in _telling(text, tongue)}


def _telling(text: str, language: str) -> set[str]:
    weighted = weighted_query_terms(text, language)
    return {term.removeprefix(EXACT_MARK) for term, weight in weighted.items() if weight >= _TELLING}
