"""A trainer pins a notice: it stands on every kind of page at once, and is gone when it ends."""

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from page_fixtures import PageContent
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Notice, NoticeChange, Role

TEXT = "Refunds by bank transfer are late today."
ARTICLE = "/help/en/articles/when-refund-arrives"
Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


def fields(**more: str) -> dict[str, str]:
    ends = (utc_now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    return {"text-en": TEXT, "text-hi": "रिफंड आज देर से।", "degree": "outage", "ends": ends, "about": "refund"} | more


def shown_at(client: FlaskClient, path: str) -> bool:
    return TEXT in client.get(path).get_data(as_text=True)


def test_a_notice_is_everywhere_at_once_and_ends_by_itself(
    csrf: Csrf, login: Login, client: FlaskClient, session: Session, content: PageContent
) -> None:
    places = ["/help/en/", ARTICLE, "/help/en/topics/refunds", "/help/en/search?q=refund", "/api/v1/widget?lang=en"]
    assert not any(shown_at(client, path) for path in places)  # and is kept in memory from now on
    trainer = login("trainer")
    assert trainer.post("/studio/notices/", data=fields(), headers=csrf(trainer)).status_code == 303
    assert [path for path in places if not shown_at(client, path)] == []
    assert "रिफंड आज देर से।" in client.get("/help/hi/").get_data(as_text=True)
    assert not shown_at(client, "/help/bn/")
    found = client.get("/api/v1/search?q=refund&lang=en").get_json()["notices"]
    assert [(one["text"], one["degree"]) for one in found] == [(TEXT, "outage")]
    assert client.get("/api/v1/search?q=lamp&lang=en").get_json()["notices"] == []
    rep = login("rep")
    assert all(shown_at(rep, path) for path in ("/desk/", "/desk/inbox", "/desk/?q=refund"))
    # An open conversation fetches them, so that it costs no statement more.
    part = rep.get("/desk/inbox?part=notices", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert TEXT in part
    assert "<html" not in part
    notice = session.scalars(select(Notice)).one()
    notice.begins_at, notice.ends_at = utc_now() - timedelta(hours=2), utc_now() - timedelta(seconds=1)
    session.commit()
    assert not any(shown_at(client, path) for path in places)


def test_a_search_that_it_is_about_has_it_above_the_results(csrf: Csrf, login: Login, client: FlaskClient) -> None:
    trainer = login("trainer")
    trainer.post("/studio/notices/", data=fields(about="sofa"), headers=csrf(trainer))
    piece = {"HX-Request": "true"}
    assert "pinned--about" in client.get("/help/en/search?q=sofa+refund", headers=piece).get_data(as_text=True)
    assert "pinned--about" not in client.get("/help/en/search?q=refund", headers=piece).get_data(as_text=True)


def test_what_is_wrong_is_said_and_what_was_written_stays(csrf: Csrf, login: Login, session: Session) -> None:
    trainer = login("trainer")
    answer = trainer.post("/studio/notices/", data=fields(ends="soon", about="<b>refund</b>"), headers=csrf(trainer))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "A date and a time are needed." in page
    assert TEXT in page
    assert "&lt;b&gt;refund" in page
    assert session.scalars(select(Notice)).all() == []


def test_it_is_changed_taken_down_and_brought_back(
    csrf: Csrf, login: Login, client: FlaskClient, session: Session
) -> None:
    trainer = login("trainer")
    where = trainer.post("/studio/notices/", data=fields(), headers=csrf(trainer)).location
    version = re.search(r'name="seen" value="(\d+)"', trainer.get(where).get_data(as_text=True))
    assert version
    changed = fields(seen=version[1], **{"text-en": "All is well again <script>."})
    assert trainer.post(where, data=changed, headers=csrf(trainer)).status_code == 303
    assert trainer.post(where, data=changed, headers=csrf(trainer)).status_code == 409  # somebody else was first
    assert "All is well again &lt;script&gt;." in client.get("/help/en/").get_data(as_text=True)
    trainer.post(f"{where}/take-down", headers=csrf(trainer))
    assert "All is well" not in client.get("/help/en/").get_data(as_text=True)
    newest = session.scalars(select(NoticeChange.id).order_by(NoticeChange.id.desc())).first()
    trainer.post(f"/studio/notices/changes/{newest}/undo", headers=csrf(trainer))
    assert "All is well" in client.get("/help/en/").get_data(as_text=True)
    assert "Taken down" in trainer.get(where).get_data(as_text=True)
    assert trainer.get("/studio/notices/").status_code == 200
