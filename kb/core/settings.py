"""Settings: environment variables `KB_*`, read here and nowhere else. The README's table is checked against `Settings`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from kb.core.database_settings import DatabaseSettings
from kb.core.desk_settings import DeskSettings
from kb.core.errors import ConfigurationError
from kb.core.index_settings import IndexSettings
from kb.core.mail_settings import MailSettings
from kb.core.model_settings import ModelSettings
from kb.core.provider_settings import ProviderSettings
from kb.core.secret_files import with_secrets_from_files
from kb.core.security_settings import SecuritySettings
from kb.core.setting_values import (
    country,
    hosts,
    probability,
    secret_setting,
    setting,
    web_address,
    whole_number,
    yes_or_no,
)
from kb.core.watching_settings import WatchingSettings

# Of the project; where a wheel is installed, the folder of installed packages.
PROJECT_ROOT = Path(__file__).resolve().parents[2]
IS_CHECKOUT = (PROJECT_ROOT / "pyproject.toml").exists()
# Choices of KB_LEARN_WORDINGS.
_LEARNING = ("off", "suggest", "apply")


@dataclass(frozen=True)
class Settings(
    DatabaseSettings,
    DeskSettings,
    IndexSettings,
    MailSettings,
    ModelSettings,
    SecuritySettings,
    ProviderSettings,
    WatchingSettings,
):
    """All settings as text from the environment, with typed views on them as properties."""

    home_text: str = setting(
        "KB_HOME",
        "",
        "Folder of all state (database, models, index); default `var/` in the project, `~/.local/share/kb-assist` where the "
        "wheel is installed",
    )
    models_text: str = setting(
        "KB_MODELS",
        "",
        "Folder of encoders that `kb model prepare` made, may be read-only; default `models/` in `KB_HOME`",
    )
    database_url: str = secret_setting("KB_DATABASE", "SQLAlchemy URL; default SQLite in `KB_HOME`")
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
    check_links_text: str = setting(
        "KB_CHECK_LINKS",
        "1",
        "1: the worker calls links of published articles to other sites now and then, flags those that lead nowhere; 0: never",
    )
    host: str = setting("KB_HOST", "127.0.0.1", "Address that `kb serve` listens on")
    port_text: str = setting("KB_PORT", "8000", "Port that `kb serve` listens on")
    workers_text: str = setting("KB_WORKERS", "2", "Server processes")
    drain_text: str = setting(
        "KB_DRAIN_SECONDS",
        "5",
        "Seconds for which `kb serve`, asked to stop by SIGTERM, says so at `/readyz` and still answers everything: "
        "twice the interval at which a balancer asks; 0 where there is none",
    )
    secret_key: str = secret_setting(
        "KB_SECRET_KEY", "Signs sessions; default: made once and kept in `KB_HOME/secret_key`"
    )
    languages_text: str = setting(
        "KB_LANGUAGES", "en,hi,bn", "Languages offered, comma-separated BCP 47 tags, the first is the default"
    )
    phone_region: str = setting("KB_PHONE_REGION", "IN", "Country assumed for phone numbers without a prefix")
    image_hosts_text: str = setting(
        "KB_IMAGE_HOSTS",
        "",
        "Other sites whose pictures articles may show, by https: `cdn.example.com,*.example.org`; default none",
    )
    site_name: str = setting("KB_SITE_NAME", "Jhilmil", "Name shown in the help centre")
    public_url_text: str = setting(
        "KB_PUBLIC_URL",
        "",
        "Address that people type, such as `https://help.example.com`; absolute links begin with it. "
        "Needed for any name but `localhost`: requests for names that are not known are refused",
    )
    trusted_hosts_text: str = setting(
        "KB_TRUSTED_HOSTS", "", "Further names under which the site is reached, comma-separated"
    )
    secure_cookies_text: str = setting(
        "KB_SECURE_COOKIES", "0", "1 behind HTTPS: cookies are sent over HTTPS only, HSTS on"
    )
    proxies_text: str = setting(
        "KB_PROXIES", "0", "Reverse proxies in front; that many `X-Forwarded-*` entries are believed"
    )
    rate_limit_storage: str = secret_setting(
        "KB_RATE_LIMIT_STORAGE",
        "Where limits are counted; default in the database, for all machines together; with SQLite in a file in `KB_HOME`. "
        "Else a store such as `redis://host:6379`; `memory://` is by each process for itself",
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

    keep_searches_text: str = setting(
        "KB_KEEP_SEARCHES",
        "400",
        "Days that searches are kept, with their feedback and their places in gaps; 0 for ever",
    )
    keep_feedback_text: str = setting("KB_KEEP_FEEDBACK", "400", "Days that feedback is kept; 0 for ever")
    keep_conversations_text: str = setting(
        "KB_KEEP_CONVERSATIONS",
        "730",
        "Days that a conversation is kept after it was closed, and a customer after the last of theirs; 0 for ever",
    )
    keep_tickets_text: str = setting(
        "KB_KEEP_TICKETS", "0", "Days that a past ticket, which is redacted, is kept after it was resolved; 0 for ever"
    )
    keep_practice_text: str = setting(
        "KB_KEEP_PRACTICE", "730", "Days that exercises of reps, and what they opened, are kept; 0 for ever"
    )
    keep_jobs_text: str = setting(
        "KB_KEEP_JOBS", "14", "Days that jobs and calls of webhooks are kept after their end; 0 for ever"
    )
    largest_upload_text: str = setting("KB_LARGEST_UPLOAD", "500", "Megabytes that an uploaded export may have")

    @property
    def check_links(self) -> bool:
        return yes_or_no("KB_CHECK_LINKS", self.check_links_text)

    @property
    def home(self) -> Path:
        if self.home_text:
            return Path(self.home_text).expanduser().resolve()
        return PROJECT_ROOT / "var" if IS_CHECKOUT else Path.home() / ".local" / "share" / "kb-assist"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'kb.sqlite3'}"

    @property
    def index_dir(self) -> Path:
        return self.home / "index"

    @property
    def flows_dir(self) -> Path:
        return self.home / "flows"

    @property
    def models_dir(self) -> Path:
        return Path(self.models_text).expanduser().resolve() if self.models_text else self.home / "models"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(tag.strip() for tag in self.languages_text.split(",") if tag.strip())

    @property
    def image_hosts(self) -> tuple[str, ...]:
        return hosts("KB_IMAGE_HOSTS", self.image_hosts_text)

    @property
    def port(self) -> int:
        return whole_number("KB_PORT", self.port_text, 1, 65535)

    @property
    def workers(self) -> int:
        return whole_number("KB_WORKERS", self.workers_text, 1, 256)

    @property
    def drain_seconds(self) -> int:
        return whole_number("KB_DRAIN_SECONDS", self.drain_text, 0, 600)

    @property
    def public_url(self) -> str:
        """Scheme and host, such as `https://help.example.com`, or ""."""
        text = self.public_url_text.strip().rstrip("/")
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable or text != f"{parts.scheme}://{parts.netloc}" or "@" in text or not text.isascii():
            raise ConfigurationError(
                f"KB_PUBLIC_URL is {self.public_url_text!r}, which is no address of a site.",
                remedy="An example: KB_PUBLIC_URL=https://help.example.com (without a path)",
            )
        return text

    @property
    def own_hosts(self) -> frozenset[str]:
        """Names, in lower case and without a port, of KB_PUBLIC_URL, KB_TRUSTED_HOSTS and KB_HOST."""
        names = [urlsplit(self.public_url).hostname or "", self.host, *self.trusted_hosts_text.split(",")]
        return frozenset(name.strip().rstrip(".").lower() for name in names if name.strip())

    @property
    def proxies(self) -> int:
        return whole_number("KB_PROXIES", self.proxies_text, 0, 10)

    @property
    def encoder_threads(self) -> int:
        return whole_number("KB_ENCODER_THREADS", self.threads_text, 1, 256)

    @property
    def reranker_budget(self) -> float:
        """Seconds."""
        return whole_number("KB_RERANKER_BUDGET_MS", self.reranker_budget_text, 10, 60_000) / 1000

    @property
    def keep_searches(self) -> int:
        return whole_number("KB_KEEP_SEARCHES", self.keep_searches_text, 0, 36_500)

    @property
    def keep_feedback(self) -> int:
        return whole_number("KB_KEEP_FEEDBACK", self.keep_feedback_text, 0, 36_500)

    @property
    def keep_conversations(self) -> int:
        return whole_number("KB_KEEP_CONVERSATIONS", self.keep_conversations_text, 0, 36_500)

    @property
    def keep_tickets(self) -> int:
        return whole_number("KB_KEEP_TICKETS", self.keep_tickets_text, 0, 36_500)

    @property
    def keep_practice(self) -> int:
        return whole_number("KB_KEEP_PRACTICE", self.keep_practice_text, 0, 36_500)

    @property
    def keep_jobs(self) -> int:
        return whole_number("KB_KEEP_JOBS", self.keep_jobs_text, 0, 36_500)

    @property
    def largest_upload(self) -> int:
        """Bytes."""
        return whole_number("KB_LARGEST_UPLOAD", self.largest_upload_text, 1, 100_000) * 1024 * 1024

    @property
    def secure_cookies(self) -> bool:
        return yes_or_no("KB_SECURE_COOKIES", self.secure_cookies_text)

    @property
    def answered_from(self) -> float | None:
        return probability("KB_ANSWERED_FROM", self.answered_text)

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

    @property
    def unsure_from(self) -> float | None:
        return probability("KB_UNSURE_FROM", self.unsure_text)


def secret_names() -> list[str]:
    """The settings that may hold a password; each may stand in a file."""
    return [item.metadata["env"] for item in fields(Settings) if item.metadata.get("secret")]


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises ConfigurationError for a `KB_*` variable that does not exist (a typo)."""
    environment = with_secrets_from_files(os.environ if environment is None else environment, secret_names())
    known = {f.metadata["env"]: f.name for f in fields(Settings)}
    # KB_EVAL_DATA belongs to the tests, which find the evaluation sets by it.
    unknown = sorted(
        name for name in environment if name.startswith("KB_") and name not in known and name != "KB_EVAL_DATA"
    )
    if unknown:
        raise ConfigurationError(
            f"Unknown setting {', '.join(unknown)}.", remedy=f"Known are: {', '.join(sorted(known))}."
        )
    settings = Settings(**{known[name]: environment[name] for name in known if name in environment})
    _ = (
        settings.port,
        settings.workers,
        settings.encoder_threads,
        settings.reranker_budget,
        settings.proxies,
        settings.public_url,
        country("KB_PHONE_REGION", settings.phone_region),
        settings.image_hosts,
        settings.answered_from,
        settings.unsure_from,
        settings.answerable_share,
        settings.learn_wordings,
        settings.keep_searches,
        settings.keep_feedback,
        settings.keep_conversations,
        settings.keep_tickets,
        settings.keep_practice,
        settings.keep_jobs,
        settings.first_response_minutes,
        settings.resolution_minutes,
        settings.undo_seconds,
        settings.deals_in_turn,
        settings.largest_attachment,
        settings.time_zone,
        settings.panel_origins,
        settings.widget_origins,
        web_address("KB_CUSTOMER_URL", settings.customer_url),
        settings.largest_upload,
        settings.mail_from,
        settings.contact_ways,
        settings.surveys,
        settings.llm,
        settings.milvus,
        settings.keep_audit,
        settings.metrics_token,
        settings.log_format,
        settings.log_level,
        settings.secure_cookies,
        settings.webhook_private,
        settings.check_links,
        settings.accepted_risks,
        settings.second_step,
        settings.free_messages,
        settings.free_messages_in_all,
        settings.session_idle,
        settings.session_longest,
        settings.oidc,
    )
    if not settings.languages:
        raise ConfigurationError(
            "KB_LANGUAGES is empty.", remedy="Name at least one language, such as KB_LANGUAGES=en."
        )
    return settings
