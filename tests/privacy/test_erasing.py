"""Nothing is left of a person who is erased: no row, no file, no index, no job, no page that the database has freed.

What is planted has a mark of its own for each place, so that a failure says what was forgotten; everybody else keeps all.
"""

import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from content_factory import add_article, add_ticket
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.audit import AuditKind, find_events
from kb.accounts.people import get_user
from kb.articles.source import make_source
from kb.articles.store import save_article
from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.running import run_next
from kb.service.attachments import add_file
from kb.service.chat import want_transcript
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.drafts import save_draft
from kb.service.held_requests import SentByCustomer, hold
from kb.service.merging import merge_customers
from kb.tables import (
    ArticleComment,
    ArticleFlag,
    ArticleRead,
    ArticleRevision,
    AskedTalk,
    Base,
    Conversation,
    Customer,
    Feedback,
    FeedbackKind,
    Gap,
    GapChange,
    GapState,
    Job,
    LearnedWording,
    Macro,
    Message,
    Miss,
    MostAsked,
    NewsWish,
    SearchEvent,
    Survey,
    Ticket,
    TicketMessage,
    VoiceStatement,
    VoiceTheme,
    VoteReason,
    WebhookCall,
)
from kb.tickets.requesters import hash_requester, load_requester_key
from kb.tickets.uploads import Uploads
from webapp.shared.security import load_secret_key
from webapp.worker.erasing import ERASING, ask_to_erase
from webapp.worker.kinds import job_kinds

# What leads to her: wherever one of them stands, something was forgotten.
NAME, EMAIL, OTHER_EMAIL = "Zarnigar Quillfeather", "zarnigar.q@planted.example", "zq@second-planted.example"
PHONE, PHONE_WRITTEN, PHONE_IN_HINDI = "+919876501234", "98765 01234", "९८७६५ ०१२३४"
ORDER, VISIT = "ZQ-7741920", "11111111-2222-4333-8444-555555555555"
SAYINGS = [f"plantedmark{number:02}" for number in range(40)]
LEADING = (NAME, EMAIL, OTHER_EMAIL, PHONE, PHONE_WRITTEN, PHONE_IN_HINDI, ORDER, VISIT, "9876501234")
KEPT = "Bela Sen wrote this and it stays"


@dataclass
class Planted:
    customer: int
    used: list[str] = field(default_factory=list)

    def mark(self) -> str:
        """One that was not used yet."""
        self.used.append(SAYINGS[len(self.used)])
        return self.used[-1]


def plant(session: Session, settings: Settings) -> Planted:
    """Something of hers in everything that can hold it."""
    talk = make_talk(session, name=NAME, email=EMAIL, phone=PHONE)
    planted = Planted(talk.customer_id)
    mark = planted.mark
    user = get_user(session, "rep@test.example")
    talk.subject, talk.visit = f"About {mark()}", VISIT
    talk.details = {"contact": EMAIL, "name": NAME, "reference": "482-109-376", "system": {"note": mark()}}
    said = say(session, talk, f"customer: My order is {ORDER}, I live at 12 Palash Road {mark()}")
    say(session, talk, f"note: She sounds sad {mark()}", user_id=user.id)
    add_file(
        session, talk, f"{mark()}.txt", f"a file {mark()}".encode(), user_id=None, message_id=said.id, largest=9999
    )
    save_draft(session, talk, user.id, f"Dear {NAME} {mark()}")
    want_transcript(session, talk, OTHER_EMAIL, "en", at_end=True)
    session.add(Survey(conversation_id=talk.id, kind="effort", channel="chat", language="en", comment=mark()))
    _webhook(session, talk, mark())
    _searches(session, planted)
    _tickets(session, settings, talk, planted)
    other = recognise_customer(session, GivenCustomer(name=NAME, email=OTHER_EMAIL), region="IN").customer
    merge_customers(session, other.id, talk.customer_id, user.id)
    _mentions(session, planted)
    session.add(
        Job(kind="x", key=EMAIL, payload={"to": [EMAIL]}, result={"row": NAME}, error=f"no {PHONE}", state="failed")
    )
    enqueue(session, "later", payload={"address": EMAIL})
    return planted


def _webhook(session: Session, talk: Conversation, mark: str) -> None:
    from kb.service.channels.webhooks import add_webhook

    hook = add_webhook(session, "https://x.example/hook")
    session.add(
        WebhookCall(
            webhook_id=hook.id, conversation_id=talk.id, public_id=str(uuid.uuid4()), body=json.dumps({"text": mark})
        )
    )


