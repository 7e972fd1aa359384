"""The passages that an article would have if it were published as it is now: for trying out what that would do to searches."""

from sqlalchemy.orm import Session

from indexer.documents import DocumentState, prepare_documents
from indexer.shown_text import as_shown
from indexer.storing import embed_prepared
from kb.search.altered_collection import AddedQuestion
from kb.search.encoding import Encoder
from kb.search.types import ALTERNATIVE_QUESTIONS, PARTS, CollectionName
from kb.tables import Article


def passages_if_published(session: Session, encoder: Encoder, article: Article) -> list[AddedQuestion]:
    """Encoded here and stored nowhere."""
    state = DocumentState("article", article.id, CollectionName.HELP, article.content_hash)
    group, passages = prepare_documents(session, [state], encoder.count_tokens)[state.key]
    embedded = embed_prepared(encoder, passages)
    added = []
    for passage, vector, words in zip(passages, embedded.vectors, embedded.words, strict=True):
        if passage.part == PARTS[ALTERNATIVE_QUESTIONS]:
            added.append(AddedQuestion(article.id, group, passage.language, passage.text, vector))
            continue
        shown = as_shown(passage.marked or passage.text, passage.heading_path, passage.anchors)
        text = " ".join((*passage.heading_path, passage.text))
        added.append(AddedQuestion(article.id, group, passage.language, text, vector, shown, words))
    return added
