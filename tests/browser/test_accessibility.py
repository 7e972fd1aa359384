"""Every page in light and dark, on a phone and on a desk: axe finds nothing serious, nothing is wider than the screen."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from page_problems import page_problems, problems_in_the_dark
from playwright.sync_api import Page, expect

from kb.tables import Role
from webapp.shared.access import required_role

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
# Articles with a task list and an admonition, and with a task list and a table.
RICH_ARTICLES = ("marked-delivered-not-received", "return-an-item")
PHONE = 360
CURATED = "/studio/search/<any(synonym,pin,featured,topic):curated>"
UNANSWERED = "xylophone tuning in antarctica"
# Every page by its route, with addresses that show what can be on it; names in braces are those of `Content`.
PAGES = {
    "/login": ["/login"],
    "/login/forgotten": ["/login/forgotten"],
    "/help/<language>/": ["/help/en/", "/help/hi/", "/help/bn/"],
    "/help/<language>/chat": ["/help/en/chat", "/help/bn/chat"],
    "/help/<language>/chat/<token>": ["/help/en/chat/{chat}", "/help/hi/chat/{ended}"],
    "/help/<language>/survey/<survey_token>": ["/help/bn/survey/{survey}"],
    "/help/<language>/search": [
        "/help/hi/search?q=पैसे वापस कब आएंगे",
        f"/help/en/search?q={UNANSWERED}",
        "/help/en/search?q=बैटरी फूल गई",
    ],
    "/help/<language>/topics/<topic>": ["/help/bn/topics/delivery"],
    "/help/<language>/articles/<slug>": [
        *(f"/help/{language}/articles/{slug}" for language in ("en", "hi", "bn") for slug in RICH_ARTICLES),
        "/help/en/articles/nothing",
    ],
    "/help/<language>/ask": ["/help/bn/ask?q=refund"],
    "/help/<language>/contact": ["/help/hi/contact"],
    "/help/<language>/contact/sent": ["/help/en/contact/sent"],
    "/help/<language>/requests": ["/help/bn/requests"],
    "/help/<language>/requests/<token>": ["{own}"],
    "/help/<language>/person": ["/help/bn/person?q=refund"],
    "/help/<language>/call-back": ["/help/hi/call-back"],
    "/help/<language>/call-back/<token>": ["/help/en/call-back/{call}"],
    "/help/<language>/waiting/<token>": ["/help/en/waiting/{call}"],
    "/desk/": ["/desk/", "/desk/?q=refund late", "/desk/?q=gas leak ho raha hai"],
    "/desk/articles/<int:article_id>": ["/desk/articles/{public}", "/desk/articles/{internal}"],
    "/desk/tickets/<int:ticket_id>": ["/desk/tickets/1"],
    "/desk/conversation": ["/desk/conversation"],
    "/desk/customers": ["/desk/customers?q=a", "/desk/customers?q=nobody at all"],
    "/desk/customers/<int:customer_id>": ["/desk/customers/1", "/desk/customers/8?q=a"],
    "/desk/customers/<int:customer_id>/before": ["/desk/customers/1/before"],
    "/desk/customers/<int:customer_id>/reasons": ["/desk/customers/8/reasons"],
    "/desk/customers/<int:customer_id>/answer": ["/desk/customers/1/answer?q=refund"],
    "/desk/customers/<int:customer_id>/outside": ["/desk/customers/1/outside"],
    "/desk/customers/<int:customer_id>/merge": ["/desk/customers/1/merge?with=8&q=a"],
    "/desk/inbox/<int:conversation_id>/handover": ["/desk/inbox/1/handover", "/desk/inbox/16/handover"],
    "/desk/inbox": ["/desk/inbox", "/desk/inbox?view=closed"],
    "/desk/panel": ["/desk/panel"],
    "/desk/panel/framed": ["/desk/panel/framed?lang=hi"],
    "/desk/extension": ["/desk/extension"],
    "/desk/inbox/new": ["/desk/inbox/new?who=a&flow=warranty"],
    "/desk/inbox/<int:conversation_id>/answers": ["/desk/inbox/1/answers"],
    "/desk/inbox/<int:conversation_id>/macros": ["/desk/inbox/1/macros?q=refund"],
    "/desk/inbox/<int:conversation_id>/steps": ["/desk/inbox/1/steps"],
    "/desk/macros/": ["/desk/macros/", "/desk/macros/?q=refund"],
    "/desk/macros/new": ["/desk/macros/new"],
    "/desk/macros/<int:macro_id>": ["/desk/macros/1"],
    "/desk/practice/": ["/desk/practice/"],
    "/desk/practice/<int:attempt_id>": ["/desk/practice/{exercise}", "/desk/practice/{answered}"],
    "/desk/news/": ["/desk/news/"],
    "/desk/news/<int:announcement_id>": ["/desk/news/{announced}"],
    "/studio/training/": ["/studio/training/"],
    "/studio/training/reps/<int:user_id>": ["/studio/training/reps/1"],
    "/studio/training/cases/": ["/studio/training/cases/"],
    "/studio/training/cases/<int:case_id>": ["/studio/training/cases/{case}"],
    "/studio/training/exercises/<int:attempt_id>": [
        "/studio/training/exercises/{exercise}",
        "/studio/training/exercises/{answered}",
    ],
    "/studio/training/paths/": ["/studio/training/paths/"],
    "/studio/training/paths/<int:path_id>": ["/studio/training/paths/{path}"],
    "/studio/training/news/": ["/studio/training/news/"],
    "/desk/simulations/": ["/desk/simulations/"],
    "/desk/inbox/<int:conversation_id>": ["/desk/inbox/1", "/desk/inbox/2?view=open"],
    "/desk/inbox/<int:conversation_id>/messages/<int:message_id>": ["/desk/inbox/1/messages/1"],
    "/studio/wordings/": [f"/studio/wordings/?view={view}" for view in ("suggested", "applied", "refused", "harmful")],
    "/studio/confidence/": ["/studio/confidence/"],
    "/studio/flows/": ["/studio/flows/"],
    "/studio/flows/<flow_name>": ["/studio/flows/warranty"],
    "/studio/safety/": ["/studio/safety/"],
    "/studio/service/": ["/studio/service/"],
    "/studio/notices/": ["/studio/notices/"],
    "/studio/self-service/": ["/studio/self-service/"],
    "/studio/notices/<int:notice_id>": ["/studio/notices/1"],
    "/studio/numbers/": ["/studio/numbers/?days=90"],
    "/studio/numbers/wishes": ["/studio/numbers/wishes"],
    "/studio/numbers/<figure_key>/rows": ["/studio/numbers/searches/rows", "/studio/numbers/waits/rows"],
    "/studio/safety/<kind>/<language>": ["/studio/safety/battery/hi"],
    "/studio/content/": ["/studio/content/"],
    "/studio/widget/": ["/studio/widget/?position=left"],
    "/desk/flags/": ["/desk/flags/"],
    "/studio/edits/": ["/studio/edits/", "/studio/edits/?view=decided"],
    "/studio/flags/": ["/studio/flags/", "/studio/flags/?view=settled"],
    "/studio/translations/": ["/studio/translations/"],
    "/studio/translations/matrix": ["/studio/translations/matrix"],
    "/studio/feedback/": ["/studio/feedback/"],
    "/studio/escalation/": ["/studio/escalation/"],
    "/studio/search/": ["/studio/search/"],
    f"{CURATED}/": ["/studio/search/synonym/", "/studio/search/topic/"],
    f"{CURATED}/<int:curated_id>": ["/studio/search/synonym/{synonym}"],
    "/studio/search/clinic": ["/studio/search/clinic?q=refund&as=rep&missed={public}"],
    "/studio/articles/": ["/studio/articles/", "/studio/articles/?q=nothing at all"],
    "/studio/articles/new": ["/studio/articles/new?template=policy&language=bn"],
    "/studio/articles/<int:article_id>": ["/studio/articles/{public}"],
    "/studio/articles/<int:article_id>/history": ["/studio/articles/{public}/history"],
    "/studio/articles/<int:article_id>/review": ["/studio/articles/{public}/review"],
    "/studio/articles/<int:article_id>/schedule": ["/studio/articles/{public}/schedule"],
    "/studio/articles/reviews": ["/studio/articles/reviews"],
    "/studio/articles/due": ["/studio/articles/due"],
    "/studio/articles/acts": ["/studio/articles/acts"],
    "/studio/articles/<int:article_id>/archive": ["/studio/articles/{public}/archive"],
    "/studio/voice/": ["/studio/voice/", "/studio/voice/?view=due"],
    "/studio/drafts/": ["/studio/drafts/"],
    "/studio/drafts/<int:article_id>": ["/studio/drafts/{draft}"],
    "/studio/content/<int:report_id>": ["/studio/content/1"],
    "/studio/": ["/studio/"],
    "/studio/gaps": ["/studio/gaps", "/studio/gaps?shape=table", "/studio/gaps?shape=board"],
    "/studio/gaps/<int:gap_id>": ["/studio/gaps/{gap}", "/studio/gaps/{gap}?join=a"],
    "/studio/gaps/<int:gap_id>/fill": ["/studio/gaps/{gap}/fill"],
    "/studio/gaps/<int:gap_id>/preview/<int:article_id>": ["/studio/gaps/{gap}/preview/1"],
    "/admin/privacy/": ["/admin/privacy/", "/admin/privacy/?q=nobody at all"],
    "/admin/privacy/customers/<int:customer_id>": ["/admin/privacy/customers/1"],
    "/admin/audit/": ["/admin/audit/", "/admin/audit/?kind=refused&q=rep"],
    "/account/": ["/account/"],
    "/account/codes/": ["/account/codes/"],
    "/account/confirm": ["/account/confirm"],
    "/account/password": ["/account/password"],
    "/account/passkeys/": ["/account/passkeys/"],
    "/account/passkeys/new": ["/account/passkeys/new"],
    "/admin/people": ["/admin/people"],
    "/admin/jobs": ["/admin/jobs"],
    "/admin/imports": ["/admin/imports"],
}
# What can be fetched and is no page: data, and addresses that only lead on to a page.
NO_PAGES = {
    "/login/provider/",
    "/login/provider/callback",
    *(f"/help/<language>/chat/<token>/{part}" for part in ("state", "live", "suggestions", "files/<int:file_id>")),
    *("/static/<path:filename>", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml"),
    *("/help/<language>/sitemap.xml", "/help/<language>/changes.atom"),
    *("/help/<language>/card.png", "/help/<language>/cards/<path:slug>.png"),
    *("/api/v1/search", "/api/v1/openapi.json", "/api/v1/desk/search", "/api/v1/studio/gaps"),
    "/login/password/<link_token>",  # see tests/webapp/test_password_links.py
    "/login/second",  # only between two steps: see tests/webapp/test_second_step.py
    "/help/<language>/waiting/<token>/state",
    "/help/<language>/news/<news_token>",  # see tests/webapp/help/test_gap_news.py
    *("/desk/live", "/desk/live/changes", "/api/v1/desk/conversations/<int:conversation_id>"),
    *("/api/v1/desk/conversations/<int:conversation_id>/suggestions",),
    "/help/<language>/requests/<token>/files/<int:file_id>",
    *("/desk/requests", "/desk/inbox/<int:conversation_id>/files/<int:file_id>"),
    *(
        "/desk/extension.zip",
        "/studio/drafts/<int:article_id>.md",
        "/studio/articles/links",
        "/studio/articles/acts/<int:act_id>",  # see test_article_workflow.py
        "/studio/search/clinic/tries/<int:trial_id>",  # see tests/browser/test_search_clinic.py
        "/studio/numbers/<figure_key>.csv",
        *(f"/studio/voice/<int:theme_id>{part}" for part in ("", "/statements.csv", "/statements.json")),
        "/studio/edits/<int:proposal_id>",  # see tests/webapp/studio/test_edit_pages.py
        "/studio/translations/<int:article_id>",  # see tests/webapp/studio/test_translation_pages.py
        "/api/v1/desk/articles/<int:article_id>/forms",
        "/api/v1/desk/tickets/<int:ticket_id>/forms",
    ),
    *("/desk/inbox/<int:conversation_id>/presence", "/desk/customers/<int:customer_id>/panel"),
    *("/widget.js", "/api/v1/widget", "/api/v1/widget/suggestions", "/api/v1/widget/articles/<language>/<path:slug>"),
    *("/", "/help/", "/admin/", "/help/<language>/articles/<path:slug>", "/help/pictures/<name>"),
}


@dataclass(frozen=True)
class Content:
    """Numbers of what pages are about; of a customer who has just asked for a person the page of the request and the cookies."""

    public: int
    internal: int
    gap: int
    draft: int
    own: str
    call: str
    chat: str
    ended: str
    survey: str
    synonym: int
    exercise: int
    answered: int
    announced: int
    case: int
    path: int
    cookies: list[Any]


def number_of(address: str | None) -> int:
    return int((address or "").rpartition("/")[2])


def rules(app: Flask) -> dict[str, Role | None]:
    """Every route that can be fetched, and the lowest role that may."""
    return {
        rule.rule: required_role(rule.endpoint, rule.endpoint.rpartition(".")[0] or None)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }


@pytest.fixture(scope="module")
def content(_contexts: Any, gaps_with: Callable[[str], Page]) -> Content:
    """A customer finds nothing, which becomes a gap, and asks for a person."""
    customer = _contexts.page()
    customer.goto(f"/help/en/search?q={UNANSWERED}")
    customer.goto("/help/en/contact")
    customer.get_by_label("What do you need?").fill(UNANSWERED)
    customer.get_by_label("Your name").fill("Asha")
    customer.get_by_label("E-mail or phone number").fill("98300 12345")
    customer.get_by_role("button", name="Send").click()
    customer.wait_for_url("**/contact/sent")
    own = customer.get_by_role("link", name="See your request").get_attribute("href")
    cookies = customer.context.cookies()
    customer.goto("/help/en/call-back")
    customer.get_by_label("Your phone number").fill("98300 12345")
    customer.get_by_label("Your name").fill("Asha")
    customer.get_by_role("button", name="Call me").click()
    customer.wait_for_url("**/call-back/*")
    call = customer.url.rpartition("/")[2]
    chats = []
    for words in ("Where is my parcel?", "Where is my refund?"):
        customer.goto("/help/en/chat")
        customer.get_by_label("What do you need?").fill(words)
        customer.get_by_role("button", name="Begin the chat").click()
        customer.wait_for_url("**/chat/*")
        chats.append(customer.url.rpartition("/")[2])
    trainer = gaps_with(UNANSWERED)
    gap = trainer.locator('a[href^="/studio/gaps/"]').filter(has_text=UNANSWERED).first.get_attribute("href")
    trainer.goto("/desk/inbox?view=unassigned&channel=chat&sort=newest")
    trainer.locator("[data-conversation]", has_text="Where is my refund?").first.click()
    trainer.locator("#text").fill("It arrived today.")
    trainer.keyboard.press("Control+Enter")
    customer.get_by_text("It arrived today.").first.wait_for()
    customer.get_by_role("button", name="End the chat").click()
    asked = customer.locator("form.survey").get_attribute("action") or ""
    found = [
        trainer.request.get(f"/api/v1/desk/search?lang=en&q={words}").json()["results"]
        for words in ("return an item", "refund limits and approvals")
    ]
    public = next(result for result in found[0] if result["url"].endswith("/return-an-item"))
    internal = next(result for result in found[1] if result["audience"] == "internal")
    trainer.goto("/studio/notices/")
    trainer.locator("#text-en").fill("Refunds are late today.")
    trainer.get_by_role("button", name="Save").click()
    trainer.goto("/studio/search/synonym/")
    trainer.locator("#words").fill("zeedle, needle")
    trainer.get_by_role("button", name="Save").click()
    synonym = trainer.get_by_role("link", name="zeedle, needle").get_attribute("href") or ""
    trainer.goto("/desk/inbox?view=closed")
    trainer.locator("[data-conversation]").first.click()
    trainer.get_by_role("button", name="Draft an article").click()
    trainer.goto("/studio/drafts/")
    draft = trainer.locator('main a[href^="/studio/drafts/"]').first.get_attribute("href")
    numbers = [int(address.rpartition("/")[2]) for address in (gap, draft)]
    rep = _contexts.page("rep")
    exercises = []
    for number in (0, 1):
        rep.goto("/desk/practice/")
        rep.locator('form[action^="/desk/practice/cases/"] button').nth(number).click()
        rep.wait_for_url(re.compile(r"/desk/practice/[0-9]+$"))
        exercises.append(number_of(rep.url))
    rep.locator("#reply").fill("Your money is back within five working days.")
    rep.get_by_role("button", name="Answer", exact=True).click()
    rep.get_by_role("heading", name="What was written").wait_for()
    rep.goto("/desk/news/")
    announced = number_of(rep.locator('main h2 a[href^="/desk/news/"]').first.get_attribute("href"))
    practised = []
    for kind in ("cases", "paths"):
        trainer.goto(f"/studio/training/{kind}/")
        link = trainer.locator(f'main a[href^="/studio/training/{kind}/"]:not([href$="/{kind}/"])').first
        practised.append(number_of(link.get_attribute("href")))
    made = Content(
        public["id"],
        internal["id"],
        *numbers,
        str(own),
        call,
        *chats,
        asked.rpartition("/")[2],
        int(synonym.rpartition("/")[2]),
        *exercises,
        announced,
        *practised,
        cookies,
    )
    _contexts.close()
    return made


def visit(page: Page, address: str) -> list[str]:
    """What is wrong with the page; where a preview opens beside results, with one open."""
    page.goto(address)
    if address.startswith("/desk/?q=") and page.evaluate("innerWidth") > PHONE:
        page.locator("[data-hit]:visible").first.click()
        expect(page.locator("#preview .sheet__title")).to_be_visible()
    return page_problems(page) + problems_in_the_dark(page)


@pytest.mark.parametrize("width", [PHONE, 1440])
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "customer")
def test_no_page_has_anything_serious_or_is_wider_than_the_screen(
    app: Flask, open_page: OpenPage, content: Content, role: Role | None, width: int
) -> None:
    # Without motion: colours that are on their way from one theme to the other are those of neither.
    page = open_page(role.value if role else "", width=width, color_scheme="light", reduced_motion="reduce")
    if role is None:
        page.context.add_cookies(content.cookies)
    lowest = rules(app)
    addresses = [
        address.format(**vars(content)) for route in PAGES if lowest[route] is role for address in PAGES[route]
    ]
    assert addresses
    assert [problem for address in addresses for problem in visit(page, address)] == []


def test_every_page_is_looked_at(app: Flask) -> None:
    assert set(rules(app)) == set(PAGES) | NO_PAGES
    assert not set(PAGES) & NO_PAGES


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_menus_have_nothing_serious(open_page: OpenPage, theme: str) -> None:
    page = open_page("admin", color_scheme=theme)
    page.goto("/desk/")
    for menu in page.locator("summary:visible").all():
        menu.click()
        assert page_problems(page) == []
        page.keyboard.press("Escape")


def test_skip_link_comes_first_and_leads_to_the_content(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/contact")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