def _searches(session: Session, planted: Planted) -> None:
    mark = planted.mark
    said = f"why does {mark()} not charge any more"
    event = _search(session, said, VISIT)
    emptied = Gap(label=said, state=GapState.OPEN.value, centroid=b"", fingerprint="hash")
    shared = Gap(label=said, state=GapState.DISMISSED.value, centroid=b"", fingerprint="hash")
    session.add_all([emptied, shared])
    session.flush()
    session.add(Miss(event_id=event.id, gap_id=emptied.id, cause="no_answer", vector=b""))
    second = _search(session, f"and {said}", VISIT)
    session.add(Miss(event_id=second.id, gap_id=shared.id, cause="no_answer", vector=b""))
    others = _search(session, "charging does not begin", "other-visit")
    session.add(Miss(event_id=others.id, gap_id=shared.id, cause="no_answer", vector=b""))
    session.add(GapChange(gap_id=shared.id, kind="renamed", details={"label": said, "to": "Charging"}))
    article = add_article(session, "Charging", "How to charge.")
    session.add(LearnedWording(article_id=article.id, text=said, language="en", state="suggested"))
    session.add(
        LearnedWording(
            article_id=article.id, text="charging fails", language="en", state="applied", examples=[said, "no charge"]
        )
    )
    session.add(MostAsked(language="en", place=90, article_id=article.id, question=said, people=3, source="asked"))
    session.add(Feedback(event_id=event.id, kind=FeedbackKind.NOT_ANSWERED.value, visit=VISIT))
    session.add(ArticleRead(visit=VISIT, article_id=article.id, language="en", from_search=True))
    reason = VoteReason(
        key=f"visit:{VISIT}/vote/article:{article.id}", article_id=article.id, language="en", choice="", text=mark()
    )
    of_search = VoteReason(
        key=f"search:{event.id}/vote/article:{article.id}",
        article_id=article.id, language="en", choice="unclear", text=mark(),
    )  # fmt: skip
    session.add_all([reason, of_search])
    session.flush()
    theme = VoiceTheme(title=reason.text + " is missing here")
    session.add(theme)
    session.flush()
    session.add(
        VoiceStatement(
            theme_id=theme.id, kind="feedback", source="vote", source_id=reason.id, vector=b"", fingerprint="hash",
            text=reason.text + " is missing here", said_at=utc_now(),
        )
    )  # fmt: skip
    session.add(
        AskedTalk(public_id="p" * 20, visit=VISIT, language="en", turns={"turns": [{"role": "you", "text": mark()}]})
    )
    session.add(NewsWish(event_id=others.id, address=EMAIL.title(), address_key="k", language="en"))


