"""The dashboard and the alerts that are shipped ask for nothing but what `/metrics` has, and by labels that it has."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import promql_parser
import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk

from indexer.runtime import SearchRuntime
from kb.articles import parse_article, save_article
from kb.core.settings import PROJECT_ROOT, Settings

DEPLOY = PROJECT_ROOT / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana" / "kb-assist.json").read_text("utf-8"))
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
# Added by whoever scrapes.
_FROM_SCRAPER = {"instance", "job"}
pytestmark = pytest.mark.sqlite_only(reason="names are the same")


def expressions() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            # Grafana puts its own in place of these before it asks.
            asked = target["expr"].replace("$__rate_interval", "5m").replace("$place", ".*")
            yield f"{panel['title']} {target['refId']}", asked
    for rule in RULES:
        yield rule["alert"], rule["expr"]


def walk(node: Any) -> Iterator[Any]:
    """An expression and all its parts."""
    yield node
    for name in ("expr", "lhs", "rhs", "args", "vector_selector", "vs", "param"):
        part = getattr(node, name, None)
        for one in part if isinstance(part, list) else [part]:
            if one is not None and type(one).__module__ == "promql_parser" and one is not node:
                yield from walk(one)


def asked_for(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Names of metrics with the labels by which they are chosen; those that results are grouped by stand with the name ""."""
    for node in walk(promql_parser.parse(expression)):
        if isinstance(node, promql_parser.VectorSelector):
            yield node.name, {matcher.name for matcher in node.matchers.matchers}
        modifier = getattr(node, "modifier", None)
        if isinstance(node, promql_parser.AggregateExpr) and modifier is not None:
            yield "", set(modifier.labels)


@pytest.fixture
def there(
    client: FlaskClient,
    scraper: dict[str, str],
    session: Session,
    settings: Settings,
    engine: Engine,
    run_job: Callable[..., object],
) -> dict[str, set[str]]:
    """Every series that `/metrics` has once something of each kind has happened, with its labels."""
    source = parse_article("---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nIn five days.\n", "refunds.md")
    save_article(session, source, author="test")
    make_talk(session)
    session.commit()
    SearchRuntime.open(settings, engine).update()
    run_job()
    run_job(fails=True)
    client.get("/api/v1/search?q=refund")
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(client.get("/metrics", headers=scraper).text):
        for one in family.samples:
            found.setdefault(one.name, set()).update(one.labels)
    # Of what has not happened here the labels are declared.
    for collector in REGISTRY._collector_to_names:
        for family in collector.describe() if hasattr(collector, "_labelnames") else ():
            for ending in {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""]):
                labels = set(collector._labelnames) | ({"le"} if ending == "_bucket" else set())
                found.setdefault(family.name + ending, set()).update(labels)
    return found


def test_every_expression_asks_for_what_there_is(there: dict[str, set[str]]) -> None:
    asked = list(expressions())
    assert len(asked) > 60
    for where, expression in asked:
        parts = list(asked_for(expression))
        names = [name for name, _ in parts if name]
        assert names, where
        for name, labels in parts:
            known = set().union(*(there.get(one, set()) for one in names)) if not name else there.get(name)
            assert known is not None, f"{where}: there is no {name}"
            assert labels <= known | _FROM_SCRAPER, f"{where}: {name} has no {labels - known}"


def test_everything_that_is_measured_is_shown(there: dict[str, set[str]]) -> None:
    shown = " ".join(expression for _, expression in expressions())
    own = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in there if name.startswith("kb_")}
    assert {name for name in own if name not in shown} == set()


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('sum by (route) (rate(kb_a_total{status=~"5.."}[5m]))', [("", {"route"}), ("kb_a_total", {"status"})]),
        ("histogram_quantile(0.95, sum by (le) (rate(kb_b_bucket[5m]))) > 1", [("", {"le"}), ("kb_b_bucket", set())]),
        ("topk(3, time() - max(kb_c)) / -kb_d offset 1w", [("", set()), ("kb_c", set()), ("kb_d", set())]),
    ],
)
def test_what_an_expression_asks_for_is_found(expression: str, found: list[tuple[str, set[str]]]) -> None:
    assert [one for one in asked_for(expression) if any(one)] == [one for one in found if any(one)]


def test_alerts_say_what_to_do_and_are_explained() -> None:
    explained = (PROJECT_ROOT / "docs" / "operations.md").read_text("utf-8")
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 15
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "warning", "info"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert f"`{rule['alert']}`" in explained, rule["alert"]


def test_the_dashboard_can_be_imported() -> None:
    """As Grafana asks of one: numbers of its panels once each, on its grid of 24, from the data source that is chosen."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert DASHBOARD["schemaVersion"] >= 36
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "place"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        fields = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not fields & taken, panel["title"]
        assert max(x for x, _ in fields) < 24
        taken |= fields
        assert panel["type"] == "row" or panel["datasource"]["uid"] == "${datasource}"


def test_rules_tell_when_they_should_and_not_before() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian: prometheus) is not on this machine")
    folder = DEPLOY / "prometheus"
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run([promtool, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
