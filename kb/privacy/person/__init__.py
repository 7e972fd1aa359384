"""All that is stored about one customer: found, handed out, erased."""

from kb.privacy.person.erasing import Erased, erase_person
from kb.privacy.person.exporting import export_person
from kb.privacy.person.identity import Person, find_person
from kb.privacy.person.rows import rows_of_person

__all__ = ["Erased", "Person", "erase_person", "export_person", "find_person", "rows_of_person"]
