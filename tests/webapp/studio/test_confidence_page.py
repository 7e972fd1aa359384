"""The studio's page of the confidence: what was said, what was right, and which calibration is used."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import PageContent
from settled import add_judged
from sqlalchemy.orm import Session

from kb.search.confidence import load_calibration
from kb.search.own_calibration import store_own
from kb.search.types import Outcome
from kb.tables import FeedbackKind, OwnCalibration

Csrf = Callable[[FlaskClient], dict[str, str]]
TABLE = {"answered": 0.5, "unsure": 0.25, "none": 0.25}
FIGURES = {"log_loss": 0.4123, "cost": 1.0, "outcomes": {"right": TABLE, "wrong": TABLE}}
PROVENANCE = {
    "method": "shift", "part": 1.0, "searches": 44, "right": 33, "people": 12, "wordings": 20, "held_out": 22,
    "on_searches": {"before": FIGURES, "after": {**FIGURES, "log_loss": 0.3456}},
    "on_held_out": {"before": FIGURES, "after": FIGURES},
}  # fmt: skip


def store(session: Session, *, in_use: bool = True) -> OwnCalibration:
    base = load_calibration()
    row = store_own(session, base, base, "hash/256/1", PROVENANCE, in_use=in_use)
    session.commit()
    return row


def test_without_votes_the_page_guesses_nothing(trainer: FlaskClient) -> None:
    text = get_page(trainer, "/studio/confidence/")
    assert "Nobody has judged a search yet" in text
    assert '<svg class="curve"' not in text
    assert "As shipped" in text
    assert "Right: somebody said that the first result answered" in text


def test_curve_and_tables_say_how_often_what_was_said_was_right(
    trainer: FlaskClient, session: Session, content: PageContent
) -> None:
    refund, lamp = content.refund["en"], content.english_only
    for _ in range(3):
        add_judged(session, "refund when", refund, confidence=0.92, outcome=Outcome.ANSWERED)
    add_judged(session, "refund when", refund, FeedbackKind.NOT_ANSWERED, confidence=0.94, outcome=Outcome.ANSWERED)
    add_judged(session, "refund when", lamp, first=refund, confidence=0.31)
    add_judged(session, "रिफ़ंड कब आएगा", content.refund["hi"], first=refund, confidence=0.95,
               outcome=Outcome.ANSWERED, ago=timedelta(days=15))  # fmt: skip
    add_judged(session, "only clicked", refund, FeedbackKind.CLICK, confidence=0.9)
    add_judged(session, "long ago", refund, confidence=0.9, ago=timedelta(weeks=13))
    text = get_page(trainer, "/studio/confidence/")
    assert "6 of 7 searches were judged." in text
    assert text.count('class="curve__point"') == 2
    assert "90% to 100%</th><td>5</td><td>80%</td>" in text
    assert "30% to 40%</th><td>1</td><td>0%</td>" in text
    assert '<span class="soft small">4 of 5</span>' in text  # what was called answered
    weeks = text.split('id="weeks"')[1].split("</table>")[0]
    assert weeks.count("<time") == 2
    assert '<span class="soft small">3 of 4</span>' in weeks
    assert '<th scope="col" lang="hi">' in weeks


def test_calibration_is_told_with_its_figures_and_switched_by_hand(
    trainer: FlaskClient, csrf: Csrf, session: Session
) -> None:
    row = store(session)
    text = get_page(trainer, "/studio/confidence/")
    assert "Own calibration in use" in text
    assert "44 judged searches of 12 people, 33 of them right" in text
    assert "0.412" in text
    assert "0.346" in text

    def send(step: str, status: int = 200) -> str:
        path = f"/studio/confidence/calibrations/{row.id}"
        answer = trainer.post(path, data={"step": step}, headers=csrf(trainer), follow_redirects=True)
        session.expire_all()
        return check_page(answer, status=status)

    assert "switched back by a person" in send("stop")
    assert row.state == "switched_off"
    assert "It was switched by somebody else" in send("stop")
    assert "Own calibration in use" in send("start")
    assert row.state == "in_use"
    send("burn", 400)


def test_attempt_that_was_no_better_is_told(trainer: FlaskClient, session: Session) -> None:
    store(session, in_use=False)
    text = get_page(trainer, "/studio/confidence/")
    assert "The last attempt was no better" in text
    assert "Own calibration in use" not in text


@pytest.mark.parametrize("language", ["hi", "bn"])
def test_page_is_valid_in_each_language(
    trainer: FlaskClient, csrf: Csrf, session: Session, content: PageContent, language: str
) -> None:
    add_judged(session, "refund when", content.refund["en"], confidence=1.0, outcome=Outcome.ANSWERED)
    store(session)
    store(session, in_use=False)
    trainer.post("/preferences", data={"language": language}, headers=csrf(trainer))
    assert f'<html lang="{language}"' in get_page(trainer, "/studio/confidence/")
