"""Settings of the language model that may compose answers from what is quoted. Off where no address is set."""

from dataclasses import dataclass, field

from kb.core.errors import ConfigurationError
from kb.core.setting_values import secret_setting, setting, split_web_address, whole_number


@dataclass(frozen=True)
class ModelEndpoint:
    """url: that chat completions are posted to; timeout: seconds for all of a call. The key is in no `repr`."""

    url: str
    model: str
    key: str = field(repr=False)
    timeout: float


@dataclass(frozen=True)
class ModelSettings:
    """A part of `Settings`."""

    llm_url_text: str = setting(
        "KB_LLM_URL",
        "",
        "OpenAI-compatible endpoint that composes answers on the ask page from what is quoted, "
        "and drafts of gaps from tickets, such as `http://localhost:11434/v1`; default none: passages and tickets are quoted "
        "as they are",
    )
    llm_model: str = setting("KB_LLM_MODEL", "", "Name of the model at `KB_LLM_URL`; needed with it")
    llm_key: str = secret_setting("KB_LLM_KEY", "Bearer token for `KB_LLM_URL`")
    llm_timeout_text: str = setting(
        "KB_LLM_TIMEOUT_MS", "4000", "Milliseconds that a customer waits for `KB_LLM_URL`; then passages are quoted"
    )

    @property
    def llm(self) -> ModelEndpoint | None:
        """None where no address is set. Raises ConfigurationError."""
        timeout = whole_number("KB_LLM_TIMEOUT_MS", self.llm_timeout_text, 100, 60_000) / 1000
        text = self.llm_url_text.strip().rstrip("/")
        if not text:
            return None
        parts = split_web_address(text)
        if parts is None or "@" in parts.netloc or parts.query or parts.fragment or not text.isascii():
            raise ConfigurationError(
                "KB_LLM_URL is no address of an OpenAI-compatible endpoint.",
                remedy="An example: KB_LLM_URL=http://localhost:11434/v1 (a key goes into KB_LLM_KEY)",
            )
        if not self.llm_model.strip():
            raise ConfigurationError(
                "KB_LLM_URL is set and KB_LLM_MODEL is not.", remedy="Name the model: KB_LLM_MODEL=llama3.1"
            )
        url = text if text.endswith("/chat/completions") else f"{text}/chat/completions"
        return ModelEndpoint(url, self.llm_model.strip(), self._key(), timeout)

    def _key(self) -> str:
        key = self.llm_key.strip()
        if not (key.isascii() and (key.isprintable() or not key)):
            raise ConfigurationError("KB_LLM_KEY has characters that no token has.")
        return key
