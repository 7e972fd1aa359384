from collections.abc import Callable

import pytest
from desk_keyboard import preview_article_by_keyboard, search_at_desk
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
CLIPBOARD = ["clipboard-read", "clipboard-write"]
READ = "navigator.clipboard.readText()"


def test_rep_finds_copies_and_votes_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("rep", permissions=CLIPBOARD)
    search_at_desk(page, "when do I get my refund")
    title = preview_article_by_keyboard(page)
    with page.expect_response("**/desk/feedback") as answer:
        page.keyboard.press("t")
    assert answer.value.ok
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    assert page.evaluate(READ).startswith(title)
    page.keyboard.press("m")
    page.wait_for_function(f"async () => (await {READ}).startsWith('# ')")
    page.keyboard.press("l")
    page.wait_for_function(f"async () => (await {READ}).startsWith('http')")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.get_by_role("button", name="This answered it").click()
    expect(page.locator("#preview .votes__thanks")).to_have_text("Noted: it answered.")


def test_arrows_go_through_kinds_and_results_and_back_to_the_box(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, "refund limit approval")
    page.keyboard.press("ArrowDown")
    kinds = page.get_by_role("navigation", name="Kinds of results")
    for name in ("Articles", "Internal", "Past tickets"):
        page.keyboard.press("ArrowRight")
        expect(kinds.locator("[aria-current]")).to_contain_text(name)
        expect(page.locator("[data-hit]:visible").first).to_be_focused()
    shown = page.locator(".hit:visible")
    assert set(shown.evaluate_all("hits => hits.map((hit) => hit.dataset.kind)")) == {"tickets"}
    expect(page.locator(".hit--full:visible")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    expect(kinds.locator("[aria-current]")).to_contain_text("Internal")
    # Which of them are folded away depends on all that is in the site: the arrows reach every one.
    of_tab = page.locator(".hit:not([hidden]) [data-hit]")
    assert of_tab.count() > 1
    for number in range(1, of_tab.count()):
        page.keyboard.press("ArrowDown")
        expect(of_tab.nth(number)).to_be_focused()
    for _ in range(of_tab.count()):
        page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()


# The list as it is where all but the first are far below it.
FOLD = """() => {
  const list = document.querySelector("[data-list]");
  let fold = document.querySelector("[data-fold]");
  if (!fold) {
    fold = document.createElement("details");
    fold.dataset.fold = "";
    fold.innerHTML = '<summary>Less likely <span class="count"></span></summary><ol class="hits"></ol>';
    list.after(fold);
  }
  fold.hidden = false;
  fold.open = false;
  const likely = [...list.children];
  fold.querySelector("ol").prepend(...likely.slice(1));
  return fold.querySelectorAll("[data-hit]").length;
}"""


def test_arrow_beyond_the_last_result_opens_what_is_less_likely(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, "refund limit approval")
    folded = page.evaluate(FOLD)
    assert folded > 1
    hits, fold = page.locator("[data-hit]"), page.locator("[data-fold]")
    page.keyboard.press("ArrowDown")
    expect(hits.first).to_be_focused()
    assert not fold.evaluate("fold => fold.open")
    for number in range(1, folded + 1):
        page.keyboard.press("ArrowDown")
        expect(hits.nth(number)).to_be_focused()
        expect(hits.nth(number)).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(folded)).to_be_focused()
    for number in range(folded - 1, -1, -1):
        page.keyboard.press("ArrowUp")
        expect(hits.nth(number)).to_be_focused()
    # The head of the fold is a way in, too, for who comes to it with Tab.
    fold.evaluate("fold => { fold.open = false; }")
    fold.locator("summary").focus()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    fold.locator("summary").focus()
    page.keyboard.press("ArrowUp")
    expect(hits.first).to_be_focused()


