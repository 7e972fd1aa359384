"""Milvus as the engine of the collections: vectors and words where many machines find them, the rest in the database."""
