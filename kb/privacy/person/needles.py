"""By what a person is looked for in texts: what leads to nobody but them, and stands in no public article."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from kb.privacy.person.identity import Person
from kb.privacy.person.mentions import Needles
from kb.privacy.person.rows import blocks, table_of
from kb.tables import Article, ArticleRevision, Conversation, ConversationFact, Customer, CustomerIdentity, User

# Kinds of facts (kb.service.fact_kinds) whose value belongs to one person.
_TELLING = ("order", "tracking", "serial", "email", "phone", "address")
_SHORTEST_CODE = 6


def needles_of(
    session: Session, person: Person, rows: Mapping[Table, Collection[Any]], own: Collection[str] = ()
) -> Needles:
    """own: addresses of this installation, which are nobody's. Looked at before the rows are erased."""
    facts = _facts(session, rows)
    emails = {one.lower() for one in {*person.emails, *facts["email"]}} - {one.lower() for one in own}
    phones = {*person.phones, *facts["phone"]}
    names = {name for name in person.names if " " in name} | _names_of_nobody_else(session, person)
    codes = {one for one in person.external_ids | person.visits if _is_telling(one)}
    codes |= {one for kind in ("order", "tracking", "serial", "address") for one in facts[kind] if _is_telling(one)}
    codes |= _references(session, rows)
    return Needles(
        emails=emails - _of_others(session, person, emails),
        phones=phones - _of_others(session, person, phones),
        names=names,
        codes=codes,
    )


def public_articles_among(session: Session, articles: Collection[int]) -> list[int]:
    """Those that are published for everybody: what everybody may read is changed by a person."""
    found: list[int] = []
    for block in blocks(articles):
        public = select(Article.id).where(
            Article.id.in_(block), Article.status == "published", Article.audience == "public"
        )
        found += session.scalars(public)
    return sorted(found)


def revisions_of(session: Session, articles: Collection[int]) -> set[int]:
    found: set[int] = set()
    for block in blocks(articles):
        found.update(session.scalars(select(ArticleRevision.id).where(ArticleRevision.article_id.in_(block))))
    return found


def _facts(session: Session, rows: Mapping[Table, Collection[Any]]) -> dict[str, set[str]]:
    """What they told, where nobody else told the same."""
    found: dict[str, set[str]] = {kind: set() for kind in _TELLING}
    talks = rows.get(table_of(Conversation), ())
    for block in blocks(talks):
        told = select(ConversationFact.kind, ConversationFact.value).where(
            ConversationFact.conversation_id.in_(block), ConversationFact.kind.in_(_TELLING)
        )
        for kind, value in session.execute(told):
            found[kind].add(value)
    for values in found.values():
        for block in blocks(set(values)):
            others = session.execute(
                select(ConversationFact.value, ConversationFact.conversation_id).where(
                    ConversationFact.value.in_(block)
                )
            )
            values -= {value for value, conversation in others if conversation not in talks}
    return found


def _references(session: Session, rows: Mapping[Table, Collection[Any]]) -> set[str]:
    found: set[str] = set()
    for block in blocks(rows.get(table_of(Conversation), ())):
        for details in session.scalars(select(Conversation.details).where(Conversation.id.in_(block))):
            found |= {str(details[name]) for name in ("reference", "order_number") if details.get(name)}
    return {one for one in found if _is_telling(one)}


def _is_telling(code: str) -> bool:
    """Long enough that it stands for nothing else, and no word."""
    return len(code) >= _SHORTEST_CODE and any(one.isdigit() for one in code)


def _names_of_nobody_else(session: Session, person: Person) -> set[str]:
    """A name of one word, where no other customer or colleague and no article has that word."""
    found = set()
    for name in person.names:
        if " " in name or len(name) < 4:
            continue
        others = [
            select(Customer.id).where(
                Customer.name.icontains(name, autoescape=True), Customer.id.not_in(person.customers)
            ),
            select(User.id).where(User.name.icontains(name, autoescape=True)),
            select(Article.id).where(Article.body.icontains(name, autoescape=True)),
            select(Article.id).where(Article.title.icontains(name, autoescape=True)),
        ]
        if not any(session.execute(one.limit(1)).first() for one in others):
            found.add(name)
    return found


def _of_others(session: Session, person: Person, values: Collection[str]) -> set[str]:
    """Those that a colleague or another customer is reached by: a customer may tell of somebody else's."""
    found: set[str] = set()
    for block in blocks(values):
        found.update(session.scalars(select(func.lower(User.email)).where(func.lower(User.email).in_(block))))
        of_customers = select(CustomerIdentity.value).where(
            CustomerIdentity.value.in_(block), CustomerIdentity.customer_id.not_in(person.customers)
        )
        found.update(session.scalars(of_customers))
    return found
