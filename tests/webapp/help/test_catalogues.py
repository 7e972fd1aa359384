"""Every text that people see is there in every language."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from kb.core.settings import PROJECT_ROOT, Settings

TRANSLATED = [tag for tag in Settings().languages if tag != "en"]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def texts() -> set[str]:
    with (PROJECT_ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = [
        message
        for folder in ("webapp", "kb")
        for message in extract_from_dir(
            PROJECT_ROOT / folder,
            [(p.removeprefix(f"{folder}/"), m) for p, m in methods if p.startswith(f"{folder}/")],
            {p.removeprefix(f"{folder}/"): o for p, o in options.items()},
            keywords=KEYWORDS,
        )
    ]
    return {message[0] if isinstance(message, tuple) else message for _file, _line, message, _notes, _context in found}


def catalogue(language: str) -> Catalog:
    path = Path(PROJECT_ROOT / "webapp" / "translations" / language / "LC_MESSAGES" / "messages.po")
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_left_untranslated(texts: set[str], language: str) -> None:
    known = catalogue(language)
    assert len(texts) > 150
    missing = sorted(text for text in texts if text not in known)
    assert not missing, f"not in the {language} catalogue: {missing}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_empty_fuzzy_outdated_or_without_its_placeholders(texts: set[str], language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        targets = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(targets), f"{language}: {sources[0]!r} is empty"
        assert not message.fuzzy, f"{language}: {sources[0]!r} is fuzzy"
        assert sources[0] in texts, f"{language}: {sources[0]!r} is used nowhere"
        for target in targets:
            assert set(PLACEHOLDER.findall(target)) == set(PLACEHOLDER.findall(sources[0])), sources[0]
