"""How well a short text fits what is looked for, where there is no index of such texts. Pure."""

from collections.abc import Collection, Sequence

from kb.text.terms import is_exact_term


def share_of_terms(terms: Sequence[str], named: Collection[str], said: Collection[str]) -> float:
    """Which share of `terms` (of kb.text.terms.query_terms) is there, 0 to 1; in `said` one counts half as much as in `named`.

    The last term may be only begun, since somebody may be typing it; numbers and codes have to be whole.
    """
    if not terms:
        return 0.0
    score = 0.0
    for term in terms:
        begun = term == terms[-1] and len(term) > 1 and not is_exact_term(term)
        if term in named or (begun and any(one.startswith(term) for one in named)):
            score += 1.0
        elif term in said:
            score += 0.5
    return score / len(terms)
