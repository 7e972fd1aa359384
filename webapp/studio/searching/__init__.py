"""What search and pages use: synonyms, pinned and featured articles, topics, with history; and the search clinic."""
