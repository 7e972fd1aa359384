"""Checks of a text by what customers search for, with the bundled encoder: their words, their titles, what is said already."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sample_index import SampleIndex
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.articles import find_article
from kb.articles.editing import ArticleText, text_of
from kb.insight.writing.asked import store_asked
from kb.insight.writing.checks import Checked, check_text
from kb.search.types import Audience
from kb.tables import SearchEvent, utc_now

QUESTIONS = [
    "where is my parcel", "when will my parcel arrive", "parcel not delivered", "my parcel is late", "track my parcel",
    "parcel says delivered but not here", "how long does delivery take", "change delivery address", "courier did not come",
    "parcel damaged on arrival", "refund not received", "when do i get my money back", "refund to card", "cancel my order",
    "change my order", "return a shirt", "how do i return something", "exchange for another size", "return pickup date",
    "password not working", "cannot log in", "change my phone number", "delete my account", "gift card not accepted",
    "gift card balance", "pay in parts", "payment failed but money gone", "upi payment pending", "invoice for my order",
    "warranty of a mixer", "mixer does not start", "installation of fridge", "stop newsletters", "subscription cancel",
]  # fmt: skip


def add_questions(session: Session) -> None:
    for number, query in enumerate(QUESTIONS):
        session.add(
            SearchEvent(
                public_id=f"asked-{number}", created_at=utc_now() - timedelta(days=1 + number % 20), place="help",
                audience="customer", visit=f"v{number}", query=query, language="en", outcome="answered", confidence=0.9,
            )
        )  # fmt: skip
    session.flush()


@pytest.mark.bundled
def test_words_titles_and_duplicates_are_told_by_the_searches_and_the_vectors(sample_index: SampleIndex) -> None:
    runtime = sample_index.open()
    try:
        # Never committed: the sample is everybody's.
        with Session(sample_index.engine) as session:
            check = checker(session, runtime)
            original = find_article(session, "en", "return-an-item")
            assert original is not None
            text = text_of(original)
            nothing = check(text).findings
            assert "unused_word" not in {one.kind for one in nothing}  # nobody has searched yet: nothing can be told

            copied = ArticleText(title="Giving goods back", language="en", body=text.body)
            found = [one for one in check(copied).findings if one.kind == "duplicate"]
            assert found[0].values["article"] == original.id
            own = check_text(session, (runtime.encoder, runtime.searcher(Audience.REP)), text, original,
                             languages=("en", "hi", "bn"), region="IN")  # fmt: skip
            assert not {"duplicate", "answered_already"} & {one.kind for one in own.findings}

            add_questions(session)
            assert store_asked(session, runtime.encoder) == len(QUESTIONS)
            assert store_asked(session, runtime.encoder) == 0
            jargon = ArticleText(
                title="Consignment not delivered yet", language="en",
                body="Every consignment has a docket. The docket of a consignment shows where the consignment is.",
            )  # fmt: skip
            checked = check(jargon)
            assert checked.searches == len(QUESTIONS)
            unused = {one.values["word"].lower(): one.values["instead"] for one in checked.findings
                      if one.kind == "unused_word"}  # fmt: skip
            assert "consignment" in unused
            assert "parcel" in unused["consignment"]
            plain = ArticleText(title="Where is my parcel", language="en", body="The parcel is on its way.")
            assert not {"unused_word", "unasked_title"} & {one.kind for one in check(plain).findings}
            odd = ArticleText(title="Growing tomatoes on a balcony", language="en", body="Water them.")
            assert "unasked_title" in {one.kind for one in check(odd).findings}
    finally:
        runtime.close()


def checker(session: Session, runtime: SearchRuntime) -> Callable[[ArticleText], Checked]:
    def check(text: ArticleText) -> Checked:
        search = runtime.encoder, runtime.searcher(Audience.REP)
        return check_text(session, search, text, None, languages=("en", "hi", "bn"), region="IN")

    return check
