"""Duplicates that share no words: the sample shop's languages are written freely, so a version without its tie is such a one."""

from sample_index import SampleIndex
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.insight.flags.duplicates import find_duplicates
from kb.insight.flags.same_meaning import find_same_meaning
from kb.tables import Article


def nothing() -> None:
    pass


def test_versions_of_an_article_whose_tie_is_cut_are_found_and_nothing_else(sample_index: SampleIndex) -> None:
    cut = [
        ("claim-warranty", "hi"), ("missed-delivery", "bn"), ("pay-by-emi", "hi"), ("manage-refills", "bn"),
        ("use-a-gift-card", "hi"), ("reset-your-password", "bn"), ("cancel-an-order", "hi"), ("get-gst-invoice", "bn"),
        ("track-your-order", "hi"), ("stop-marketing-messages", "bn"),
    ]  # fmt: skip
    with Session(sample_index.engine) as session:
        assert find_same_meaning(session, tick=nothing) == []
        for key, language in cut:
            query = select(Article).where(Article.translation_key == key, Article.language == language)
            session.scalars(query).one().translation_key = f"{key}-untied"
        session.flush()
        flags = find_same_meaning(session, tick=nothing)
        keys = {article.id: article.translation_key for article in session.scalars(select(Article))}
        pairs = {frozenset((keys[flag.article_id], keys[flag.other_id or 0])) for flag in flags}
        right = {frozenset((key, f"{key}-untied")) for key, _ in cut}
        assert pairs <= right
        assert len(pairs) >= 7
        by_words = {(flag.article_id, flag.other_id) for flag in find_duplicates(session, tick=nothing)}
        assert not by_words & {(flag.article_id, flag.other_id) for flag in flags}, "they share no words"
        for flag in flags:
            assert flag.article_id > (flag.other_id or 0)
            assert 0.23 <= flag.evidence["likeness"] < 1
            assert flag.evidence["pairs"]
            assert len(set(flag.evidence["languages"])) == 2
        session.rollback()


def test_articles_of_two_audiences_are_not_compared(sample_index: SampleIndex) -> None:
    with Session(sample_index.engine) as session:
        query = select(Article).where(Article.translation_key == "claim-warranty", Article.language == "hi")
        article = session.scalars(query).one()
        article.translation_key, article.audience = "untied", "internal"
        session.flush()
        assert find_same_meaning(session, tick=nothing) == []
        session.rollback()
