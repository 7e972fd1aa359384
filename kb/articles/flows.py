"""Flows of steps: small trees of questions in YAML, each quoting its article and ending with an answer.

    title: {en: "Refund by way of paying", hi: "…"}
    words: {en: "money back, refund status"}      # also found by these
    start: paid                                   # the first step where it is not said
    steps:
      paid:
        ask: {en: "How did you pay?", hi: "…"}
        fact: payment                             # a fact of this kind answers the step by itself
        quote: {article: when-refund-arrives, section: {en: "When does a refund start?", hi: "…"}}
        choices:
          - {label: {en: UPI, hi: यूपीआई}, values: [upi], next: upi}
      order: {ask: "Which order is it?", fact: order, next: upi}   # no choices: goes on as soon as it is known
      upi: {answer: {en: "1–2 working days.", hi: "…"}}
      new: {answer: "I ask for a new link.", person: yes}   # only a person can do this: the machine does not promise it

A text is one for all languages, or one for each. Pure. PyYAML's nodes are read, so that every error has its line.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from kb.articles.text import ArticleError
from kb.core.errors import Rejection
from kb.text.cleaning import clean_text
from kb.text.fitting import share_of_terms
from kb.text.terms import index_terms, query_terms

LARGEST = 100_000  # characters of a file
MOST_STEPS, MOST_CHOICES, MOST_PROBLEMS = 200, 20, 50
LONGEST_NAME, LONGEST_TEXT = 60, 4_000
# Of the words that are looked for, so much has to stand in a flow's title and words.
_ENOUGH = 0.5

_YES, _NO = frozenset(("yes", "true", "on")), frozenset(("no", "false", "off"))

# By language; "" is for all of them.
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Quote:
    """A section of an article, by its heading in each language; no headings: its beginning."""

    article: str
    sections: Texts


@dataclass(frozen=True)
class Choice:
    """values: of the step's fact, which choose it."""

    labels: Texts
    next: str
    values: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Step:
    """A question to the customer, or the answer where the flow ends. next: without choices; for_person: what the answer says
    only a person can do."""

    name: str
    texts: Texts
    is_answer: bool
    quote: Quote | None = None
    fact: str = ""
    choices: tuple[Choice, ...] = ()
    next: str = ""
    line: int = 0
    for_person: bool = False

    def nexts(self) -> tuple[str, ...]:
        return tuple(choice.next for choice in self.choices) or ((self.next,) if self.next else ())


@dataclass(frozen=True)
class Flow:
    name: str
    titles: Texts
    words: Texts
    start: str
    steps: Mapping[str, Step]


def text_in(texts: Texts, language: str) -> str:
    """In this language, else in the same one with other letters, else for all, else in English, else in any."""
    spoken = language.partition("-")[0]
    for tag in (language, spoken, "", "en"):
        if tag in texts:
            return texts[tag]
    return next(iter(texts.values()), "")


def parse_flow(text: str, name: str, path: str, *, fact_kinds: Collection[str]) -> Flow:
    """Raises ArticleError with every reason and its line; nothing else, whatever the text. Time is bounded by LARGEST."""
    reader = _Reader(path, frozenset(fact_kinds))
    root = reader.compose(text)
    flow = reader.flow(root, name) if root is not None else None
    if reader.problems or flow is None:
        raise ArticleError(reader.problems[:MOST_PROBLEMS])
    return flow


def find_flows(flows: Collection[Flow], text: str, language: str, *, limit: int = 3) -> list[Flow]:
    """Those whose titles and words fit what is looked for, the best first; all of them where nothing is."""
    return [flow for flow, _ in rank_flows(flows, text, language)][:limit]


def rank_flows(flows: Collection[Flow], text: str, language: str) -> list[tuple[Flow, float]]:
    """The same with the share of the words of `text` that each has, see share_of_terms; 1 where nothing is looked for."""
    terms = query_terms(text[:2_000], language)
    if not terms:
        return [(flow, 1.0) for flow in flows]
    ranked = []
    for flow in flows:
        score = max(
            share_of_terms(terms, _terms(title, tag), _terms(flow.words.get(tag, ""), tag))
            for tag, title in flow.titles.items()
        )
        if score >= _ENOUGH:
            ranked.append((-score, flow.name, flow))
    return [(flow, -score) for score, _, flow in sorted(ranked, key=lambda entry: entry[:2])]


