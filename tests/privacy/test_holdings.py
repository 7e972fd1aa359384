"""Every table has a line that says what it holds of people, how long, and how it ends: and the code does what the line says."""

from collections.abc import Iterator

from sqlalchemy import Table

from kb.privacy.holdings import HOLDINGS, Kept, Whose
from kb.privacy.person.mentions import UNTOUCHED, _texts
from kb.privacy.retention import RULES
from kb.tables import Base

TABLES = {table.name: table for table in Base.metadata.sorted_tables}
# Deleted by the daily job through the chain of hashes, which follows.
BY_THE_TRAIL = {"audit_events"}


def parents_of(table: Table) -> Iterator[str]:
    """Tables whose rows take those of this one with them."""
    for key in table.foreign_keys:
        if key.ondelete == "CASCADE" and key.column.table is not table:
            yield key.column.table.name
            yield from parents_of(key.column.table)


def test_every_table_has_a_line_and_no_line_is_of_a_table_that_is_gone() -> None:
    assert set(TABLES) - set(HOLDINGS) == set(), "say in kb/privacy/holdings.py what they hold of people, and how long"
    assert set(HOLDINGS) - set(TABLES) == set()


def test_what_is_kept_by_a_rule_is_deleted_by_one_of_that_name() -> None:
    rules = {(rule.name, rule.table) for rule in RULES}
    named = {(one.by, table) for table, one in HOLDINGS.items() if one.kept is Kept.RULE and table not in BY_THE_TRAIL}
    assert named <= rules
    assert {table for _, table in rules} <= {table for _, table in named} | {"voice_statements"}


def test_what_is_kept_with_something_goes_with_it_in_the_database() -> None:
    for table, one in HOLDINGS.items():
        if one.kept in {Kept.WITH, Kept.ACCOUNT} and table != one.by:
            assert one.by in set(parents_of(TABLES[table])), f"{table} does not go with {one.by}"


def test_whatever_is_of_a_customer_ends_and_is_found_by_their_keys() -> None:
    for table, one in HOLDINGS.items():
        if one.whose is Whose.CUSTOMER:
            assert one.kept in {Kept.RULE, Kept.WITH}, f"{table} is kept for ever"
            assert len(TABLES[table].primary_key.columns) == 1, f"{table} cannot be followed"


def test_every_table_with_texts_is_looked_through_for_names() -> None:
    looked = {table.name for table, _ in _texts()}
    for table in TABLES.values():
        has_text = any(str(column.type).startswith(("VARCHAR", "TEXT", "JSON")) for column in table.columns)
        if has_text and table.name not in UNTOUCHED:
            assert table.name in looked
            assert len(table.primary_key.columns) == 1, f"{table.name} cannot be looked through in blocks"
