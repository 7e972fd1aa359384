"""A backup of a whole installation in one file, and an installation from a backup."""
