"""Settings, errors, clock, database sessions: what every other part stands on."""
