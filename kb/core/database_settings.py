"""Settings of the database beside its address."""

from dataclasses import dataclass

from kb.core.setting_values import secret_setting


@dataclass(frozen=True)
class DatabaseSettings:
    direct_url: str = secret_setting(
        "KB_DATABASE_DIRECT",
        "Where `KB_DATABASE` leads through a pooler such as pgbouncer: the address of the same PostgreSQL without it, for "
        "migrations, locks and `LISTEN`; setting it keeps everything that lasts longer than a transaction away from the pooler",
    )
