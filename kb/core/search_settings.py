"""Settings of search: the models that it reads with, its confidence, and what it learns from use."""

from dataclasses import dataclass

from kb.core.errors import ConfigurationError
from kb.core.setting_values import probability, setting, whole_number

# Choices of KB_LEARN_WORDINGS.
_LEARNING = ("off", "suggest", "apply")


@dataclass(frozen=True)
class SearchSettings:
    """A part of `Settings`."""

    model: str = setting(
        "KB_MODEL",
        "bundled",
        "`bundled`, `bundled-original` (the same without its training for support), `hash` (tests), "
        "or any sentence-transformers name or path",
    )
    reranker: str = setting(
        "KB_RERANKER",
        "",
        "Cross-encoder that reads the best passages again where search is in doubt: "
        "any name or folder that `sentence_transformers.CrossEncoder` takes; default none",
    )
    reranker_budget_text: str = setting(
        "KB_RERANKER_BUDGET_MS",
        "500",
        "Milliseconds that a search waits for `KB_RERANKER`; what is not read by then keeps its place",
    )
    threads_text: str = setting(
        "KB_ENCODER_THREADS", "1", "Threads of the encoder and of the re-ranker at query time (indexing uses all cores)"
    )
    answered_text: str = setting(
        "KB_ANSWERED_FROM", "", "Confidence from which a result counts as an answer; default: the calibration's"
    )
    unsure_text: str = setting(
        "KB_UNSURE_FROM", "", "Confidence below which there is no answer; default: the calibration's"
    )
    answerable_share_text: str = setting(
        "KB_ANSWERABLE_SHARE",
        "",
        "Share of searches that something here answers, which the confidence assumes; default: the calibration's, 0.8",
    )
    learn_wordings_text: str = setting(
        "KB_LEARN_WORDINGS",
        "suggest",
        "What is done with questions that different people asked alike and one article answered: `suggest` them to trainers as "
        "other wordings of it, `apply` the well attested by itself, or `off`",
    )

    @property
    def reranker_budget(self) -> float:
        """Seconds."""
        return whole_number("KB_RERANKER_BUDGET_MS", self.reranker_budget_text, 10, 60_000) / 1000

    @property
    def encoder_threads(self) -> int:
        return whole_number("KB_ENCODER_THREADS", self.threads_text, 1, 256)

    @property
    def answered_from(self) -> float | None:
        return probability("KB_ANSWERED_FROM", self.answered_text)

    @property
    def unsure_from(self) -> float | None:
        return probability("KB_UNSURE_FROM", self.unsure_text)

    @property
    def answerable_share(self) -> float | None:
        return probability("KB_ANSWERABLE_SHARE", self.answerable_share_text)

    @property
    def learn_wordings(self) -> str:
        """off, suggest or apply."""
        choice = self.learn_wordings_text.strip().lower()
        if choice not in _LEARNING:
            raise ConfigurationError(
                f"KB_LEARN_WORDINGS is {self.learn_wordings_text!r}, but must be one of {', '.join(_LEARNING)}."
            )
        return choice
