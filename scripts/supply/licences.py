"""Write docs/licences.md: under which licence each package comes, and refuse those that do not go with ours.

What a package says of itself is read from its metadata (Python, where it is installed) or from package-lock.json. What it
says in its own words stays as a person wrote it into the page; a package that says nothing certain and is not in the page
yet stops this with its name.
"""

import json
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata

from license_expression import ExpressionError, get_spdx_licensing

from scripts.supply.inventory import PAGE, ROOT, Package, all_packages, licences

# What a program under Apache-2.0 may use as a library and be handed out with. LGPL: used as a package of its own, unchanged.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0"),
    *("MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Python-2.0", "Unlicense", "WTFPL", "Zlib"),
    *("LGPL-2.1-or-later", "LGPL-3.0-only", "CNRI-Python", "Apache-2.0 WITH LLVM-exception"),
}
# Never installed by us: they come with a build of PyTorch that whoever sets up the machine chose.
VENDORS = "LicenseRef-NVIDIA"
HEAD = """\
# Licences

Under what everything comes that kb-assist takes from elsewhere, in SPDX's names. kb-assist itself is under Apache-2.0. Written by
`make licences`; a licence that a package tells only in its own words is written here by hand and kept. `LicenseRef-NVIDIA` stands
for that maker's own terms: these packages come only with the build of PyTorch for its cards.

| package | registry | licence | used for |
|---|---|---|---|
"""
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
_OLD_NAMES = {"BSD-0-Clause": "0BSD", "Apache 2.0": "Apache-2.0", "3-Clause BSD License": "BSD-3-Clause"}
_SPDX = get_spdx_licensing()


def told(package: Package) -> str | None:
    """The SPDX expression that the package itself gives, or None where it says nothing that leaves no doubt."""
    if package.ecosystem == "npm":
        entries = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        names = {
            str(entry.get("license", ""))
            for path, entry in entries.items()
            if path.rpartition("node_modules/")[2] == package.name
        }
        return expression(names.pop()) if len(names) == 1 else None
    try:
        found = metadata(package.name)
    except PackageNotFoundError:
        return None
    if stated := expression(found.get("License-Expression") or found.get("License") or ""):
        return stated
    classified = [
        item.rpartition(" :: ")[2] for item in found.get_all("Classifier") or [] if item.startswith("License ::")
    ]
    classified = [item for item in classified if item != "OSI Approved"]
    return _CLASSIFIERS.get(classified[0]) if len(classified) == 1 else None


def expression(text: str) -> str | None:
    """The text as an SPDX expression, or None where it is none."""
    text = _OLD_NAMES.get(text.strip(), text.strip())
    if not text or len(text) > 200:
        return None
    try:
        parsed = _SPDX.parse(text, validate=True)
    except ExpressionError:
        return None
    return str(parsed) if parsed is not None else None


def is_allowed(licence: str) -> bool:
    """Whether what the expression asks for can be met: all of what AND joins, one of what OR joins."""
    parsed = _SPDX.parse(licence)

    def holds(part: object) -> bool:
        if isinstance(part, _SPDX.AND):
            return all(holds(each) for each in part.args)
        if isinstance(part, _SPDX.OR):
            return any(holds(each) for each in part.args)
        return str(part) in ALLOWED

    return parsed is not None and holds(parsed)


def page(written: Mapping[tuple[str, str], str]) -> tuple[str, list[str]]:
    """The page anew, and what is wrong: packages without a licence, or with one that is not allowed."""
    uses: dict[tuple[str, str], set[str]] = {}
    licence: dict[tuple[str, str], str] = {}
    problems = []
    for package in all_packages():
        key = (package.ecosystem, package.name)
        uses.setdefault(key, set()).add(package.use)
        found = (
            told(package) or written.get(key) or (VENDORS if package.name.startswith(("nvidia-", "cuda-")) else None)
        )
        if found is None:
            problems.append(
                f"{package.name} ({package.ecosystem}) says nothing certain: add a row for it to {PAGE.name}"
            )
        elif found == VENDORS:
            licence[key] = found
        elif not is_allowed(found):
            problems.append(f"{package.name} ({package.ecosystem}) is under {found}, which is not among those allowed")
        else:
            licence[key] = found
    rows = (
        f"| {name} | {ecosystem} | {licence[ecosystem, name]} | {', '.join(sorted(uses[ecosystem, name]))} |\n"
        for ecosystem, name in sorted(licence, key=lambda key: (key[1], key[0]))
    )
    return HEAD + "".join(rows), sorted(set(problems))


def main() -> int:
    text, problems = page(licences() if PAGE.exists() else {})
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(re.findall('^[|] ', text, flags=re.MULTILINE)) - 1} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
