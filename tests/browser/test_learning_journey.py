"""A trainer goes through suggested wordings with the keyboard, and without scripts; the pages of what is learned, filled."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect
from settled import add_judged
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.search.types import Outcome
from kb.tables import Article, FeedbackKind, LearnedWording, SearchEvent

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
REPLAY = {"asked": 150, "before": 120, "after": 120, "finds": False, "own_before": 3, "own_after": 3, "lost": []}
ODD = "the blue elephant of tuesday"


@pytest.fixture
def database(site) -> Iterator[Session]:  # type: ignore[no-untyped-def]
    engine = create_database_engine(Settings(home_text=str(site.home)))
    with sessionmaker(engine, expire_on_commit=False)() as session:
        yield session
        session.execute(delete(LearnedWording))
        session.execute(delete(SearchEvent).where(SearchEvent.public_id.startswith("judged-")))
        session.commit()
    engine.dispose()


def add(session: Session, slug: str, text: str, state: str = "suggested", **fields: object) -> LearnedWording:
    article = session.scalars(select(Article).where(Article.slug == slug, Article.language == "en")).one()
    values = {"language": "en", "people": 3, "searches": 4, "replay": REPLAY, **fields}
    wording = LearnedWording(article_id=article.id, text=text, state=state, **values)
    session.add(wording)
    session.commit()
    return wording


def first_title(page: Page, question: str) -> str:
    page.goto(f"/help/en/search?q={question}")
    titles = page.locator("main h2 a, main h3 a")
    return titles.first.inner_text() if titles.count() else ""


def test_wordings_are_decided_with_the_keyboard_and_found_at_once(open_page: OpenPage, database: Session) -> None:
    first = add(database, "return-an-item", ODD)
    second = add(database, "return-an-item", "send bak the lamp")
    page = open_page("trainer")
    page.goto("/studio/wordings/")
    page.locator(f"#text-{first.id}").focus()
    page.keyboard.press("Enter")  # accepted as it is
    expect(page.get_by_role("status").filter(has_text="Searches find the article")).to_be_visible()
    page.locator(f"#text-{second.id}").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("call me on 98765 43210")
    page.keyboard.press("Enter")
    expect(page.locator(f"#text-{second.id}")).to_have_value("call me on 98765 43210")
    expect(page.locator(f"#text-{second.id}")).to_have_attribute("aria-invalid", "true")
    assert page_problems(page) == []
    page.locator(f"#text-{second.id}").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # refused
    expect(page.get_by_role("status").filter(has_text="not suggested again")).to_be_visible()
    customer = open_page()
    for _ in range(20):
        if first_title(customer, ODD) == "Return an item":
            break
        customer.wait_for_timeout(300)
    assert first_title(customer, ODD) == "Return an item"
    page.goto("/studio/wordings/?view=applied")
    page.get_by_role("button", name="Take it out again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Taken out again")).to_be_visible()


def test_wordings_are_decided_without_scripts(open_page: OpenPage, database: Session) -> None:
    wording = add(database, "return-an-item", ODD)
    page = open_page("trainer", java_script_enabled=False)
    page.goto("/studio/wordings/")
    page.get_by_label("Wording").fill("how do I hand it back")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("is tried out first")
    database.expire_all()
    assert wording.text == "how do I hand it back"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_pages_of_what_is_learned_have_nothing_serious(
    open_page: OpenPage, database: Session, language: str, width: int, theme: str
) -> None:
    other = database.scalars(select(Article).where(Article.slug == "return-an-item", Article.language == "en")).one()
    lost = [{"question": "पैसे कब आएंगे", "article": other.id}]
    add(database, "return-an-item", "a very long wording " * 9, examples=["another", "and one more"])
    add(database, "return-an-item", ODD, "applied")
    add(database, "return-an-item", "harm", "harmful", replay={**REPLAY, "after": 110, "lost": lost})
    for number in range(40):
        kind = FeedbackKind.NOT_ANSWERED if number % 3 else FeedbackKind.ANSWERED
        said = number / 40
        outcome = Outcome.ANSWERED if said > 0.5 else Outcome.UNSURE
        add_judged(database, "पैसे" if number % 2 else "money", other, kind, confidence=said, outcome=outcome,
                   ago=timedelta(days=2 * number + 1))  # fmt: skip
    page = open_page("trainer", width=width, color_scheme=theme)
    page.goto("/desk/")
    page.click(".menu__button")
    page.click(f"button[name=language][value={language}]")
    addresses = [f"/studio/wordings/?view={view}" for view in ("suggested", "applied", "harmful")]
    problems = []
    for address in (*addresses, "/studio/confidence/"):
        page.goto(address)
        problems += page_problems(page)
    assert problems == []
    expect(page.locator("svg.curve")).to_be_visible()
    page.click(".menu__button")
    page.click("button[name=language][value=en]")
