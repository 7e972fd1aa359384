"""The people who log in, their roles and tokens."""
