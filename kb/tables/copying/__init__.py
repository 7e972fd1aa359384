"""A whole database copied into another one, of the same or of the other kind."""

from kb.tables.copying.run import CopyReport, copy_database, copy_rows, held_tables

__all__ = ["CopyReport", "copy_database", "copy_rows", "held_tables"]
