"""Articles out of other help centres: right the first time, the same ones the second time, nothing lost, no exception."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folder_sync import edit, get, said
from generator_folders import picture
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import SyncReport, article_link, find_moved, plain_text, render_markdown, shown_text
from kb.articles.importing import import_articles
from kb.articles.importing.raw import html_to_article_markdown
from kb.core.errors import InvalidInputError
from kb.tables import Article, ArticlePicture
from kb.text.html import html_to_text

Bring = Callable[..., SyncReport]


@pytest.fixture
def bring(session: Session, tmp_path: Path) -> Bring:
    """`bring("zendesk", {"articles": […]})` imports and commits, as the command does."""

    def run(source: str, content: Any, **options: Any) -> SyncReport:
        path = content if isinstance(content, Path) else tmp_path / "export"
        if not isinstance(content, Path):
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        report = import_articles(session, path, source, default_language="en", languages=("en", "hi", "bn"), **options)
        session.commit()
        return report

    return run


def guide(**fields: Any) -> dict[str, Any]:
    article = {
        "id": 115005,
        "title": "Return a lamp",
        "locale": "en-us",
        "draft": False,
        "section_id": 7,
        "body": "<h2>How</h2><p>Open <b>Orders</b> &lt;token&gt; {{x}}</p><ol><li>Choose</li><li>Send</li></ol>",
        "html_url": "https://shop.zendesk.example/hc/en-us/articles/115005-Return-a-lamp",
    }
    return {**article, **fields}


SECTIONS = [{"id": 7, "name": "Returns & refunds", "category_id": 1}]


def test_zendesk_guide(session: Session, bring: Bring) -> None:
    hindi = guide(locale="hi", title="लैंप लौटाएँ", body="<p>ऑर्डर खोलें।</p>")
    inside = guide(id=2, title="For us", user_segment_id=9)
    draft = guide(id=3, title="Later", draft=True)
    report = bring("zendesk", {"articles": [guide(), hindi, inside, draft], "sections": SECTIONS})
    assert (len(report.created), report.rejected) == (4, [])
    english = get(session, "en/return-a-lamp")
    assert (english.topic, english.audience, english.status) == ("returns-refunds", "public", "published")
    assert plain_text(english.body) == "How\n\nOpen Orders <token> {{x}}\n\n1. Choose\n2. Send"
    assert render_markdown(english.body).notices == ()
    assert get(session, "hi/लैंप-लौटाएँ").translation_key == english.translation_key
    assert get(session, "en/for-us").audience == "internal"
    assert get(session, "en/later").status == "draft"
    found = find_moved(session, "en", "hc/en-us/articles/115005-Return-a-lamp")
    assert found is not None
    assert found.id == english.id


@pytest.mark.parametrize(
    "wrap",
    [
        lambda a: {"articles": [a]},
        lambda a: {"article": a},
        lambda a: {"results": [a]},
        lambda a: [a],
        lambda a: "\n".join(json.dumps({"articles": [x], "next_page": None}) for x in (a, guide(id=2, title="Two"))),
        lambda a: json.dumps(a) + "\n" + json.dumps(guide(id=2)),
        lambda a: {"articles": [{**a, "translations": [{"locale": "bn", "title": "ল্যাম্প", "body": "<p>ফেরত</p>"}]}]},
    ],
)
def test_zendesk_comes_in_many_shapes(session: Session, bring: Bring, wrap: Callable[[Any], Any]) -> None:
    report = bring("zendesk", wrap(guide()))
    assert report.rejected == []
    assert get(session, "en/return-a-lamp")


def test_second_import_changes_what_has_changed_and_nothing_else(session: Session, bring: Bring) -> None:
    bring("zendesk", {"articles": [guide(), guide(id=2, title="Other")]})
    assert said(bring("zendesk", {"articles": [guide(), guide(id=2, title="Other")]})) == {
        "unchanged": ["export#115005", "export#2"]
    }
    report = bring("zendesk", {"articles": [guide(title="Return any lamp"), guide(id=2, title="Other")]})
    assert (report.updated, report.unchanged) == (["export#115005"], ["export#2"])
    assert get(session, "en/return-a-lamp").title == "Return any lamp"
    assert session.scalar(select(func.count(Article.id))) == 2


def test_what_was_changed_here_is_left_alone_unless_told(session: Session, bring: Bring) -> None:
    bring("zendesk", {"articles": [guide()]})
    edit(session, "en/return-a-lamp", body="Ours.")
    report = bring("zendesk", {"articles": [guide(body="<p>Theirs.</p>")]})
    assert [conflict.path for conflict in report.conflicts] == ["export#115005"]
    assert get(session, "en/return-a-lamp").body == "Ours."
    assert bring("zendesk", {"articles": [guide(body="<p>Theirs.</p>")]}, overwrite=True).is_clean
    assert get(session, "en/return-a-lamp").body == "Theirs."


def table(*rows: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


TAP = "<p>Tap <i>Pay</i>,\n\nthen wait.</p>"


@pytest.mark.parametrize("lead", ["", "\n\n", "sep=;\n", "\ufeff"])
def test_hubspot(session: Session, bring: Bring, lead: str) -> None:
    delimiter = ";" if "sep" in lead else ","
    rows = table(
        ["Article title", "Article body", "Article language", "Article URL", "Category", "Article status", "Archived"],
        [
            "Pay by card",
            "<p>Tap <i>Pay</i>,\n\nthen wait.</p>",
            "en",
            "https://help.example/kb/pay-by-card",
            "Paying",
            "PUBLISHED",
            "FALSE",
        ],
        ["Pay by cheque", "<p>Soon.</p>", "en", "", "Paying", "DRAFT", "FALSE"],
        ["Old", "<p>Gone.</p>", "en", "", "", "PUBLISHED", "TRUE"],
        ["", "<p>no title</p>", "", "", "", "", ""],
        ["कार्ड से भुगतान", "<p>कार्ड से भुगतान करने के लिए यहाँ देखें और रुकें।</p>", "", "", "", "", ""],
        delimiter=delimiter,
    )
    report = bring("hubspot", lead + rows)
    assert (len(report.created), len(report.rejected)) == (4, 1)
    assert plain_text(get(session, "en/pay-by-card").body) == "Tap Pay, then wait."
    assert (get(session, "en/pay-by-card").topic, get(session, "en/pay-by-card").status) == ("paying", "published")
    assert (get(session, "en/pay-by-cheque").status, get(session, "en/old").status) == ("draft", "archived")
    assert get(session, "hi/कार्ड-से-भुगतान").status == "published"
    found = find_moved(session, "en", "kb/pay-by-card")
    assert found is not None
    assert len(bring("hubspot", lead + rows).unchanged) == 4


def test_pages_of_html(session: Session, bring: Bring, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "returns").mkdir(parents=True)
    (site / "img").mkdir()
    (site / "img/lamp.png").write_bytes(picture())
    frame = (
        "<html lang=en><head><title>{0} | Shop</title></head><body><nav>Menu</nav><main><h1>{0}</h1>{1}</main>"
        "<footer>©</footer></body>"
    )
    (site / "index.html").write_text(frame.format("Help", '<p>See <a href="returns/how.html#fee">how</a>.</p>'))
    body = (
        '<h2 id="fee">Fee</h2><p>Ten<img src="../img/lamp.png" alt="Lamp"></p><!-- x --><script>y</script>'
        '<p><a href="../index.html">up</a></p>'
    )
    (site / "returns/how.html").write_text(frame.format("How to return", body))
    (site / "returns/later.html").write_text('<meta name="robots" content="noindex"><body><p>Only with a link.</p>')
    (site / "moved.html").write_text('<meta http-equiv="refresh" content="0; url=index.html">')
    report = bring("html", site)
    assert (len(report.created), [line.path for line in report.rejected]) == (3, ["moved.html"])
    how = get(session, "en/how")
    assert (how.title, how.topic, how.status) == ("How to return", "returns", "published")
    assert plain_text(how.body) == "Fee\n\nTenLamp\n\nup"
    assert get(session, "en/later").status == "draft"
    assert session.scalars(select(ArticlePicture)).one().asset_id is not None
    start = get(session, "en/index")
    html = render_markdown(start.body, link=article_link(session, start, lambda to: f"/{to.slug}")).html
    assert '<a href="/how#a-fee">how</a>' in html
    assert len(bring("html", site).unchanged) == 3


@pytest.mark.parametrize(
    ("source", "content", "message"),
    [
        ("zendesk", "not json", "is not JSON"),
        ("zendesk", "{}", "no articles of Zendesk Guide"),
        ("zendesk", "[" * 100_000, "is not JSON"),
        ("hubspot", "a,b\n1,2\n", "no column of titles"),
        ("hubspot", "", "no column"),
        ("html", Path("/nothing/here"), "does not exist"),
    ],
)
def test_what_is_no_export_is_said_in_one_line(bring: Bring, source: str, content: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        bring(source, content)


def test_hostile_pages_are_refused_and_the_others_come_in(session: Session, bring: Bring, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.html").write_text("<div>" * 100_000 + "x")
    (site / "b.html").write_bytes(
        "<meta charset=windows-1252><body><h1>Caf\u00e9</h1><p>na\u00efve</p>".encode("cp1252")
    )
    (site / "c.html").write_text("")
    report = bring("html", site)
    assert report.created == ["b.html"]
    assert get(session, "en/b").title == "Café"


_PIECES = (
    "<p> </p> <b> </b> <ul> <li> </ul> <table> <tr> <td> </table> <pre> </pre> <code> </code> &lt; &gt; {{ {% * _ # [ ] | ` word "
    "<!-- --> <br> <h2> </h2> \n"
)
_html = st.lists(st.sampled_from(_PIECES.split(" ")), max_size=30).map(" ".join)


@given(_html)
def test_any_html_becomes_markdown(html: str) -> None:
    html_to_article_markdown(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>1. no list, # no heading, *no* _em_ ~~no~~ [no](x) `no` &lt;b&gt; a &amp; b</p>",
        "<p>{{ name }} {% if %} {# x #} [[x]]</p>",
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1 | 2</td><td><code>x</code></td></tr></table>",
        "<pre><code>a &lt; b\n  {{ c }}</code></pre><p>d</p>",
        "<blockquote><p>q</p></blockquote><h3>h</h3><p>a<br>b</p>",
    ],
)
def test_markdown_of_html_reads_as_the_html_did(html: str) -> None:
    assert shown_text(html_to_article_markdown(html)).split() == html_to_text(html).split()
