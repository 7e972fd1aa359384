"""What reps make of the passages that they insert, and what articles may learn from it."""
