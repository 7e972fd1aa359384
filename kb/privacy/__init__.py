"""What protects people: redaction, retention, export and erasure."""
