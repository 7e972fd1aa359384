"""What stands near an address that leads to nothing: articles whose address or title is like it, else those of its topic."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from kb.articles.queries import ArticleCard, list_cards
from kb.tables import Article

# Of 100: below it words only happen to share letters.
_ALIKE = 68
_A_WORD = 4  # letters; shorter ones say little
_LONGEST = 100  # letters of an address that are compared
_WORD = re.compile(r"[^\W_]+")


def neighbours(
    session: Session, language: str, path: str, *, gone: Article | None = None, limit: int = 5
) -> list[ArticleCard]:
    """Public articles of a language for somebody who has asked for `path`: one statement.

    gone: the archived article that was there; its title and its topic tell more than its address.
    """
    cards = list_cards(session, language)
    wanted = " ".join(_WORD.findall(path.lower())[-12:])[-_LONGEST:]
    found = _alike(wanted, [card.slug.replace("-", " ") for card in cards])
    if gone is not None:
        found |= _alike(gone.title.lower()[:_LONGEST], [card.title.lower() for card in cards])
    order = sorted(found, key=lambda place: (-found[place], cards[place].title))
    if gone is not None and gone.topic:
        order += [place for place, card in enumerate(cards) if card.topic == gone.topic and place not in found]
    return [cards[place] for place in order[:limit]]


def _alike(wanted: str, texts: Sequence[str]) -> dict[int, float]:
    """Likeness by place of those that are like enough, or at least have a word in common; those come behind."""
    words = {word for word in _WORD.findall(wanted) if len(word) >= _A_WORD}
    shared = {place: words & set(_WORD.findall(text)) for place, text in enumerate(texts)}
    found = {place: 50 * len(same) / len(words) for place, same in shared.items() if same}
    if len(wanted) >= _A_WORD:
        scored = process.extract(wanted, texts, scorer=fuzz.token_sort_ratio, limit=20, score_cutoff=_ALIKE)
        found |= {place: score for _text, score, place in scored}
    return found
