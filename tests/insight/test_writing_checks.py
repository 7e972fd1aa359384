"""Questions that people settled on, and personal data, as the checks of a text see them."""

import pytest
from settled import add_judged
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.insight.writing.asked import LEAST_QUESTIONS, asked_questions, store_asked
from kb.insight.writing.personal import personal_data
from kb.tables import SearchEvent, SettledQuestion


@pytest.fixture
def runtime(settings: Settings, engine: Engine) -> SearchRuntime:
    return SearchRuntime.open(settings, engine)


def test_what_is_erased_from_the_searches_is_no_question_any_more(session: Session, runtime: SearchRuntime) -> None:
    article = save_article(
        session, make_source({"title": "A", "slug": "a", "language": "en", "status": "published"}, "Text.")
    )
    for number in range(LEAST_QUESTIONS):
        add_judged(
            session, f"where is parcel number {'abcdefghij'[number % 10] * (number // 10 + 2)}", article.id, None
        )
    assert store_asked(session, runtime.encoder) > 0
    session.commit()
    assert asked_questions(session, runtime.encoder)
    session.execute(delete(SearchEvent))
    session.commit()
    assert session.query(SettledQuestion).count() == 0
    assert not asked_questions(session, runtime.encoder)


@pytest.mark.parametrize(
    ("text", "what", "there"),
    [
        ("Write to anita.sen@example.org today.", "email", "anita.sen@example.org"),
        ("Call Rahul at 98301 22334 at once.", "phone", "98301 22334"),
        ("আমার ফোন ৯৮৩০১২২৩৩৪, ধন্যবাদ।", "phone", "৯৮৩০১২২৩৩৪"),
    ],
)
def test_personal_data_is_found_where_it_stands(text: str, what: str, there: str) -> None:
    found = [one for one in personal_data(text, region="IN") if one.values["what"] == what]
    assert [text[one.start : one.end] for one in found] == [there]
    assert personal_data("Press the button. It takes 3 to 5 days.", region="IN") == []
