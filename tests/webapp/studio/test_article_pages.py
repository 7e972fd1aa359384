"""Articles written in the studio: list, editor, preview, drafts, workflow, history, pictures, links."""

import io
import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from studio_people import KEY, form_of, get, now, stored

from kb.articles import find_article, write_article
from kb.articles.store import source_of_article
from kb.tables import Article, ArticleDraft, ArticleRevision, Role

Csrf = Callable[[FlaskClient], dict[str, str]]


def test_an_article_goes_from_a_template_to_the_help_centre_and_away(
    trainer: FlaskClient, client: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    page = get(trainer, "/studio/articles/new?template=troubleshooting&language=hi")
    assert "क्या करने से ठीक होता है" in page
    body = "## What you see\n\nA red lamp.\n\n1. Press it."
    address = send(
        "/studio/articles/new", step="save", title="Red lamp", language="en", body=body, key=KEY, topic="Lamps",
        audience="public", also_asked="why is it red\n\nlal batti", review_by="2027-03-01", owner="a@shop.example",
    )  # fmt: skip
    article = session.scalars(select(Article).where(Article.slug == "red-lamp")).one()
    assert address == f"/studio/articles/{article.id}?saved={KEY}"
    address = address.partition("?")[0]
    assert (article.status, article.slug, article.topic) == ("draft", "red-lamp", "lamps")
    assert article.also_asked == ["why is it red", "lal batti"]
    assert client.get("/help/en/articles/red-lamp").status_code == 404
    send(address, step="submit", **form_of(article))
    assert now(session, article).status == "in_review"
    send(address, step="publish", **form_of(now(session, article)))
    assert "A red lamp." in get(client, "/help/en/articles/red-lamp")
    assert "Nothing points to it." in get(trainer, f"{address}/archive")
    send(f"{address}/archive", step="archived", seen=now(session, article).revision)
    assert client.get("/help/en/articles/red-lamp").status_code == 410
    made = select(ArticleRevision).where(ArticleRevision.article_id == article.id)
    states = session.scalars(made.order_by(ArticleRevision.number))
    assert [one.fields["status"] for one in states] == ["draft", "in_review", "published", "archived"]


def test_the_preview_is_what_the_help_centre_shows(
    client: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    body = "## First\n\nCall 98300 12345. See [other](other.md).\n\n> [!TIP]\n> Do it.\n\n- [ ] a box\n\n## Second\n\nText."
    stored(session, "other")
    article = stored(session, "lamp", body=body)
    page = get(client, "/help/en/articles/lamp")
    shown = page[page.index('<div class="prose"') : page.index('<p class="print-only">')].strip()
    assert "headerlink" in shown
    assert shown in send("/studio/articles/preview", 200, **form_of(article))


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("lamp.md", "leads to this article itself"),
        ("nothing.md", "leads to no article"),
        ("secret.md", "customers cannot read"),
    ],
)
def test_the_preview_says_which_links_do_not_work(
    send: Callable[..., str], session: Session, link: str, said: str
) -> None:
    stored(session, "secret", audience="internal")
    article = stored(session, "lamp")
    page = send("/studio/articles/preview", 200, **form_of(article, body=f"See [it]({link})."))
    assert said in page
    assert session.scalars(select(ArticleDraft)).all() == []


