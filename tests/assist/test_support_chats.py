"""Hand-written support conversations in five ways of writing, with the bundled encoder and the sample articles."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from indexer.runtime import SearchRuntime
from kb.articles import parse_article, save_article
from kb.assist.suggestions import AssistAnswer, assist
from kb.assist.turns import Role, Turn
from kb.core.database import create_database_engine
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.types import Audience
from kb.tables.migrations import upgrade_database

pytestmark = pytest.mark.bundled

Shop = tuple[SearchRuntime, Session]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, bundled_models: Path) -> Iterator[Shop]:
    """The sample articles, indexed with the bundled encoder."""
    home = tmp_path_factory.mktemp("shop")
    (home / "models").symlink_to(bundled_models)
    settings = Settings(home_text=str(home), model="bundled")
    engine: Engine = create_database_engine(settings)
    upgrade_database(engine)
    with sessionmaker(engine, expire_on_commit=False)() as session:
        for path in sorted((PROJECT_ROOT / "articles").rglob("*.md")):
            save_article(session, parse_article(path.read_text(encoding="utf-8"), str(path)), author="test")
        session.commit()
        runtime = SearchRuntime.open(settings, engine)
        runtime.update()
        yield runtime, session
    engine.dispose()


def ask(shop: Shop, *texts: str, language: str = "en") -> AssistAnswer:
    runtime, session = shop
    roles = [Role.CUSTOMER, Role.AGENT]
    turns = [Turn(roles[(len(texts) - 1 - number) % 2], text) for number, text in enumerate(texts)]
    return assist(session, turns, runtime.searcher(Audience.REP), runtime.encoder, reader_language=language)


PLUS = {
    "en": (
        "I took Jhilmil Plus last month",
        "Welcome!",
        "my name is Ravi",
        "And your number?",
        "98300 12345",
        "Thank you, Ravi.",
    ),
    "bn": ("গত মাসে ঝিলমিল প্লাস নিয়েছিলাম", "বলুন", "আমার নাম রিনা", "নম্বরটা?", "৯৮৩০০ ১২৩৪৫", "ধন্যবাদ রিনা"),
    "hi": ("मैंने Jhilmil Plus लिया था", "जी बताइए", "मेरा नाम रवि है", "नंबर?", "९८३०० १२३४५", "धन्यवाद रवि"),
}
LAST = {
    "en": "can i get my money back if i stop it now",
    "bn": "এটা বাতিল করলে টাকা ফেরত পাব?",
    "hi": "अब बंद करूँ तो पैसे वापस मिलेंगे?",
}


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_plan_named_six_turns_ago_is_carried_over(shop: Shop, language: str) -> None:
    answer = ask(shop, *PLUS[language], LAST[language], language="en")
    assert answer.speak
    assert answer.suggestions[0].result.url.endswith("/cancel-jhilmil-plus")
    assert any(reason.turn == 0 for reason in answer.suggestions[0].because)


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "Thank you so much, that's all.",
        "ok",
        "ok i will wait",
        "it is JH-48213377",
        "ঠিক আছে",
        "অনেক ধন্যবাদ",
        "हाँ जी",
        "धन्यवाद, बस इतना ही",
        "haan ji",
        "theek hai shukriya",
        "thik ache",
        "accha dhonnobad",
    ],
)
def test_silence_where_nothing_is_asked(shop: Shop, text: str) -> None:
    answer = ask(shop, *PLUS["en"], text)
    assert not answer.speak, answer.speak_probability
    assert answer.suggestions == ()


@pytest.mark.parametrize(
    "text",
    [
        "where is my refund",
        "hi so the app it just keeps crashing when i try to pay",
        "my kettle stopped working after two days",
        "রিফান্ড কবে পাব",
        "পার্সেল আসেনি এখনও",
        "मेरा ऑर्डर कब आएगा",
        "गलत सामान आ गया है",
        "mera paisa kab wapas aayega",
        "taka kobe ferot pabo",
        "thanks, and how do i change my address?",
    ],
)
def test_suggestions_where_something_is_asked(shop: Shop, text: str) -> None:
    answer = ask(shop, "hello", "How can I help?", text)
    assert answer.speak, answer.speak_probability
    assert all(suggestion.because for suggestion in answer.suggestions)
    assert answer.suggestions


def test_change_of_subject_is_followed(shop: Shop) -> None:
    answer = ask(shop, *PLUS["en"], "ok and how do i reset my password")
    assert answer.suggestions[0].result.url.endswith("/reset-your-password")


def test_question_without_a_name_is_read_with_what_came_before(shop: Shop) -> None:
    answer = ask(
        shop,
        "मैंने कैश ऑन डिलीवरी से मँगाया था और सामान वापस कर दिया",
        "जी, बताइए",
        "पैसे कैसे मिलेंगे?",
        language="hi",
    )
    assert any(s.result.url.endswith("/refund-for-cash-on-delivery") for s in answer.suggestions[:3])
