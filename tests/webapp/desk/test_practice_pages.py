"""Practice at the desk and training in the studio: an exercise from the case to the score, comments, paths, announcements."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from mail_servers import Outgoing
from page_checks import check_page
from page_fixtures import PageContent, content, prepared
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements

from kb.articles import source_of_article
from kb.articles.source import make_source
from kb.articles.store import get_article, save_article
from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.insight.training.announcing import announce_changes
from kb.insight.training.calm_cases import store_calm_cases
from kb.insight.training.receipts import remind
from kb.jobs.kind import JobContext
from kb.tables import (
    Announcement,
    AnnouncementRead,
    Article,
    ReminderMail,
    Role,
    SearchEvent,
    Ticket,
    TrainingAttempt,
    TrainingCard,
    TrainingCase,
    TrainingPath,
    User,
)
from webapp.worker.tools import WorkerTools
from webapp.worker.training import send_reminders

__all__ = ["content", "prepared"]

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
REPLY = "Your refund arrives in your bank within five days of the return."


@pytest.fixture
def case(session: Session, content: PageContent) -> TrainingCase:
    """Of the ticket of the content; the article about refunds has the answer."""
    made = TrainingCase(
        kind="replay", ticket_id=content.ticket, topic="refunds", level=1, language="en", title="Refund of a <b>lamp</b>",
        turns=[{"role": "customer", "text": "When does my refund arrive?"}], reply=REPLY,
        documents=[f"article:{content.refund['hi']}"],
    )  # fmt: skip
    session.add(made)
    store_calm_cases(session)
    session.commit()
    return made


def begin(client: FlaskClient, csrf: Csrf, case_id: int) -> str:
    answer = client.post(f"/desk/practice/cases/{case_id}", headers=csrf(client))
    assert answer.status_code == 303
    return str(answer.location)


def test_an_exercise_from_search_to_score(
    login: Login, csrf: Csrf, session: Session, content: PageContent, case: TrainingCase
) -> None:
    client = login("rep")
    path = begin(client, csrf, case.id)
    page = client.get(path).text
    assert "When does my refund arrive?" in page
    assert REPLY not in page
    assert "<b>lamp" not in page
    typed = "What I have typed so far"
    searched = client.post(path, data={"act": "search", "q": "when refund", "reply": typed}, headers=csrf(client))
    assert searched.status_code == 303
    page = client.get(path).text
    assert typed in page
    assert f'value="article:{content.refund["en"]}"' in page
    # The past ticket that the case was made from has the answer in it.
    assert f"ticket:{content.ticket}" not in page
    assert client.post(path, data={"open": f"ticket:{content.ticket}"}, headers=csrf(client)).status_code == 422
    opened = client.post(path, data={"open": f"article:{content.refund['en']}", "reply": typed}, headers=csrf(client))
    assert opened.status_code == 303
    assert "practice__opened" in client.get(path).text
    refused = client.post(path, data={"act": "answer", "reply": " "}, headers=csrf(client))
    assert refused.status_code == 422
    assert refused.text.count("Or give up: then you see what was sent.") == 1
    client.post(path, data={"act": "answer", "reply": f"{REPLY} Call +91 98765 43210."}, headers=csrf(client))
    page = client.get(path).text
    assert REPLY in page
    assert "98765" not in page
    assert "yes, place 1" in page
    attempt = session.scalars(select(TrainingAttempt)).one()
    assert attempt.in_top_three
    assert attempt.seconds_to_article is not None
    assert attempt.likeness is not None
    assert attempt.likeness > 0.5
    # Nothing of it is a search of the installation.
    assert session.scalar(select(func.count(SearchEvent.id))) == 0
    again = client.post(path, data={"act": "answer", "reply": "Something else again"}, headers=csrf(client))
    assert again.status_code == 303
    session.refresh(attempt)
    assert "Something else" not in attempt.reply
    assert login("trainer").get(path).status_code == 404


def test_what_went_wrong_comes_again_and_what_nobody_finds_is_a_gap(
    login: Login, csrf: Csrf, session: Session, case: TrainingCase
) -> None:
    for number, role in enumerate(("rep", "trainer"), start=1):
        client = login(role)
        path = begin(client, csrf, case.id)
        client.post(path, data={"act": "give_up"}, headers=csrf(client))
        assert REPLY in client.get(path).text
        assert session.scalar(select(func.count(TrainingCard.id))) == number
    event = session.scalars(select(SearchEvent)).one()
    assert (event.place, event.outcome, event.user_id) == ("training", "none", None)
    assert event.query == "When does my refund arrive?"
    client.post(begin(client, csrf, case.id), data={"act": "give_up"}, headers=csrf(client))
    assert session.scalar(select(func.count(SearchEvent.id))) == 1
    assert "nobody finds it" in client.get("/studio/training/cases/").text


def test_a_frustrated_customer_is_held_against_the_tone_guide(
    login: Login, csrf: Csrf, session: Session, case: TrainingCase
) -> None:
    calm = session.scalars(select(TrainingCase).where(TrainingCase.key == "calm-en-third-date")).one()
    client = login("rep")
    path = begin(client, csrf, calm.id)
    assert "Look for the answer" not in client.get(path).text
    reply = "Please calm down. We regret the inconvenience caused."
    client.post(path, data={"act": "answer", "reply": reply}, headers=csrf(client))
    page = client.get(path).text
    for words in ("Tells the customer how to feel", "Words of an office", "Neither a step nor a time"):
        assert words in page
    assert "<q>Please calm down</q>" in page


def test_comments_reach_the_rep(login: Login, csrf: Csrf, session: Session, case: TrainingCase) -> None:
    rep, trainer = login("rep"), login("trainer")
    path = begin(rep, csrf, case.id)
    rep.post(path, data={"act": "search", "q": "refund"}, headers=csrf(rep))
    there = f"/studio/training/exercises/{path.rpartition('/')[2]}"
    # The trainer sees it while it goes on.
    assert '<q dir="auto">refund</q>' in trainer.get(there).text
    assert "Practising now" in trainer.get("/studio/training/").text
    rep.post(path, data={"act": "give_up"}, headers=csrf(rep))
    answer = trainer.post(there, data={"text": "Search for the thing, not the feeling"}, headers=csrf(trainer))
    assert answer.status_code == 303
    trainer.post(there, data={"text": " "}, headers=csrf(trainer))
    assert "Search for the thing" in rep.get("/desk/practice/").text
    assert "Search for the thing" in rep.get(path).text
    rep.post(f"{path}/comments", data={"act": "seen"}, headers=csrf(rep))
    assert "Search for the thing" not in rep.get("/desk/practice/").text
    rep.post(f"{path}/comments", data={"text": "I will"}, headers=csrf(rep))
    assert "I will" in trainer.get(there).text


def test_pairing_takes_trainers_only(login: Login, csrf: Csrf, session: Session, case: TrainingCase) -> None:
    trainer = login("trainer")
    ids = {user.role: user.id for user in session.scalars(select(User))}
    here = f"/studio/training/reps/{ids['rep']}"
    trainer.post(here, data={"trainer": str(ids["rep"])}, headers=csrf(trainer))
    assert "Your trainer is" not in login("rep").get("/desk/practice/").text
    trainer.post(here, data={"trainer": str(ids["trainer"])}, headers=csrf(trainer))
    assert "Your trainer is" in login("rep").get("/desk/practice/").text
    trainer.post(here, data={"trainer": ""}, headers=csrf(trainer))
    assert "Your trainer is" not in login("rep").get("/desk/practice/").text


def test_paths_are_curated(login: Login, csrf: Csrf, session: Session, case: TrainingCase) -> None:
    trainer = login("trainer")
    given = {"title": "Refunds, first week", "topic": "refunds", "level": "1"}
    wrong = trainer.post("/studio/training/paths/", data=given | {"level": "9"}, headers=csrf(trainer))
    assert wrong.status_code == 422
    here = trainer.post("/studio/training/paths/", data=given, headers=csrf(trainer)).location
    other = session.scalars(select(TrainingCase).where(TrainingCase.kind == "calm").limit(1)).one()
    added = {"act": "add", "cases": [str(case.id), str(other.id), "98765"]}
    trainer.post(here, data=added, headers=csrf(trainer))
    trainer.post(here, data={"act": "up", "case": str(other.id)}, headers=csrf(trainer))
    path = session.scalars(select(TrainingPath)).one()
    assert [step.case_id for step in path.steps] == [other.id, case.id]
    check_page(trainer.get(here))
    rep = login("rep")
    assert "Refunds, first week" in rep.get("/desk/practice/").text
    trainer.post(f"/studio/training/cases/{other.id}", data={"act": "exclude"}, headers=csrf(trainer))
    assert "0 of 1 went well" in rep.get("/desk/practice/").text
    assert rep.post(f"/desk/practice/cases/{other.id}", headers=csrf(rep)).status_code == 409
    trainer.post(here, data={**given, "act": "save", "hidden": "1"}, headers=csrf(trainer))
    assert "Refunds, first week" not in rep.get("/desk/practice/").text
    trainer.post(here, data={"act": "delete"}, headers=csrf(trainer))
    assert session.get(TrainingCase, case.id) is not None


def test_a_trainer_makes_a_case_of_a_ticket(login: Login, csrf: Csrf, session: Session, content: PageContent) -> None:
    ticket = session.get_one(Ticket, content.ticket)
    ticket.resolution = "The refund is on its way and arrives within five days of the return."
    session.commit()
    client = login("trainer")
    here = "/studio/training/cases/"
    for wrong in (
        {"kind": "ticket", "number": "98765"},
        {"kind": "ticket", "number": "x"},
        {"kind": "odd", "number": "1"},
    ):
        assert client.post(here, data=wrong, headers=csrf(client)).location.endswith(here)
    made = client.post(here, data={"kind": "ticket", "number": str(content.ticket)}, headers=csrf(client))
    page = client.get(made.location).text
    assert "The refund is on its way" in page
    twice = client.post(
        here, data={"kind": "ticket", "number": str(content.ticket)}, headers=csrf(client), follow_redirects=True
    )
    assert "This is a case already." in twice.text


def write(session: Session, language: str) -> Article:
    values = {"title": f"Kettles {language}", "slug": f"kettles-{language}", "language": language, "topic": "returns"}
    fixed = {"translation_key": "kettles", "audience": "public", "status": "published"}
    return save_article(session, make_source(values | fixed, "Send it back within a week.\n"))


def change(session: Session, article_id: int, **changed: object) -> None:
    article = get_article(session, article_id)
    save_article(session, replace(source_of_article(session, article), **changed), article=article)
    session.commit()


def test_a_changed_article_is_announced_and_read(
    login: Login, csrf: Csrf, session: Session, content: PageContent
) -> None:
    english, hindi = (write(session, language) for language in ("en", "hi"))
    announce_changes(session)  # what was there before is no news
    change(session, english.id, owner="trainer@test.example")
    assert announce_changes(session) == 0
    assert session.scalar(select(func.count(Announcement.id))) == 0  # readers see no difference
    change(session, english.id, body=f"{english.body}\n\nSince Monday within three days.\n")
    change(session, hindi.id, title="रिफ़ंड कब आएगा, नए नियम")
    announce_changes(session)
    session.commit()
    one = session.scalars(select(Announcement)).one()  # both languages are one
    here = f"/desk/news/{one.id}"
    rep, trainer = login("rep"), login("trainer")
    unread = '<span class="visually-hidden">unread: </span>1'
    assert unread in rep.get("/desk/").text
    assert "Since Monday within three days" in check_page(rep.get("/desk/news/"))
    page = check_page(rep.get(here))
    assert "<ins>" in page
    assert "नियम" in page
    trainer.post(f"/studio/training/news/{one.id}", data={"act": "must"}, headers=csrf(trainer))
    # What must be read is confirmed by itself.
    rep.post("/desk/news/read", headers=csrf(rep))
    assert unread in rep.get("/desk/").text
    trainer.post(f"/studio/training/news/{one.id}", data={"act": "remind"}, headers=csrf(trainer))
    assert "reminder" in rep.get("/desk/news/").text
    rep.post(f"{here}/read", headers=csrf(rep))
    rep.post(f"{here}/read", headers=csrf(rep))
    assert session.scalar(select(func.count()).select_from(AnnouncementRead)) == 1
    assert unread not in rep.get("/desk/").text
    receipts = check_page(trainer.get("/studio/training/news/"))
    assert "Read by 1 of" in receipts
    # It changes again the same day: whoever has read it has not read that.
    change(session, english.id, body=f"{english.body}\n\nOn Sundays too.\n")
    announce_changes(session)
    session.commit()
    assert unread in rep.get("/desk/").text
    trainer.post(f"/studio/training/news/{one.id}", data={"act": "withdraw"}, headers=csrf(trainer))
    assert unread not in rep.get("/desk/").text
    assert rep.get(here).status_code == rep.get("/desk/news/98765").status_code == 404


def test_people_are_reminded_by_mail_when_the_server_is_there_again(
    session: Session, settings: Settings, engine: Engine, content: PageContent
) -> None:
    article = get_article(session, content.refund["en"])
    article.title = "Lamp\nBcc: x@evil.example"
    announcement = Announcement(
        article_id=article.id, translation_key=article.translation_key, versions=[], must_read=True
    )
    session.add(announcement)
    session.flush()
    people = remind(session, announcement.id, by_mail=True)
    session.commit()
    assert people > 1
    server = Outgoing()
    server.start()
    ours = replace(
        settings, mail_smtp_text=f"smtp://127.0.0.1:{server.port}", mail_from_text="help@shop.example",
        public_url_text="https://help.shop.example",
    )  # fmt: skip
    tools, context = WorkerTools(ours, engine), JobContext(engine, {}, lambda _done, _total: None)
    server.stop()
    assert send_reminders(tools, context) == {"waiting": people}
    session.execute(update(ReminderMail).values(send_at=utc_now()))
    session.commit()
    server.start()
    assert send_reminders(tools, context) == {"sent": people}
    server.stop()
    assert send_reminders(tools, context) is None
    assert len(server.mails) == people
    assert str(server.mails[0]["Subject"]) == "Please read: Lamp Bcc: x@evil.example"
    assert f"https://help.shop.example/desk/news/{announcement.id}" in server.mails[0].get_content()


@pytest.mark.parametrize(("language", "word"), [("en", "Practice"), ("hi", "अभ्यास"), ("bn", "অনুশীলন")])
def test_pages_in_each_language(
    login: Login, csrf: Csrf, engine: Engine, session: Session, case: TrainingCase, language: str, word: str
) -> None:
    client = login("trainer")
    client.post("/preferences", data={"language": language}, headers=csrf(client))
    exercise = begin(client, csrf, case.id)
    number = exercise.rpartition("/")[2]
    client.post(exercise, data={"act": "search", "q": "refund"}, headers=csrf(client))
    user = session.scalars(select(User.id).where(User.role == "trainer")).one()
    pages = [
        "/desk/practice/", exercise, "/desk/news/", "/studio/training/", f"/studio/training/reps/{user}",
        f"/studio/training/exercises/{number}", "/studio/training/cases/", f"/studio/training/cases/{case.id}",
        "/studio/training/paths/", "/studio/training/news/",
    ]  # fmt: skip
    for path in pages:
        with recorded_statements(engine) as statements:
            page = client.get(path)
        text = check_page(page)
        assert sum(is_of_the_page(one) for one in statements) <= 15, (path, len(statements))
        if "practice" in path:
            assert word in text
    client.post(exercise, data={"act": "answer", "reply": REPLY}, headers=csrf(client))
    for path in (exercise, "/desk/practice/", "/studio/training/", f"/studio/training/exercises/{number}"):
        check_page(client.get(path))


def test_reps_stay_out_of_training(login: Login) -> None:
    for path in ("/studio/training/", "/studio/training/cases/", "/studio/training/news/"):
        assert login("rep").get(path).status_code == 403
