"""Settings: environment variables `KB_*`, read here and nowhere else. The README's table is checked against `Settings`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from kb.core.database_settings import DatabaseSettings
from kb.core.desk_settings import DeskSettings
from kb.core.errors import ConfigurationError
from kb.core.index_settings import IndexSettings
from kb.core.mail_settings import MailSettings
from kb.core.model_settings import ModelSettings
from kb.core.provider_settings import ProviderSettings
from kb.core.retention_settings import RetentionSettings
from kb.core.search_settings import SearchSettings
from kb.core.secret_files import with_secrets_from_files
from kb.core.security_settings import SecuritySettings
from kb.core.server_settings import ServerSettings
from kb.core.setting_values import (
    country,
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


@dataclass(frozen=True)
class Settings(
    DatabaseSettings,
    DeskSettings,
    IndexSettings,
    MailSettings,
    ModelSettings,
    ProviderSettings,
    RetentionSettings,
    SearchSettings,
    SecuritySettings,
    ServerSettings,
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
    check_links_text: str = setting(
        "KB_CHECK_LINKS",
        "1",
        "1: the worker calls links of published articles to other sites now and then, flags those that lead nowhere; 0: never",
    )
    languages_text: str = setting(
        "KB_LANGUAGES", "en,hi,bn", "Languages offered, comma-separated BCP 47 tags, the first is the default"
    )
    phone_region: str = setting("KB_PHONE_REGION", "IN", "Country assumed for phone numbers without a prefix")
    site_name: str = setting("KB_SITE_NAME", "Jhilmil", "Name shown in the help centre")
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
    def largest_upload(self) -> int:
        """Bytes."""
        return whole_number("KB_LARGEST_UPLOAD", self.largest_upload_text, 1, 100_000) * 1024 * 1024


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