@lru_cache(maxsize=2_000)
def _terms(text: str, language: str) -> frozenset[str]:
    return frozenset(index_terms(text, language or "en"))


Node = yaml.Node


@dataclass
class _Reader:
    path: str
    fact_kinds: frozenset[str]
    problems: list[Rejection] = field(default_factory=list)

    def reject(self, node: Node | int, reason: str) -> None:
        line = node if isinstance(node, int) else node.start_mark.line + 1
        self.problems.append(Rejection(self.path, line, reason))

    def compose(self, text: str) -> Node | None:
        if len(text) > LARGEST:
            self.reject(1, f"it has more than {LARGEST:,} characters")
            return None
        try:
            for token in yaml.scan(text, Loader=yaml.SafeLoader):
                if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                    self.reject(
                        token.start_mark.line + 1, "& and * are not used here: write the text out, or in quotes"
                    )
                    return None
            root: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.reject(mark.line + 1 if mark else 1, f"it is not valid YAML: {error.problem or error.context}")
            return None
        except yaml.reader.ReaderError as error:
            self.reject(text.count("\n", 0, error.position) + 1, "it has a character that YAML does not allow")
            return None
        except (yaml.YAMLError, RecursionError, ValueError):
            self.reject(1, "it is not valid YAML")
            return None
        if root is None:
            self.reject(1, "it is empty")
        return root

    def mapping(self, node: Node, what: str, known: Collection[str] | None = None) -> dict[str, Node]:
        """The keys of a mapping with their values; one that is not known, or there twice, is a problem."""
        if not isinstance(node, yaml.MappingNode):
            self.reject(node, f"{what} has to have lines of the form `key: value`")
            return {}
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name or name in found:
                self.reject(key, f"{what} has {name!r} twice" if name else f"{what} has a key that is no word")
            elif known is not None and name not in known:
                self.reject(key, f"{what} has no {name[:40]!r}; there are: {', '.join(known)}")
            else:
                found[name] = value
        return found

    def word(self, node: Node | None, what: str, longest: int = LONGEST_NAME) -> str:
        """One line of text, "" where there is none."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.reject(node, f"{what} has to be one text")
            return ""
        text = clean_text(node.value).strip()
        if not text or len(text) > longest:
            self.reject(node, f"{what} has to have between 1 and {longest:,} characters")
            return ""
        return text

    def texts(self, node: Node | None, what: str, longest: int = LONGEST_TEXT) -> Texts:
        if node is None:
            return {}
        if isinstance(node, yaml.ScalarNode):
            text = self.word(node, what, longest)
            return {"": text} if text else {}
        found = {
            tag: self.word(value, f"{what} in {tag[:40]}", longest) for tag, value in self.mapping(node, what).items()
        }
        if not found:
            self.reject(node, f"{what} needs a text")
        for tag in found:
            if not (2 <= len(tag) <= 35 and tag.replace("-", "").isalnum() and tag.isascii()):
                self.reject(node, f"{what}: {tag[:40]!r} is no language; an example: hi")
        return found

    def flow(self, root: Node, name: str) -> Flow | None:
        keys = self.mapping(root, "a flow", ("title", "words", "start", "steps"))
        titles = self.texts(keys.get("title"), "the title", 200)
        if not titles and not self.problems:
            self.reject(root, "a flow needs a title")
        words = self.texts(keys.get("words"), "words")
        entries = self.mapping(keys["steps"], "steps") if "steps" in keys else {}
        if not entries or len(entries) > MOST_STEPS:
            self.reject(keys.get("steps", root), f"a flow needs steps, {MOST_STEPS} at most")
            return None
        for step_name, node in entries.items():
            if len(step_name) > LONGEST_NAME:
                self.reject(node, f"the name of a step has {LONGEST_NAME} characters at most")
        steps = {step_name: self.step(step_name, node) for step_name, node in entries.items()}
        start = self.word(keys.get("start"), "start") or next(iter(steps))
        if start not in steps:
            self.reject(keys["start"], f"there is no step {start!r}")
        elif not self.problems:
            self.check_ways(steps, start)
        return Flow(name, titles, words, start, steps)

    def step(self, name: str, node: Node) -> Step:
        what = f"the step {name[:40]!r}"
        keys = self.mapping(node, what, ("ask", "answer", "quote", "fact", "choices", "next", "person"))
        line = node.start_mark.line + 1
        if ("ask" in keys) == ("answer" in keys):
            self.reject(node, f"{what} needs either `ask` or `answer`")
        is_answer = "answer" in keys
        texts = self.texts(keys.get("answer" if is_answer else "ask"), f"the text of {what}")
        quote = self.quote(keys["quote"], what) if "quote" in keys else None
        fact = self.word(keys.get("fact"), f"the fact of {what}")
        if fact and fact not in self.fact_kinds:
            self.reject(keys["fact"], f"there is no fact {fact!r}; there are: {', '.join(sorted(self.fact_kinds))}")
        choices = self.choices(keys["choices"], what, has_fact=bool(fact)) if "choices" in keys else ()
        after = self.word(keys.get("next"), f"what comes after {what}")
        if is_answer and (choices or after or fact):
            self.reject(node, f"{what} is an answer: nothing comes after it")
        if not is_answer and bool(choices) == bool(after) and not self.problems:
            self.reject(node, f"{what} needs either `choices` or `next`")
        for_person = self.yes_or_no(keys.get("person"), f"`person` of {what}")
        if for_person and not is_answer:
            self.reject(keys["person"], f"{what} asks: `person` belongs to an answer")
        return Step(name, texts, is_answer, quote, fact, choices, after, line, for_person)

    def yes_or_no(self, node: Node | None, what: str) -> bool:
        if node is None:
            return False
        said = node.value.casefold() if isinstance(node, yaml.ScalarNode) else ""
        if said not in _YES | _NO:
            self.reject(node, f"{what} has to be yes or no")
        return said in _YES

    def quote(self, node: Node, what: str) -> Quote | None:
        keys = self.mapping(node, f"the quote of {what}", ("article", "section"))
        article = self.word(keys.get("article"), f"the article of {what}", 200)
        if not article:
            self.reject(node, f"the quote of {what} needs an article, by its slug")
        return Quote(article, self.texts(keys.get("section"), f"the section of {what}", 300))

    def choices(self, node: Node, what: str, *, has_fact: bool) -> tuple[Choice, ...]:
        if not isinstance(node, yaml.SequenceNode) or not 1 <= len(node.value) <= MOST_CHOICES:
            self.reject(node, f"the choices of {what} have to be a list of {MOST_CHOICES} at most")
            return ()
        found = []
        for entry in node.value:
            keys = self.mapping(entry, f"a choice of {what}", ("label", "values", "next"))
            labels = self.texts(keys.get("label"), f"a label of {what}", 200)
            after = self.word(keys.get("next"), f"what comes after a choice of {what}")
            if keys and not (labels and after):
                self.reject(entry, f"a choice of {what} needs `label` and `next`")
            values = self.values(keys.get("values"), what, has_fact=has_fact)
            found.append(Choice(labels, after, values, entry.start_mark.line + 1))
        return tuple(found)

    def values(self, node: Node | None, what: str, *, has_fact: bool) -> tuple[str, ...]:
        if node is None:
            return ()
        if not has_fact:
            self.reject(node, f"{what} has values and no `fact` that could have them")
        entries = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(self.word(entry, f"a value of {what}", 200).casefold() for entry in entries[:MOST_CHOICES])

    def check_ways(self, steps: Mapping[str, Step], start: str) -> None:
        """Every step is reached, and no way leads back to where it was: so every flow ends."""
        for step in steps.values():
            lines = [choice.line for choice in step.choices] or [step.line]
            for after, line in zip(step.nexts(), lines, strict=False):
                if after not in steps:
                    self.reject(line, f"the step {step.name!r} leads to {after!r}, which there is not")
        if self.problems:
            return
        done: set[str] = set()
        open_steps: list[tuple[str, Iterator[str]]] = [(start, iter(steps[start].nexts()))]
        on_the_way = {start}
        while open_steps:
            name, ways = open_steps[-1]
            following = next(ways, None)
            if following is None:
                open_steps.pop()
                on_the_way.discard(name)
                done.add(name)
            elif following in on_the_way:
                self.reject(steps[name].line, f"the step {name!r} leads back to {following!r}: it would never end")
                return
            elif following not in done:
                on_the_way.add(following)
                open_steps.append((following, iter(steps[following].nexts())))
        for name in steps.keys() - done:
            self.reject(steps[name].line, f"nothing leads to the step {name!r}")
