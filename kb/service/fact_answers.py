"""What a short answer to a question for a fact says: "gpay" says how somebody paid only because that was asked."""

from kb.service.fact_kinds import FactKind
from kb.service.facts import find_facts

# A way of paying counts in a sentence that says that it was used.
_ASKED = {FactKind.PAYMENT: "paid by "}


def facts_in_answer(kind: str, text: str, *, region: str = "IN") -> list[str]:
    """The values of facts of this kind in an answer to the question for it. Any text is taken."""
    found = find_facts(f"{_ASKED.get(FactKind(kind), '')}{text}", region=region)
    return list(dict.fromkeys(fact.value for fact in found if fact.kind.value == kind))
