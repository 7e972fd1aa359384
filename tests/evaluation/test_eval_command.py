"""`kb eval` from end to end: real pipeline, real search, tiny encoder."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from kb.core.errors import InvalidInputError
from webapp.commands import kb

Run = Callable[..., Result]
KEYS = {"hit@1", "hit@5", "hit@10", "mrr@10", "ndcg@10", "recall@50"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KB_MODEL", "hash")

    def evaluate(folder: Path, *options: object) -> Result:
        return CliRunner().invoke(kb, ["eval", str(folder), *map(str, options)], catch_exceptions=False)

    return evaluate


@pytest.fixture
def figures(run: Run) -> Callable[..., dict[str, Any]]:
    def evaluate(folder: Path, *options: object) -> dict[str, Any]:
        result = run(folder, "--json", *options)
        assert result.exit_code == 0, result.output
        report: dict[str, Any] = json.loads(result.stdout)
        return report

    return evaluate


def test_figures_have_the_promised_form(write_dataset: Any, figures: Any) -> None:
    report = figures(write_dataset())
    assert report["set"] == "small"
    assert (report["queries"], report["passages"], report["documents"]) == (3, 4, 4)
    assert set(report["metrics"]) == set(report["intervals"]["metrics"]) == KEYS
    assert report["corpus_languages"] == ["en", "hi"]
    assert report["latency_ms"]["p95"] >= report["latency_ms"]["p50"] > 0
    assert "miss" not in report
    assert "speak" not in report


def test_what_shares_its_words_is_found_and_the_figures_say_so(write_dataset: Any, figures: Any) -> None:
    report = figures(write_dataset())
    assert report["metrics"]["hit@1"] == report["metrics"]["mrr@10"] == 1.0
    assert report["intervals"]["metrics"]["hit@1"] == [1.0, 1.0]


def test_a_wrong_judgement_costs_exactly_its_query(write_dataset: Any, figures: Any) -> None:
    report = figures(write_dataset(qrels=["q1\tparcel\t1", "q2\tlamp\t1", "q3\trefund-hi\t1"]))
    assert report["metrics"]["hit@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert report["metrics"]["hit@5"] == 1.0


def test_each_direction_is_judged_in_its_own_corpus(write_dataset: Any, figures: Any) -> None:
    report = figures(write_dataset())
    directions = report["by_direction"]
    assert {name: values["queries"] for name, values in directions.items()} == {"en->en": 2, "hi->en": 1, "hi->hi": 1}
    # The only Hindi document is found for sure; the English one shares no word with the Hindi question.
    assert directions["hi->hi"]["hit@1"] == 1.0
    assert directions["hi->en"]["recall@50"] == 1.0
    assert set(report["intervals"]["by_direction"]["hi->en"]) == KEYS


def test_judgements_of_the_other_language_are_used_where_there_are_some(write_dataset: Any, figures: Any) -> None:
    report = figures(write_dataset(**{"qrels_cross.tsv": ["q1\trefund-hi\t1"]}))
    assert {name: values["queries"] for name, values in report["by_direction"].items()} == {
        "en->en": 2,
        "en->hi": 1,
        "hi->hi": 1,
    }


def test_a_corpus_can_be_cut_to_one_language(write_dataset: Any, figures: Any) -> None:
    report = figures(write_dataset(), "--doc-lang", "hi")
    assert (report["queries"], report["passages"], report["corpus_languages"]) == (1, 1, ["hi"])


def test_fewer_queries_can_be_asked(write_dataset: Any, figures: Any) -> None:
    assert figures(write_dataset(), "--limit-queries", 2)["queries"] == 2


def test_misses_are_measured_where_questions_have_no_answer(write_dataset: Any, figures: Any) -> None:
    other = [
        {"_id": f"o{n}", "text": text, "lang": "en"} for n, text in enumerate(["zebra xylophone", "quantum violin"])
    ]
    report = figures(write_dataset(**{"oos_queries.jsonl": other}))
    miss = report["miss"]
    assert set(miss) == {"auroc", "ap", "precision", "recall", "f1", "ece", "threshold", "positives", "negatives"}
    assert (miss["positives"], miss["negatives"]) == (2, 3)
    # Questions that share no word with any document are the ones with the least confidence.
    assert miss["auroc"] == miss["ap"] == 1.0
    assert report["queries"] == 3


def test_what_people_were_told_is_counted_beside_what_was_so(write_dataset: Any, figures: Any) -> None:
    other = [{"_id": "o1", "text": "zebra xylophone", "lang": "en"}]
    outcomes = figures(write_dataset(**{"oos_queries.jsonl": other}))["outcomes"]
    assert {kind: set(counts) for kind, counts in outcomes.items()} == {
        kind: {"answered", "unsure", "none"} for kind in ("right_first", "wrong_first", "unanswerable")
    }
    assert {kind: sum(counts.values()) for kind, counts in outcomes.items()} == {
        "right_first": 3,
        "wrong_first": 0,
        "unanswerable": 1,
    }
    assert outcomes["unanswerable"]["answered"] == 0


def conversation(*texts: str) -> dict[str, Any]:
    roles = ["customer", "agent"] * len(texts)
    turns = [{"role": role, "text": text} for role, text in zip(roles, texts, strict=False)]
    return {"text": texts[-1], "lang": "en", "context": turns}


def test_conversations_go_through_assist(write_dataset: Any, figures: Any) -> None:
    queries = [
        {"_id": "q1", **conversation("Hello", "How can I help?", "How many days does a refund by card take?")},
        {"_id": "q2", **conversation("What can I use to clean brass, a soft cloth?")},
    ]
    silent = [
        {"_id": "o1", **conversation("Hello", "Here you are", "thanks, bye")},
        {"_id": "o2", **conversation("ok")},
    ]
    report = figures(
        write_dataset(queries=queries, qrels=["q1\trefund\t1", "q2\tlamp\t1"], **{"oos_queries.jsonl": silent})
    )
    assert report["metrics"]["hit@1"] == 1.0
    assert "miss" not in report
    assert report["speak"]["auroc"] == 1.0
    assert (report["speak"]["positives"], report["speak"]["negatives"]) == (2, 2)


def test_conversations_without_silent_turns_have_nothing_to_tell_apart(write_dataset: Any, figures: Any) -> None:
    queries = [{"_id": "q1", **conversation("How many days does a refund by card take?")}]
    report = figures(write_dataset(queries=queries, qrels=["q1\trefund\t1"]))
    assert report["speak"]["auroc"] is None
    assert report["speak"]["negatives"] == 0


def test_two_runs_give_the_same_figures_and_the_second_encodes_no_passage(
    write_dataset: Any, figures: Any, tmp_path: Path
) -> None:
    folder = write_dataset()
    first = figures(folder)
    size = (tmp_path / "home" / "cache" / "vectors.sqlite3").stat().st_size
    second = figures(folder)
    for report in (first, second):
        del report["latency_ms"]
    assert first == second
    assert (tmp_path / "home" / "cache" / "vectors.sqlite3").stat().st_size == size


def test_the_home_keeps_the_cache_and_nothing_of_the_dataset(write_dataset: Any, figures: Any, tmp_path: Path) -> None:
    figures(write_dataset())
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["cache"]


def compared(report: Mapping[str, Any], name: str) -> dict[str, Any]:
    values: dict[str, Any] = report["compare"]["metrics"][name]
    return values


def many(wrong: int = 0) -> dict[str, list[Any]]:
    """Forty documents and a question for each, the first `wrong` of which are judged to be answered by another document."""
    numbers = range(40)
    return {
        "corpus": [{"_id": f"d{n}", "text": f"alpha{n} beta{n} gamma{n}", "lang": "en"} for n in numbers],
        "queries": [{"_id": f"q{n}", "text": f"alpha{n} beta{n}", "lang": "en"} for n in numbers],
        "qrels": [f"q{n}\td{(n + 1) % 40 if n < wrong else n}\t1" for n in numbers],
    }


def test_identical_runs_do_not_differ(write_dataset: Any, figures: Any, tmp_path: Path) -> None:
    folder, saved = write_dataset(**many(5)), tmp_path / "saved.json"
    figures(folder, "--save", saved)
    report = figures(folder, "--compare", saved)
    assert report["compare"]["same_data"]
    assert report["compare"]["queries"] == 40
    for values in report["compare"]["metrics"].values():
        assert (values["difference"], values["p"], values["interval"]) == (0.0, 1.0, [0.0, 0.0])


def test_a_real_difference_is_found_and_measured(write_dataset: Any, figures: Any, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    figures(write_dataset(**many(20)), "--save", saved)
    report = figures(write_dataset(**many()), "--compare", saved)
    change = compared(report, "hit@1")
    assert (change["before"], change["after"], change["difference"]) == (0.5, 1.0, 0.5)
    assert change["p"] < 0.01
    assert change["interval"][0] > 0.3
    assert not report["compare"]["same_data"]


def test_a_difference_in_one_query_is_no_difference(write_dataset: Any, figures: Any, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    figures(write_dataset(**many(1)), "--save", saved)
    assert compared(figures(write_dataset(**many()), "--compare", saved), "hit@1")["p"] > 0.5


def test_misses_are_compared_too(write_dataset: Any, figures: Any, tmp_path: Path) -> None:
    other = [{"_id": f"o{n}", "text": f"zebra{n}", "lang": "en"} for n in range(10)]
    folder, saved = write_dataset(**many(), **{"oos_queries.jsonl": other}), tmp_path / "saved.json"
    figures(folder, "--save", saved)
    change = figures(folder, "--compare", saved)["compare"]["miss"]
    assert change["auroc"]["p"] == 1.0
    assert change["auroc"]["difference"] == 0.0


def test_sets_that_share_no_query_are_not_compared(write_dataset: Any, figures: Any, run: Run, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    figures(write_dataset(), "--save", saved)
    queries = [{"_id": "other", "text": "refund", "lang": "en"}]
    with pytest.raises(InvalidInputError, match="shares no query with other"):
        run(write_dataset(queries=queries, qrels=["other\trefund\t1"], name="other"), "--compare", saved)


@pytest.mark.parametrize("content", [None, "", "[]", '{"format": 1}', '{"format": 99}', "not JSON"])
def test_a_file_that_is_no_saved_evaluation_is_refused_before_the_work(
    write_dataset: Any, run: Run, tmp_path: Path, content: str | None
) -> None:
    saved = tmp_path / "saved.json"
    if content is not None:
        saved.write_text(content, "utf-8")
    with pytest.raises(InvalidInputError, match=r"saved\.json (is no saved evaluation|cannot be read)"):
        run(write_dataset(), "--compare", saved)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_curve_is_drawn(write_dataset: Any, run: Run, tmp_path: Path, ending: str) -> None:
    plot = tmp_path / f"confidence.{ending}"
    assert run(write_dataset(), "--plot", plot).exit_code == 0
    if ending == "svg":
        texts = " ".join(ElementTree.fromstring(plot.read_text("utf-8")).itertext())
        assert "Reliability" in texts
        assert "Risk and coverage" in texts
    else:
        assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--plot", "curve.pdf", "ends in none of"),
        ("--plot", "nowhere/curve.svg", "no such folder"),
        ("--save", "nowhere/saved.json", "no such folder"),
        ("--save", ".", "it is a folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    write_dataset: Any, run: Run, tmp_path: Path, option: str, name: str, told: str
) -> None:
    with pytest.raises(InvalidInputError, match=told):
        run(write_dataset(), option, tmp_path / name)
    assert not (tmp_path / "home").exists()


def test_people_get_a_table(write_dataset: Any, run: Run, tmp_path: Path) -> None:
    other = [{"_id": "o1", "text": "zebra xylophone", "lang": "en"}]
    folder, saved = write_dataset(**{"oos_queries.jsonl": other}), tmp_path / "saved.json"
    run(folder, "--save", saved)
    shown = run(folder, "--compare", saved).stdout
    for words in ("small", "3 queries", "hit@1", "hi->en", "1 of 4 questions have no answer", "Compared with"):
        assert words in shown


def test_json_is_all_there_is_on_standard_output(write_dataset: Any, run: Run) -> None:
    result = run(write_dataset(qrels=["q1\trefund\t1"]), "--json")
    assert json.loads(result.stdout)["unjudged_queries"] == 2
    assert "2 queries are left out" in result.stderr


def test_faults_of_a_dataset_are_one_line_with_file_and_line(write_dataset: Any, run: Run) -> None:
    with pytest.raises(InvalidInputError, match=r"qrels\.tsv:1: there is no query 'q9'"):
        run(write_dataset(qrels=["q9\trefund\t1"]))
