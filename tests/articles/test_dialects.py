"""Every row of the table in docs/markdown.md, and the ways in which people's Markdown is unlike it."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_marks import SOURCE_MARKS

from kb.articles import article_blocks, plain_markdown, plain_text, render_markdown
from kb.articles.sanitising import Picture
from kb.core.settings import PROJECT_ROOT
from kb.text.blocks import shown

_CODE = re.compile(r"(`+)( ?)(.*?)\2\1(?!`)")


def rows() -> list[tuple[str, str, str]]:
    """(name, written, becomes) of the table."""
    found = []
    for line in (PROJECT_ROOT / "docs" / "markdown.md").read_text("utf-8").splitlines():
        cells = re.split(r"(?<!\\) \| ", line.strip("| "), maxsplit=3)
        if len(cells) >= 3 and cells[2].startswith("`"):
            written, becomes = (_text(cell) for cell in (cells[2], cells[3] if len(cells) > 3 else ""))
            found.append((f"{cells[0]}: {cells[1]}", written, becomes))
    return found


def _text(cell: str) -> str:
    code = _CODE.fullmatch(cell.strip(" |"))
    return code[3].replace("\\|", "|").replace("⏎", "\n") if code else ""


def show(body: str) -> str:
    rendered = render_markdown(body, link=lambda p: "/a" + ("" if p.startswith("/") else "/") + p, picture=Picture)
    return re.sub(r">\n+<", "><", rendered.html.strip())


def test_the_table_is_there() -> None:
    assert len(rows()) > 50


@pytest.mark.parametrize(("written", "becomes"), [row[1:] for row in rows()], ids=[row[0] for row in rows()])
def test_markdown_of_every_dialect_becomes_what_the_table_says(written: str, becomes: str) -> None:
    assert show(written) == becomes


@pytest.mark.parametrize(
    ("body", "html"),
    [
        # lists
        ("* a\n\n  > quoted\n* b", "<ul><li><p>a</p><blockquote><p>quoted</p></blockquote></li><li><p>b</p></li></ul>"),
        ("- a\n\n      code\n- b", "<ul><li><p>a</p><pre><code>code\n</code></pre></li><li><p>b</p></li></ul>"),
        ("- - a", "<ul><li><p></p><ul><li>a</li></ul></li></ul>"),
        ("text\n* a\n* b\n\nmore", "<p>text</p><ul><li>a</li><li>b</li></ul><p>more</p>"),
        ("7. a\n8. b", '<ol start="7"><li>a</li><li>b</li></ol>'),
        ("-\n- b", "<ul><li></li><li>b</li></ul>"),
        ("- a\n+ b", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
        ("10. a\n    - b\n\n    c", '<ol start="10"><li><p>a</p><ul><li>b</li></ul><p>c</p></li></ol>'),
        ("- | a | b |\n  |---|---|\n  | 1 | 2 |", "<ul><li>"),
        ("1. One\n  - a\n  - b\n2. Two", "<ol><li>One<ul><li>a</li><li>b</li></ul></li><li>Two</li></ol>"),
        ("1. One\n - a\n   - b\n\n2. Two", "<ol><li>"),
        ("- a\n  <!-- secret -->\n- b", "<ul><li>a</li><li>b</li></ul>"),
        # code
        ("~~~\n<b>\n~~~", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("```{.python linenos}\nx\n```", '<pre><code class="language-python">x\n</code></pre>'),
        ("    indented <b>", "<pre><code>indented &lt;b&gt;\n</code></pre>"),
        ("`a < b` and ``x ` y``", "<p><code>a &lt; b</code> and <code>x ` y</code></p>"),
        # text that only looks like markup
        ("Map<String, List<Integer>> x", "<p>Map&lt;String, List&lt;Integer&gt;&gt; x</p>"),
        ("a <your name here> b", "<p>a &lt;your name here&gt; b</p>"),
        ("Dear <Name>, 1 < 2 > 0", "<p>Dear &lt;Name&gt;, 1 &lt; 2 &gt; 0</p>"),
        ("Use <script> in <head>", "<p>Use &lt;script&gt; in &lt;head&gt;</p>"),
        ("<xml><item>5</item></xml>", "<p>&lt;xml&gt;&lt;item&gt;5&lt;/item&gt;&lt;/xml&gt;</p>"),
        ("snake_case_word and 2*3*4", "<p>snake_case_word and 2<em>3</em>4</p>"),
        ("price ~5 or ~10", "<p>price ~5 or ~10</p>"),
        ("a | b", "<p>a | b</p>"),
        ("100%% sure and 50%% not", "<p>100%% sure and 50%% not</p>"),
        ("import taxes from abroad", "<p>import taxes from abroad</p>"),
        ("\\# no \\* no \\< no", "<p># no * no &lt; no</p>"),
        ("list[[1]](https://a.example)", '<p>list<a href="https://a.example" rel="noopener nofollow">[1]</a></p>'),
        # HTML
        ("<div>\n\n**b**\n\n</div>", "<div><p><strong>b</strong></p></div>"),
        ("<kbd>Esc</kbd> H<sub>2</sub>O", "<p><kbd>Esc</kbd> H<sub>2</sub>O</p>"),
        ('<a id="here"></a>\n\n[go](#here)', '<p><a id="a-here"></a></p><p><a href="#a-here">go</a></p>'),
        ('<div markdown="1">\n**b**\n</div>', "<div><p><strong>b</strong></p></div>"),
        ("<table>\n<tr><td>a</td></tr>\n</table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
        # titles
        (
            '!!! note "We can\'t see it"\n    No.',
            '<div class="admonition note"><p class="admonition-title">We can\'t see it</p>',
        ),
        ("!!! note 'It is'\n    No.", '<div class="admonition note"><p class="admonition-title">It is</p>'),
        (":::note It's here\nNo.\n:::", '<div class="admonition note"><p class="admonition-title">It\'s here</p>'),
        ('=== "Don\'t"\n    No.', '<div class="part"><p class="part-title">Don\'t</p>'),
        (
            "> [!tip] It's **so**\n> No.",
            '<div class="admonition tip"><p class="admonition-title">It\'s <strong>so</strong></p>',
        ),
        (
            "<table>\n<tr>\n<td>\n\n**b**\n\n</td>\n</tr>\n</table>",
            "<table><tbody><tr><td><p><strong>b</strong></p></td></tr>",
        ),
        ("## A `x` <token>", '<h2 id="a-a-x-token">A <code>x</code> &lt;token&gt;</h2>'),
        # references
        ("[a][x]\n\n[x]: https://a.example", '<p><a href="https://a.example" rel="noopener nofollow">a</a></p>'),
        ("## A {: #x .y}", '<h2 id="a-x"><span id="a-a"></span>A</h2>'),
        ("## Use {name}", '<h2 id="a-use-name">Use {name}</h2>'),
        ("Two^[an aside]", "<p>Two (an aside)</p>"),
        ("Gone[^9].", "<p>Gone.</p>"),
        ("Hot :warning: :nothing:", "<p>Hot ⚠️ :nothing:</p>"),
    ],
)
def test_more_of_the_same_kinds(body: str, html: str) -> None:
    assert show(body).startswith(html)


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        ("One\n\n{{< gadget x >}}", "shortcode", 3),
        ("One\n\nTwo {{ page.name }}", "template", 3),
        ("{% for x in y %}\n{{ x }}\n{% endfor %}", "template", 1),
        ("a\n\n\n<Gadget />", "component", 4),
        ("<Thing>\ninside\n</Thing>", "component", 1),
        ("<!--\na\n-->\n\n{% include parts.html %}", "include", 5),
        ("a\n\n```\n{{ x }}\n```\n\n--8<-- 'x.md'", "include", 7),
        ("a\n\n<!-- never closed", "comment", 3),
    ],
)
def test_what_is_left_out_is_noticed_with_its_line(body: str, kind: str, line: int) -> None:
    assert [(notice.kind, notice.line) for notice in render_markdown(body).notices] == [(kind, line)]


def test_what_is_understood_is_not_noticed() -> None:
    body = (
        '{% include tip.html content="x" %} `{{ x }}` {% raw %}{{ y }}{% endraw %} <Note>z</Note>\n\n```\n{% x %}\n```'
    )
    assert render_markdown(body).notices == ()


def test_markdown_to_paste_is_what_readers_see() -> None:
    body = (
        "Open **Orders**.<!-- ask Ravi --> [a](b.md) [us](https://a.example) {{ page.x }} Fee[^1].\n\n1. One\n   - two\n\n"
        "| A | B |\n|---|---|\n| 1 | 2 |\n\n:::note[Mind]\nKeep <this>.\n:::\n\n[^1]: Once.\n"
    )
    assert plain_markdown(body) == (
        "Open **Orders**. a [us](https://a.example) Fee.\n\n1. One\n   - two\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n\nMind\n\n"
        "Keep <this>.\n\n---\n\n1. Once."
    )


def test_words_of_dropped_wrappers_stay() -> None:
    text = plain_text(
        "<Gadget a={1}>\n  kept **one**\n</Gadget>\n\n{{< thing >}}\nkept two\n{{< /thing >}}\n\n{% box %}\nthree\n{% endbox %}"
    )
    assert text == "kept one\n\nkept two\n\nthree"


@pytest.mark.parametrize("written", [row[1] for row in rows() if "`" not in row[1] and "raw" not in row[1]])
def test_no_mark_of_a_dialect_is_in_text_or_blocks(written: str) -> None:
    texts = [plain_text(written), *(shown(block.text) for block in article_blocks(written))]
    assert [mark for mark in SOURCE_MARKS for text in texts if mark in text] == []


_TOKENS = (
    "<!-- --> {{ }} {% %} {%\tif\tx\t%} {{<\tx\t>}} {{%\t/x\t%}} ::: :::note /// !!!\tnote\n ???\tx ===\t'T' <Tabs> </Tabs> "
    "<Tab\tx={1} /> > [!NOTE] [[a]] ![[b.png]] ``` ~~~ ` \\ \n \n\n - 1. \t | |-|-| # [^1] [^1]: %% {#id} {:\t.x} <details> "
    "<summary> </summary> </details> word ^[ ] ** _ <b> </b> < >"
)
_soup = st.lists(st.sampled_from(_TOKENS.split(" ")), max_size=40).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(_soup, st.text(max_size=200)))
def test_any_text_is_rendered_and_words_outside_of_comments_stay(body: str) -> None:
    render_markdown(body)
    article_blocks(body)
    words = " ".join(f"w{number}" for number in range(3))
    assert words in plain_text(f"{words}\n\n{body.replace('<!--', '').replace('{', '')}")


@pytest.mark.parametrize(
    "piece",
    [
        "{{",
        "{%",
        "<A ",
        ":::note\n",
        "!!! note\n    ",
        "`",
        "[[",
        "<!--",
        "%%",
        "{::comment}",
        "> [!NOTE]\n",
        "| a ",
        "1. ",
        "<details>\n",
        "\\",
        "{: .x}",
        "^[",
    ],
)
def test_hostile_repetition_takes_seconds_not_minutes(piece: str) -> None:
    begun = time.perf_counter()
    render_markdown(piece * (40_000 // len(piece)))
    assert time.perf_counter() - begun < 20
