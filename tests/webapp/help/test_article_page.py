"""The page of an article and the list of a topic: what readers get beside the text."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from content_factory import add_article
from flask import Flask
from flask.testing import FlaskClient
from gap_job import run_gap_job
from page_checks import get_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.articles import get_article, make_source, render_markdown, save_article, source_of_article
from kb.core.settings import Settings
from kb.privacy.retention import KeepFor, delete_what_is_old
from kb.tables import Article, Feedback, Gap, SearchEvent, VoteReason, utc_now
from webapp.help.article_page import present_article

Csrf = Callable[[FlaskClient], dict[str, str]]
Login = Callable[[str], FlaskClient]
PAGE = "/help/en/articles/when-refund-arrives"
REASON = f"{PAGE}/reason"


def refund(session: Session, language: str = "en") -> Article:
    return session.scalars(
        select(Article).where(Article.slug == "when-refund-arrives", Article.language == language)
    ).one()


class TestDayOfReview:
    def test_only_a_review_is_shown_never_the_day_of_import(self, client: FlaskClient, session: Session) -> None:
        page = get_page(client, PAGE)
        article = page[page.index("<article") : page.index("</article>")]
        assert "<time" not in article
        assert "Last reviewed" not in page

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "3 May 2026"), ("hi", "3 मई 2026"), ("bn", "৩ মে, ২০২৬")],
    )
    def test_is_told_in_the_words_of_the_language(
        self, client: FlaskClient, session: Session, language: str, words: str
    ) -> None:
        refund(session, language).reviewed_on = date(2026, 5, 3)
        session.commit()
        page = get_page(client, f"/help/{language}/articles/when-refund-arrives")
        assert f'<time datetime="2026-05-03">{words}</time>' in page

    def test_a_day_to_come_is_not_told(self, client: FlaskClient, session: Session) -> None:
        refund(session).reviewed_on = (utc_now() + timedelta(days=40)).date()
        session.commit()
        assert "Last reviewed" not in get_page(client, PAGE)

    def test_a_trainer_says_so_with_one_button(
        self, login: Login, csrf: Csrf, client: FlaskClient, session: Session
    ) -> None:
        number = save_article(session, make_source({"title": "Lamps", "slug": "lamps"}, "Text.")).id
        session.commit()
        trainer = login("trainer")
        assert "I have read it, it is right" in trainer.get(f"/desk/articles/{number}").text
        assert "I have read it, it is right" not in login("rep").get(f"/desk/articles/{number}").text
        trainer = login("trainer")
        posted = trainer.post(f"/studio/feedback/articles/{number}/reviewed", headers=csrf(trainer))
        assert posted.status_code == 303
        session.expire_all()
        article = get_article(session, number)
        assert article.reviewed_on is not None
        assert source_of_article(session, article).reviewed_on == article.reviewed_on
        assert "Last reviewed" in get_page(client, "/help/en/articles/lamps")


class TestSectionsAndContents:
    def test_contents_search_box_and_anchors_are_there_without_scripts(self, client: FlaskClient) -> None:
        page = get_page(client, PAGE)
        assert page.count('href="#a-by-upi"') == 3, "contents twice (fold and side), the anchor once"
        assert 'aria-label="Link to “By UPI”"' in page
        assert re.search(r'<form[^>]*role="search"[^>]*action="/help/en/search"', page)

    @pytest.mark.parametrize("at", ["a-by-upi", "by-upi"])
    def test_the_section_that_answers_is_marked(self, client: FlaskClient, at: str) -> None:
        page = get_page(client, f"{PAGE}?at={at}")
        marked = page.split('<div class="landed">')[1]
        assert "One or two days" in marked.split("</div>")[0]
        assert "five working days" not in marked.split("</div>")[0]

    @pytest.mark.parametrize("at", ["", "a-nothing", '"><script>', "a" * 5000])
    def test_a_name_that_is_no_section_marks_nothing(self, client: FlaskClient, at: str) -> None:
        page = get_page(client, f"{PAGE}?at={at}")
        assert "landed" not in page
        assert "<script>" not in page

    def test_a_section_ends_at_the_next_of_its_level_and_has_those_below_it(self, app: Flask, session: Session) -> None:
        rendered = render_markdown("## One\n\na\n\n### Within\n\nb\n\n## Two\n\nc")
        with app.test_request_context("/help/en/"):
            shown = present_article(rendered, region="IN", at="a-one").html
        marked = re.search(r'<div class="landed">(.*?)</div>', shown, re.DOTALL)
        assert marked is not None
        assert "<p>b</p>" in marked[1]
        assert "<p>c</p>" not in marked[1]

    def test_a_heading_within_a_fold_leaves_the_markup_whole(self, app: Flask) -> None:
        rendered = render_markdown("<details><summary>More</summary>\n\n## Inside\n\na\n\n</details>\n\nAfter")
        with app.test_request_context("/help/en/"):
            shown = present_article(rendered, region="IN", at="a-inside").html
        assert shown.count("<div") == shown.count("</div>")
        assert shown.index('class="landed"') < shown.index("</details>")


class TestWhatIsShown:
    def add(self, session: Session, body: str) -> None:
        add_article(session, "All sorts", body, slug="all-sorts", topic="returns")
        session.commit()

    def test_lists_can_be_ticked_and_numbers_dialled(self, client: FlaskClient, session: Session) -> None:
        self.add(session, "- [ ] Ask the guard\n- [x] Wait\n\nCall 1800 000 5454 about order JH-40718265.")
        page = get_page(client, "/help/en/articles/all-sorts")
        boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
        assert len(boxes) == 2
        assert not any("disabled" in box for box in boxes)
        assert '<a href="tel:18000005454"' in page
        assert "order JH-40718265." in page

    @pytest.mark.parametrize(("language", "word"), [("en", "Video"), ("hi", "वीडियो"), ("bn", "ভিডিও")])
    def test_a_video_is_a_link_in_the_words_of_the_article(
        self, client: FlaskClient, session: Session, language: str, word: str
    ) -> None:
        body = '<iframe src="https://www.youtube-nocookie.com/embed/Xy_1"></iframe>'
        add_article(session, "Film", body, slug="film", language=language, topic="returns")
        session.commit()
        page = get_page(client, f"/help/{language}/articles/film")
        assert "<iframe" not in page
        assert f'href="https://www.youtube.com/watch?v=Xy_1" rel="noopener nofollow">{word} (youtube.com)</a>' in page

    def test_topics_say_what_each_article_is_about(self, client: FlaskClient) -> None:
        page = get_page(client, "/help/en/topics/refunds")
        assert "Money comes back in five working days." in page
        assert "कार्ड पर पैसा पाँच दिन में आता है।" in get_page(client, "/help/hi/topics/refunds")


class TestWhyItDidNotHelp:
    def test_after_a_no_one_may_say_why_without_scripts(
        self, client: FlaskClient, csrf: Csrf, session: Session
    ) -> None:
        response = client.post(f"{PAGE}/vote", data={"vote": "no"}, headers=csrf(client))
        page = get_page(client, response.location)
        assert f'action="{REASON}"' in page
        said = {"why": "outdated", "text": "The bank says 7 days. I am on 98300 12345, asha@mail.example"}
        response = client.post(REASON, data=said, headers=csrf(client))
        assert response.status_code == 303
        assert "That helps us to mend it" in get_page(client, response.location)
        kept = session.scalars(select(VoteReason)).one()
        assert (kept.choice, kept.article_id, kept.language) == ("outdated", refund(session).id, "en")
        assert kept.text == "The bank says 7 days. I am on [phone], [email]"
        assert session.scalars(select(SearchEvent)).all() == []

    def test_what_is_missing_becomes_a_gap_once(
        self, client: FlaskClient, csrf: Csrf, session: Session, settings: Settings, engine: Engine
    ) -> None:
        for text in ("refund to a closed bank account", "how do I get a refund to a closed bank account"):
            client.post(f"{PAGE}/vote", data={"vote": "no"}, headers=csrf(client))
            client.post(REASON, data={"why": "missing", "text": text}, headers=csrf(client))
        event = session.scalars(select(SearchEvent)).one()
        assert (event.place, event.outcome, event.query) == ("article", "none", text)
        event.created_at -= timedelta(minutes=5)
        session.commit()
        run_gap_job(settings, engine)
        assert session.scalars(select(Gap.label)).all() == [text]

    def test_with_a_search_the_vote_has_made_the_miss_already(
        self, client: FlaskClient, csrf: Csrf, session: Session
    ) -> None:
        found = re.search(r"\?s=([\w-]+)", client.get("/help/en/search?q=refund+card").text)
        assert found
        data = {"why": "missing", "text": "card that expired", "s": found[1]}
        client.post(f"{PAGE}/vote", data={"vote": "no", "s": found[1]}, headers=csrf(client))
        client.post(REASON, data=data, headers=csrf(client))
        event = session.scalars(select(SearchEvent)).one()
        assert session.scalars(select(VoteReason.event_id)).all() == [event.id]

    @pytest.mark.parametrize("data", [{}, {"why": "", "text": "   "}, {"why": "<b>", "text": ""}, {"text": "\u200b"}])
    def test_nothing_said_is_nothing_stored(
        self, client: FlaskClient, csrf: Csrf, session: Session, data: dict[str, str]
    ) -> None:
        assert client.post(REASON, data=data, headers=csrf(client)).status_code == 303
        assert session.scalars(select(VoteReason)).all() == []

    def test_trainers_read_it_and_it_does_not_stay_for_ever(
        self, client: FlaskClient, login: Login, csrf: Csrf, session: Session
    ) -> None:
        client.post(REASON, data={"why": "unclear", "text": "Which <button>?" + "x" * 5000}, headers=csrf(client))
        page = get_page(login("trainer"), "/studio/feedback/")
        assert "Which &lt;button&gt;?" in page
        assert "It is hard to follow" in page
        assert len(session.scalars(select(VoteReason.text)).one()) <= 1000
        deleted = delete_what_is_old(session, KeepFor(0, 30, 0, 0), now=utc_now() + timedelta(days=31))
        assert deleted["vote_reasons"] == 1

    def test_the_page_of_a_stranger_cannot_say_it(self, client: FlaskClient, session: Session) -> None:
        assert client.post(REASON, data={"why": "unclear"}).status_code == 400
        assert session.scalars(select(VoteReason)).all() == []
        assert session.scalars(select(Feedback)).all() == []
