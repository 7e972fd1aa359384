"""Dialects with columns or keys: CSV, tab-separated, Markdown tables, and "- role: … / text: …"."""

import csv
from collections.abc import Sequence

import regex

from kb.assist.transcript.labels import role_of_label
from kb.assist.transcript.messages import NOTHING, Message, Reading
from kb.assist.turns import Role
from kb.text.terms import normalise


def _keys(text: str) -> frozenset[str]:
    return frozenset(normalise(word.replace("_", " ")) for word in text.split())


_TEXT_COLUMNS = _keys(
    "message text body content msg utterance comment description words "
    "संदेश मैसेज টেক্সট পাঠ বার্তা মেসেজ message_text message_body comment_body"
)
_ROLE_COLUMNS = _keys("role sender_type author_type sender_role actor_type type from_type भूमिका ভূমিকা")
_NAME_COLUMNS = _keys(
    "sender author from name speaker user actor who agent_or_customer side sender_name author_name from_name "
    "प्रेषक नाम प्रेषक_नाम প্রেরক নাম"
) | {normalise("भेजने वाला"), normalise("sent by"), normalise("from name")}
_PAIR = regex.compile(r"^\s*-?\s*[\"']?(?P<key>[\p{L}_]{2,20})[\"']?\s*:\s+(?P<value>\S.*)$")
_MARKDOWN_RULE = regex.compile(r"^\s*\|?[\s:|-]{3,}\|?\s*$")


def read_table(lines: Sequence[str]) -> Reading:
    """Rows under a header that names a column for the words and one for who wrote them."""
    written = [line for line in lines if line.strip()]
    if len(written) < 2:
        return NOTHING
    for rows in _tables(written):
        header = [normalise(cell.strip().strip("\ufeff").replace("_", " ")) for cell in rows[0]]
        text = _column(header, _TEXT_COLUMNS)
        role, name = _column(header, _ROLE_COLUMNS), _column(header, _NAME_COLUMNS)
        if text is None or (role is None and name is None):
            continue
        messages = [_row(row, len(header), text, role, name) for row in rows[1:]]
        return Reading("table", messages, 3.0 * len(messages)) if messages else NOTHING
    return _read_rows(written) or _read_pairs(written)


def _read_rows(lines: Sequence[str]) -> Reading | None:
    """Rows without a header whose first, second or third cell says which side it is, and the rest what was said."""
    for rows in _tables(lines):
        for column in range(3):
            roles = [role_of_label(row[column].strip()) if len(row) > column + 1 else None for row in rows]
            if len(rows) == len(lines) and all(role in (Role.CUSTOMER, Role.AGENT) for role in roles):
                messages = [
                    Message([",".join(row[column + 1 :]).strip()], row[column].strip(), role=role)
                    for row, role in zip(rows, roles, strict=True)
                ]
                return Reading("table", messages, 3.0 * len(messages))
    return None


def _tables(lines: Sequence[str]) -> list[list[list[str]]]:
    """The lines as rows, one way for each separator that the header may have."""
    header = lines[0]
    if header.lstrip().startswith("|") and len(lines) > 2 and _MARKDOWN_RULE.match(lines[1]):
        return [[[cell.strip() for cell in line.strip().strip("|").split("|")] for line in (header, *lines[2:])]]
    tables = []
    for separator in (",", ";", "\t"):
        if separator in header and len(header) <= 500:
            try:
                tables.append([row for row in csv.reader(lines, delimiter=separator) if row])
            except csv.Error:
                continue
    return tables


def _column(header: Sequence[str], names: frozenset[str]) -> int | None:
    return next((number for number, cell in enumerate(header) if cell in names), None)


def _row(row: Sequence[str], columns: int, text: int, role: int | None, name: int | None) -> Message:
    def cell(column: int | None) -> str:
        return row[column].strip() if column is not None and column < len(row) else ""

    # A row with too few or too many cells is not understood: all of it stays.
    words = cell(text) if text < len(row) else " ".join(row)
    if len(row) > columns:
        words = ",".join(row[text : text + 1 + len(row) - columns])
    known = role_of_label(cell(role)) if role is not None else None
    return Message(words.splitlines(), cell(name) or cell(role), role=known)


def _read_pairs(lines: Sequence[str]) -> Reading:
    messages: list[Message] = []
    for line in lines:
        pair = _PAIR.match(line)
        key = normalise(pair["key"].replace("_", " ")) if pair else ""
        if pair and key in _ROLE_COLUMNS | _NAME_COLUMNS and key != "name":
            value = pair["value"].strip(" \"',")
            messages.append(Message([], value, role=role_of_label(value)))
        elif pair and key in _TEXT_COLUMNS and messages and not messages[-1].lines:
            messages[-1].lines.append(pair["value"].strip(" \"',"))
        elif messages and messages[-1].lines:
            messages[-1].lines.append(line)
        else:
            return NOTHING
    filled = [message for message in messages if message.lines]
    return Reading("keys", filled, 3.0 * len(filled)) if len(filled) > 1 and len(filled) == len(messages) else NOTHING
