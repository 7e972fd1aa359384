"""Pasted and exported conversations: one reader for chats, copies from help desks, mails, tables, JSON and labels typed by hand.

`reading` chooses among families of dialects, each in a module with its table: `inline` (label and words on one line), `headed`
(who and when above the words), `footed` (below them), `mail`, `tables`, `records` (JSON); `bare` takes what has no labels.
`sides` then tells whose side each speaker is on.
"""

from kb.assist.transcript.reading import MAX_LENGTH, Transcript, read_transcript, swap_roles

__all__ = ["MAX_LENGTH", "Transcript", "read_transcript", "swap_roles"]
