"""Reading a dataset folder: what is good is read, what is bad is told in one error with file and line."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kb.core.errors import InvalidInputError
from kb.evaluation.dataset import read_dataset

GOOD = {"_id": "extra", "text": "some text", "lang": "en"}


def message_of(folder: Path) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_dataset(folder)
    return caught.value.message


def test_a_good_folder_is_read_whole(write_dataset: Any) -> None:
    dataset = read_dataset(
        write_dataset(**{"oos_queries.jsonl": [{"_id": "o1", "text": "tell me a joke", "lang": "en"}]})
    )
    assert dataset.name == "small"
    assert [document.id for document in dataset.documents] == ["refund", "lamp", "parcel", "refund-hi"]
    assert dataset.languages == ["en", "hi"]
    assert [query.id for query in dataset.queries] == ["q1", "q2", "q3"]
    assert dataset.qrels["q3"] == {"refund-hi": 2, "refund": 1}
    assert [query.id for query in dataset.unanswerable] == ["o1"]
    assert dataset.cross is None


def test_a_byte_order_mark_windows_line_ends_empty_lines_and_a_header_are_no_faults(write_dataset: Any) -> None:
    folder = write_dataset()
    for name in ("corpus.jsonl", "queries.jsonl"):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n\r\n").encode())
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\trefund\t1\r\n\n", "utf-8")
    dataset = read_dataset(folder)
    assert len(dataset.documents) == 4
    assert dataset.qrels == {"q1": {"refund": 1}}


def test_a_line_separator_within_a_text_does_not_end_the_line(write_dataset: Any) -> None:
    dataset = read_dataset(
        write_dataset(corpus=[{"_id": "refund", "text": "one\u2028two", "lang": "en"}], qrels=["q1\trefund\t1"])
    )
    assert dataset.documents[0].text == "one\u2028two"


def test_the_language_is_guessed_where_none_is_given(write_dataset: Any) -> None:
    queries = [{"_id": "q1", "text": "रिफ़ंड कब आएगा"}, {"_id": "q2", "text": "when does the refund come"}]
    dataset = read_dataset(write_dataset(queries=queries, qrels=["q1\trefund\t1", "q2\trefund\t1"]))
    assert [query.language for query in dataset.queries] == ["hi", "en"]


def test_queries_that_nothing_answers_are_left_out_and_counted(write_dataset: Any) -> None:
    dataset = read_dataset(write_dataset(qrels=["q1\trefund\t1", "q2\tlamp\t0"]))
    assert [query.id for query in dataset.queries] == ["q1"]
    assert dataset.unjudged == 2


@pytest.mark.parametrize("missing", ["corpus", "queries", "qrels"])
def test_a_missing_file_is_named(write_dataset: Any, missing: str) -> None:
    ending = "tsv" if missing == "qrels" else "jsonl"
    assert f"{missing}.{ending}: is missing" in message_of(write_dataset(**{missing: None}))


def test_all_missing_files_are_named_together(tmp_path: Path) -> None:
    message = message_of(tmp_path)
    assert all(f"{name}: is missing" in message for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"))


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    assert "There is no folder" in message_of(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"_id": "x", "text": "cut o', "corpus.jsonl:2: broken JSON"),
        ('["a list"]', "corpus.jsonl:2: not a JSON object"),
        ("[" * 100_000, "corpus.jsonl:2: broken JSON"),
        ({**GOOD, "text": " \n "}, "corpus.jsonl:2: the text is empty"),
        ({"_id": "x", "lang": "en"}, 'corpus.jsonl:2: no "text"'),
        ({**GOOD, "text": 5}, 'corpus.jsonl:2: no "text"'),
        (
            '{"_id": "x", "text": "half \\ud800", "lang": "en"}',
            "corpus.jsonl:2: the text holds half of a surrogate pair",
        ),
        ({"text": "no id", "lang": "en"}, 'corpus.jsonl:2: no "_id"'),
        ({**GOOD, "_id": 7}, 'corpus.jsonl:2: no "_id"'),
        ({**GOOD, "_id": "refund"}, "corpus.jsonl:2: the id 'refund' is already that of corpus.jsonl:1"),
        ({**GOOD, "lang": "English, mostly"}, "corpus.jsonl:2: the language 'English, mostly' is not a tag"),
        ({**GOOD, "title": ["a"]}, "corpus.jsonl:2: the title is not text"),
    ],
)
def test_a_bad_document_is_named_by_its_line(write_dataset: Any, line: Any, told: str) -> None:
    corpus = [{"_id": "refund", "text": "good", "lang": "en"}, line]
    message = message_of(write_dataset(corpus=corpus, qrels=["q1\trefund\t1"]))
    assert told in message
    assert "has a problem:" in message


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("q9\trefund\t1", "qrels.tsv:2: there is no query 'q9'"),
        ("q1\tnowhere\t1", "qrels.tsv:2: there is no document 'nowhere'"),
        ("q1\trefund\t1", "qrels.tsv:2: 'q1' and 'refund' are judged a second time"),
        ("q1 refund 1", "qrels.tsv:2: not three fields"),
        ("q1\trefund", "qrels.tsv:2: not three fields"),
        ("q1\tlamp\tgood", "qrels.tsv:2: the score 'good' is not a whole number"),
    ],
)
def test_a_bad_judgement_is_named_by_its_line(write_dataset: Any, line: str, told: str) -> None:
    assert told in message_of(write_dataset(qrels=["q1\trefund\t1", line]))


@pytest.mark.parametrize("file", ["queries.jsonl", "oos_queries.jsonl"])
def test_a_bad_query_is_named_by_its_line(write_dataset: Any, file: str) -> None:
    folder = write_dataset(**{"oos_queries.jsonl": [GOOD]})
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write('{"_id": "q1", "text": "taken", "lang": "en"}\n{"_id": "e", "text": "", "lang": "en"}\n')
    message = message_of(folder)
    first = 4 if file == "queries.jsonl" else 2
    assert f"{file}:{first}: the id 'q1' is already that of queries.jsonl:1" in message
    assert f"{file}:{first + 1}: the text is empty" in message


def test_judgements_of_the_other_language_are_checked_too(write_dataset: Any) -> None:
    folder = write_dataset(**{"qrels_cross.tsv": ["q1\tnowhere\t1"]})
    assert "qrels_cross.tsv:1: there is no document 'nowhere'" in message_of(folder)


def test_a_bad_turn_of_a_conversation_is_named(write_dataset: Any) -> None:
    queries = [
        {"_id": "q1", "text": "hi", "lang": "en", "context": [{"role": "customer", "text": "hi"}, {"role": "ghost"}]}
    ]
    assert "queries.jsonl:1: context: Turn 2 has the role 'ghost'" in message_of(
        write_dataset(queries=queries, qrels=["q1\trefund\t1"])
    )


def test_bytes_that_are_no_text_are_named_by_line(write_dataset: Any) -> None:
    folder = write_dataset()
    (folder / "queries.jsonl").write_bytes(b'{"_id": "q1", "text": "a", "lang": "en"}\n{"_id": "\xff"}\n')
    assert "queries.jsonl:2: not UTF-8" in message_of(folder)


def test_judgements_without_any_answer_are_refused(write_dataset: Any) -> None:
    assert "qrels.tsv: no query has a document that answers it" in message_of(write_dataset(qrels=["q1\trefund\t0"]))


def test_different_faults_are_told_together(write_dataset: Any) -> None:
    folder = write_dataset(
        corpus=[GOOD, {**GOOD, "_id": "e", "text": ""}, GOOD], qrels=["q1\textra\t1", "q8\textra\t1", "q1\tnope\t1"]
    )
    message = message_of(folder)
    assert "has 4 problems" in message
    assert "corpus.jsonl:2: the text is empty" in message
    assert "corpus.jsonl:3: the id 'extra'" in message
    assert "qrels.tsv:2: there is no query 'q8'" in message
    assert "qrels.tsv:3: there is no document 'nope'" in message


def test_ten_faults_are_told_and_the_rest_counted(write_dataset: Any) -> None:
    message = message_of(write_dataset(qrels=[f"q1\tnowhere-{number}\t1" for number in range(1234)]))
    assert "has 1,234 problems" in message
    assert "qrels.tsv:10: " in message
    assert "qrels.tsv:11: " not in message
    assert message.endswith("and 1,224 more.")


@given(
    content=st.binary(max_size=200),
    file=st.sampled_from(["corpus.jsonl", "queries.jsonl", "qrels.tsv", "oos_queries.jsonl"]),
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_any_bytes_are_a_dataset_or_one_clear_error(write_dataset: Any, content: bytes, file: str) -> None:
    folder = write_dataset(**{"oos_queries.jsonl": []})
    (folder / file).write_bytes(content)
    message = ""
    try:
        dataset = read_dataset(folder)
    except InvalidInputError as error:
        message = error.message
    else:
        assert dataset.queries
    assert not message or file in message or "qrels.tsv" in message


def test_a_cut_to_a_language_keeps_what_it_can_answer(write_dataset: Any) -> None:
    dataset = read_dataset(write_dataset()).cut_to_language("hi")
    assert [document.id for document in dataset.documents] == ["refund-hi"]
    assert [query.id for query in dataset.queries] == ["q3"]
    assert dataset.qrels == {"q3": {"refund-hi": 2}}


def test_a_cut_to_a_language_that_is_not_there_names_those_that_are(write_dataset: Any) -> None:
    with pytest.raises(InvalidInputError, match="It has: en, hi"):
        read_dataset(write_dataset()).cut_to_language("bn")


def test_a_sample_is_always_the_same_and_keeps_the_share_of_the_unanswerable(write_dataset: Any) -> None:
    queries = [{"_id": f"q{number}", "text": f"question {number}", "lang": "en"} for number in range(40)]
    other = [{"_id": f"o{number}", "text": f"other {number}", "lang": "en"} for number in range(20)]
    qrels = [f"q{number}\trefund\t1" for number in range(40)]
    dataset = read_dataset(write_dataset(queries=queries, qrels=qrels, **{"oos_queries.jsonl": other}))
    sample = dataset.sample(10)
    assert len(sample.queries) == 10
    assert len(sample.unanswerable) == 5
    assert sample == dataset.sample(10)
    assert dataset.sample(40) is dataset