def test_a_published_article_stays_as_it_is_while_a_colleague_reads_the_changes(
    trainer: FlaskClient, client: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    article = stored(session, "lamp")
    address = f"/studio/articles/{article.id}"
    with_draft = send(address, step="submit", **form_of(article, body="Turn the knob."))
    assert "draft=" in with_draft
    assert "Press the button." in get(client, "/help/en/articles/lamp")
    assert f"{address}/review?draft={KEY}" in get(trainer, "/studio/articles/reviews")
    assert "Turn the knob." in get(trainer, with_draft)
    send(address, step="publish", **form_of(article, body="Turn the knob.", key="x" * 24, taken_up=KEY))
    assert "Turn the knob." in get(client, "/help/en/articles/lamp")
    assert session.scalars(select(ArticleDraft)).all() == []


def test_what_is_typed_is_kept_and_found_again(
    trainer: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    article = stored(session, "lamp")
    address = f"/studio/articles/{article.id}"
    for text in ("Half a sen", "Half a sentence."):
        send("/studio/articles/drafts", 200, **form_of(article, body=text))
    assert now(session, article).revision == 1
    page = get(trainer, address)
    assert "never saved" in page
    assert "Half a sentence." not in page
    assert "Half a sentence." in get(trainer, f"{address}?draft={KEY}")
    send("/studio/articles/drafts", 200, title="New one", language="bn", body="নতুন", key="n" * 24)
    assert "New one" in get(trainer, "/studio/articles/")
    assert "নতুন" in get(trainer, f"/studio/articles/new?draft={'n' * 24}")
    send("/studio/articles/drafts/drop", key=KEY, article=article.id)
    assert trainer.get(f"{address}?draft={KEY}").status_code == 404


def test_nobody_reads_or_overwrites_a_colleagues_draft(
    login: Callable[[Role | str], FlaskClient], csrf: Csrf, send: Callable[..., str], session: Session
) -> None:
    article = stored(session, "lamp")
    send("/studio/articles/drafts", 200, **form_of(article, body="Mine alone."))
    other = login(Role.ADMIN)
    assert other.get(f"/studio/articles/{article.id}?draft={KEY}").status_code == 404
    assert "Mine alone." not in other.get(f"/studio/articles/{article.id}").text
    answer = other.post("/studio/articles/drafts", data=form_of(article, body="Theirs."), headers=csrf(other))
    assert answer.status_code == 400
    assert session.scalars(select(ArticleDraft.body)).one() == "Mine alone."


def test_two_who_edit_lose_nothing(trainer: FlaskClient, send: Callable[..., str], session: Session) -> None:
    article = stored(session, "lamp")
    address = f"/studio/articles/{article.id}"
    mine, theirs = (form_of(article, body=f"Press the {word}.\n\nWait.") for word in ("knob", "lever"))
    send(address, step="publish", **theirs)
    page = send(address, 409, step="publish", **mine)
    assert "A colleague has saved this article meanwhile" in page
    assert "<del>button</del><ins>lever</ins>" in page
    assert "Press the knob." in page[page.index('id="body"') :]
    assert now(session, article).body.startswith("Press the lever.")
    send(address, step="publish", **{**mine, "seen": str(re.findall(r'name="seen" value="(\d+)"', page)[0])})
    assert now(session, article).body.startswith("Press the knob.")
    assert "<del>lever</del><ins>knob</ins>" in get(trainer, f"{address}/history")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "There is no title yet."),
        ({"slug": "Not a Slug"}, "small letters and digits"),
        ({"slug": "taken"}, "has this address already"),
        ({"review_by": "soon"}, "This is no day."),
        ({"body": "word " * 1_000_000}, "The text has 5 MB"),
        ({"body": "  "}, "There is no text yet."),
        ({"topic": "?!"}, "A topic needs a letter"),
    ],
)
def test_what_cannot_be_saved_is_said_and_comes_back(
    send: Callable[..., str], session: Session, changes: dict[str, str], said: str
) -> None:
    stored(session, "taken")
    article = stored(session, "lamp")
    page = send(f"/studio/articles/{article.id}", 422, step="publish", **form_of(article, **changes))
    assert said in page
    for name, value in changes.items():
        kept = page[page.index(f'id="{name}"') :]
        assert value.strip()[:4_000] in kept
    assert now(session, article).revision == 1


def test_old_addresses_lead_on_and_can_be_given_back(
    client: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    article = stored(session, "lamp")
    for slug in ("light", "lamp", "light"):
        page = send(f"/studio/articles/{article.id}", step="publish", **form_of(now(session, article), slug=slug))
        assert page
        other = "lamp" if slug == "light" else "light"
        moved = client.get(f"/help/en/articles/{other}")
        assert moved.status_code in {200, 301}
        if moved.status_code == 301:
            assert moved.location.endswith(f"/articles/{slug}")
            assert moved.headers["Cache-Control"] == "no-cache", "a browser that keeps it would go in a circle"
        assert client.get(f"/help/en/articles/{slug}").status_code == 200


def test_before_it_is_archived_the_page_says_what_points_to_it(
    trainer: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    article = stored(session, "lamp")
    stored(session, "by-name", body="See [it](lamp.md).")
    stored(session, "by-address", topic="more", body="See [it](/help/en/articles/lamp).")
    stored(session, "in-words", body="A lamp is a lamp, see [another](lampshade.md).")
    stored(session, "lampshade")
    page = get(trainer, f"/studio/articles/{article.id}/archive")
    assert "By Name" in page
    assert "By Address" in page
    assert "In Words" not in page


def test_an_earlier_version_comes_back(trainer: FlaskClient, send: Callable[..., str], session: Session) -> None:
    article = stored(session, "lamp", body="पहला बटन दबाएँ।")
    address = f"/studio/articles/{article.id}"
    send(address, step="publish", **form_of(article, body="दूसरा बटन दबाएँ।", title="Light"))
    page = get(trainer, f"{address}/history?a=1&b=2")
    assert "<del>पहला</del><ins>दूसरा</ins>" in page
    assert "<del>Lamp</del><ins>Light</ins>" in page
    send(f"{address}/history", revision="1")
    assert now(session, article).body == "पहला बटन दबाएँ।"
    assert now(session, article).status == "published"


def test_keys_of_the_front_matter_that_no_form_shows_stay(send: Callable[..., str], session: Session) -> None:
    article = stored(session, "lamp", weight=3, translation_key="lamps")
    send(f"/studio/articles/{article.id}", step="publish", **form_of(article, body="New."))
    text = write_article(source_of_article(session, now(session, article)))
    assert "weight: 3" in text
    assert "translation_key: lamps" in text


def picture_file(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("1" if size[0] > 1000 else "RGB", size).save(out, kind)
    return out.getvalue()


def test_a_picture_is_put_in_and_shown(
    client: FlaskClient, trainer: FlaskClient, csrf: Csrf, send: Callable[..., str], session: Session
) -> None:
    sent = {"picture": (io.BytesIO(picture_file()), "Red lamp.png")}
    markdown = trainer.post("/studio/articles/pictures", data=sent, headers=csrf(trainer)).get_json()["markdown"]
    assert markdown.startswith("![red lamp](/pictures/")
    article = stored(session, "lamp", body=f"Look.\n\n{markdown}")
    page = send("/studio/articles/preview", 200, **form_of(article))
    source = re.findall(r'src="([^"]+)"', page)[0]
    assert client.get(source).mimetype == "image/webp"
    assert source in get(client, "/help/en/articles/lamp")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "can hold programs"),
        ("a.png", picture_file(size=(40_000, 40_000)), "too large to be opened"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "picture"),
        ("a.jpg", b"MZ" * 50, "no picture that we can show"),
    ],
)
def test_pictures_that_harm_are_refused_in_plain_words(
    trainer: FlaskClient, csrf: Csrf, name: str, data: bytes, said: str
) -> None:
    sent = {"picture": (io.BytesIO(data), name)}
    answer = trainer.post("/studio/articles/pictures", data=sent, headers=csrf(trainer))
    assert answer.status_code == 422
    problem = answer.get_json()["problem"]
    assert said in problem or "damaged" in problem
    assert problem.startswith(name)


