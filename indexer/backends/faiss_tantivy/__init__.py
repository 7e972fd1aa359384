"""The default engine: FAISS for vectors, tantivy for BM25, files of its own for the rest."""
