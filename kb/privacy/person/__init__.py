"""All that is stored about one customer: found, handed out, erased."""

from kb.privacy.person.erasing import Erased, carry_out, mentions_to_mask, plan_erasure
from kb.privacy.person.exporting import export_person
from kb.privacy.person.identity import Person, find_person
from kb.privacy.person.rows import rows_of_person

__all__ = [
    "Erased",
    "Person",
    "carry_out",
    "export_person",
    "find_person",
    "mentions_to_mask",
    "plan_erasure",
    "rows_of_person",
]