def test_preview_stands_still_while_one_types_and_follows_the_arrows(open_page: OpenPage) -> None:
    page = open_page("rep", width=1024)
    search_at_desk(page, "when do I get my refund")
    title = page.locator("#preview .sheet__title")
    expect(title).to_have_text(page.locator("[data-hit]").first.inner_text())
    page.evaluate("window.gone = 0; new MutationObserver(() => { window.gone += !document.querySelector('#preview .sheet') })"
                  ".observe(document.querySelector('#preview'), { childList: true })")  # fmt: skip
    box = page.locator("#preview").bounding_box()
    page.keyboard.type(" on my card please", delay=60)
    page.wait_for_timeout(1_500)
    assert page.evaluate("window.gone") == 0
    assert page.locator("#preview").bounding_box() == box
    page.keyboard.press("ArrowDown")
    for number in range(1, 4):
        page.keyboard.press("ArrowDown")
        hit = page.locator("[data-hit]").nth(number)  # also one that was folded away
        expect(hit).to_be_focused()
        expect(title).to_have_text(hit.inner_text())
    assert page.locator("#preview").bounding_box() == box


def test_internal_text_is_copied_only_on_a_second_press(open_page: OpenPage) -> None:
    page = open_page("rep", permissions=CLIPBOARD)
    search_at_desk(page, "refund limits and approvals")
    page.evaluate("navigator.clipboard.writeText('before')")
    page.locator('[data-kind="internal"] [data-hit]:visible').first.click()
    sheet = page.locator("#preview")
    expect(sheet).to_contain_text("Internal, not for customers")
    button = sheet.locator('[data-copy-key="t"]')
    button.click()
    expect(button).to_have_text("Internal. Copy all the same?")
    assert page.evaluate(READ) == "before"
    button.click()
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    assert page.evaluate(READ).startswith("INTERNAL. NOT FOR CUSTOMERS.")


def test_copying_works_without_the_clipboard_api(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    search_at_desk(page, "cash on delivery limit")
    page.locator('[data-kind="public"] [data-hit]').first.click()
    title = page.locator("#preview .sheet__title").inner_text()
    page.locator('#preview [data-copy-key="t"]').click()
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    page.locator("#q").fill("")
    page.locator("#q").press("Control+V")
    assert page.locator("#q").input_value().startswith(title)


def test_version_for_the_customer_is_one_press_away(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, "track my order")
    page.locator('[data-kind="public"] [data-hit]').first.click()
    page.locator("#preview").get_by_role("link", name="বাংলা").click()
    expect(page.locator("#preview .prose")).to_have_attribute("lang", "bn")


def test_desk_works_without_javascript(open_page: OpenPage) -> None:
    page = open_page("rep", java_script_enabled=False)
    page.goto("/desk/")
    page.locator("#q").fill("refund arrives when")
    page.get_by_role("search").get_by_role("button").click()
    expect(page.locator("#preview")).to_be_hidden()
    kinds = page.get_by_role("navigation", name="Kinds of results")
    kinds.get_by_role("link", name="Internal").click()
    expect(page.locator(".hit:visible").first).to_have_attribute("data-kind", "internal")
    expect(page.locator('[data-kind="public"]:visible')).to_have_count(0)
    kinds.get_by_role("link", name="Articles").click()
    page.locator('[data-kind="public"] [data-hit]').first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="This did not").click()
    expect(page.locator(".votes__thanks")).to_have_text("Noted: it did not.")


def test_one_kind_at_a_time_on_a_phone_and_results_are_pages(open_page: OpenPage) -> None:
    page = open_page("rep", width=360)
    search_at_desk(page, "refund not received")
    page.get_by_role("navigation", name="Kinds of results").get_by_role("link", name="Past tickets").click()
    expect(page.locator('[data-kind="tickets"]').first).to_be_visible()
    expect(page.locator('[data-kind="public"]:visible')).to_have_count(0)
    page.locator('[data-kind="tickets"] [data-hit]').first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Back to the search").click()
    expect(page.locator("[data-hit]").first).to_be_attached()
