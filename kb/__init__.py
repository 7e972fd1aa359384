"""The domain of kb-assist: articles, tickets, search, confidence, gaps, people. No Flask and no ML library in here."""
