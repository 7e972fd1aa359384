"""What a customer did before they came, and why they may be writing: from rows, the same for the same rows."""

from datetime import timedelta

from content_factory import add_article
from sqlalchemy.orm import Session
from talks import make_talk

from kb.core.clock import utc_now
from kb.service.before_contact import asked_most, tried_before
from kb.service.conversations import close
from kb.service.customer_at_hand import (
    CauseKind,
    at_hand,
    at_hand_for_causes,
    get_customer_with_identities,
    likely_causes,
    tried_by,
)
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.promises import keep_promise, open_promises_of
from kb.tables import ConversationFact, Feedback, FeedbackKind, Message, SearchEvent
from kb.tables.feedback import store_feedback


def search(
    session: Session,
    query: str,
    *,
    visit: str | None = "v1",
    outcome: str = "none",
    hours: float = 1,
    language: str = "en",
) -> SearchEvent:
    event = SearchEvent(
        public_id=f"{query}{visit}{hours}"[:36], place="help", audience="customer", visit=visit, query=query,
        language=language, outcome=outcome, confidence=0.1, created_at=utc_now() - timedelta(hours=hours),
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def test_what_they_searched_read_and_voted_on_is_put_together(session: Session) -> None:
    article = add_article(session, "Refunds", "Five days.", slug="refunds")
    other = add_article(session, "Returns", "Ten days.", slug="returns")
    event = search(session, "late refund", outcome="answered", hours=5)
    store_feedback(session, FeedbackKind.CLICK, event_id=event.id, document=f"article:{article.id}", visit="v1")
    store_feedback(session, FeedbackKind.NOT_ANSWERED, event_id=event.id, document=f"article:{article.id}", visit="v1")
    store_feedback(session, FeedbackKind.ANSWERED, event_id=None, document=f"article:{other.id}", visit="v1")
    # Rows of old versions may name what no document can be.
    session.add(Feedback(event_id=event.id, kind="click", document="article:99999999999999999999", visit="v1"))
    search(session, "somebody else's", visit="v2")
    session.flush()
    alone, searched = tried_before(session, ["v1", ""])
    assert (alone.query, [(one.title, one.helped) for one in alone.read]) == ("", [("Returns", True)])
    assert (searched.query, [(one.title, one.helped) for one in searched.read]) == ("late refund", [("Refunds", False)])
    assert searched.failed
    assert tried_before(session, []) == []


def test_a_search_failed_where_it_left_them_without_an_answer(session: Session) -> None:
    article = add_article(session, "Refunds", "Five days.", slug="refunds")
    for query, outcome, kind in (
        ("none", "none", None), ("unsure", "unsure", None), ("answered", "answered", None),
        ("asked", "answered", FeedbackKind.ASKED_PERSON), ("helped", "none", FeedbackKind.ANSWERED),
        ("read", "unsure", FeedbackKind.CLICK),
    ):  # fmt: skip
        event = search(session, query, outcome=outcome)
        if kind is not None:
            document = "" if kind is FeedbackKind.ASKED_PERSON else f"article:{article.id}"
            store_feedback(session, kind, event_id=event.id, document=document, visit="v1")
    session.flush()
    assert {one.query for one in tried_before(session, ["v1"]) if one.failed} == {"none", "unsure", "asked"}


def test_the_likeliest_reason_stands_first(session: Session) -> None:
    talk = make_talk(session, ["customer: hi", "agent: We will call you in 2 hours."], ago=600, subject="A broken lamp")
    now_open = make_talk(session, ["customer: me again"])
    talk.visit = "v1"
    search(session, "old search", hours=24 * 5)
    search(session, "how do i pay", hours=2)
    search(session, "too old", hours=24 * 40)
    for visit in ("a", "b", "c"):
        search(session, "where is my parcel", visit=visit)
    session.flush()
    customer = get_customer_with_identities(session, talk.customer_id)
    known = at_hand_for_causes(session, customer)
    causes = likely_causes(session, known, not_this=now_open.id, outside=["my order is delayed"])
    assert [(cause.kind, cause.text) for cause in causes] == [
        (CauseKind.PROMISE, "We will call you in 2 hours."),
        (CauseKind.SEARCHED, "how do i pay"),
        (CauseKind.OUTSIDE, "my order is delayed"),
        (CauseKind.SEARCHED, "old search"),
        (CauseKind.EARLIER, "A broken lamp"),
    ]
    assert likely_causes(session, known, not_this=now_open.id, outside=["my order is delayed"]) == causes
    keep_promise(session, open_promises_of(session, customer.id)[0].id)
    close(session, talk, None)
    kinds = {
        cause.kind for cause in likely_causes(session, at_hand_for_causes(session, customer), not_this=now_open.id)
    }
    assert kinds == {CauseKind.SEARCHED, CauseKind.COMMON}


def test_what_many_ask_is_counted_by_people_and_the_customers_language_leads(session: Session) -> None:
    since = utc_now() - timedelta(days=7)
    for number in range(5):
        search(session, "asked by one", visit="one", hours=number + 1)
    for visit in ("a", "b", "c"):
        search(session, "In English", visit=visit)
    for visit in ("d", "e", "f"):
        search(session, "हिन्दी में", visit=visit, language="hi")
    for visit in ("g", "h"):
        search(session, "asked by two, who are not many", visit=visit)
    for number in range(4):
        search(session, "asked by a program", visit=None, hours=number + 1)
    search(session, "long ago", visit="f", hours=24 * 9)
    search(session, "long ago", visit="g", hours=24 * 9)
    assert asked_most(session, "", since=since) == ["In English", "हिन्दी में"]
    assert asked_most(session, "hi-IN", since=since) == ["हिन्दी में", "In English"]


def test_facts_stand_once_and_visits_of_both_kinds_count(session: Session) -> None:
    talk = make_talk(session, ["customer: JH-1", "customer: JH-1 again"])
    recognise_customer(session, GivenCustomer(email="asha@example.com", visit="v9"), region="IN")
    for message in session.query(Message).order_by(Message.id):
        session.add(
            ConversationFact(conversation_id=talk.id, message_id=message.id, kind="order", value="JH1", words="JH-1")
        )
    search(session, "by identity", visit="v9")
    session.flush()
    customer = get_customer_with_identities(session, talk.customer_id)
    assert len(at_hand(session, customer).facts) == 1
    assert [one.query for one in tried_by(session, customer)] == ["by identity"]


def test_why_somebody_writes_again_is_what_they_said_never_our_own_answer(session: Session) -> None:
    talk = make_talk(
        session,
        ["customer: My curtain rod came bent", "agent: A rider brings another one on Friday, between 9 and 12."],
    )
    now_open = make_talk(session, ["customer: hello?"])
    session.flush()
    known = at_hand_for_causes(session, get_customer_with_identities(session, talk.customer_id))
    causes = likely_causes(session, known, not_this=now_open.id)
    earlier = [cause.text for cause in causes if cause.kind is CauseKind.EARLIER]
    assert earlier == ["My curtain rod came bent"]
