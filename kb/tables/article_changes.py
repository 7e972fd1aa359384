"""Which articles have changed, so that a process that keeps them in memory knows which to read again.

Written with every change of an article, in the same transaction, by whichever session makes it: nobody has to think of it, and
nobody sees a change without its row here.
"""

from collections.abc import Iterable

from sqlalchemy import String, bindparam, delete, event, insert, inspect, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from kb.tables.articles import Article
from kb.tables.base import Base

# In place of a translation key: articles that a statement changed without saying which.
ALL_ARTICLES = "*"
# The row with the number of the last change. Whoever changes an article holds it until the commit, so that changes become
# visible in the order of their numbers: a reader that has seen one has seen all before it.
_LAST = ""
_KEYS_AT_A_TIME = 500


class ArticleChange(Base):
    """When an article was last changed in any of its languages, in changes counted over all articles."""

    __tablename__ = "article_changes"

    translation_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[int] = mapped_column(index=True)


# Translation keys and numbers of what changed after the number `seen`; the last number of all is always among them.
CHANGES_AFTER = select(ArticleChange.translation_key, ArticleChange.number).where(
    ArticleChange.number > bindparam("seen")
)


@event.listens_for(Session, "before_flush")
def _note_changed_objects(session: Session, *_: object) -> None:
    changed = [item for item in session.dirty if isinstance(item, Article) and session.is_modified(item)]
    changed += [item for some in (session.new, session.deleted) for item in some if isinstance(item, Article)]
    if changed:
        before = (key for article in changed for key in inspect(article).attrs.translation_key.history.deleted)
        _note(session, {*before, *(article.translation_key for article in changed)})


@event.listens_for(Session, "do_orm_execute")
def _note_changing_statements(state: ORMExecuteState) -> None:
    changes = state.is_insert or state.is_update or state.is_delete
    if changes and state.bind_mapper is not None and state.bind_mapper.class_ is Article:
        _note(state.session, {ALL_ARTICLES})


def _note(session: Session, translation_keys: Iterable[str]) -> None:
    connection = session.connection()
    raised = update(ArticleChange).where(ArticleChange.translation_key == _LAST)
    if not connection.execute(raised.values(number=ArticleChange.number + 1)).rowcount:
        connection.execute(insert(ArticleChange), {"translation_key": _LAST, "number": 1})
    number = connection.scalar(select(ArticleChange.number).where(ArticleChange.translation_key == _LAST))
    keys = sorted(translation_keys)
    for start in range(0, len(keys), _KEYS_AT_A_TIME):
        some = keys[start : start + _KEYS_AT_A_TIME]
        connection.execute(delete(ArticleChange).where(ArticleChange.translation_key.in_(some)))
        connection.execute(insert(ArticleChange), [{"translation_key": key, "number": number} for key in some])
