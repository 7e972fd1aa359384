"""Where a person is named in what does not belong to them: other people's messages, notes, comments, drafts, results of jobs.

Every text of every table is read once, in blocks, and what leads to the person is put out of it. Names are looked for whole:
"Asha" alone may be anybody.
"""

import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import phonenumbers
import regex
from sqlalchemy import JSON, Column, String, Table, UniqueConstraint, select, update
from sqlalchemy.orm import Session

from kb.privacy.person.rows import blocks, key_of
from kb.tables import Base

ERASED = "[erased]"
# Of colleagues, of the machinery, or made anew from the documents; the audit trail cannot be changed and names no customer.
UNTOUCHED = frozenset(
    {
        "users",
        "api_tokens",
        "code_secrets",
        "recovery_codes",
        "passkeys",
        "provider_identities",
        "used_challenges",
        "user_sessions",
        "login_attempts",
        "audit_events",
        "audit_heads",
        "passages",
        "index_builds",
        "index_changes",
        "indexed_documents",
        "changed_documents",
        "internal_statements",
        "mailboxes",
        "webhooks",
    }
)
_BLOCK = 500
# Letters, marks and digits of any script: what a word is made of.
_WORD = r"[\p{L}\p{M}\p{N}_]"
_BETWEEN_DIGITS = r"[\s().\-\u2010-\u2015\u00a0]{0,3}"
# Zeros of the digits of Latin, Devanagari, Bengali and full-width writing.
_ZEROS = (0x30, 0x966, 0x9E6, 0xFF10)


@dataclass(frozen=True)
class Needles:
    """What leads to a person, as it may stand in a text. codes: numbers of orders and requests, random names of visits."""

    emails: Collection[str] = ()
    phones: Collection[str] = ()
    names: Collection[str] = ()
    codes: Collection[str] = ()

    @property
    def pattern(self) -> "regex.Pattern[str] | None":
        """None where there is nothing to look for."""
        parts = [rf"(?<![\w.+-]){_written(one)}(?![\w-]|\.\w)" for one in sorted(self.emails)]
        parts += [rf"(?<!\p{{N}})(?:{_phone(one)})(?!\p{{N}})" for one in sorted(self.phones)]
        parts += [rf"(?<!{_WORD}){_written(one)}(?!{_WORD})" for one in sorted({*self.names, *self.codes})]
        return regex.compile("|".join(parts), regex.IGNORECASE) if parts else None


@dataclass
class Masked:
    """by_table: how many rows were changed; articles: numbers of articles whose text is another one now."""

    by_table: dict[str, int] = field(default_factory=dict)
    articles: set[int] = field(default_factory=set)


Mentions = dict[Table, list[Any]]


def find_mentions(session: Session, pattern: "regex.Pattern[str]", tables: Collection[Table] | None = None) -> Mentions:
    """Keys of the rows in which the person is named, of all tables or of these. Reads everything and writes nothing."""
    found: Mentions = {}
    for table, columns in _texts():
        if tables is None or table in tables:
            keys = [key for key, values in _rows(session, table, columns) if _mask_row(pattern, columns, values)]
            if keys:
                found[table] = keys
    return found


def mask_mentions(session: Session, pattern: "regex.Pattern[str]", found: Mentions) -> Masked:
    """Put the person out of these rows, as they are now."""
    masked = Masked()
    for table, columns in _texts():
        own = key_of(table)
        for block in blocks(found.get(table, ())):
            for key, *values in session.execute(select(own, *columns).where(own.in_(block))).all():
                if not (changed := _mask_row(pattern, columns, values)):
                    continue
                session.execute(update(table).where(own == key).values(changed))
                masked.by_table[table.name] = masked.by_table.get(table.name, 0) + 1
                if table.name == "articles":
                    masked.articles.add(key)
    return masked


def mask_value(pattern: "regex.Pattern[str]", value: Any) -> Any:
    """A text, or all texts of a JSON value; the same object where nothing stands in it."""
    if isinstance(value, str):
        if pattern.fullmatch(value):
            return ""
        return pattern.sub(ERASED, value)
    if isinstance(value, list):
        masked_items = [mask_value(pattern, one) for one in value]
        return value if masked_items == value else masked_items
    if isinstance(value, dict):
        masked = {
            mask_value(pattern, name) or ERASED if name else name: mask_value(pattern, one)
            for name, one in value.items()
        }
        return value if masked == value else masked
    return value


def _texts() -> Iterator[tuple[Table, Sequence[Column[Any]]]]:
    for table in Base.metadata.sorted_tables:
        columns = [one for one in table.columns if isinstance(one.type, String | JSON) and not one.foreign_keys]
        if columns and table.name not in UNTOUCHED:
            yield table, columns


def _rows(session: Session, table: Table, columns: Sequence[Column[Any]]) -> Iterator[tuple[Any, Sequence[Any]]]:
    own, last = key_of(table), None
    while True:
        statement = select(own, *columns).order_by(own).limit(_BLOCK)
        rows = session.execute(statement if last is None else statement.where(own > last)).all()
        for row in rows:
            yield row[0], row[1:]
        if len(rows) < _BLOCK:
            return
        last = rows[-1][0]


def _mask_row(pattern: "regex.Pattern[str]", columns: Sequence[Column[Any]], values: Sequence[Any]) -> dict[str, Any]:
    changed = {}
    for column, value in zip(columns, values, strict=True):
        masked = mask_value(pattern, value)
        if masked is value or masked == value:
            continue
        if isinstance(masked, str):
            if _is_unique(column):
                masked = f"{masked or ERASED}-{secrets.token_hex(6)}"
            masked = masked[: getattr(column.type, "length", None)]
        changed[column.name] = masked
    return changed


def _is_unique(column: Column[Any]) -> bool:
    constraints = column.table.constraints
    return bool(column.unique) or any(
        isinstance(one, UniqueConstraint) and column.name in one.columns for one in constraints
    )


def _written(text: str) -> str:
    """As it is, with any blanks between its words, and as JSON and addresses have it."""
    words = r"\s+".join(regex.escape(word, special_only=True) for word in text.split())
    others = {json.dumps(text)[1:-1], quote(text), quote_plus(text)} - {text}
    return f"(?:{'|'.join([words, *(regex.escape(one) for one in sorted(others))])})"


def _phone(number: str) -> str:
    """A number in E.164 as people write it: with or without the country, in groups, in digits of any script."""
    try:
        parsed = phonenumbers.parse(number)
        country, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    except phonenumbers.NumberParseException:
        country, national = "", "".join(one for one in number if one.isdigit())
    prefix = rf"(?:(?:\+|%2B|{_digits('00')}{_BETWEEN_DIGITS})?{_digits(country)}{_BETWEEN_DIGITS})?" if country else ""
    return rf"{prefix}(?:{_digits('0')}{_BETWEEN_DIGITS})?{_digits(national)}"


def _digits(digits: str) -> str:
    return _BETWEEN_DIGITS.join(f"[{''.join(chr(zero + int(digit)) for zero in _ZEROS)}]" for digit in digits)
