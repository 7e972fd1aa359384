"""Questions that different people asked alike and that the same article answered."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from kb.insight.gaps.grouping import centre_of
from kb.insight.judged import DocumentGroup, JudgedSearch
from kb.insight.wordings.texts import UnfitWordingError, clean_wording, read_wordings
from kb.search.encoding import Encoder, Vectors

# Never from one visitor alone. To be applied by a job, without anybody looking, a colleague must be among them or they came on
# several days: whoever opens one browser after the other is two visitors of one day.
LEAST_PEOPLE, LEAST_DAYS = 2, 2
# Centred cosine from which two questions that one article answered are one question in other words.
ALIKE_FROM = 0.6
EXAMPLES = 3
# Different questions of one article that are looked at, the most asked.
_MOST_QUESTIONS = 200


@dataclass
class SettledQuestion:
    """A question and all who asked alike. text: the wording of most of them, redacted; articles: how often which version of
    the article helped; against: people whom it did not help, or whom something else did."""

    text: str
    language: str
    group: DocumentGroup
    people: set[str] = field(default_factory=set)
    colleagues: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    against: set[str] = field(default_factory=set)
    searches: int = 0
    articles: Counter[int] = field(default_factory=Counter)
    wordings: Counter[str] = field(default_factory=Counter)
    last_asked: datetime | None = None

    @property
    def is_settled(self) -> bool:
        return len(self.people) - len(self.against - self.people) >= LEAST_PEOPLE and not self.against & self.people

    @property
    def well_attested(self) -> bool:
        return bool(self.colleagues) or len(self.days) >= LEAST_DAYS

    @property
    def examples(self) -> list[str]:
        return [text for text, _ in self.wordings.most_common() if text != self.text][:EXAMPLES]

    def add(self, search: JudgedSearch, text: str) -> None:
        self.people.add(search.person)
        if search.colleague:
            self.colleagues.add(search.person)
        self.days.add(search.at.date().isoformat())
        self.searches += 1
        self.articles.update(search.articles)
        self.wordings[text] += 1
        self.last_asked = max(search.at, self.last_asked or search.at)


def settled_questions(encoder: Encoder, searches: Sequence[JudgedSearch], *, region: str) -> list[SettledQuestion]:
    """The questions that count, the most asked first. region: the country of phone numbers without a prefix.

    What names a person, an order or nothing that can be asked is left out, see `clean_wording`.
    """
    usable = [(search, text) for search in searches if (text := _usable(search.query, region))]
    distinct = list(dict.fromkeys(text for _, text in usable))
    read = read_wordings(encoder, distinct)
    centred = read.vectors - centre_of(encoder) if distinct else read.vectors
    centred = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    vectors = dict(zip(distinct, np.asarray(centred, np.float32), strict=True))
    keys = dict(zip(distinct, read.keys, strict=True))

    def alike(one: str, other: str) -> bool:
        return keys[one] == keys[other] or float(vectors[one] @ vectors[other]) >= ALIKE_FROM

    by_group: dict[DocumentGroup, list[tuple[JudgedSearch, str]]] = defaultdict(list)
    for search, text in usable:
        if not search.asked_person:
            for group in search.helped:
                if group[0] == "article":
                    by_group[group].append((search, text))
    found: list[SettledQuestion] = []
    for group, asked in sorted(by_group.items()):
        found += _questions_of(group, asked, vectors, keys)
    for question in found:
        for search, text in usable:
            against = question.group in search.failed or (search.helped and question.group not in search.helped)
            if against and _primary(search.language) == _primary(question.language) and alike(question.text, text):
                question.against.add(search.person)
    settled = [question for question in found if question.is_settled]
    return sorted(settled, key=lambda one: (-len(one.people), -one.searches, one.text))


def _questions_of(
    group: DocumentGroup,
    asked: Sequence[tuple[JudgedSearch, str]],
    vectors: dict[str, Vectors],
    keys: dict[str, frozenset[str]],
) -> list[SettledQuestion]:
    """The questions of one article: each text joins the likest question of its language, the most asked text first."""
    people: dict[str, set[str]] = defaultdict(set)
    for search, text in asked:
        people[text].add(search.person)
    language = {text: search.language for search, text in asked}
    questions: list[SettledQuestion] = []
    of_text: dict[str, SettledQuestion] = {}
    for text in sorted(people, key=lambda one: (-len(people[one]), len(one), one))[:_MOST_QUESTIONS]:
        near = [
            (float(vectors[text] @ vectors[one.text]) + (keys[text] == keys[one.text]), -place)
            for place, one in enumerate(questions)
            if _primary(one.language) == _primary(language[text])
        ]
        best = max(near, default=(0.0, 0))
        if best[0] < ALIKE_FROM:
            questions.append(SettledQuestion(text, language[text], group))
            best = (1.0, 1 - len(questions))
        of_text[text] = questions[-best[1]]
    for search, text in asked:
        if text in of_text:
            of_text[text].add(search, text)
    return questions


def _usable(query: str, region: str) -> str:
    """The query as a wording, the same for those that differ in what is written or left out at will; "" for what can be none."""
    try:
        return clean_wording(query, region=region)
    except UnfitWordingError:
        return ""


def _primary(language: str) -> str:
    return language.partition("-")[0]
