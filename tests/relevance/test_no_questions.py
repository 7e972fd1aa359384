"""The written list of what is no question, the half that nothing is fitted on."""

import json
from pathlib import Path

from kb.text.no_question import NoQuestion, find_no_question

ROWS = [json.loads(line) for line in Path(__file__).with_name("no_questions.jsonl").read_text("utf-8").splitlines()]
# What is answered alike counts as one.
GROUPS = {
    NoQuestion.PERSON: "person",
    NoQuestion.COMPLAINT: "complaint",
    **dict.fromkeys((NoQuestion.GREETING, NoQuestion.THANKS, NoQuestion.ACKNOWLEDGEMENT), "small talk"),
    **dict.fromkeys((NoQuestion.LETTERS, NoQuestion.LONE), "nothing said"),
}


def test_what_is_no_question_is_told_apart_and_no_question_is_lost() -> None:
    rows = [row for row in ROWS if row["part"] == "test"]
    got = [find_no_question(row["text"]) for row in rows]
    wrong = [
        (row["text"], kind)
        for row, kind in zip(rows, got, strict=True)
        if (GROUPS[kind] if kind else None) != (GROUPS[NoQuestion(row["kind"])] if row["kind"] != "question" else None)
    ]
    assert len(wrong) <= 0.03 * len(rows), wrong
    assert not [row["text"] for row, kind in zip(rows, got, strict=True) if kind and row["kind"] == "question"]


def test_no_search_of_the_other_sets_is_taken_for_none() -> None:
    names = ("golden", "reworded", "misses", "complaints", "answers")
    for name in names:
        for line in Path(__file__).with_name(f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            text = row.get("text") or row.get("query")
            assert find_no_question(text) is None, text
