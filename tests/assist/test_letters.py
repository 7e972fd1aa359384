"""An ordinary mail asks what its bare question asks: greeting, headers and signature change nothing about it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.articles import parse_article, save_article
from kb.assist.no_query import no_query_reason
from kb.assist.suggestions import AssistAnswer, assist
from kb.assist.transcript import read_transcript
from kb.assist.turns import asking_turn
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.types import Audience

MAILS = {
    "en": (
        "Dear Sir or Madam,\n\nHow long does a refund take after a return?\n\nKind regards,\nAshok Mehta\n+91 98300 12345",
        "How long does a refund take after a return?",
    ),
    "en with headers": (
        "From: Carla <carla@example.com>\nSent: Tuesday, March 12, 2024 10:15 AM\nTo: help@jhilmil.example\n"
        "Subject: Password\n\nHello team,\n\nI forgot my password. How do I set a new one?\n\nThanks in advance\nCarla Jimenez\n"
        "Sent from my iPhone",
        "I forgot my password. How do I set a new one?",
    ),
    "hi": (
        "आदरणीय महोदय,\n\nमेरा ऑर्डर अभी तक नहीं आया। वह कब तक आएगा?\n\nधन्यवाद सहित,\nराजेश कुमार\nपटना",
        "मेरा ऑर्डर अभी तक नहीं आया। वह कब तक आएगा?",
    ),
    "bn": (
        "মাননীয় মহাশয়,\n\nআমি অর্ডার বাতিল করতে চাই। টাকা কবে ফেরত পাব?\n\nধন্যবাদান্তে,\nঅরুণ চক্রবর্তী\nকলকাতা",
        "আমি অর্ডার বাতিল করতে চাই। টাকা কবে ফেরত পাব?",
    ),
    "hi in Latin letters": (
        "Respected sir,\nMera refund abhi tak nahi aaya. Paise kab wapas milenge?\nThanks & regards\nVikram Rathore",
        "Mera refund abhi tak nahi aaya. Paise kab wapas milenge?",
    ),
    "answer to ours": (
        "It still says declined. Which cards do you accept?\n\n"
        "On Tue, Mar 12, 2024 at 11:02 AM Maya <support@jhilmil.example> wrote:\n"
        "> Hello Helena,\n> please try again tomorrow.\n> Kind regards\n> Maya",
        "It still says declined. Which cards do you accept?",
    ),
}


@pytest.mark.parametrize("name", MAILS)
def test_mail_is_a_turn_of_the_customer_about_its_question(name: str) -> None:
    mail, question = MAILS[name]
    turns = read_transcript(mail).turns
    turn = turns[-1]
    assert asking_turn(turns) == len(turns) - 1
    assert turn.matter.endswith(question)
    assert len(turn.matter) <= len(question) + len("Password ")


@pytest.mark.parametrize("name", MAILS)
def test_hash_encoder_is_not_silent_about_a_mail(
    settings: Settings, engine: Engine, session: Session, name: str
) -> None:
    runtime = SearchRuntime.open(settings, engine)
    turns = read_transcript(MAILS[name][0]).turns
    answer = assist(session, turns, runtime.searcher(Audience.REP), runtime.encoder, reader_language="en")
    assert answer.speak, no_query_reason(turns)


@pytest.mark.bundled
def test_mail_is_judged_like_its_bare_question(
    session: Session, engine: Engine, bundled_models: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(bundled_models)
    settings = Settings(home_text=str(tmp_path), model="bundled")
    for path in sorted((PROJECT_ROOT / "articles" / "en").rglob("*.md")):
        save_article(session, parse_article(path.read_text(encoding="utf-8"), str(path)), author="test")
    session.commit()
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()

    def ask(text: str) -> AssistAnswer:
        turns = read_transcript(text).turns
        return assist(session, turns, runtime.searcher(Audience.REP), runtime.encoder, reader_language="en")

    for mail, question in MAILS.values():
        of_mail, of_question = ask(mail), ask(question)
        assert of_mail.speak
        assert of_mail.speak_probability > of_question.speak_probability - 0.1
        assert of_mail.suggestions[0].result.title == of_question.suggestions[0].result.title
