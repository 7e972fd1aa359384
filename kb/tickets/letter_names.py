"""Names that an export does not give: whom a letter greets, and who signs it."""

import re

from kb.privacy.redaction.names import is_team_name
from kb.text.mail import CLOSING

_WORDS_ONLY = re.compile(r"^[^\d@#/\\()<>\[\]\"“”:;|=+*_]{2,60}$")
_SALUTED = re.compile(
    r"^((?:dear|hi|hello|hey|respected|प्रिय|आदरणीय|नमस्ते|नमस्कार|প্রিয়|প্রিয়|নমস্কার|মাননীয়|"
    r"মাননীয়)\s(?:mr|mrs|ms|dr|shri|smt|श्री|श्रीमती|শ্রী|শ্রীমতী)?\.?\s?)"
    r"([^\W\d_][^\s,.!?।:]{1,24}(?:\s[^\W\d_][^\s,.!?।:]{1,24}){0,2}?)((?:\s(?:ji|sir|madam|जी|बाबू|বাবু|দাদা|"
    r"দিদি))?\s?[,!:।])",
    re.IGNORECASE | re.MULTILINE,
)
# Whom letters greet without naming anybody.
_NOT_A_NAME = """
sir madam sirs team customer support there all everyone jhilmil friend friends user care help desk ma'am both
again जी सर मैडम टीम ग्राहक झिलमिल महोदय महोदया भाई भैया सभी आप স্যার ম্যাডাম টিম গ্রাহক ঝিলমিল দাদা দিদি ভাই
আপনি মহাশয় please thanks thank my i the your we is it ji bhai dada didi sahab concern concerned manager
officer sellers seller
"""
_NOBODY = frozenset(_NOT_A_NAME.split())


def hide_letter_names(text: str) -> str:
    """[name] for whom a letter greets ("Dear Mr Iyer,") and for who signs it (short lines after a closing).

    Names that the export does not give, or gives in another script, are found by where they stand.
    """
    lines = _SALUTED.sub(_hide_saluted, text).split("\n")
    for number in range(max(1, len(lines) - 10), len(lines)):
        if CLOSING.match(lines[number].strip()):
            signed = next((later for later in range(number + 1, len(lines)) if lines[later].strip()), None)
            if signed is not None and _is_name_like(lines[signed]):
                lines[signed] = _hide_signed(lines[signed])
            break
    else:
        _hide_last_line(lines)
    return "\n".join(lines)


def _hide_last_line(lines: list[str]) -> None:
    """A letter may end with a name and no closing: one to three words as a paragraph of their own, capitalised."""
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    if last < 2 or lines[last - 1].strip() or not _is_name_like(lines[last]):
        return
    name = lines[last].split(",")[0].strip()
    words = name.split()
    capitalised = all(word[0].isupper() or not word[0].isascii() for word in words)
    if len(words) <= 3 and capitalised and not name.endswith(("?", "!", ":", "।")) and _WORDS_ONLY.match(name):
        lines[last] = _hide_signed(lines[last])


def _hide_saluted(match: re.Match[str]) -> str:
    words = match[2].casefold().split()
    if any(word in _NOBODY for word in words) or is_team_name(match[2]):
        return match[0]
    return f"{match[1]}[name]{match[3]}"


def _is_name_like(line: str) -> bool:
    name = line.split(",")[0].split("|")[0].strip(" .–-")
    words = name.split()
    return (
        1 <= len(words) <= 4
        and not any(character.isdigit() for character in name)
        and not any(word.casefold().strip(".") in _NOBODY for word in words)
        and "[" not in name
        and not is_team_name(name)
    )


def _hide_signed(line: str) -> str:
    name = line.split(",")[0].split("|")[0].strip(" .–-")
    return line.replace(name, "[name]", 1)
