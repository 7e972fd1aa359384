"""What was sent in a conversation that is closed has solved it; what worked is kept; both are found again."""

from collections.abc import Callable

import numpy as np
import pytest
from flask.testing import FlaskClient
from page_fixtures import PageContent, content, prepared
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk, say

from indexer.runtime import SearchRuntime
from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.search.solved import count_solved, load_solved
from kb.service.conversations import close, reopen
from kb.service.used_documents import note_used, solved_by
from kb.tables import Article, Conversation, Role, Ticket, UsedState

__all__ = ["content", "prepared"]
Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def rep(session: Session) -> int:
    return get_user(session, "rep@test.example").id


def answered(session: Session, rep: int, document: str, name: str = "Asha Rao") -> Conversation:
    email = f"{name.split()[0].lower()}@example.com"
    talk = make_talk(
        session,
        ["customer: my refund has not come, I am Asha Rao, call 98123 45678", "agent: It takes five working days."],
        name=name,
        email=email,
        user_id=rep,
    )
    note_used(session, talk, document, rep, UsedState.SENT)
    return talk


def test_what_was_sent_has_solved_it_until_it_is_open_again(
    session: Session, content: PageContent, login: Login, rep: int
) -> None:
    document = f"article:{content.english_only}"
    talks = [answered(session, rep, document, name) for name in ("Asha Rao", "Ravi Das")]
    inserted = make_talk(session, name="Mita", email="mita@example.com")
    note_used(session, inserted, document, rep, UsedState.INSERTED)
    for talk in (*talks, inserted):
        close(session, talk, rep)
    session.commit()
    solved = solved_by(session, [document])
    assert solved is not None
    assert solved.times == 2
    url = f"/desk/articles/{content.english_only}"
    assert "Solved 2 conversations" in login(Role.REP).get(url).text
    say(session, talks[0], "customer: it still has not come")
    reopen(session, talks[1], rep)
    session.commit()
    assert solved_by(session, [document]) is None
    assert "Solved" not in login(Role.REP).get(url).text


def test_what_solved_more_comes_first_of_two_that_are_as_likely(
    session: Session, content: PageContent, settings: Settings, engine: Engine, rep: int
) -> None:
    document = f"article:{content.english_only}"
    close(session, answered(session, rep, document), rep)
    session.commit()
    SearchRuntime.open(settings, engine).update()
    counted = count_solved(session)
    session.commit()
    assert counted is not None
    assert list(counted.counts.values()) == [1]
    assert count_solved(session) is None
    version, stored = load_solved(session)
    groups = list(stored.counts)
    assert np.all(stored.bonus(np.array([*groups, 7])) > np.array([0, -1]))
    reopen(session, session.scalars(select(Conversation)).one(), rep)
    emptied = count_solved(session)
    assert emptied is not None
    assert emptied.counts == {}
    assert load_solved(session)[0] == version + 1
    assert count_solved(session) is None


def test_a_closed_conversation_is_kept_as_a_ticket_without_personal_data(
    session: Session, content: PageContent, login: Login, csrf: Csrf, rep: int
) -> None:
    talk = answered(session, rep, f"article:{content.english_only}")
    session.commit()
    client = login(Role.REP)
    url = f"/desk/inbox/{talk.id}/ticket"
    assert client.post(url, headers=csrf(client)).status_code == 400
    close(session, talk, rep)
    session.commit()
    assert client.post(url, headers=csrf(client)).status_code == 303
    assert client.post(url, headers=csrf(client)).status_code == 303
    session.expire_all()
    ticket = session.scalars(select(Ticket).where(Ticket.source == "desk")).one()
    assert talk.ticket_id == ticket.id
    assert ticket.status == "resolved"
    assert "five working days" in ticket.resolution
    stored = " ".join([ticket.problem, ticket.resolution, *(message.text for message in ticket.messages)])
    assert "Asha" not in stored
    assert "98123" not in stored


def test_a_draft_for_trainers_holds_problem_steps_and_sources_and_nothing_personal(
    session: Session, content: PageContent, login: Login, csrf: Csrf, rep: int
) -> None:
    talk = answered(session, rep, f"article:{content.english_only}")
    say(session, talk, "agent: It was late because the bank was down. Open Orders. Tap Refund *status*.", user_id=rep)
    close(session, talk, rep)
    session.commit()
    client = login(Role.REP)
    for _ in range(2):
        assert client.post(f"/desk/inbox/{talk.id}/draft-article", headers=csrf(client)).status_code == 303
    session.expire_all()
    draft = session.scalars(select(Article).where(Article.status == "draft")).one()
    assert draft.audience == "internal"
    assert "## The cause\n\nIt was late because the bank was down." in draft.body
    assert ". Open Orders.\n" in draft.body
    assert f"](/desk/articles/{content.english_only})" in draft.body
    assert "Asha" not in draft.body
    assert "98123" not in draft.body
    trainer = login(Role.TRAINER)
    assert draft.title in trainer.get("/studio/drafts/").text
    assert "<em>" not in trainer.get(f"/studio/drafts/{draft.id}").text
    assert "status: draft" in trainer.get(f"/studio/drafts/{draft.id}.md").text
    assert trainer.post(f"/studio/drafts/{draft.id}/archive", headers=csrf(trainer)).status_code == 303
    assert trainer.get(f"/studio/drafts/{draft.id}").status_code == 404
