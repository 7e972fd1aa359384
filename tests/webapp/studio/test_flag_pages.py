"""What speaks against articles: found by a job or said by a rep, settled by a trainer, seen by the rep."""

from collections.abc import Callable

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from page_checks import check_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import recorded_statements
from talks import make_talk

from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.tables import ArticleFlag, FlagKind, Role
from webapp.worker.flags import FLAGS
from webapp.worker.kinds import job_kinds

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def flagged(session: Session, settings: Settings, engine: Engine) -> list[ArticleFlag]:
    """One of each kind: those of texts by the worker's job, figures as it would keep them."""
    add_article(session, "Kettle refund times", "A kettle refund to a wallet takes 3 days.")
    text = "Fill the kettle with vinegar and water, wait an hour, pour it out and rinse it twice with fresh water."
    add_article(session, "Kettle wallet", f"A kettle refund to a wallet takes 8 days. [x](kettle-lost.md)\n\n{text}")
    add_article(session, "Open and shut", "An opened kettle can be returned.")
    add_article(session, "Shut and open", "An opened kettle cannot be returned.")
    add_article(session, "Descale the kettle", text)
    third = add_article(session, "Descale your kettle", f"{text} <b>Done</b>.")
    run_now(engine, job_kinds(settings, engine), FLAGS, "test")
    days = {"first": "2026-01-01", "middle": "2026-03-01", "end": "2026-03-29"}
    for kind, evidence in (
        ("votes", {"before_yes": 45, "before": 50, "now_yes": 8, "now": 20}),
        ("success", {"before_contacts": 10, "before": 200, "now_contacts": 20, "now": 80}),
        ("solved", {"before": 60, "now": 4, "expected": 20.0}),
        ("unread", {"since": "2026-01-01", "others": 400, "articles": 12}),
        (
            "outside",
            {
                "link": "https://duty.org/rules",
                "why": "gone",
                "status": 404,
                "calls": 2,
                "since": "2026-06-01T10:00:00+00:00",
                "checked": "2026-06-01T12:00:00+00:00",
            },
        ),
    ):
        session.add(ArticleFlag(article_id=third.id, kind=kind, evidence_key="ever", evidence={**days, **evidence}))
    session.commit()
    return list(session.scalars(select(ArticleFlag)))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Leads nowhere"), ("hi", "लिंक कहीं नहीं जाता"), ("bn", "লিংক কোথাও যায় না")]
)
def test_page_of_all_kinds_in_each_language(
    login: Login, csrf: Csrf, engine: Engine, flagged: list[ArticleFlag], language: str, words: str
) -> None:
    assert {one.kind for one in flagged} == {kind.value for kind in FlagKind} - {"rep"}
    client = login("trainer")
    client.post("/preferences", data={"language": language}, headers=csrf(client))
    with recorded_statements(engine) as statements:
        page = check_page(client.get("/studio/flags/"))
    assert len(statements) <= 15
    assert words in page
    assert "<mark>8 days</mark>" in page
    assert "kettle-lost.md" in page
    assert "https://duty.org/rules" in page
    assert "<mark>cannot</mark>" in page
    for view in ("?view=settled", "?kind=votes", "?kind=odd&article=x", "?page=40"):
        check_page(client.get(f"/studio/flags/{view}"))


def test_a_rep_flags_a_trainer_settles_and_the_rep_sees_it(login: Login, csrf: Csrf, session: Session) -> None:
    article = add_article(session, "Toaster", "Text.")
    talk = make_talk(session, ["customer: hello"])
    session.commit()
    rep, trainer = login("rep"), login("trainer")
    page = check_page(rep.get(f"/desk/articles/{article.id}"))
    assert "Flag this article" in page
    path = f"/desk/flags/{article.id}"
    empty = rep.post(path, data={"comment": " "}, headers=csrf(rep) | PARTIAL)
    assert "Say in a few words" in empty.text
    assert rep.post(path, data={"comment": " "}, headers=csrf(rep)).status_code == 303
    sent = {"comment": "Says <5 minutes>, it takes 9", "conversation": str(talk.id)}
    assert "The trainers have it" in rep.post(path, data=sent, headers=csrf(rep) | PARTIAL).text
    assert rep.post("/desk/flags/98765", data=sent, headers=csrf(rep)).status_code == 404
    flag = session.scalars(select(ArticleFlag)).one()
    assert flag.conversation_id == talk.id
    shown = check_page(trainer.get("/studio/flags/?kind=rep"))
    assert "Says &lt;5 minutes&gt;, it takes 9" in shown
    assert f"/desk/inbox/{talk.id}" in shown
    settle = f"/studio/flags/{flag.id}"
    for wrong in ({"step": "right", "answer": " "}, {"step": "odd"}, {}):
        assert trainer.post(settle, data=wrong, headers=csrf(trainer)).status_code == 422
    told = {"step": "mended", "answer": "It says 9 now"}
    assert trainer.post(settle, data=told, headers=csrf(trainer)).status_code == 303
    for where in ("/desk/flags/", f"/desk/articles/{article.id}"):
        seen = check_page(rep.get(where))
        assert "It says 9 now" in seen
        assert "Mended" in seen
    assert trainer.post(settle, data={"step": "undo"}, headers=csrf(trainer)).status_code == 303
    assert "nobody has looked at it yet" in rep.get("/desk/flags/").text
    assert trainer.post("/studio/flags/98765", data=told, headers=csrf(trainer)).status_code == 404
    assert rep.get("/studio/flags/").status_code == 403
