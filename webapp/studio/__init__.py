"""The studio: where trainers see which questions have no answer yet."""
