"""What a trainer decides about wordings: accept as it is or rewritten, refuse, undo."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import ConflictError, NotFoundError
from kb.insight.wordings.texts import Unfit, UnfitWordingError, clean_wording, content_key
from kb.tables import Article, LearnedWording, WordingState
from kb.text.language import guess_language

_ON_SEARCH = (WordingState.APPLIED.value, WordingState.CHECKING.value)


def accept_wording(session: Session, wording_id: int, text: str, user_id: int, *, region: str) -> LearnedWording:
    """Take a suggestion. As it was tried out it is searched at once; rewritten it waits for the job to try it out.

    region: the country of phone numbers without a prefix. Raises NotFoundError; ConflictError where it is no suggestion (any
    more); UnfitWordingError for a text that can be none.
    """
    wording = _in_state(session, wording_id, {WordingState.SUGGESTED})
    text = clean_wording(text, region=region)
    if content_key(text) in _known(session, wording):
        raise UnfitWordingError(Unfit.KNOWN)
    if text != wording.text:
        wording.text, wording.language, wording.replay = text, guess_language(text), {}
    wording.state = (WordingState.APPLIED if wording.replay else WordingState.CHECKING).value
    _sign(wording, user_id)
    return wording


def refuse_wording(session: Session, wording_id: int, user_id: int) -> LearnedWording:
    """It is not suggested again. Raises NotFoundError; ConflictError where it is no suggestion (any more)."""
    wording = _in_state(session, wording_id, {WordingState.SUGGESTED})
    wording.state = WordingState.REFUSED.value
    _sign(wording, user_id)
    return wording


def undo_wording(session: Session, wording_id: int, user_id: int) -> LearnedWording:
    """One that is searched is taken out again; one that was refused, or did harm, is a suggestion again, which no job applies by
    itself. Raises NotFoundError; ConflictError where there is nothing to undo."""
    undoable = {WordingState.APPLIED, WordingState.CHECKING, WordingState.REFUSED, WordingState.HARMFUL}
    wording = _in_state(session, wording_id, undoable)
    back = WordingState.REFUSED if wording.state in _ON_SEARCH else WordingState.SUGGESTED
    if wording.state == WordingState.HARMFUL.value:
        # Accepting it must try it out again: what it does may have changed, and nobody may pass that by.
        wording.replay = {}
    wording.state = back.value
    _sign(wording, user_id)
    return wording


def _in_state(session: Session, wording_id: int, states: set[WordingState]) -> LearnedWording:
    wording = session.scalar(
        select(LearnedWording)
        .where(LearnedWording.id == wording_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if wording is None:
        raise NotFoundError("There is no such wording.")
    if wording.state not in {state.value for state in states}:
        raise ConflictError("Somebody else has decided about this wording meanwhile.", remedy="Look at the list again.")
    return wording


def _known(session: Session, wording: LearnedWording) -> set[frozenset[str]]:
    """The keys of what the article has already."""
    article = session.get(Article, wording.article_id)
    own = [] if article is None else [article.title, *article.also_asked]
    learned = session.scalars(
        select(LearnedWording.text).where(
            LearnedWording.article_id == wording.article_id,
            LearnedWording.id != wording.id,
            LearnedWording.state.in_(_ON_SEARCH),
        )
    )
    return {content_key(text) for text in (*own, *learned)}


def _sign(wording: LearnedWording, user_id: int) -> None:
    wording.decided_by_id, wording.decided_at = user_id, utc_now()