WORD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body>'
    '<!--StartFragment--><h2>Steps</h2><p class=MsoNormal><b>Press</b> the <a href="https://a.example/x">button</a><o:p></o:p></p>'
    "<ul><li>one</li><li>two</li></ul><script>alert(1)</script><!--EndFragment--></body></html>"
)


GOOGLE = (
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><h2 dir="ltr"><span>Steps</span></h2>'
    '<p dir="ltr"><span style="font-weight:700">Press</span><span> the </span><a href="https://a.example/x">button</a></p>'
    "<ul><li><p>one</p></li><li><p>two</p></li></ul></b>"
)


LISTS = (
    "<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·"
    "<span>&nbsp;</span></span><![endif]>one<o:p></o:p></p><p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'>"
    "<span style='mso-list:Ignore'>o</span>two</p>"
)


@pytest.mark.parametrize("page", [WORD, GOOGLE, WORD.replace("<ul><li>one</li><li>two</li></ul>", LISTS)])
def test_a_pasted_page_becomes_markdown(send: Callable[..., str], page: str) -> None:
    markdown = json.loads(send("/studio/articles/markdown", 200, html=page))["markdown"]
    assert "## Steps" in markdown
    assert "[button](https://a.example/x)" in markdown
    assert re.search(r"^[-*] +one", markdown, re.MULTILINE)
    assert "alert" not in markdown
    assert "Mso" not in markdown
    assert "**Press**" in markdown
    assert not markdown.startswith("**## ")


def test_articles_to_link_to_are_found_and_the_link_works(
    trainer: FlaskClient, send: Callable[..., str], session: Session
) -> None:
    stored(session, "reset-password", topic="account", title="Reset your password")
    stored(session, "old-password", title="Old password", status="archived")
    stored(session, "kata-password", "hi", title="Password hi")
    found = trainer.get("/studio/articles/links?q=password&language=en").get_json()
    assert [one["title"] for one in found] == ["Reset your password"]
    article = stored(session, "lamp", topic="lamps")
    page = send("/studio/articles/preview", 200, **form_of(article, body=f"See [it]({found[0]['link']})."))
    assert 'href="/help/en/articles/reset-password"' in page


def test_the_list_is_filtered(trainer: FlaskClient, session: Session) -> None:
    stored(session, "lamp", topic="lamps", owner="a@shop.example")
    stored(session, "kettle", topic="kitchen", status="draft")
    stored(session, "batti", "hi", topic="lamps", audience="internal", body="खास पंक्ति")
    for query, titles in {
        "": {"Lamp", "Kettle", "Batti"},
        "language=hi": {"Batti"},
        "topic=lamps": {"Lamp", "Batti"},
        "status=draft": {"Kettle"},
        "audience=internal": {"Batti"},
        "owner=a@shop.example": {"Lamp"},
        "q=पंक्ति": {"Batti"},
        "q=lamp&language=hi": set(),
    }.items():
        page = get(trainer, f"/studio/articles/?{query}")
        assert {title for title in ("Lamp", "Kettle", "Batti") if f">{title}</a>" in page} == titles, query
    assert find_article(session, "en", "lamp") is not None
