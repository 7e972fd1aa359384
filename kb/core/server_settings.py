"""Settings of `kb serve`: where it listens, what stands in front of it, and the names under which it is reached."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from kb.core.errors import ConfigurationError
from kb.core.setting_values import hosts, secret_setting, setting, split_web_address, whole_number, yes_or_no


@dataclass(frozen=True)
class ServerSettings:
    """A part of `Settings`."""

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
    image_hosts_text: str = setting(
        "KB_IMAGE_HOSTS",
        "",
        "Other sites whose pictures articles may show, by https: `cdn.example.com,*.example.org`; default none",
    )
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
    def image_hosts(self) -> tuple[str, ...]:
        return hosts("KB_IMAGE_HOSTS", self.image_hosts_text)

    @property
    def public_url(self) -> str:
        """Scheme and host, such as `https://help.example.com`, or ""."""
        text = self.public_url_text.strip().rstrip("/")
        if not text:
            return ""
        parts = split_web_address(text)
        if parts is None or text != f"{parts.scheme}://{parts.netloc}" or "@" in text or not text.isascii():
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
    def secure_cookies(self) -> bool:
        return yes_or_no("KB_SECURE_COOKIES", self.secure_cookies_text)

    @property
    def proxies(self) -> int:
        return whole_number("KB_PROXIES", self.proxies_text, 0, 10)
