"""What the extension does in a page, in a real browser: reading what is selected or said, and writing where the cursor is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from webapp.shared.extension import BUILT

pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=\"document.title='run'\"> & <b>bold</b>"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    yield page
    context.close()


def load(page: Page, body: str) -> None:
    page.set_content(f"<!doctype html><title>quiet</title>{body}")
    script = (BUILT / "page.js").read_text(encoding="utf-8")
    # Put in again and again, as the panel does at each press.
    for _ in range(2):
        page.evaluate(script)


def insert(page: Page, text: str) -> str:
    return str(page.evaluate("text => kbPage.insertText(text)", text))


@pytest.mark.parametrize(
    ("box", "after"),
    [
        ("<textarea id=x>ab</textarea>", "aone\ntwob"),
        ("<input id=x value=ab>", "aone twob"),
        ("<input id=x type=search value=ab>", "aone twob"),
        ("<input id=x type=TEXT value=ab maxlength=9>", "aone twob"),
    ],
)
def test_text_goes_where_the_cursor_is_and_can_be_taken_back(page: Page, box: str, after: str) -> None:
    load(page, box)
    page.evaluate("x.focus(), x.setSelectionRange(1, 1), x.addEventListener('input', () => (document.title = x.value))")
    assert insert(page, "one\ntwo") == ""
    assert page.input_value("#x") == after
    assert page.title() == " ".join(after.split())
    page.keyboard.press("Control+z")
    assert page.input_value("#x") == "ab"


def test_selected_text_of_a_box_is_replaced(page: Page) -> None:
    load(page, "<textarea id=x>Dear NAME, hello</textarea>")
    page.evaluate("x.focus(), x.setSelectionRange(5, 9)")
    assert page.evaluate("kbPage.readSelection()") == "NAME"
    assert insert(page, "Asha") == ""
    assert page.input_value("#x") == "Dear Asha, hello"


@pytest.mark.parametrize(
    "box",
    [
        "<input id=x type=password>",
        "<input id=x type=checkbox>",
        "<input id=x type=date>",
        "<textarea id=x readonly></textarea>",
        "<button id=x>a</button>",
        "<p id=x tabindex=0>a</p>",
        "<p id=x>a</p>",
    ],
)
def test_nothing_is_written_where_no_text_box_has_the_cursor(page: Page, box: str) -> None:
    load(page, box)
    page.evaluate("x.focus()")
    before = page.content()
    assert insert(page, "one") == "no_box"
    assert page.content() == before
    assert page.evaluate("x.value ?? ''") in ("", "on")


def test_password_is_never_read(page: Page) -> None:
    load(page, "<input id=x type=password value=hunter2>")
    page.evaluate("x.focus(), x.select()")
    assert page.evaluate("kbPage.readSelection()") == ""


def test_what_does_not_fit_is_refused_not_cut(page: Page) -> None:
    load(page, "<textarea id=x maxlength=10>abcdef</textarea>")
    page.evaluate("x.focus(), x.setSelectionRange(0, 0)")
    assert insert(page, "12345") == "too_long"
    assert page.input_value("#x") == "abcdef"
    assert insert(page, "1234") == ""
    page.evaluate("x.setSelectionRange(0, 10)")
    assert insert(page, "0123456789") == ""
    assert page.input_value("#x") == "0123456789"


@pytest.mark.parametrize("box", ["<textarea id=x></textarea>", "<div id=x contenteditable>Hi </div>"])
def test_markup_stays_text(page: Page, box: str) -> None:
    load(page, box)
    page.evaluate("x.focus()")
    assert insert(page, MARKUP) == ""
    assert MARKUP in page.evaluate("x.value ?? x.textContent")
    assert page.locator("#x img, #x b").count() == 0
    page.wait_for_timeout(100)
    assert page.title() == "quiet"


def test_editor_gets_lines_at_its_cursor_and_the_page_hears_of_it(page: Page) -> None:
    load(page, "<div id=x contenteditable><b>Hello</b> Asha</div>")
    page.evaluate(
        "x.focus(), getSelection().collapse(x.lastChild, 1), x.addEventListener('input', () => (document.title = 'heard'))"
    )
    assert insert(page, "first\nsecond") == ""
    assert page.inner_text("#x").replace("\u00a0", " ").split("\n") == ["Hello first", "secondAsha"]
    assert page.locator("#x b").inner_text() == "Hello"
    assert page.title() == "heard"


def test_page_in_which_nothing_can_be_typed_by_a_command_still_gets_text_with_its_lines(page: Page) -> None:
    """The command is old: a browser may drop it, and some editors refuse it."""
    load(page, "<div id=x contenteditable>Hello</div><textarea id=y>Hello</textarea>")
    page.evaluate("document.execCommand = () => false")
    page.evaluate("x.focus(), getSelection().selectAllChildren(x), getSelection().collapseToEnd()")
    assert insert(page, " one\n<b>") == ""
    assert page.inner_html("#x") == "Hello one<br>&lt;b&gt;"
    page.evaluate("y.focus(), y.setSelectionRange(5, 5)")
    assert insert(page, " one") == ""
    assert page.input_value("#y") == "Hello one"


def test_boxes_in_components_and_in_frames_of_the_site_are_found(page: Page) -> None:
    load(page, "<div id=host></div><iframe id=inner srcdoc='<textarea id=x>ab</textarea>'></iframe>")
    page.evaluate(
        "host.attachShadow({mode: 'open'}).innerHTML = '<textarea>cd</textarea>'; host.shadowRoot.firstChild.focus()"
    )
    page.evaluate("host.shadowRoot.firstChild.setSelectionRange(2, 2)")
    assert insert(page, "!") == ""
    assert page.evaluate("host.shadowRoot.firstChild.value") == "cd!"
    page.frame_locator("#inner").locator("#x").wait_for()
    page.evaluate("inner.contentDocument.querySelector('#x').focus()")
    page.evaluate("inner.contentDocument.querySelector('#x').setSelectionRange(0, 1)")
    assert page.evaluate("kbPage.readSelection()") == "a"
    assert insert(page, "x") == ""
    assert page.evaluate("inner.contentDocument.querySelector('#x').value") == "xb"


def test_conversation_is_what_is_said_and_shown_a_line_for_each_line(page: Page) -> None:
    load(
        page,
        """<nav>Menu</nav><main><h1>Ticket 5</h1><div role=log>
        <article><b>Asha</b>: my <i>power bank</i>
            is warm</article><p>Agent: since<br>when?</p><p style="display:none">hidden</p><p style="visibility:hidden">hidden</p>
        <p hidden>hidden</p><span aria-hidden=true>hidden</span><script>var hidden</script><style>hidden {}</style>
        <button>hidden</button><textarea>hidden</textarea><div contenteditable>hidden</div>
        </div></main>""",
    )
    assert page.evaluate("kbPage.readConversation()").split("\n") == [
        "Asha: my power bank is warm",
        "Agent: since",
        "when?",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<main>main <p data-kb-conversation>marked</p></main><div role=log>log</div>", "marked"),
        ("<main>main</main><div role=log hidden>old</div><div role=log>log</div>", "log"),
        ("<main>main</main><p>rest</p>", "main"),
        ("<p>rest</p><footer>foot</footer>", "rest"),
        ("", ""),
    ],
)
def test_conversation_is_sought_where_the_page_says_it_is(page: Page, body: str, said: str) -> None:
    load(page, body)
    assert page.evaluate("kbPage.readConversation()") == said


def test_of_a_conversation_without_end_the_newest_part_is_read_in_time(page: Page) -> None:
    load(page, "<main></main>")
    page.evaluate(
        """() => {
          for (let i = 0; i < 5000; i++) {
            const line = document.createElement("p");
            line.textContent = `Asha: line ${i} ${"x".repeat(50)}`;
            document.querySelector("main").append(line);
          }
        }"""
    )
    taken = page.evaluate("() => { const start = performance.now(); const text = kbPage.readConversation();"
                          " return [text.length, text.includes('line 4999 '), performance.now() - start]; }")  # fmt: skip
    assert taken[0] == 100_000
    assert taken[1]
    assert taken[2] < 5_000
