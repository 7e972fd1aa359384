"""Numbers, sites and videos in what is shown are links, and nothing else is; summaries and days of review of files."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles import parse_article, render_markdown, write_article
from kb.articles.contact_links import link_contacts
from kb.articles.summaries import WIDTH, summary_of
from kb.text.html import html_to_text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Call 1800 000 5454 now", "tel:18000005454"),
        ("WhatsApp +91 98300 12345.", "tel:+919830012345"),
        ("Desk: 033 2286 1234", "tel:+913322861234"),
        ("ফোন করুন ১৮০০ ০০০ ৫৪৫৪ নম্বরে", "tel:18000005454"),
        ("UK office +44 20 7946 0958", "tel:+442079460958"),
        ("see jhilmil.example/orders first", "https://jhilmil.example/orders"),
        ("on jhilmil.example you can", "https://jhilmil.example"),
        ("pay on shop.co.in/pay?a=1&amp;b=2 only", "https://shop.co.in/pay?a=1&amp;b=2"),
    ],
)
def test_what_one_can_dial_or_open_is_a_link(text: str, address: str) -> None:
    shown = link_contacts(f"<p>{text}</p>", "IN")
    assert f'<a href="{address}"' in shown
    assert html_to_text(shown) == html_to_text(f"<p>{text}</p>"), "no word may change"


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Order JH-40718265, JH-9830012345 and JH - 98300 12345</p>",
        "<p>Between 8:00 and 22:00, on 12.11.2026, for ₹10,000 or Rs. 9830012345</p>",
        "<p>Order number 9830012345, ref. no. 9830012345, UTR 402912345678, pin 700001</p>",
        "<p>ऑर्डर नंबर 9830012345, অর্ডার নম্বর ৯৮৩০০১২৩৪৫</p>",
        "<pre><code>1800 000 5454 jhilmil.example</code></pre>",
        '<p><a href="/x">1800 000 5454</a> and <kbd>1800 000 5454</kbd></p>',
        "<p>UPI 9830012345@upi, mail a@jhilmil.example, file.md, e.g.this, Delivered.In two days, v1.2.3</p>",
    ],
)
def test_what_only_looks_like_it_stays_text(shown: str) -> None:
    assert link_contacts(shown, "IN") == shown


@given(st.text(alphabet="0123456789 +-()<>&;ab./@১৮০", max_size=120), st.sampled_from(["IN", "US", "BD"]))
@settings(max_examples=150, deadline=None)
def test_any_text_keeps_its_words(text: str, region: str) -> None:
    shown = render_markdown(text).html
    assert html_to_text(link_contacts(shown, region)) == html_to_text(shown)


@pytest.mark.parametrize(
    ("body", "address", "words"),
    [
        (
            '<iframe src="https://www.youtube.com/embed/abc-1?start=30" title="How to fit it"></iframe>',
            "https://www.youtube.com/watch?v=abc-1&amp;t=30",
            "How to fit it (youtube.com)",
        ),
        ('<iframe src="//player.vimeo.com/video/123"></iframe>', "https://vimeo.com/123", "Video (vimeo.com)"),
        (
            '<video controls><source src="https://cdn.example/a.mp4">Too old</video>',
            "https://cdn.example/a.mp4",
            "Video (cdn.example)",
        ),
        ("![The reset](https://www.youtube.com/watch?v=abc)", "https://www.youtube.com/watch?v=abc", "The reset (youtube.com)"),
        ('<iframe src="https://maps.example/shop" title="Our shop"></iframe>', "https://maps.example/shop", "Our shop"),
        ("{{< youtube abc123 >}}", "https://www.youtube.com/watch?v=abc123", "https://www.youtube.com/watch?v=abc123"),
    ],
)  # fmt: skip
def test_what_others_embed_is_a_link_here(body: str, address: str, words: str) -> None:
    shown = render_markdown(body).html
    assert f'href="{address}"' in shown
    assert html_to_text(shown) == words
    assert "<iframe" not in shown
    assert "<video" not in shown


@pytest.mark.parametrize(
    "body",
    [
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe src="https://count.example/ns.html" height="0" width="0"></iframe>',
        '<iframe src="data:text/html,x"></iframe>',
        "<video src=https://a.example/%22onclick=alert(1)//.mp4>",
        "<iframe " * 3000,
        "<video>" * 3000,
    ],
)
def test_what_nobody_may_follow_is_no_link(body: str) -> None:
    shown = render_markdown(body).html
    assert "javascript:" not in shown
    assert "count.example" not in shown
    assert " onclick=" not in shown


@pytest.mark.parametrize(
    ("lead", "summary"),
    [
        ("## First\n\nIt takes **two** days. See [more](x.md).", "It takes two days. See more."),
        ('!!! warning "Mind"\n    Careful.\n\nThe text.', "The text."),
        ("1. Open it.\n2. Tap it.", "Open it. Tap it."),
        ("![a](b.png)\n\n| a | b |\n|---|---|\n| 1 | 2 |", ""),
        ("पहला वाक्य। " + "शब्द " * 60, None),
        ("word " * 100, None),
    ],
)
def test_a_summary_is_how_the_text_begins(lead: str, summary: str | None) -> None:
    found = summary_of(lead, {})
    if summary is not None:
        assert found == summary
    assert len(found) <= WIDTH


def test_a_description_of_its_own_goes_before() -> None:
    assert summary_of("Text.", {"description": " What it\nis about "}) == "What it is about"
    assert summary_of("Text.", {"description": ["no", "text"]}) == "Text."


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("reviewed_on: 2026-11-03", date(2026, 11, 3)),
        ("last_reviewed: 2026-11-03", date(2026, 11, 3)),
        ("last_reviewed_on: '2026-11-03'", date(2026, 11, 3)),
        ("reviewed: true", None),
        ("reviewed: by Asha", None),
        ("date: 2026-11-03", None),
        ("updated: 2026-11-03", None),
    ],
)
def test_only_a_review_is_a_day_of_review(line: str, day: date | None) -> None:
    source = parse_article(f"---\ntitle: A\n{line}\n---\nText.", "a.md")
    assert source.reviewed_on == day
    assert parse_article(write_article(source), "a.md").reviewed_on == day
