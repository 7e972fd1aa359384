"""What `kb bench` measures: search and indexing beside their limits, how cost grows with the passages, and txtai beside it."""
