"""A changed paragraph of the source flags the section that says it in each language, and no other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.errors import ConflictError, NotFoundError
from kb.insight.translations.comparing import SectionState
from kb.insight.translations.following import follow_articles, has_unfollowed
from kb.insight.translations.page import beside_source, confirm_section, matrix, seen_hash, undo_section
from kb.insight.translations.wants import count_want
from kb.tables import Article, ArticleRevision, FollowedArticle

LANGUAGES = ("en", "hi", "bn")
EN = {
    "": "A lamp can go back.", "Pack it": "Use the old box with 2 layers.", "Send it": "Within 10 days.",
    "Money": "It is back after 5 days.",
}  # fmt: skip
HI = {
    "": "लैंप वापस जा सकता है।", "पैक करें": "2 परत वाला पुराना डिब्बा लें।", "भेजें": "10 दिन में।", "पैसा": "5 दिन में आता है।",
}  # fmt: skip
BN = {"": "বাতি ফেরত যায়।", "মোড়ানো": "২ স্তরের পুরনো বাক্স।", "পাঠান": "১০ দিনের মধ্যে।", "টাকা": "৫ দিনে ফেরে।"}
Save = Callable[..., Article]


def body_of(parts: dict[str, str]) -> str:
    return "\n\n".join(f"## {name}\n\n{text}" if name else text for name, text in parts.items())


@pytest.fixture
def save(session: Session) -> Save:
    def save(parts: dict[str, str], language: str = "en", author: str = "", **fields: object) -> Article:
        values = {"title": f"Lamp {language}", "slug": "lamp", "language": language, "status": "published", **fields}
        article = save_article(session, make_source(values, body_of(parts)), author=author)
        session.commit()
        return article

    return save


@pytest.fixture
def follow(session: Session) -> Callable[[], int]:
    def follow() -> int:
        return follow_articles(session, LANGUAGES, checkpoint=session.commit)

    return follow


def work(session: Session, article: Article) -> dict[str, str]:
    """What waits: by the first line of the section, of the source or of the translation."""
    return {
        (one.now or one.text).split("\n")[0]: one.state.value
        for one in beside_source(session, article.id).sections
        if one.needs_work
    }


@pytest.mark.parametrize("order", [("en", "hi", "bn"), ("bn", "hi", "en")])
def test_changed_paragraph_flags_its_section_in_each_language(
    session: Session, save: Save, follow: Callable[[], int], order: tuple[str, ...]
) -> None:
    texts = {"en": EN, "hi": HI, "bn": BN}
    made = {tag: save(texts[tag], tag) for tag in order}
    follow()
    assert not has_unfollowed(session)
    assert all(work(session, made[tag]) == {} for tag in ("hi", "bn"))
    save(EN | {"Send it": "Within 14 days."})
    assert has_unfollowed(session)
    follow()
    for tag, heading in (("hi", "भेजें"), ("bn", "পাঠান")):
        assert work(session, made[tag]) == {"Send it": "behind"}
        section = next(one for one in beside_source(session, made[tag].id).sections if one.needs_work)
        assert section.before.endswith("10 days.")
        assert section.now.endswith("14 days.")
        assert section.text.startswith(heading)
        assert session.get_one(FollowedArticle, made[tag].id).behind == 1
    with pytest.raises(NotFoundError):
        beside_source(session, made["en"].id)


def test_history_before_the_first_look_counts(session: Session, save: Save, follow: Callable[[], int]) -> None:
    save(EN)
    hindi = save(HI, "hi")
    save(EN | {"Money": "It is back after 9 days."})
    save(EN | {"Money": "It is back after 9 days.", "Pack it": "Any box."})
    save(HI | {"पैक करें": "कोई भी डिब्बा।"}, "hi")
    follow()
    assert work(session, hindi) == {"Money": "behind"}


def test_sections_that_come_go_and_move(session: Session, save: Save, follow: Callable[[], int]) -> None:
    save(EN)
    hindi = save(HI, "hi")
    follow()
    moved = {"": EN[""], "Money": EN["Money"], "Before you begin": "Take the bulbs out.", "Pack it": EN["Pack it"]}
    save(moved)
    follow()
    assert work(session, hindi) == {"Before you begin": "missing", "भेजें": "gone"}
    follow()
    save(moved | {"Pack it": "Any box will do."})
    follow()
    assert work(session, hindi) == {"Before you begin": "missing", "Pack it": "behind", "भेजें": "gone"}
    translated = {"": HI[""], "पैसा": HI["पैसा"], "शुरू में": "बल्ब निकालें।", "पैक करें": "कोई भी डिब्बा।"}
    save(translated, "hi")
    follow()
    assert work(session, hindi) == {}
    assert not any(one.is_moved for one in beside_source(session, hindi.id).sections)


def test_section_that_comes_back_is_what_it_was(session: Session, save: Save, follow: Callable[[], int]) -> None:
    save(EN)
    hindi = save(HI, "hi")
    save({name: text for name, text in EN.items() if name != "Money"})
    follow()
    assert work(session, hindi) == {"पैसा": "gone"}
    save(EN)
    follow()
    assert work(session, hindi) == {}


def test_white_space_and_a_changed_state_flag_nothing(session: Session, save: Save, follow: Callable[[], int]) -> None:
    save(EN)
    hindi = save(HI, "hi")
    save(EN | {"Pack it": "Use the old box\nwith **2** layers."}, topic="lamps")
    save(EN, status="in_review")
    follow()
    assert work(session, hindi) == {}


def test_title_is_a_section(session: Session, save: Save, follow: Callable[[], int]) -> None:
    save(EN)
    hindi = save(HI, "hi")
    save(EN, title="Send a lamp back")
    follow()
    assert work(session, hindi) == {"Send a lamp back": "behind"}


def test_files_of_one_commit_go_together(session: Session, save: Save, follow: Callable[[], int]) -> None:
    """A folder is read language by language: Bengali comes before English."""
    save(EN, author="git")
    bengali = save(BN, "bn", author="git")
    follow()
    save(BN | {"পাঠান": "১৪ দিনের মধ্যে।"}, "bn", author="git")
    follow()
    save(EN | {"Send it": "Within 14 days."}, author="git")
    follow()
    assert work(session, bengali) == {}
    save(EN | {"Send it": "Within 21 days."}, author="git")
    follow()
    assert work(session, bengali) == {"Send it": "behind"}, "only the first time"


def test_other_people_and_other_days_do_not_go_together(
    session: Session, save: Save, follow: Callable[[], int]
) -> None:
    save(EN, author="a@example.com")
    bengali = save(BN, "bn", author="b@example.com")
    save(BN | {"পাঠান": "দশ দিনের মধ্যে।"}, "bn", author="a@example.com")
    for one in session.scalars(select(ArticleRevision)):
        one.created_at -= timedelta(hours=1)
    session.commit()
    save(EN | {"Send it": "Within 14 days."}, author="a@example.com")
    follow()
    assert work(session, bengali) == {"Send it": "behind"}


def test_saying_that_it_is_up_to_date_and_taking_it_back(
    session: Session, save: Save, follow: Callable[[], int]
) -> None:
    save(EN)
    hindi = save(HI, "hi")
    save({"": EN[""], "New": "Something new.", "Pack it": "Any box.", "Send it": EN["Send it"]})
    follow()
    assert work(session, hindi) == {"Pack it": "behind", "New": "missing", "पैसा": "gone"}
    for one in [one for one in beside_source(session, hindi.id).sections if one.needs_work]:
        seen = {"row": one.row.id if one.row else None, "source_place": one.source_place, "seen": seen_hash(one)}
        with pytest.raises(ConflictError):
            confirm_section(session, hindi.id, **seen | {"seen": "other"}, by="asha@example.com")
        confirm_section(session, hindi.id, **seen, by="asha@example.com")
    assert work(session, hindi) == {}
    followed = session.get_one(FollowedArticle, hindi.id)
    assert (followed.behind, followed.missing, followed.extra) == (0, 0, 0)
    said = [one for one in beside_source(session, hindi.id).sections if one.row and one.row.is_confirmed]
    assert {one.state for one in said} == {SectionState.CURRENT, SectionState.OWN}
    assert {one.row.translated_by for one in said if one.row} == {"asha@example.com"}
    for one in said:
        assert one.row
        undo_section(session, hindi.id, one.row.id)
    assert work(session, hindi) == {"Pack it": "behind", "New": "missing", "पैसा": "gone"}
    assert session.get_one(FollowedArticle, hindi.id).behind == 1
    with pytest.raises(NotFoundError):
        undo_section(session, hindi.id, 98765)


def test_change_of_the_translation_can_be_said_to_be_no_update(
    session: Session, save: Save, follow: Callable[[], int]
) -> None:
    save(EN)
    hindi = save(HI, "hi")
    save(EN | {"Pack it": "Any box."})
    save(HI | {"पैक करें": "2 परतों वाला पुराना डिब्बा लें।"}, "hi")
    follow()
    assert work(session, hindi) == {}
    row = next(one.row for one in beside_source(session, hindi.id).sections if one.row and one.row.previous)
    undo_section(session, hindi.id, row.id)
    assert work(session, hindi) == {"Pack it": "behind"}


def test_another_source_begins_anew(session: Session, save: Save, follow: Callable[[], int]) -> None:
    hindi, bengali = save(HI, "hi"), save(BN, "bn")
    follow()
    assert work(session, bengali) == {}
    assert beside_source(session, bengali.id).source.id == hindi.id
    english = save(EN)
    follow()
    assert beside_source(session, bengali.id).source.id == english.id
    assert beside_source(session, hindi.id).source.id == english.id
    save(EN, translation_key="another")
    follow()
    assert beside_source(session, bengali.id).source.id == hindi.id


def test_matrix_goes_by_what_is_wanted(session: Session, save: Save, follow: Callable[[], int]) -> None:
    save(EN)
    save(HI, "hi")
    save(BN, "bn")
    kettle = save(EN, slug="kettle", title="Kettle")
    iron = save(EN, slug="iron", title="Iron")
    for article, language, times in ((kettle, "hi", 2), (iron, "bn", 5), (kettle, "bn", 1)):
        for _ in range(times):
            count_want(session, article.id, language)
    save(EN | {"Send it": "Within 14 days."})
    follow()
    keys = [row.key for row in matrix(session, LANGUAGES, limit=10)[0]]
    assert keys == ["iron", "kettle", "lamp"]
    rows, count = matrix(session, LANGUAGES, language="hi", limit=10)
    assert ([row.key for row in rows], count) == (["kettle", "iron", "lamp"], 3)
    assert (rows[0].demand, rows[0].wanted) == (2, {"hi": 2, "bn": 1})
    lamp = rows[2]
    assert list(lamp.cells) == ["en", "hi", "bn"]
    assert [cell.behind for cell in lamp.cells.values()] == [0, 1, 1]
    assert lamp.first.title == "Lamp en"
    assert [row.key for row in matrix(session, LANGUAGES, only="behind", limit=10)[0]] == ["lamp"]
    assert {row.key for row in matrix(session, LANGUAGES, only="missing", limit=10)[0]} == {"iron", "kettle"}
    assert [row.key for row in matrix(session, LANGUAGES, limit=1, offset=1)[0]] == ["kettle"]
