"""Links of articles to other sites: called with care, flagged when they lead nowhere, never into a private network."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from content_factory import add_article
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from other_site import OtherSite, running_site
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.http_following import MOST_REDIRECTS, Followed, Lead, follow
from kb.insight.flags.outside import AGAIN, check_outside_links, outside_links_of
from kb.tables import ArticleFlag, FlagKind, FlagState, OutsideLink

Check = Callable[..., dict[str, int]]
BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[OtherSite]:
    with running_site() as running:
        yield running


@pytest.fixture
def check(session: Session) -> Check:
    def run(after: timedelta, *, private: bool = True, own_site: str = "") -> dict[str, int]:
        return check_outside_links(
            session, private=private, own_site=own_site, now=lambda: BEGIN + after,
            checkpoint=session.commit, tick=lambda: None,
        )  # fmt: skip

    return run


def open_flags(session: Session) -> list[ArticleFlag]:
    session.expire_all()
    return [
        one
        for one in session.scalars(select(ArticleFlag).order_by(ArticleFlag.id))
        if (one.kind, one.state) == (FlagKind.OUTSIDE.value, FlagState.OPEN.value)
    ]


def test_page_that_is_gone_twice_is_flagged_with_its_evidence_and_past_when_it_is_back(
    session: Session, site: OtherSite, check: Check
) -> None:
    site.answers["/gone"] = (404, "")
    body = f"See [the rules]({site.url('/gone')}) and [the tax office]({site.url('/there')}#top)."
    first = add_article(session, "Import duty", body)
    other = add_article(session, "Customs", f"[Rules]({site.url('/gone')})", audience="internal")
    add_article(session, "A draft", f"[x]({site.url('/draft')})", status="draft")
    session.commit()
    assert check(timedelta())["called"] == 2
    assert open_flags(session) == []
    assert check(timedelta(minutes=30)) == {"called": 0}
    assert check(timedelta(hours=2))["new"] == 2
    flags = open_flags(session)
    assert [one.article_id for one in flags] == [first.id, other.id]
    evidence = flags[0].evidence
    assert (evidence["link"], evidence["why"], evidence["status"], evidence["calls"]) == (
        site.url("/gone"), "gone", 404, 2,
    )  # fmt: skip
    assert evidence["since"] == BEGIN.isoformat()
    assert evidence["checked"] == (BEGIN + timedelta(hours=2)).isoformat()
    site.answers.clear()
    assert check(timedelta(hours=9))["past"] == 2
    assert open_flags(session) == []
    # What leads somewhere is left alone for a week.
    assert check(timedelta(days=2)) == {"called": 0}
    assert check(timedelta(hours=9) + AGAIN)["called"] == 2
    assert not any(path == "/draft" for _, path in site.calls)


def test_link_that_is_taken_out_or_whose_article_is_put_away_is_forgotten(
    session: Session, site: OtherSite, check: Check
) -> None:
    site.answers["/gone"] = (410, "")
    one = add_article(session, "One", f"[a]({site.url('/gone')})")
    two = add_article(session, "Two", f"[a]({site.url('/gone')})")
    session.commit()
    check(timedelta())
    check(timedelta(hours=2))
    assert len(open_flags(session)) == 2
    one.body, one.revision = "Nothing.", 2
    two.status = "archived"
    session.commit()
    assert check(timedelta(hours=3))["past"] == 2
    assert session.scalars(select(OutsideLink)).all() == []


def test_server_in_trouble_is_given_a_day(session: Session, site: OtherSite, check: Check) -> None:
    site.answers["/slow"] = (503, "")
    add_article(session, "One", f"[a]({site.url('/slow')})")
    session.commit()
    for hours in (0, 2, 9):
        check(timedelta(hours=hours))
        assert open_flags(session) == []
    check(timedelta(hours=40))
    [flag] = open_flags(session)
    assert (flag.evidence["why"], flag.evidence["status"]) == ("server", 503)


def test_our_own_broken_connection_is_nobodys_dead_link(session: Session, site: OtherSite, check: Check) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        dead = f"http://127.0.0.1:{held.getsockname()[1]}/"
        elsewhere = dead.replace("127.0.0.1", "127.0.0.2")
        article = add_article(session, "One", f"[a]({dead}) [b]({elsewhere})")
        session.commit()
        for days in range(6):
            check(timedelta(days=days))
        assert open_flags(session) == []
        article.body, article.revision = f"[a]({dead}) [c]({site.url()})", 2
        session.commit()
        for days in range(6, 40):
            check(timedelta(days=days))
        # Only what failed in a round in which another site was reached.
        assert {flag.evidence["link"] for flag in open_flags(session)} <= {dead}
        assert session.scalars(select(OutsideLink.failures).where(OutsideLink.url == dead)).one() >= 1


def test_nothing_inside_is_called_unless_that_is_allowed_and_a_redirect_gets_no_further(
    session: Session, site: OtherSite, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_article(session, "Public", f"[a]({site.url('/secret')})")
    add_article(session, "Internal", f"[a]({site.url('/secret')})", audience="internal")
    session.commit()
    check(timedelta(), private=False)
    assert site.calls == []
    assert [(flag.article.title, flag.evidence["why"]) for flag in open_flags(session)] == [("Public", "inside")]
    assert follow(site.url(), timeout=3) == Followed(Lead.INSIDE)
    # The first call may go there, what it is sent to may not.
    site.answers["/out"] = (302, "http://169.254.169.254/latest/meta-data/")
    from kb.core import http_call

    usual = http_call.is_public
    monkeypatch.setattr(http_call, "is_public", lambda address: address == "127.0.0.1" or usual(address))
    assert follow(site.url("/out"), timeout=3) == Followed(Lead.INSIDE, 302)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"/a": (200, "")}, Followed(Lead.PAGE, 200)),
        ({"/a": (301, "/b"), "/b": (302, "/c")}, Followed(Lead.PAGE, 200)),
        ({"/a": (301, "/b"), "/b": (404, "")}, Followed(Lead.GONE, 404)),
        ({"/a": (308, "/a")}, Followed(Lead.LOOP, 308)),
        ({"/a": (403, "")}, Followed(Lead.PAGE, 403)),  # it asks who is there
        ({"/a": (401, "")}, Followed(Lead.PAGE, 401)),
        ({"/a": (429, "")}, Followed(Lead.PAGE, 429)),
        ({"/a": (405, "")}, Followed(Lead.PAGE, 200)),  # no head alone
        ({"/a": (500, "")}, Followed(Lead.SERVER, 500)),
        ({"/a": (302, "ftp://files.test/x")}, Followed(Lead.SERVER, 302)),
        ({"/a": (302, "http://[::1")}, Followed(Lead.SERVER, 302)),
        ({"/a": (304, "")}, Followed(Lead.PAGE, 304)),
    ],
)
def test_where_an_address_leads(site: OtherSite, answers: dict[str, tuple[int, str]], expected: Followed) -> None:
    site.answers.update(answers)
    assert follow(site.url("/a"), timeout=3, private=True) == expected
    assert len(site.calls) <= 2 * (MOST_REDIRECTS + 1)


def test_examples_own_pages_and_code_are_no_links_outside() -> None:
    body = (
        "[a](https://shop.example/x) [b](http://localhost:80/) <https://www.irs.test/> [c](https://help.mine.org/a) "
        "[d](mailto:a@b.org) [e](other.md) `https://code.org` https://bare.org/x?a=1&b=2 [f](https://bare.org/x?a=1&b=2#part)\n\n"
        "```\n[g](https://block.org)\n```\n"
    )
    assert outside_links_of(body, "https://help.mine.org") == ["https://bare.org/x?a=1&b=2"]


@given(st.text(max_size=200) | st.from_regex(r"\[a\]\(https?://[^)]{0,40}\)", fullmatch=True))
@examples(max_examples=150, deadline=None)
def test_any_text_has_links_or_none(body: str) -> None:
    assert all(url.startswith(("http://", "https://", "HTTP")) for url in outside_links_of(body))
