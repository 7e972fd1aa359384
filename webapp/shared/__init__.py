"""What all places share: access, sessions of the database, errors, limits, languages, security."""
