"""Search: from what a person typed to results with an honest outcome. See `kb.search.searcher` for the steps."""
