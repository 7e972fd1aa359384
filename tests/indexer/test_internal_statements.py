"""Statements of internal articles are kept with vectors, made anew where the article changed, and gone with it."""

from collections.abc import Callable

from content_factory import add_article, change_article
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.internal_statements import keep_internal_statements
from indexer.runtime import SearchRuntime
from kb.search.types import Audience
from kb.tables import InternalStatements

SECRET = "Refunds above two thousand rupees need the signature of the floor manager."


def test_only_published_internal_articles_are_kept(
    session: Session, engine: Engine, open_runtime: Callable[[], SearchRuntime]
) -> None:
    internal = add_article(session, "Limits", SECRET, audience="internal")
    add_article(session, "Public", "Everybody may read this sentence here.")
    add_article(session, "Draft", "Nobody may read this.", audience="internal", status="draft")
    runtime = open_runtime()
    runtime.update()
    rows = session.scalars(select(InternalStatements)).all()
    assert [row.article_id for row in rows] == [internal.id]
    assert rows[0].statements == [{"text": SECRET, "heading": "", "may_be_said": False}]
    assert len(rows[0].vectors) == 2 * 2 * runtime.encoder.dimensions
    assert keep_internal_statements(engine, runtime.encoder) == 0


def test_what_changes_is_guarded_at_once_and_what_is_made_public_no_longer(
    session: Session, engine: Engine, open_runtime: Callable[[], SearchRuntime]
) -> None:
    article = add_article(session, "Limits", SECRET, audience="internal")
    runtime = open_runtime()
    runtime.update()

    def leaks(text: str) -> list[str]:
        views = runtime.searcher(Audience.REP).views()
        return [leak.says for leak in runtime.leak_guard.check(session, text, views).leaks]

    assert leaks(SECRET) == [SECRET]
    changed = "Refunds above three thousand rupees need a letter of the finance director."
    change_article(session, article, body=changed)
    runtime.update()
    session.expire_all()
    assert leaks(changed) == [changed]
    assert leaks(SECRET) == []
    change_article(session, article, audience="public")
    assert leaks(changed) == []
    runtime.update()
    assert session.scalars(select(InternalStatements)).all() == []
