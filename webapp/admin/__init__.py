"""Where an administrator sees to the people who work here."""
