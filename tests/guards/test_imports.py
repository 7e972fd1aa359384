import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from kb_process import KB

ROOT = Path(__file__).parents[2]
HEAVY = [
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "onnxruntime",
    "numpy",
    "flask",
    "sqlalchemy",
    "tantivy",
]


def test_imports_go_one_way_through_the_layers() -> None:
    # In a process of its own: it configures logging for the whole process, which would silence the loggers of later tests.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_help_of_the_command_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from webapp.commands import kb;"
        "result = CliRunner().invoke(kb, ['--help']); assert result.exit_code == 0, result.output;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_help_of_the_command_answers_at_once() -> None:
    # Time of the processor: that on the clock also tells what else the machine is doing. They are the same on an idle one.
    def used() -> float:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    seconds = []
    for _ in range(5):
        before = used()
        subprocess.run([*KB, "--help"], capture_output=True, check=True)
        seconds.append(used() - before)
    assert median(seconds) <= 0.5, seconds


def test_kb_needs_neither_flask_nor_a_model_library() -> None:
    code = (
        "import importlib, pkgutil, sys, kb\n"
        "for module in pkgutil.walk_packages(kb.__path__, 'kb.'):\n"
        "    if module.name != 'kb.tables.migrations.env' and '.versions' not in module.name:\n"
        "        importlib.import_module(module.name)\n"
        "print([name for name in ['torch', 'transformers', 'sentence_transformers', 'faiss', 'onnxruntime', 'flask']"
        " if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "[]", found.stderr


def test_a_search_imports_nothing_that_only_fitting_needs() -> None:
    code = (
        "import sys, kb.search.searcher, kb.search.query_statistics, kb.search.events, kb.assist.suggestions\n"
        "print([name for name in ['sklearn', 'scipy', 'matplotlib'] if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "[]", found.stderr
