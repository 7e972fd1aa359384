"""Publishing one document costs one, however many there are: changes leave marks, by whatever way they are made."""

from collections.abc import Callable, Sequence

import pytest
from content_factory import add_article, add_ticket, change_article
from sqlalchemy import Engine, delete, event, func, insert, select, text, update
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import PassageEmbeddings
from kb.tables import Article, ChangedDocument, Passage, Ticket, has_changed_documents, mark_everything


def index(engine: Engine, settings: Settings, encoder: HashEncoder | None = None) -> int:
    return bring_up_to_date(engine, settings.index_dir, encoder or HashEncoder()).documents


def is_current(engine: Engine, settings: Settings) -> bool:
    return verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []


def marked(session: Session) -> set[tuple[str, int]]:
    session.rollback()
    return {(row.document_kind, row.document_id) for row in session.scalars(select(ChangedDocument))}


def test_every_way_of_changing_a_document_leaves_a_mark(session: Session, engine: Engine, settings: Settings) -> None:
    first, second = add_article(session, "First", "text"), add_article(session, "Second", "text")
    ticket = add_ticket(session, "Lamp", "broken", "sent a new one")
    assert marked(session) == {("article", first.id), ("article", second.id), ("ticket", ticket.id)}
    index(engine, settings)
    assert marked(session) == set()
    ways: list[tuple[Callable[[], object], tuple[str, int]]] = [
        (lambda: change_article(session, first, body="other"), ("article", first.id)),
        (lambda: session.execute(update(Article).values(status="archived")), ("article", second.id)),
        (lambda: session.execute(text("UPDATE tickets SET status = 'open'")), ("ticket", ticket.id)),
        (lambda: session.execute(delete(Ticket)), ("ticket", ticket.id)),
    ]  # fmt: skip
    for change, mark in ways:
        change()
        session.commit()
        assert mark in marked(session)
        index(engine, settings)
        assert marked(session) == set()
        assert is_current(engine, settings)


def test_many_rows_in_one_statement_are_all_marked(session: Session, engine: Engine, settings: Settings) -> None:
    rows = [
        {"slug": f"a{i}", "translation_key": f"a{i}", "language": "en", "status": "published", "title": f"Title {i}",
         "body": "text", "content_hash": str(i)}
        for i in range(150)
    ]  # fmt: skip
    session.execute(insert(Article), rows)
    session.commit()
    assert len(marked(session)) == 150
    assert index(engine, settings) == 150
    assert is_current(engine, settings)


def test_a_change_that_is_rolled_back_leaves_none(session: Session, engine: Engine, settings: Settings) -> None:
    article = add_article(session, "First", "text")
    index(engine, settings)
    article.body, article.content_hash = "other", "other"
    session.flush()
    session.rollback()
    assert not has_changed_documents(session)


def test_what_the_index_does_not_hold_is_no_change(session: Session, engine: Engine, settings: Settings) -> None:
    article = add_article(session, "First", "text")
    index(engine, settings)
    article.owner = "somebody@example.com"
    session.commit()
    assert not has_changed_documents(session)


def test_a_document_that_changes_while_it_is_indexed_is_indexed_again(
    session: Session, engine: Engine, settings: Settings
) -> None:
    article = add_article(session, "Lamp", "first text")

    class Interrupting(HashEncoder):
        asked = 0

        def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
            self.asked += 1
            if self.asked == 1:
                change_article(session, article, body="second text")
            return super().embed_passages(texts, progress)

    assert index(engine, settings, Interrupting()) == 2
    session.rollback()
    assert session.scalars(select(Passage.text)).all() == ["second text"]
    assert is_current(engine, settings)


@pytest.mark.parametrize("others", [10, 300])
def test_publishing_costs_the_same_beside_ten_documents_and_beside_many(
    session: Session, engine: Engine, settings: Settings, others: int
) -> None:
    for i in range(others):
        add_ticket(session, f"Ticket {i}", f"problem {i}", f"solution {i}")
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    add_article(session, "Copper kettle", "How to clean a copper kettle")
    rows = 0

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal rows
        rows += 1
        assert "FROM tickets" not in statement

    event.listen(engine, "before_cursor_execute", count)
    assert index(engine, settings) == 1
    event.remove(engine, "before_cursor_execute", count)
    assert rows <= 60


def test_who_marks_everything_has_all_documents_compared(session: Session, engine: Engine, settings: Settings) -> None:
    add_article(session, "First", "text")
    index(engine, settings)
    # As if the document had never been seen by the triggers.
    session.execute(delete(ChangedDocument))
    session.execute(text("DELETE FROM indexed_documents"))
    mark_everything(session)
    mark_everything(session)
    session.commit()
    assert session.scalar(select(func.count()).select_from(ChangedDocument)) == 1
    assert index(engine, settings) == 1
    assert not has_changed_documents(session)
