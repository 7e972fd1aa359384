"""What a rep hands over: in which language, with which addresses, in which pieces; and translations that are missed."""

import html
import re
from collections.abc import Callable

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from page_checks import get_page
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements

from kb.tables import Article, Role, TranslationWant
from webapp.desk.copying import version_for

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


def forms(text: str) -> dict[str, str]:
    """What the keys hand over."""
    found = re.findall(r'data-copy="([^"]*)" data-copy-key="(\w)"', text)
    return {key: html.unescape(value) for value, key in found}


def quotes(text: str) -> list[str]:
    return [html.unescape(quote) for quote in re.findall(r'data-quote="([^"]*)"', text)]


def tools(text: str) -> str:
    return text.split("data-tools")[1].split(">")[0]


def test_rep_reads_one_language_and_hands_over_another(rep: FlaskClient, content: PageContent) -> None:
    text = get_page(rep, f"/desk/articles/{content.refund['en']}?to=hi")
    assert "When your refund arrives</h1>" in text
    handed = forms(text)
    assert handed["t"].startswith("रिफ़ंड कब आएगा\n\nकार्ड पर पैसा")
    assert handed["m"].startswith("# रिफ़ंड कब आएगा")
    assert handed["l"] == "http://localhost/help/hi/articles/when-refund-arrives"
    assert f'data-document="article:{content.refund["hi"]}" data-language="hi"' in tools(text)
    assert "data-wanted" not in tools(text)
    assert "Handed over in हिन्दी." in text


def test_links_of_results_keep_the_language_to_hand_over_in(rep: FlaskClient, content: PageContent) -> None:
    text = get_page(rep, "/desk/?q=when your refund arrives&to=bn")
    assert f"/desk/articles/{content.refund['en']}?to=bn&amp;s=" in text
    assert '<option value="bn" lang="bn" selected>' in text.split('id="to"')[1]
    assert "to=" not in get_page(rep, "/desk/?q=refund&to=klingon").split('id="results"')[1]


def test_letters_of_a_language_do_not_matter_for_its_version() -> None:
    versions = {tag: Article(language=tag) for tag in ("en", "hi")}
    assert version_for(versions["en"], versions, "hi-Latn") == (versions["hi"], "")
    assert version_for(versions["hi"], versions, "") == (versions["hi"], "")


def test_missing_version_is_handed_over_with_a_note_and_counted_when_it_is(
    rep: FlaskClient, login: Login, csrf: Csrf, session: Session, content: PageContent
) -> None:
    text = get_page(rep, f"/desk/articles/{content.english_only}?to=hi")
    assert "There is no version in हिन्दी" in text
    assert 'data-wanted="hi"' in tools(text)
    first, *_ = forms(text)["t"].split("\n\n")
    assert "English" in first
    assert re.search(r"[\u0900-\u097f]", first), "the note is for the customer, in their language"
    assert forms(text)["l"].startswith("http")
    assert session.scalars(select(TranslationWant)).all() == []
    data = {"kind": "copied", "document": f"article:{content.english_only}", "s": "", "wanted": "hi"}
    for _ in range(3):
        rep.post("/desk/feedback", data=data, headers=csrf(rep))
    want = session.scalars(select(TranslationWant)).one()
    assert (want.language, want.count, want.translation_key) == ("hi", 3, "return-a-lamp")
    listed = get_page(login("trainer"), "/studio/translations/")
    assert "Return a lamp" in listed
    assert "<td>3</td>" in listed


@pytest.mark.parametrize("change", [{"wanted": "en"}, {"wanted": "xx"}, {"wanted": ""}, {"kind": "answered"}])
def test_nothing_is_counted_where_nothing_is_missing(
    rep: FlaskClient, csrf: Csrf, session: Session, content: PageContent, change: dict[str, str]
) -> None:
    data = {"kind": "copied", "document": f"article:{content.english_only}", "s": "", "wanted": "hi", **change}
    rep.post("/desk/feedback", data=data, headers=csrf(rep))
    assert session.scalars(select(TranslationWant)).all() == []


