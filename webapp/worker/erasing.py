"""Erasing one customer everywhere: files beside the database, rows, the files of the index, and what the database has freed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from kb.accounts.audit import COMMAND_LINE, Actor, AuditKind, record
from kb.articles.store import hash_anew
from kb.core.clock import utc_now
from kb.core.database import forget_deleted, session_scope
from kb.core.errors import ConflictError, KbError, NotFoundError
from kb.core.settings import Settings
from kb.jobs import enqueue, list_jobs
from kb.jobs.kind import JobContext
from kb.privacy.person import Erased, Person, carry_out, find_person, mentions_to_mask, plan_erasure
from kb.privacy.person.mentions import mask_mentions, mask_value
from kb.service.customers import GivenCustomer, clean_email, clean_phone, get_customer, owners_of
from kb.service.held_requests import held_of
from kb.tickets.requesters import hashes_of_requester, load_requester_key
from kb.tickets.uploads import Uploads
from webapp.shared.security import load_secret_key
from webapp.worker.tickets import TICKET_IMPORT
from webapp.worker.tools import WorkerTools

if TYPE_CHECKING:
    import regex

ERASING = "erasing"
# An import that waits may bring more of them: it comes first.
_LATER = timedelta(minutes=1)
_OVERLAP = 500
# Numbers of customers that are typed are no longer; anything longer is a phone number.
_LONGEST_NUMBER = 7


@dataclass(frozen=True)
class ErasedEverywhere:
    """held: requests that waited in files; uploads: exports of failed imports that named them, or cannot be read."""

    erased: Erased
    held: int = 0
    uploads: int = 0

    def figures(self) -> dict[str, Any]:
        """Counts alone: nothing of what was erased."""
        return {
            "rows": sum(self.erased.rows.values()),
            "masked": sum(self.erased.masked.values()),
            "copies": self.erased.copies,
            "files": self.held + self.uploads,
            "public_articles": list(self.erased.public_articles),
        }


def person_of(session: Session, settings: Settings, asked: str) -> Person:
    """Of a customer's number, e-mail address, phone number or id in the other system.

    Raises NotFoundError for a number of nobody, and for an id that leads to nobody; whoever never was a customer may still have
    written tickets under an address or a number.
    """
    asked = asked.strip()
    if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_NUMBER:
        return with_tickets(find_person(session, [get_customer(session, int(asked)).id]), settings)
    email = clean_email(asked) if "@" in asked else None
    phone = None if email else clean_phone(asked, settings.phone_region)
    given = GivenCustomer(email=email or "", phone=phone or "", external_id="" if email or phone else asked)
    customers = [one.id for one in owners_of(session, given, region=settings.phone_region)]
    if not (customers or email or phone):
        raise NotFoundError(
            "Nobody is known by this.", remedy="A customer's number, their e-mail address or their phone number."
        )
    person = find_person(session, customers, emails=[email] if email else [], phones=[phone] if phone else [])
    return with_tickets(person, settings)


def with_tickets(person: Person, settings: Settings) -> Person:
    key = load_requester_key(settings.home, settings.secret_key)
    return replace(person, tickets_of=hashes_of_requester(key, person.identifiers))


def waiting_of(
    settings: Settings, person: Person, pattern: "regex.Pattern[str] | None"
) -> list[tuple[Path, Mapping[str, Any]]]:
    """Requests of theirs, and those that name them, that are not in the database yet."""
    contacts = {one.lower() for one in person.emails | person.phones}

    def is_theirs(fields: Mapping[str, Any]) -> bool:
        if str(fields.get("contact", "")).lower() in contacts or fields.get("visit") in person.visits:
            return True
        said = {name: value for name, value in fields.items() if name != "pictures"}
        return pattern is not None and mask_value(pattern, said) is not said

    return held_of(settings.home, is_theirs)


def erase(settings: Settings, tools: WorkerTools, person: Person, actor: Actor) -> ErasedEverywhere:
    """Everything, at once. Raises ConflictError where an import of tickets waits or runs."""
    with Session(tools.engine) as session:
        if list_jobs(session, kinds=[TICKET_IMPORT], finished=0):
            raise ConflictError("An import of tickets is not over, and may bring more.", remedy="Wait for its end.")
        plan = plan_erasure(session, person, own=own_addresses(settings))
    # Files first: what leads to the person is known only as long as their rows are there.
    held = waiting_of(settings, person, plan.pattern)
    for path, _fields in held:
        path.unlink(missing_ok=True)
    with session_scope(tools.engine) as session:
        uploads = _forget_uploads(Uploads(session, load_secret_key(settings)), plan.pattern)
        erased = carry_out(session, plan)
        hash_anew(session, erased.changed_articles)
        found = ErasedEverywhere(erased, len(held), uploads)
        about = ", ".join(f"customer {number}" for number in sorted(person.customers))
        record(session, AuditKind.ERASED, actor, about=about, detail=found.figures())
    if plan.pattern is not None:
        _mask_what_came_meanwhile(tools, plan.pattern)
    finish(tools, documents=bool(erased.rows.get("tickets") or erased.changed_articles))
    return found


def _mask_what_came_meanwhile(tools: WorkerTools, pattern: "regex.Pattern[str]") -> None:
    with Session(tools.engine) as session:
        mentions, _public = mentions_to_mask(session, pattern)
    if any(mentions.values()):
        with session_scope(tools.engine) as session:
            hash_anew(session, mask_mentions(session, pattern, mentions).articles)


def finish(tools: WorkerTools, *, documents: bool) -> None:
    """What is left of erased rows: files of the index where documents were among them, and what the database has freed."""
    if documents:
        from indexer.backends.opening import open_backend
        from indexer.updating import bring_up_to_date, forget_old_files

        backend = open_backend(tools.settings)
        bring_up_to_date(tools.engine, backend, tools.encoder)
        forget_old_files(tools.engine, backend, tools.encoder)
    forget_deleted(tools.engine)


def own_addresses(settings: Settings) -> frozenset[str]:
    address = settings.mail_from[1]
    return frozenset({address} if address else ())


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any]:
    """Payload: `customer`, and the number of who asked for it (`user`). Run again after a stop it finishes what is left."""
    with Session(tools.engine) as session:
        person = with_tickets(find_person(session, [int(context.payload["customer"])]), tools.settings)
        imports = list_jobs(session, kinds=[TICKET_IMPORT], finished=0)
    if imports:
        with session_scope(tools.engine) as session:
            ask_to_erase(session, context.payload["customer"], context.payload.get("user"), later=True)
        return {"waits": len(imports)}
    if not person.customers:  # erased before it was stopped
        finish(tools, documents=True)
        return {}
    context.progress(0, 2)
    found = erase(tools.settings, tools, person, Actor(id=context.payload.get("user"), name=COMMAND_LINE.name))
    return found.figures()


def ask_to_erase(session: Session, customer: int, user: int | None, *, later: bool = False) -> None:
    """The work has the customer's number in it and nothing else of them."""
    enqueue(
        session,
        ERASING,
        key=str(customer),
        payload={"customer": customer, "user": user},
        run_at=utc_now() + _LATER if later else None,
    )


def _forget_uploads(uploads: Uploads, pattern: "regex.Pattern[str] | None") -> int:
    """How many."""
    if pattern is None:
        return 0
    theirs = [name for name in uploads.names() if _may_name(uploads.parts(name), pattern)]
    uploads.forget(theirs)
    return len(theirs)


def _may_name(parts: Iterator[bytes], pattern: "regex.Pattern[str]") -> bool:
    """Whether the person stands in a file; one that is no text, or sealed with another key, may have them in it."""
    tail = ""
    try:
        for part in parts:
            if b"\0" in part:
                return True
            # Overlapping, so that nothing is cut in two.
            text = tail + part.decode("utf-8", errors="replace")
            if pattern.search(text):
                return True
            tail = text[-_OVERLAP:]
    except KbError:
        return True
    return False
