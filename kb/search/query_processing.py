"""What of a query is encoded and which of its words are looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kb.search.synonyms import NO_SYNONYMS, Synonyms
from kb.text.spelling import Speller
from kb.text.terms import EXACT_MARK, FUNCTION_WORD_WEIGHT, is_function_word, weighted_query_terms, weighted_word_terms
from kb.text.transliteration import to_native
from kb.text.words import HINDI_OR_BENGALI, find_words


@dataclass(frozen=True)
class ProcessedQuery:
    """text: what the encoder reads. terms: for the lexical index, with weights. optional: terms that are other words for the
    same thing, which count only where a collection has them. background: the language whose mean is
    taken out, see kb.search.query_statistics. meant: what was typed with the likeliest word for each misspelt one, or "".
    asked: the query with synonyms in place of words that nobody has written, else as it was typed; alike: terms that mean the
    same as others of the query, of which a passage need not have both."""

    text: str
    terms: dict[str, float]
    optional: frozenset[str]
    background: str
    meant: str = ""
    asked: str = ""
    alike: frozenset[str] = frozenset()

    def telling_words(self) -> dict[str, float]:
        """Word beginnings and their weights, for choosing the piece to show."""
        return {
            term.removeprefix(EXACT_MARK): weight
            for term, weight in self.terms.items()
            if len(term) > 2 and weight >= 1.0
        }


def process_query(
    text: str,
    language: str,
    is_known: Callable[[str], bool],
    speller: Speller | None = None,
    synonyms: Synonyms = NO_SYNONYMS,
) -> ProcessedQuery:
    """`is_known` tells of a term whether any collection contains it; `speller` corrects words that none does.

    Hindi and Bengali in Latin letters are encoded in their own script and looked up as typed, in their own script and
    in English: the words of the answer may be any of the three.
    """
    read = synonyms.read(text, language, is_known)
    text = asked = read.text
    also = dict(read.also)
    terms = weighted_query_terms(text, language)
    optional: set[str] = set()
    meant = ""
    if speller:
        corrected = speller.correct(text, terms, language)
        text, terms, optional = corrected.text, corrected.terms, set(corrected.optional)
        meant = corrected.meant
    if language not in ("hi-Latn", "bn-Latn"):
        return _with_synonyms(ProcessedQuery(text, terms, frozenset(optional), language, meant, asked), also)
    primary = language.partition("-")[0]
    native = to_native(text, language, lambda word: any(is_known(term) for term, _ in weighted_word_terms(word, "en")))
    optional |= set(terms)
    written = [word for word in find_words(native.text) if HINDI_OR_BENGALI.match(word)]
    for words, of_language in ((native.english, "en"), (native.native, primary), (written, primary)):
        for phrase in words:
            for term, weight in weighted_word_terms(phrase, of_language):
                light = is_function_word(phrase, of_language) and not term.startswith(EXACT_MARK)
                terms[term] = max(terms.get(term, 0.0), weight * (FUNCTION_WORD_WEIGHT if light else 1.0))
                optional.add(term)
    read = synonyms.read(native.text, primary, is_known)
    processed = ProcessedQuery(read.text, terms, frozenset(optional), primary, meant, asked)
    return _with_synonyms(processed, {**read.also, **also})


def _with_synonyms(query: ProcessedQuery, also: Mapping[str, float]) -> ProcessedQuery:
    """With further terms, which the query need not have."""
    more = {term: weight for term, weight in also.items() if term not in query.terms}
    return replace(query, terms={**query.terms, **more}, alike=frozenset(more)) if more else query