def test_published_version_closes_the_want(
    rep: FlaskClient, login: Login, csrf: Csrf, session: Session, content: PageContent
) -> None:
    data = {"kind": "copied", "document": f"article:{content.english_only}", "s": "", "wanted": "bn"}
    rep.post("/desk/feedback", data=data, headers=csrf(rep))
    trainer = login("trainer")
    assert "Return a lamp" in get_page(trainer, "/studio/translations/")
    lamp = session.get_one(Article, content.english_only)
    add_article(session, "বাতি ফেরত", "লিখুন।", slug="lamp", language="bn", translation_key=lamp.translation_key)
    session.commit()
    assert "Return a lamp" not in get_page(trainer, "/studio/translations/")


def test_links_are_those_of_the_help_centre_and_none_leads_to_what_is_internal(
    rep: FlaskClient, content: PageContent
) -> None:
    handed = forms(get_page(rep, f"/desk/articles/{content.english_only}"))
    address = "http://localhost/help/en/articles/when-refund-arrives"
    assert f"See refunds ({address}) and limits." in handed["t"]
    assert f"[refunds]({address}) and limits." in handed["m"]
    assert "/desk/" not in handed["t"] + handed["m"]


TABLE = "Pay within:\n\n| Method | Days |\n|---|---|\n| UPI | 1 |\n| Card | |\n\n1. Open *it*\n2. Pay [here](https://pay.example)\n"
TABELLE = "इतने में:\n\n| तरीक़ा | दिन |\n|---|---|\n| यूपीआई | १ |\n| कार्ड | |\n\n1. खोलें\n2. [यहाँ](https://pay.example) दें\n"


def test_each_piece_can_be_quoted_in_the_customers_language(rep: FlaskClient, session: Session) -> None:
    english = add_article(session, "Pay", TABLE, slug="pay", translation_key="pay")
    add_article(session, "दें", TABELLE, slug="pay", language="hi", translation_key="pay")
    add_article(session, "দিন", "শুধু এই।", slug="pay", language="bn", translation_key="pay")
    session.commit()
    shown = quotes(get_page(rep, f"/desk/articles/{english.id}"))
    assert shown == ["Pay within:", "Method: UPI\nDays: 1", "Method: Card", "Open it", "Pay here (https://pay.example)"]
    hindi = quotes(get_page(rep, f"/desk/articles/{english.id}?to=hi"))
    assert hindi == ["इतने में:", "तरीक़ा: यूपीआई\nदिन: १", "तरीक़ा: कार्ड", "खोलें", "यहाँ (https://pay.example) दें"]
    # A version that is built otherwise has no piece that is known to say the same.
    assert quotes(get_page(rep, f"/desk/articles/{english.id}?to=bn")) == shown


def test_reading_page_costs_at_most_twelve_statements(rep: FlaskClient, engine: Engine, content: PageContent) -> None:
    for address in (
        f"articles/{content.english_only}?to=hi",
        f"articles/{content.refund['en']}?to=bn",
        "?q=refund",
        "",
    ):
        rep.get(f"/desk/{address}")
        with recorded_statements(engine) as statements:
            rep.get(f"/desk/{address}", buffered=False)
        reads = [one for one in statements if one.startswith("SELECT") and is_of_the_page(one)]
        assert len(reads) <= 12, (address, len(reads), reads)


def test_article_page_has_a_search_box_and_the_keys(rep: FlaskClient, content: PageContent) -> None:
    for address in (f"articles/{content.internal}", f"tickets/{content.ticket}"):
        text = get_page(rep, f"/desk/{address}")
        assert re.search(r'<input[^>]* id="q" name="q"[^>]* aria-keyshortcuts="/"', text)
        assert '<dialog class="keys-dialog"' in text