def _search(session: Session, query: str, visit: str) -> SearchEvent:
    event = SearchEvent(
        public_id=str(uuid.uuid4()), place="help", audience="customer", query=query, language="en", outcome="none",
        confidence=0.1, visit=visit,
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def _tickets(session: Session, settings: Settings, talk: Conversation, planted: Planted) -> None:
    """One that her conversation was kept as, one of an export that she sent under her number."""
    key = load_requester_key(settings.home)
    for source, ref in (("desk", ""), ("csv", "9876501234")):
        ticket = Ticket(
            source=source, external_id=str(talk.id), problem=f"The lamp {planted.mark()} flickers", content_hash=source,
            resolution=f"We sent {planted.mark()} anew", requester_ref=hash_requester(key, ref), resolved_at=utc_now(),
            subject=f"Lamp {source}",
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        session.add(TicketMessage(ticket_id=ticket.id, position=0, role="customer", text=planted.mark()))
        if source == "desk":
            talk.ticket_id = ticket.id


def _mentions(session: Session, planted: Planted) -> None:
    """In what belongs to others."""
    bela = make_talk(
        session, [f"customer: My friend {NAME.upper()} said so. {KEPT}"], name="Bela Sen", email="b@x.example"
    )
    say(session, bela, f"customer: Call her on {PHONE_WRITTEN} or {PHONE_IN_HINDI} or write to {EMAIL}.")
    bela.details = {"friends": [{"mail": EMAIL}], NAME: "friend"}
    source = make_source({"title": "VIPs", "audience": "internal"}, f"Be kind to {NAME}, order {ORDER}.")
    internal = save_article(session, source)
    user = get_user(session, "trainer@test.example")
    session.add(ArticleComment(article_id=internal.id, user_id=user.id, text=f"{EMAIL} asked"))
    session.add(ArticleFlag(article_id=internal.id, kind="rep", evidence_key="e", comment=f"says {NAME}"))
    session.add(Macro(name="For one", language="en", text=f"Hello {NAME}", owner_id=user.id))


@pytest.fixture
def planted(settings: Settings, session: Session) -> Planted:
    planted = plant(session, settings)
    session.commit()
    hold(
        settings.home,
        SentByCustomer("held-1", f"held {planted.mark()}", utc_now(), contact=EMAIL, name=NAME),
        region="IN",
    )
    hold(settings.home, SentByCustomer("held-2", KEPT, utc_now(), contact="b@x.example", name="Bela"), region="IN")
    uploads = Uploads(session, load_secret_key(settings))
    for address in (EMAIL, "b@x.example"):
        uploads.keep(io.BytesIO(f"id,requester\n1,{address}\n".encode()), checkpoint=session.commit)
    return planted


def everything_stored(session: Session, settings: Settings) -> Iterator[tuple[str, str]]:
    """(where, text) of every row of every table, and of every file in KB_HOME."""
    session.expire_all()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            yield table.name, json.dumps(dict(row), ensure_ascii=False, default=repr)
    session.rollback()
    database = Path(str(session.get_bind().engine.url.database or ""))
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    files += [path for path in database.parent.glob(f"{database.name}*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        yield path.name, content.decode("utf-8", errors="ignore")


def found_of(texts: Iterator[tuple[str, str]], marks: list[str]) -> set[tuple[str, str]]:
    wanted = [(mark, mark.lower()) for mark in marks]
    return {(where, mark) for where, text in texts for mark, low in wanted if low in text.lower()}


def marks_of(planted: Planted) -> list[str]:
    return [*planted.used, *LEADING]


def index(settings: Settings, engine: Engine, *, rebuild: bool = False) -> None:
    from indexer.encoders.opening import open_encoder
    from indexer.updating import bring_up_to_date

    bring_up_to_date(engine, settings.index_dir, open_encoder(settings), rebuild=rebuild)


@pytest.fixture(autouse=True)
def no_waiting_for_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.updating.PATIENCE", 0.01)


def test_no_row_no_file_no_index_and_no_job_has_anything_of_her(
    settings: Settings, engine: Engine, session: Session, planted: Planted
) -> None:
    # Into the files themselves, where others stay beside them.
    add_ticket(session, "Lamp of another", "The lamp is too bright", KEPT)
    index(settings, engine, rebuild=True)
    before = found_of(everything_stored(session, settings), marks_of(planted))
    places = {mark for _, mark in before}
    assert set(planted.used) <= places, "not everything was planted"
    in_index = {mark for where, mark in before if where == "texts.bin"}
    assert {"plantedmark13", NAME} <= in_index, "the index has neither her tickets nor what names her"
    ask_to_erase(session, planted.customer, None)
    session.commit()
    kinds = job_kinds(settings, engine)
    run_erasing(engine, kinds)
    assert not session.scalars(select(Job.error).where(Job.kind == ERASING, Job.error != "")).all()
    assert found_of(everything_stored(session, settings), marks_of(planted)) == set()
    assert "bela sen wrote this" in " ".join(text.lower() for _, text in everything_stored(session, settings))


def run_erasing(engine: Engine, kinds: object) -> None:

    assert run_next(engine, kinds, "test", [ERASING])  # type: ignore[arg-type]


@pytest.mark.sqlite_only(reason="what is masked is told by the same code")
def test_others_keep_what_is_theirs(settings: Settings, engine: Engine, session: Session, planted: Planted) -> None:
    ask_to_erase(session, planted.customer, None)
    session.commit()
    run_erasing(engine, job_kinds(settings, engine))
    session.expire_all()
    assert session.scalars(select(Customer.name)).all() == ["Bela Sen"]
    said = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert said[0] == f"My friend [erased] said so. {KEPT}"
    assert said[1] == "Call her on [erased] or [erased] or write to [erased]."
    internal = session.scalars(select(ArticleRevision)).all()[-1]
    assert internal.body.strip().endswith("Be kind to [erased], order [erased].")
    # The gap that others share keeps its place and is called by what they asked; hers alone is gone.
    assert session.scalars(select(Gap.label)).all() == ["charging does not begin"]
    assert session.scalars(select(LearnedWording.examples)).all() == [["no charge"]]
    job = session.scalars(select(Job).where(Job.kind == "x")).one()
    assert job.payload == {"to": [""]}
    uploads = Uploads(session, load_secret_key(settings))
    assert [b"".join(uploads.parts(name)) for name in uploads.names()] == [b"id,requester\n1,b@x.example\n"]
    assert [path.name for path in (settings.home / "held").iterdir()] == ["held-2.json"]
    (event,) = find_events(session, kind=AuditKind.ERASED.value)
    assert EMAIL not in event.about + str(event.detail)
    assert event.detail["rows"] > 20
