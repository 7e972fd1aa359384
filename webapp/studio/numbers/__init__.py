"""The studio's numbers: figures with their tables, the wishes of customers, the rows behind, tables to take away, the report."""
