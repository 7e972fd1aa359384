from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from gap_job import run_gap_job
from page_checks import check_page, get_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.tables import Feedback, FeedbackKind, Gap, SearchEvent, utc_now

Csrf = Callable[[FlaskClient], dict[str, str]]
ASKED = [
    ("do you ship to france", "en", "none"),
    ("shipping to france possible", "en", "none"),
    ("do you ship to france", "en", "none"),
    ("क्या आप विदेश भेजते हैं", "hi", "none"),
    ("refund by card", "en", "answered"),
]


@pytest.fixture(autouse=True)
def searches(session: Session, settings: Settings, engine: Engine) -> None:
    """Searches of a while ago, four without an answer and one with, and the gaps that the job makes of them."""
    for number, (query, language, outcome) in enumerate(ASKED):
        session.add(
            SearchEvent(
                public_id=f"s{number}",
                place="help",
                audience="customer",
                visit=f"v{number}",
                query=query,
                language=language,
                outcome=outcome,
                confidence=0.1,
                created_at=utc_now() - timedelta(minutes=10 + number),
            )
        )
    session.commit()
    run_gap_job(settings, engine)


def gap_of(session: Session, label: str) -> Gap:
    session.expire_all()
    return session.scalars(select(Gap).where(Gap.label == label)).one()


def test_misses_are_listed_with_counts_and_languages(trainer: FlaskClient, session: Session) -> None:
    text = get_page(trainer, "/studio/gaps")
    assert "do you ship to france" in text
    assert "क्या आप विदेश भेजते हैं" in text
    assert "refund by card" not in text
    assert "Nothing found" in text
    assert sum(text.count(f'class="gap__number">{n}<') * n for n in range(1, 5)) == 4


def test_question_that_was_voted_down_is_a_gap(
    trainer: FlaskClient, session: Session, settings: Settings, engine: Engine
) -> None:
    answered = session.scalars(select(SearchEvent).where(SearchEvent.outcome == "answered")).one()
    session.add(Feedback(event_id=answered.id, kind=FeedbackKind.NOT_ANSWERED))
    session.commit()
    run_gap_job(settings, engine)
    text = get_page(trainer, "/studio/gaps")
    assert "refund by card" in text
    assert "Voted “did not answer”" in text


def test_list_can_be_cut_down_to_one_language(trainer: FlaskClient) -> None:
    text = get_page(trainer, "/studio/gaps?language=hi")
    assert "क्या आप विदेश भेजते हैं" in text
    assert "do you ship to france" not in text
    assert "Nothing here" in get_page(trainer, "/studio/gaps?language=bn")


@pytest.mark.parametrize(
    ("place", "name"),
    [("help", "मदद केंद्र"), ("desk", "डेस्क"), ("conversation", "बातचीत"), ("api", "एपीआई"), ("cli", "कमांड लाइन")],
)
def test_gap_page_says_where_it_was_asked_in_the_readers_language(
    trainer: FlaskClient, csrf: Csrf, session: Session, place: str, name: str
) -> None:
    asked = session.scalars(select(SearchEvent).where(SearchEvent.language == "hi")).one()
    asked.place = place
    session.commit()
    trainer.post("/preferences", data={"language": "hi"}, headers=csrf(trainer))
    text = get_page(trainer, f"/studio/gaps/{gap_of(session, asked.query).id}")
    assert f"<td>{name}</td>" in text


def test_gap_page_shows_its_searches(trainer: FlaskClient, session: Session) -> None:
    gap = gap_of(session, "क्या आप विदेश भेजते हैं")
    text = get_page(trainer, f"/studio/gaps/{gap.id}")
    assert text.count("<tr>") == 2
    assert "1 search" in text
    get_page(trainer, "/studio/gaps/99999", status=404)


def test_gap_is_taken_up_dismissed_and_reopened(trainer: FlaskClient, session: Session, csrf: Csrf) -> None:
    label = "क्या आप विदेश भेजते हैं"
    path = f"/studio/gaps/{gap_of(session, label).id}/state"

    def move(state: str) -> str:
        return check_page(trainer.post(path, data={"state": state}, headers=csrf(trainer), follow_redirects=True))

    assert "In progress: “" in move("in_progress")
    assert gap_of(session, label).state == "in_progress"
    assert "Dismissed: “" in move("dismissed")
    assert label not in get_page(trainer, "/studio/gaps").split("<main")[1]
    assert label in get_page(trainer, "/studio/gaps?view=dismissed")
    assert "Open again: “" in move("open")
    assert gap_of(session, label).state == "open"


@pytest.mark.parametrize("state", ["closed", "", "burnt"])
def test_gap_closes_by_an_answer_and_not_by_a_button(
    trainer: FlaskClient, session: Session, csrf: Csrf, state: str
) -> None:
    gap = session.scalars(select(Gap)).first()
    assert gap
    response = trainer.post(f"/studio/gaps/{gap.id}/state", data={"state": state}, headers=csrf(trainer))
    assert response.status_code == 400


def test_unknown_view_is_not_found(trainer: FlaskClient) -> None:
    get_page(trainer, "/studio/gaps?view=all", status=404)


@pytest.mark.parametrize("language", ["hi", "bn"])
@pytest.mark.parametrize("path", ["/studio/gaps", "/studio/gaps?view=closed", "/studio/gaps?language=hi"])
def test_pages_are_valid_in_each_language(trainer: FlaskClient, csrf: Csrf, path: str, language: str) -> None:
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    assert f'<html lang="{language}"' in get_page(trainer, path)


def test_reason_and_what_speaks_for_it_are_shown(trainer: FlaskClient, session: Session) -> None:
    gap = gap_of(session, "do you ship to france")
    assert gap.reason is not None
    gap.reason, gap.state = "hidden", "in_progress"
    gap.evidence = [
        {"kind": "article", "id": 7, "title": "Abroad <b>", "language": "en", "audience": "internal",
         "status": "published"},
        {"kind": "article", "id": 8, "title": "Draft about France", "language": "hi", "audience": "public",
         "status": "draft"},
        {"kind": "languages", "there": ["bn"], "asked": ["en"]},
        {"kind": "unknown_words", "words": ["france"]},
    ]  # fmt: skip
    session.commit()
    for page in ("/studio/gaps", f"/studio/gaps/{gap.id}"):
        text = get_page(trainer, page)
        assert "Only where customers cannot see it" in text
        assert 'href="/desk/articles/7"' in text
        assert 'href="/desk/articles/8"' not in text
        assert "Abroad &lt;b&gt;" in text
        assert "%" not in text.split("gap__evidence")[1].split("</ul>")[0]
        assert "Draft about France" in text
        assert "Words that no article has: <bdi>france</bdi>" in text
