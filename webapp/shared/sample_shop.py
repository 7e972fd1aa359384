"""The sample shop: where its files lie, and the people who show it."""

from dataclasses import dataclass

from kb.core.settings import IS_CHECKOUT, PROJECT_ROOT

# A wheel has them within the package, see setup.py.
SAMPLE_ARTICLES = PROJECT_ROOT / ("articles" if IS_CHECKOUT else "webapp/sample_shop")
SAMPLE_TICKETS = SAMPLE_ARTICLES / "sample-tickets.zendesk.json"
SAMPLE_CONVERSATIONS = SAMPLE_ARTICLES / "sample-conversations.jsonl"
SAMPLE_MACROS = SAMPLE_ARTICLES / "sample-macros.yaml"
SAMPLE_FLOWS = SAMPLE_ARTICLES / "flows"
SAMPLE_TRAINING = SAMPLE_ARTICLES / "sample-training.yaml"
SAMPLE_SEARCHES = SAMPLE_ARTICLES / "sample-searches.yaml"
SAMPLE_SCRIPTS = SAMPLE_ARTICLES / "sample-simulations.jsonl"


@dataclass(frozen=True)
class DemoPerson:
    """key: by which the sample's conversations name them."""

    key: str
    role: str
    email: str
    name: str


DEMO_PEOPLE = (
    DemoPerson("rep", "rep", "rep@jhilmil.example", "Farah (demo rep)"),
    DemoPerson("rep2", "rep", "sumana@jhilmil.example", "Sumana (demo rep)"),
    DemoPerson("trainer", "trainer", "trainer@jhilmil.example", "Demo trainer"),
    DemoPerson("admin", "admin", "admin@jhilmil.example", "Demo admin"),
)


def is_demo_person(email: str) -> bool:
    return any(person.email == email for person in DEMO_PEOPLE)
