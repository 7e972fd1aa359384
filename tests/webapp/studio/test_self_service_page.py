"""What is counted of a visit, what of one that wants no count, and the page of figures."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from page_fixtures import PageContent
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.insight.self_service import count_days
from kb.tables import ArticleRead, Feedback, Role, SearchEvent, utc_now

ARTICLE = "/help/en/articles/when-refund-arrives"


def rows(session: Session) -> list[int]:
    return [
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (SearchEvent, ArticleRead, Feedback)
    ]


def test_a_visit_is_counted_and_shown(
    client: FlaskClient,
    session: Session,
    settings: Settings,
    content: PageContent,
    login: Callable[[Role | str], FlaskClient],
) -> None:
    client.get("/help/en/search?q=refund")
    name = session.scalars(select(SearchEvent.public_id)).one()
    for _ in range(2):
        client.get(f"{ARTICLE}?s={name}")
    client.get(ARTICLE, headers={"User-Agent": "Googlebot/2.1"})
    assert rows(session) == [1, 1, 1]
    hour = utc_now() - timedelta(hours=1)
    for table in (SearchEvent, ArticleRead, Feedback):
        session.execute(update(table).values(created_at=hour))
    assert count_days(session, settings.time_zone) == 1
    session.commit()
    page = login("trainer").get("/studio/self-service/?days=7&lang=en").get_data(as_text=True)
    assert "ends__bar--assumed" in page
    assert "ends__bar--confirmed" not in page
    assert "left without a word" in page


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_wants_no_count_leaves_nothing(
    client: FlaskClient, session: Session, content: PageContent, header: str
) -> None:
    headers = {header: "1"}
    assert client.get("/help/en/search?q=refund", headers=headers).status_code == 200
    client.get(ARTICLE, headers=headers)
    client.get(f"{ARTICLE}?s=0b0f6b0e-3f5b-4c0e-9d50-3f5b4c0e9d50&typed=refund", headers=headers)
    client.get("/api/v1/search?q=refund&visit=abcdefghijklmnopqrst", headers=headers)
    assert rows(session) == [0, 0, 0]
    with client.session_transaction() as cookie:
        assert "visit" not in cookie
