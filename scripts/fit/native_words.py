"""Make the lists by which words in Latin letters are found, kb/text/words_*.tsv: of each language the spellings that are settled
and the words that other spellings are compared with; English words.

From what is written in the project: questions and sections of the invented businesses that the encoder is trained on (those that
are held out stay out), everyday questions, sample articles. `native_words_by_hand.tsv` has what no count can tell: short endings
and words that are both ("to", "the").
"""

from collections import Counter, defaultdict
from pathlib import Path

from encoder.questions import WRITTEN, is_held_out, read_lines

from kb.articles import parse_article
from kb.text.native_words import TOTAL, NativeWords, group_by_skeleton
from kb.text.words import HINDI_OR_BENGALI, find_words

_HERE = Path(__file__).parent
_TEXTS = _HERE.parents[1] / "kb" / "text"
# Spellings that were typed less often are compared when they are met.
_LEAST_TYPED = 2
# English words that were written less often are as likely slips and names.
_LEAST_ENGLISH = 2


def main() -> None:
    counts = count_words()
    english = {word: count for word, count in counts["en"].items() if word.isascii() and count >= _LEAST_ENGLISH}
    by_hand: dict[str, dict[str, str]] = defaultdict(dict)
    for line in (_HERE / "native_words_by_hand.tsv").read_text("utf-8").splitlines():
        language, word, spellings = line.split("\t")
        by_hand[language].update(dict.fromkeys(spellings.split(), word if word != "-" else ""))
        if language == "en":
            english.update({spelling: max(english.get(spelling, 0), 20) for spelling in spellings.split()})
    _write("english", {word: str(count) for word, count in english.items()})
    for language in ("hi", "bn"):
        native = {word: count for word, count in counts[language].items() if HINDI_OR_BENGALI.match(word)}
        groups, total = group_by_skeleton(native, language), sum(native.values())
        words = NativeWords(language, groups, total, english, sum(english.values()))
        spellings = {
            spelling: words.likeliest(spelling) or ""
            for spelling, count in counts[f"{language}-Latn"].items()
            if count >= _LEAST_TYPED and spelling.isascii() and spelling.isalpha()
        }
        _write(f"spellings_{language}", spellings | by_hand[language])
        _write(f"native_{language}", {TOTAL: str(total), **groups})


def count_words() -> dict[str, Counter[str]]:
    """Per way of writing how often each word was written, in lower case."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(way: str, *texts: str) -> None:
        for text in texts:
            counts[way].update(word for word in find_words(text.lower()) if not any(map(str.isdigit, word)))

    for path in sorted(WRITTEN.glob("*.jsonl")):
        for row in [] if is_held_out(path.stem) else read_lines(path):
            add(row["lang"], row["title"], row["heading"], row["text"])
            for questions in (row["yes"], row["no"]):
                for way, texts in questions.items():
                    add(way, *texts)
    for path in sorted((_HERE / "everyday_questions").glob("*.txt")):
        add(path.name.partition(".")[0], path.read_text("utf-8"))
    for path in sorted((_HERE.parents[1] / "articles").rglob("*.md")):
        article = parse_article(path.read_text("utf-8"), path.name)
        add(article.language, article.title, article.body)
    return counts


def _write(name: str, lines: dict[str, str]) -> None:
    text = "".join(f"{key}\t{value}\n" for key, value in sorted(lines.items()))
    (_TEXTS / f"words_{name}.tsv").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
