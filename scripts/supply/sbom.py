"""Write the bill of materials: build/kb-assist.cdx.json, CycloneDX 1.6, of everything in locks/ and package-lock.json.

Each package has its version, licence, the hashes of the files that may be installed as it, and what it needs (Python: as
far as it is installed here). The same input gives the same file but for the time of writing (`SOURCE_DATE_EPOCH`).
"""

import json
import os
import sys
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.supply.inventory import CUDA, ENCODER, PAGES, ROOT, RUNNING, Package, all_packages, licences

_SCOPES = {RUNNING: ComponentScope.REQUIRED, PAGES: ComponentScope.REQUIRED, ENCODER: ComponentScope.REQUIRED}
_SCOPES |= {CUDA: ComponentScope.OPTIONAL}  # all others are not part of what runs
_LICENCES = LicenseFactory()


def component(package: Package, licence: str) -> Component:
    """One package as a part of the bill. Of several files that may be installed as it, each hash is in a reference."""
    address = PackageURL(package.ecosystem, *namespace_and_name(package), package.version)
    algorithms = {"SHA-256": HashAlgorithm.SHA_256, "SHA-512": HashAlgorithm.SHA_512}
    files = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(address.to_string()),
            hashes=[HashType(alg=algorithms[algorithm], content=digest)],
        )
        for algorithm, digest in package.hashes
    ]
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        purl=address,
        # A package may be there for two uses.
        bom_ref=f"{address.to_string()}#{package.use.replace(' ', '-')}",
        licenses=[_LICENCES.make_from_string(licence)],
        scope=_SCOPES.get(package.use, ComponentScope.EXCLUDED),
        external_references=files,
        properties=[Property(name="kb-assist:used-for", value=package.use)],
    )


def namespace_and_name(package: Package) -> tuple[str | None, str]:
    """`@codemirror/view` is `view` in the namespace `@codemirror`."""
    namespace, _, name = package.name.rpartition("/")
    return namespace or None, name


def needed(package: Package) -> set[str]:
    """The names of packages that this one needs, as far as that is known here."""
    if package.ecosystem == "npm":
        entries = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        own = (entry for path, entry in entries.items() if path.rpartition("node_modules/")[2] == package.name)
        return {name for entry in own for name in entry.get("dependencies", {})}
    try:
        asked = [Requirement(text) for text in requires(package.name) or ()]
    except PackageNotFoundError:
        return set()
    return {
        canonicalize_name(item.name) for item in asked if item.marker is None or item.marker.evaluate({"extra": ""})
    }


def bill(packages: Iterable[Package], when: datetime) -> Bom:
    """The bill of materials of kb-assist with these packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    subject = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        description=project["description"],
        purl=PackageURL("pypi", None, project["name"], project["version"]),
        bom_ref=project["name"],
        licenses=[_LICENCES.make_from_string(project["license"])],
    )
    known = licences()
    parts = [(package, component(package, known[package.ecosystem, package.name])) for package in packages]
    result = Bom(
        components=[part for _, part in parts], serial_number=uuid5(NAMESPACE_URL, repr([p for p, _ in parts]))
    )
    result.metadata.component = subject
    result.metadata.timestamp = when
    by_name: dict[tuple[str, str], list[Component]] = {}
    for package, part in parts:
        by_name.setdefault((package.ecosystem, package.name), []).append(part)
    result.register_dependency(subject, [part for _, part in parts])
    for package, part in parts:
        wanted = (by_name.get((package.ecosystem, name), []) for name in sorted(needed(package)))
        result.register_dependency(part, [each for group in wanted for each in group])
    return result


def written(result: Bom) -> str:
    """The bill as JSON; an error where the schema of CycloneDX does not allow it."""
    text = make_outputter(result, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"The bill of materials is not as CycloneDX wants it: {error}")
    return text


def main() -> int:
    when = (
        datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC) if "SOURCE_DATE_EPOCH" in os.environ else None
    )
    packages = all_packages()
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "kb-assist.cdx.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(written(bill(packages, when or datetime.now(UTC))), encoding="utf-8")
    print(f"{target}: {len(packages)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
