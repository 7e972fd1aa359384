"""What deploy/ and the Dockerfile say, by the linters that packages bring and by what must hold: closed, whole, one version."""

import json
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from compose_files import read_compose
from compose_spec import PyCompose

from kb.core.settings import load_settings, secret_names

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
COMPOSE = [DEPLOY / "compose.yaml", DEPLOY / "compose.milvus.yaml"]
SET = {"KB_PUBLIC_URL": "https://help.example.com"}
# The oldest that Kubernetes still looked after when this was written.
KUBERNETES_VERSION = "1.34"
# Of compose-lint, and why it stays: nginx is there for everybody, digests are for whoever runs it to pin (docs/installing.md),
# and Milvus writes where it likes.
OF_OTHERS = {"postgres", "nginx", "milvus"}
OURS = {"migrate", "web1", "web2", "worker"}
MEANT = {("nginx", "CL-0005"), ("milvus", "CL-0007"), *((name, "CL-0019") for name in OF_OTHERS | OURS)}


def manifests() -> list[dict[str, Any]]:
    found = []
    for path in sorted(KUBERNETES.glob("*.yaml")):
        if path.name != "kustomization.yaml":
            found += [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in manifests():
        if "template" in one.get("spec", {}):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


# Dockerfile


def test_dockerfile_has_no_fault_that_its_linter_knows() -> None:
    linter = ROOT / "node_modules" / ".bin" / "dockerfile-utils"
    done = subprocess.run([linter, "lint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_image_runs_as_nobody_in_particular_and_is_asked_how_it_is() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    final = text.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in final
    assert "\nSTOPSIGNAL SIGTERM\n" in final
    assert "/readyz" in final.partition("HEALTHCHECK")[2]
    # In the form of a list: no shell stands between the signal and the program.
    assert '\nENTRYPOINT ["kb"]\nCMD ["serve"]\n' in final
    assert "--require-hashes --no-deps" in text
    assert not re.search(r"(?im)^(ARG|ENV).*(SECRET|PASSWORD|TOKEN)", text)


def test_image_that_compose_builds_for_milvus_has_all_that_its_client_asks_for() -> None:
    built = read_compose(*COMPOSE, environment=SET)["services"]
    assert {name for name in OURS if built[name]["build"]["args"] == {"MILVUS": "with"}} == OURS
    assert {built[name]["image"] for name in OURS} == {f"kb-assist:{VERSION}-milvus"}
    assert 'if [ "${MILVUS}" = with ]' in (ROOT / "Dockerfile").read_text("utf-8")
    pinned = {
        _same_name(name)
        for lock in ("run", "milvus")
        for name in re.findall(r"(?m)^([\w.-]+)==", (ROOT / "locks" / f"{lock}.txt").read_text("utf-8"))
    }
    needed = {
        _same_name(re.split(r"[^\w.-]", text)[0])
        for name in ("pymilvus", "milvus-lite")
        for text in distribution(name).requires or ()
        if ";" not in text  # for another platform, or for more than is asked for
    }
    assert len(needed) > 5
    assert needed - {"setuptools"} <= pinned


def _same_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_image_is_made_of_what_the_context_holds_and_nothing_else() -> None:
    copied = set()
    for line in re.findall(r"(?m)^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text("utf-8")):
        copied |= set(line.split()[:-1])
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"  # state, secrets and what lies about stay outside, whatever they are called
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert all(name in let_in or any(name.startswith(f"{folder}/") for folder in let_in) for name in copied)
    assert all(any(name == one or name.startswith(f"{one}/") for name in copied) for one in let_in)
    assert [name for name in copied if not (ROOT / name).exists()] == []


# Compose


@pytest.mark.parametrize("paths", [COMPOSE[:1], COMPOSE], ids=["alone", "with Milvus"])
def test_compose_files_are_such_and_have_no_fault_that_their_linter_knows(paths: list[Path], tmp_path: Path) -> None:
    file = read_compose(*paths, environment=SET)
    PyCompose.from_json(json.dumps(file)).validate()
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(file))
    command = [sys.executable, "-m", "compose_lint", "check", "--format", "json", "--fail-on", "low"]
    done = subprocess.run([*command, str(tmp_path / "compose.yaml")], capture_output=True, text=True, check=False)
    found = {(one["service"], one["rule_id"]) for one in json.loads(done.stdout)["findings"]}
    assert found <= MEANT, done.stdout


def test_compose_closes_every_container() -> None:
    services = read_compose(COMPOSE[0], environment=SET)["services"]
    assert {"web1", "web2", "worker", "migrate", "postgres", "nginx"} == set(services)
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert ("ports" in service) == (name == "nginx"), f"{name}: nginx alone is reached from outside"


def test_addresses_of_web_servers_are_those_that_nginx_asks() -> None:
    services = read_compose(COMPOSE[0], environment=SET)["services"]
    given = {services[name]["networks"]["inside"]["ipv4_address"] for name in ("web1", "web2")}
    asked = re.findall(r"(?m)^\s*server ([0-9.]+):8000 ", (DEPLOY / "nginx" / "upstream.conf").read_text("utf-8"))
    assert set(asked) == given


def test_no_secret_stands_in_an_environment(secrets: Path) -> None:
    """They are files that the script makes, closed to others, and each is one that some container asks for."""
    file = read_compose(*COMPOSE, environment=SET)
    named = {Path(one["file"]).name for one in file["secrets"].values()}
    for service in file["services"].values():
        variables = service.get("environment", {})
        assert not set(variables) & set(secret_names())
        mentioned = {Path(value).name for name, value in variables.items() if name.endswith("_FILE")}
        given = {one if isinstance(one, str) else one["source"] for one in service.get("secrets", [])}
        assert mentioned <= given
        assert given <= set(file["secrets"])
    made = {path.name for path in secrets.iterdir()}
    assert made == named
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert (secrets / "postgres_password").read_text() in (secrets / "kb_database").read_text()


def test_secrets_that_are_there_are_kept(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    subprocess.run([secrets.parent / "make-secrets.sh"], check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


# Kubernetes


def test_manifests_are_what_the_cluster_understands() -> None:
    for one in manifests():
        kubernetes_validate.validate(one, KUBERNETES_VERSION, strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on this machine")
def test_manifests_are_put_together_by_kustomize() -> None:
    done = subprocess.run(["kubectl", "kustomize", KUBERNETES], capture_output=True, text=True, check=True)
    built = [one for one in yaml.safe_load_all(done.stdout) if one]
    assert len(built) == len(manifests())
    images = {
        container["image"]
        for one in built
        if "template" in one.get("spec", {})
        for container in one["spec"]["template"]["spec"]["containers"]
    }
    assert images == {f"registry.example.com/kb-assist:{VERSION}"}
    for one in built:
        kubernetes_validate.validate(one, KUBERNETES_VERSION, strict=True)


def test_every_manifest_is_applied() -> None:
    listed = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text("utf-8"))
    assert set(listed["resources"]) == {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    assert [image["newTag"] for image in listed["images"]] == [VERSION]


def test_every_pod_is_closed() -> None:
    found = dict(pods())
    assert set(found) == {"kb-assist-migrate", "kb-assist-web", "kb-assist-worker"}
    for name, pod in found.items():
        assert pod["enableServiceLinks"] is False, f"{name}: variables of the cluster begin with KB_"
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"], name
        for container in pod["containers"]:
            closed = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["securityContext"] == closed, name
            assert container["resources"]["limits"]["memory"], name


def test_what_manifests_name_is_there() -> None:
    """A service without pods, a volume that is not mounted or a setting that there is not would be found on the cluster."""
    every = {(one["kind"], one["metadata"]["name"]): one for one in manifests()}
    components = {
        one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]
        for one in every.values()
        if "template" in one.get("spec", {})
    }
    for (kind, name), one in every.items():
        if kind == "Service" and name != "kb-assist-nobody":
            assert one["spec"]["selector"]["app.kubernetes.io/component"] in components
        if kind == "PodDisruptionBudget":
            assert one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] in components
    paths = every["Ingress", "kb-assist"]["spec"]["rules"][0]["http"]["paths"]
    assert all(("Service", path["backend"]["service"]["name"]) in every for path in paths)
    target = every["HorizontalPodAutoscaler", "kb-assist-web"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) in every
    assert ("Service", every["StatefulSet", "kb-assist-web"]["spec"]["serviceName"]) in every
    for name, pod in pods():
        claims = every["StatefulSet", name]["spec"]["volumeClaimTemplates"] if name == "kb-assist-web" else []
        volumes = {one["name"] for one in pod["volumes"]} | {claim["metadata"]["name"] for claim in claims}
        assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == volumes
        for source in pod["containers"][0]["envFrom"]:
            assert ("ConfigMap", source["configMapRef"]["name"]) in every


def test_settings_of_the_cluster_are_known_and_hold_no_secret(tmp_path: Path) -> None:
    (data,) = [one["data"] for one in manifests() if one["kind"] == "ConfigMap"]
    assert not set(data) & set(secret_names())
    for name in ("kb_secret_key", "kb_database", "kb_metrics_token"):
        (tmp_path / name).write_text(f"{name} " * 5)
    load_settings({name: value.replace("/run/secrets/kb-assist", str(tmp_path)) for name, value in data.items()})
