"""What of a text for one customer belongs to another: their e-mail address, phone, order number, address or whole name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from kb.service.facts import Fact, FactKind, find_facts
from kb.tables import Conversation, ConversationFact, Customer, CustomerIdentity, IdentityKind
from kb.text.sentences import sentence_spans

_SCORE = 0.97
# What two people hardly have in common.
_PERSONAL = {
    FactKind.EMAIL: "e-mail address",
    FactKind.PHONE: "phone number",
    FactKind.ORDER: "order number",
    FactKind.TRACKING: "tracking number",
    FactKind.SERIAL: "serial number",
    FactKind.ADDRESS: "address",
}
_NAME = "name"
_IDENTITIES = {FactKind.EMAIL: IdentityKind.EMAIL.value, FactKind.PHONE: IdentityKind.PHONE.value}
# Of a whole name: words in capitals, or in a script without them.
_NAME_WORD = regex.compile(r"(?:\p{Lu}[\p{L}\p{M}'’.-]+|[\p{Devanagari}\p{Bengali}]{2,})")
_MOST_NAMES, _LONGEST_NAME = 200, 3
_FEWEST_ADDRESS_WORDS = 3


@dataclass(frozen=True)
class OthersData:
    """Something of another customer in a sentence of the text, at `start` to `end`. what: in words."""

    sentence: str
    start: int
    end: int
    what: str
    words: str
    customer_id: int
    name: str

    def to_json(self) -> dict[str, Any]:
        why = f"{self.what} of another customer"
        source = {"kind": "customer", "id": self.customer_id, "title": self.name, "sentence": self.words}
        return {
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "source": source,
            "score": _SCORE,
            "why": why,
        }


@dataclass(frozen=True)
class _Claim:
    """A piece of the text and what it would be compared with."""

    what: str
    words: str
    start: int


def find_data_of_others(
    session: Session, text: str, conversation: Conversation | None, *, region: str = ""
) -> list[OthersData]:
    """What of `text` belongs to other customers, and not to the one of the conversation, in its order.

    Without a conversation it is not known for whom the text is: the first customer whose data stand in it is taken for them.
    Three statements at most.
    """
    owners = _owners(session, text, region, given_with(conversation) if conversation is not None else frozenset())
    claims = sorted(owners, key=lambda claim: claim.start)
    first = next((min(owners[claim]) for claim in claims), 0)
    own = conversation.customer_id if conversation is not None else first
    spans = list(sentence_spans(text))
    found = []
    for claim in claims:
        of_claim = owners[claim]
        if own in of_claim:
            continue
        other = min(of_claim)
        start, end = next(((a, b) for a, b in spans if a <= claim.start < b), (0, len(text)))
        found.append(OthersData(text[start:end], start, end, claim.what, claim.words, other, of_claim[other]))
    return found


def given_with(conversation: Conversation) -> frozenset[str]:
    """Values that the system which sent the conversation gave with it: they are of this customer, whoever else has them."""
    texts = [conversation.subject, *(str(value) for value in conversation.details.values())]
    return frozenset(fact.value for text in texts for fact in find_facts(f"order {text}")) | frozenset(texts)


def _owners(session: Session, text: str, region: str, own: frozenset[str]) -> dict[_Claim, dict[int, str]]:
    """For each piece of the text that belongs to somebody their ids and names."""
    facts = [
        fact for fact in find_facts(text, region=region or "IN") if fact.kind in _PERSONAL and fact.value not in own
    ]
    owners: dict[_Claim, dict[int, str]] = {}

    def add(what: str, words: str, start: int, customer_id: int, name: str) -> None:
        owners.setdefault(_Claim(what, words, start), {})[customer_id] = name

    for fact, customer_id, name in (*_by_identity(session, facts), *_by_fact(session, facts)):
        add(_PERSONAL[fact.kind], fact.words, fact.start, customer_id, name)
    names = _possible_names(text)
    if names:
        rows = session.execute(
            select(Customer.id, Customer.name).where(Customer.name.in_(names), Customer.merged_into_id.is_(None))
        )
        for row in rows:
            add(_NAME, row.name, names[row.name], row.id, row.name)
    return owners


def _by_identity(session: Session, facts: Sequence[Fact]) -> Iterator[tuple[Fact, int, str]]:
    wanted = {(_IDENTITIES[fact.kind], fact.value): fact for fact in facts if fact.kind in _IDENTITIES}
    if not wanted:
        return
    conditions = [and_(CustomerIdentity.kind == kind, CustomerIdentity.value == value) for kind, value in wanted]
    rows = session.execute(
        select(CustomerIdentity.kind, CustomerIdentity.value, Customer.id, Customer.name)
        .join(CustomerIdentity.customer)
        .where(or_(*conditions))
    )
    for kind, value, customer_id, name in rows:
        yield wanted[kind, value], customer_id, name


def _by_fact(session: Session, facts: Sequence[Fact]) -> Iterator[tuple[Fact, int, str]]:
    """What customers told us themselves."""
    conditions = []
    for fact in facts:
        same: ColumnElement[bool] = ConversationFact.value.in_(_same_values(fact))
        if fact.kind is FactKind.ADDRESS:
            same = or_(same, ConversationFact.value.startswith(fact.value, autoescape=True))
        conditions.append(and_(ConversationFact.kind == fact.kind.value, same))
    if not conditions:
        return
    rows = session.execute(
        select(ConversationFact.kind, ConversationFact.value, Customer.id, Customer.name)
        .join(Conversation, Conversation.id == ConversationFact.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(or_(*conditions))
        .distinct()
    ).all()
    for fact in facts:
        values = set(_same_values(fact))
        for kind, value, customer_id, name in rows:
            is_same = value in values or (fact.kind is FactKind.ADDRESS and value.startswith(fact.value))
            if kind == fact.kind.value and is_same:
                yield fact, customer_id, name


def _same_values(fact: Fact) -> list[str]:
    """The values that are meant: of an address also its beginning, without the city."""
    if fact.kind is not FactKind.ADDRESS:
        return [fact.value]
    words = fact.value.split()
    return [" ".join(words[:count]) for count in range(_FEWEST_ADDRESS_WORDS, len(words) + 1)]


def _possible_names(text: str) -> dict[str, int]:
    """Two or three words in a row that may be a whole name, and where they begin."""
    words = [(match.start(), match.end(), match[0].rstrip(".-")) for match in _NAME_WORD.finditer(text)]
    found: dict[str, int] = {}
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST_NAME, len(words))):
            if text[words[last - 1][1] : words[last][0]].strip(" ") or words[last][0] - words[last - 1][1] > 2:
                break
            name = " ".join(word for _, _, word in words[first : last + 1])
            if len(found) < _MOST_NAMES:
                found.setdefault(name, words[first][0])
    return found
