"""Settings of the engine that holds the collections: the one inside each process, or a Milvus that machines share."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kb.core.errors import ConfigurationError
from kb.core.setting_values import secret_setting, setting, whole_number

EMBEDDED, MILVUS = "embedded", "milvus"


@dataclass(frozen=True)
class MilvusAddress:
    """uri: http(s)://host:port of a server, or the path of a file ending in .db, which one process alone may use; token: "" or
    what logs in, `user:password` or a key; timeout: seconds that a search waits."""

    uri: str
    token: str = field(repr=False)
    database: str
    timeout: float

    @property
    def is_file(self) -> bool:
        return "://" not in self.uri


@dataclass(frozen=True)
class IndexSettings:
    """A part of `Settings`."""

    index_text: str = setting(
        "KB_INDEX",
        EMBEDDED,
        "What holds the search collections: `embedded` (FAISS and tantivy inside each process) or `milvus`, which several "
        "machines share (docs/milvus.md)",
    )
    milvus_uri: str = setting(
        "KB_MILVUS_URI",
        "",
        "Where Milvus is, for `KB_INDEX=milvus`: `http://host:19530`, or the path of a file ending in `.db`, "
        "which milvus-lite keeps for one process alone",
    )
    milvus_user: str = setting("KB_MILVUS_USER", "", "Who logs in to Milvus, with `KB_MILVUS_PASSWORD`")
    milvus_password: str = secret_setting("KB_MILVUS_PASSWORD", "Password of `KB_MILVUS_USER`")
    milvus_token: str = secret_setting("KB_MILVUS_TOKEN", "Key for Milvus, instead of user and password")
    milvus_database: str = setting("KB_MILVUS_DATABASE", "", "Database within Milvus; default its own default")
    milvus_timeout_text: str = setting(
        "KB_MILVUS_TIMEOUT_MS",
        "1000",
        "Milliseconds that a search waits for Milvus; then it goes on with words alone",
    )

    @property
    def index_engine(self) -> str:
        """EMBEDDED or MILVUS."""
        choice = self.index_text.strip().lower() or EMBEDDED
        if choice not in {EMBEDDED, MILVUS}:
            raise ConfigurationError(
                "KB_INDEX is %(choice)s, which is no engine.",
                remedy="Set KB_INDEX=embedded, or KB_INDEX=milvus with KB_MILVUS_URI.",
                choice=repr(self.index_text),
            )
        return choice

    @property
    def milvus(self) -> MilvusAddress | None:
        """Where the collections are; None with the embedded engine. Raises ConfigurationError."""
        timeout = whole_number("KB_MILVUS_TIMEOUT_MS", self.milvus_timeout_text, 50, 60_000) / 1000
        if self.index_engine != MILVUS:
            return None
        return MilvusAddress(self._milvus_uri(), self._milvus_login(), self.milvus_database.strip(), timeout)

    def _milvus_uri(self) -> str:
        uri = self.milvus_uri.strip()
        if not uri:
            raise ConfigurationError(
                "KB_INDEX is milvus, and KB_MILVUS_URI does not say where it is.",
                remedy="An example: KB_MILVUS_URI=http://milvus:19530",
            )
        if "://" not in uri:
            path = Path(uri).expanduser()
            if path.suffix != ".db":
                raise ConfigurationError(
                    "KB_MILVUS_URI is neither an address nor the path of a file that ends in .db.",
                    remedy="Examples: KB_MILVUS_URI=http://milvus:19530, KB_MILVUS_URI=/var/lib/kb/milvus.db",
                )
            return str(path.resolve())
        try:
            parts = urlsplit(uri)
            is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable or "@" in parts.netloc or not uri.isascii():
            raise ConfigurationError(
                "KB_MILVUS_URI is no address of a Milvus server.",
                remedy="An example: KB_MILVUS_URI=http://milvus:19530 (who logs in goes into KB_MILVUS_USER and "
                "KB_MILVUS_PASSWORD)",
            )
        return uri.rstrip("/")

    def _milvus_login(self) -> str:
        if self.milvus_token and (self.milvus_user or self.milvus_password):
            raise ConfigurationError(
                "KB_MILVUS_TOKEN is set, and KB_MILVUS_USER or KB_MILVUS_PASSWORD too.",
                remedy="Leave one of them out: unset KB_MILVUS_TOKEN",
            )
        if bool(self.milvus_user) != bool(self.milvus_password):
            raise ConfigurationError(
                "Of KB_MILVUS_USER and KB_MILVUS_PASSWORD only one is set.",
                remedy="Set both, or neither where Milvus asks for no login.",
            )
        return self.milvus_token or (f"{self.milvus_user}:{self.milvus_password}" if self.milvus_user else "")
