"""A person's own account: where they are logged in, and typing the password once more."""
