"""What reps change in what they insert: kept without customers' data, proposed when several do it alike."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import create_user, get_user
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.insight.taught.applying import apply_edit
from kb.insight.taught.collecting import collect_edits, has_new_replies
from kb.insight.taught.comparing import compare_sent, sentences_of, sentences_of_article
from kb.insight.taught.deciding import dismiss_proposal, list_proposals, reopen_proposal
from kb.service.messages import reply
from kb.tables import Article, Delivery, EditProposal, Message, PassageEdit, ProposalState, Role

BODY = """Refunds go back the way you paid.

1. Open **Refund details** in [your orders](orders.md).
2. A refund to UPI takes **3 days** to arrive.
3. Look at the statement of your bank.

We write to you when it is on its way."""
PLAIN = sentences_of_article(BODY)


@pytest.mark.parametrize(
    ("change", "edits"),
    [
        ({}, []),
        ({"3 days": "5 working days"},
         [("A refund to UPI takes 3 days to arrive.", "A refund to UPI takes 5 working days to arrive.")]),
        ({"3. Look at the statement of your bank.": ""}, [("Look at the statement of your bank.", "")]),
        ({"Refunds go back": "Hello [name],\nRefunds go back", "We write to you": "Have a good day!\nWe write to you"}, []),
        ({"A refund to UPI": "[name], a refund to UPI"}, []),  # to whom it is
        ({"takes 3 days": "for order [order] takes 3 days"}, []),
    ],
)  # fmt: skip
def test_what_was_changed_of_what_was_inserted(change: dict[str, str], edits: list[tuple[str, str]]) -> None:
    sent = "\n".join(PLAIN)
    for old, new in change.items():
        old = old.removeprefix("3. ")
        assert old in sent
        sent = sent.replace(old, new)
    assert [(one.old, one.new) for one in compare_sent(PLAIN, sentences_of(sent))] == edits


def test_one_sentence_that_was_quoted_says_nothing_of_the_others() -> None:
    assert compare_sent(PLAIN, sentences_of("Hi! Look at the statement of your bank. Anything else?")) == []
    (edit,) = compare_sent(PLAIN, sentences_of("Look at the statement of your own bank please."))
    assert edit.old == "Look at the statement of your bank."


@given(st.lists(st.text(alphabet="ab c.\nक", max_size=20), max_size=8), st.text(alphabet="ab c.\nक", max_size=200))
def test_any_texts_are_compared(inserted: list[str], sent: str) -> None:
    compare_sent(inserted, sentences_of(sent))


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("A refund to UPI takes 3 days to arrive.", "A refund to UPI takes 5 working days to arrive.",
         "A refund to UPI takes **5 working days** to arrive.\n"),
        ("Open Refund details in your orders.", "Please open Refund details in your orders.",
         "1. Please open **Refund details** in [your orders](orders.md).\n"),
        ("A refund to UPI takes 3 days to arrive.", "It takes a week.", "2. It takes a week.\n3. Look"),
        ("Look at the statement of your bank.", "", "to arrive.\n\nWe write"),
        ("Refunds go back the way you paid.", "Refunds go back the way that you paid.", "the way that you paid.\n"),
    ],
)  # fmt: skip
def test_the_markdown_is_changed_where_the_sentence_stands(old: str, new: str, part: str) -> None:
    changed = apply_edit(BODY, old, new)
    assert changed is not None
    assert part in changed
    assert changed.count("**") % 2 == 0
    kept = [line for line in BODY.splitlines() if line in changed.splitlines()]
    assert len(kept) >= len(BODY.splitlines()) - 2, "nothing else is touched"


@given(
    st.text(alphabet="ab *[]()`.\n", max_size=80),
    st.text(alphabet="ab .*", max_size=20),
    st.text(alphabet="abc .", max_size=20),
)
def test_any_sentence_is_applied_or_not(body: str, old: str, new: str) -> None:
    apply_edit(body, old, new)


def test_a_sentence_that_is_not_there_is_not_changed() -> None:
    assert apply_edit(BODY, "Nobody ever wrote this.", "x") is None
    assert apply_edit(BODY, " … ", "x") is None


@pytest.fixture
def article(session: Session) -> Article:
    made = save_article(session, make_source({"title": "UPI refund", "slug": "upi", "status": "published"}, BODY))
    session.commit()
    return made


Send = Callable[..., Message]


@pytest.fixture
def send(session: Session, article: Article) -> Send:
    """A rep sends the article, with a sentence changed."""

    def send(rep: str, old: str = "", new: str = "", **fields: object) -> Message:
        user = get_user(session, rep) if "@test" in rep else None
        if user is None:
            user = create_user(session, rep, Role.REP, "a long password", name=rep)
        talk = make_talk(session, ["customer: When does my refund come? asha@example.com"], name="Asha Sen")
        text = "Hi Asha,\n" + "\n".join(PLAIN).replace(old or "\0", new) + "\nBest, Ravi"
        message = reply(
            session, talk, text, user.id, last_seen_id=None, recipient="", undo_seconds=0, anyway=True,
            details={"documents": [f"article:{article.id}", "ticket:7", "odd"]},
        )  # fmt: skip
        message.created_at = utc_now() - timedelta(hours=1)
        for name, value in fields.items():
            setattr(message, name, value)
        session.commit()
        return message

    return send


def collect(session: Session) -> dict[str, int]:
    return collect_edits(session, region="IN", now=utc_now(), checkpoint=session.commit, tick=lambda: None)


OLD = "A refund to UPI takes 3 days to arrive."
ONE, TWO, THREE = "rep@test.example", "trainer@test.example", "admin@test.example"


def test_several_reps_teach_an_article(session: Session, article: Article, send: Send) -> None:
    send(ONE, "3 days", "5 working days")
    send(ONE, "3 days", "5 working days")
    assert collect(session) == {"edits": 2, "proposed": 0}, "one rep alone has a habit"
    assert not has_new_replies(session, utc_now())
    send(TWO, "takes 3 days to arrive", "usually takes 5 working days to arrive")
    send(THREE, "3 days", "9 days")
    send(THREE)
    assert collect(session) == {"edits": 2, "proposed": 1}
    (proposal,), counts = list_proposals(session, decided=False, limit=5)
    assert (proposal.old, proposal.new) == (OLD, "A refund to UPI takes 5 working days to arrive.")
    assert (proposal.times, proposal.reps, counts) == (3, 2, {"open": 1, "decided": 0})
    edits = session.scalars(select(PassageEdit).where(PassageEdit.proposal_id == proposal.id)).all()
    assert len({one.conversation_id for one in edits}) == 3
    assert all("asha" not in (one.new + one.question).casefold() for one in edits)
    assert all(one.question for one in edits)
    assert collect(session) == {"edits": 0, "proposed": 0}
    user = get_user(session, TWO)
    assert user
    with pytest.raises(InvalidInputError):
        dismiss_proposal(session, proposal, " ", user_id=user.id, region="IN")
    dismiss_proposal(session, proposal, "The bank says 3", user_id=user.id, region="IN")
    send(TWO, "3 days", "around 5 working days")
    assert collect(session) == {"edits": 1, "proposed": 0}, "it is not proposed again"
    assert session.scalars(select(EditProposal)).one().times == 4
    reopen_proposal(session, proposal)
    save_article(session, make_source({"title": "UPI refund", "slug": "upi", "status": "published"},
                                      BODY.replace("3 days", "5 days")))  # fmt: skip
    session.commit()
    send(ONE)
    collect(session)
    assert proposal.state == ProposalState.PAST, "the article does not say it any more"


def test_what_is_stopped_between_keeping_and_proposing_is_proposed_the_next_time(session: Session, send: Send) -> None:
    for rep in (ONE, TWO, THREE):
        send(rep, "3 days", "5 working days")
    stops = iter([True])

    def stop_once() -> None:
        session.commit()
        if next(stops, False):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        collect_edits(session, region="IN", now=utc_now(), checkpoint=stop_once, tick=lambda: None)
    session.rollback()
    assert has_new_replies(session, utc_now())
    assert collect(session) == {"edits": 0, "proposed": 1}
    assert session.scalars(select(EditProposal)).one().times == 3


@pytest.mark.sqlite_only(reason="elsewhere people wait for rows, not for each other")
def test_nothing_is_written_while_replies_are_read(session: Session, send: Send) -> None:
    """Whoever wants to write meanwhile does not wait."""
    for rep in (ONE, TWO):
        send(rep, "3 days", "5 working days")
    written: list[bool] = []

    def note() -> None:
        written.append(session.connection().connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]

    collect_edits(session, region="IN", now=utc_now(), checkpoint=session.commit, tick=note)
    assert written
    assert not any(written)


def test_what_was_taken_back_or_is_new_is_not_read(session: Session, send: Send) -> None:
    send(ONE, "3 days", "5 days", delivery=Delivery.WITHDRAWN.value)
    send(TWO, "3 days", "5 days", created_at=utc_now())
    assert not has_new_replies(session, utc_now())
    assert collect(session) == {"edits": 0, "proposed": 0}


def test_it_is_compared_with_what_the_article_said_then(session: Session, article: Article, send: Send) -> None:
    message = send(ONE)
    article.revisions[0].created_at = message.created_at - timedelta(days=1)
    save_article(session, make_source({"title": "UPI refund", "slug": "upi", "status": "published"},
                                      BODY.replace("3 days", "5 days")))  # fmt: skip
    session.commit()
    assert collect(session)["edits"] == 0
