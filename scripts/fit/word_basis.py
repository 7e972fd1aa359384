"""Make `indexer/encoders/word_basis_original.npz`: what turns the original encoder's token vectors into vectors of single words.

Fitted without any label on the words of the sample content, public and internal, in English, Hindi and Bengali:

    .venv/bin/python scripts/fit/word_basis.py
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from indexer.chunking import chunk_article
from indexer.encoders.bundled_model import ORIGINAL_FINGERPRINT, bundled_model_dir
from indexer.encoders.onnx_text_model import OnnxTextModel
from indexer.encoders.token_embeddings import BASIS_FILES, TokenBasis, align_tokens, write_token_basis
from kb.articles import parse_article
from kb.core.settings import Settings
from kb.search.encoding import Vectors

WORD_DIMENSIONS = 64
_ARTICLES = Path(__file__).parents[2] / "articles"


def main() -> None:
    model = OnnxTextModel(bundled_model_dir(replace(Settings(), model="bundled-original")))
    passages: list[str] = []
    queries: list[str] = []
    for path in sorted(_ARTICLES.rglob("*.md")):
        article = parse_article(path.read_text("utf-8"), str(path.relative_to(_ARTICLES)))
        passages += [c.embedded_text for c in chunk_article(article.title, article.body, model.count_tokens)]
        queries += [article.title, *article.also_asked]
    of_passages = _word_means(model, passages, "passage: ")
    of_queries = _word_means(model, queries, "query: ")
    mean = of_passages.mean(axis=0)
    around = of_passages - mean
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    values, directions = np.linalg.eigh(around.T @ around)
    components = directions[:, ::-1][:, :WORD_DIMENSIONS]
    write_token_basis(BASIS_FILES[1], TokenBasis(ORIGINAL_FINGERPRINT, mean, of_queries.mean(axis=0), components))
    held = values[::-1][:WORD_DIMENSIONS].sum() / values.sum()
    print(
        f"{len(of_passages)} words of {len(passages)} passages; {WORD_DIMENSIONS} components hold {held:.0%} of them."
    )


def _word_means(model: OnnxTextModel, texts: list[str], prompt: str) -> Vectors:
    found: list[Vectors] = []
    for text in tqdm(texts, desc=prompt, unit=" texts"):
        _, encodings, tokens = model.embed([prompt + text])
        words, places = align_tokens(text, encodings[0].offsets, len(prompt))
        found += [tokens[0][places == word].mean(axis=0) for word in range(len(words)) if (places == word).any()]
    return np.stack(found)


if __name__ == "__main__":
    main()
