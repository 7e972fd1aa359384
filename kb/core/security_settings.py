"""Settings of who gets in, and for how long."""

from dataclasses import dataclass, fields

from kb.core.errors import ConfigurationError
from kb.core.setting_values import secret_setting, setting, whole_number

_SHORTEST_TOKEN = 20
_ROLES = ("", "rep", "trainer", "admin")


@dataclass(frozen=True)
class SecuritySettings:
    session_idle_text: str = setting("KB_SESSION_IDLE", "12", "Hours after which a log-in that nobody uses ends")
    session_longest_text: str = setting(
        "KB_SESSION_LONGEST", "168", "Hours after which a log-in ends in any case, however much it is used"
    )

    second_step_text: str = setting(
        "KB_SECOND_STEP",
        "",
        "Lowest role (`rep`, `trainer`, `admin`) that must log in with a second step; default: whoever wants to",
    )

    metrics_token_text: str = secret_setting(
        "KB_METRICS_TOKEN", "Bearer token by which a scraper reads `/metrics`; without it only administrators do"
    )
    free_messages_text: str = setting(
        "KB_FREE_MESSAGES",
        "10",
        "Messages of one visitor in ten minutes (form, chat, call-back, widget) that are taken as they are; those after them "
        "come with a proof of work, which the browser makes, or wait for half a minute",
    )
    free_messages_in_all_text: str = setting(
        "KB_FREE_MESSAGES_IN_ALL", "100", "The same for all visitors together, in ten minutes"
    )
    accepted_risks_text: str = setting(
        "KB_ACCEPT_INSECURE",
        "",
        "Settings, comma-separated, whose values `kb serve` takes although they are not safe where others reach the server, "
        "such as `KB_PUBLIC_URL` on a network without HTTPS; default none",
    )
    keep_audit_text: str = setting("KB_KEEP_AUDIT", "730", "Days that security events are kept; 0 for ever")

    @property
    def metrics_token(self) -> str:
        """Or "". Raises ConfigurationError, which does not repeat it, for one that could be guessed."""
        if self.metrics_token_text and len(self.metrics_token_text) < _SHORTEST_TOKEN:
            raise ConfigurationError(
                f"KB_METRICS_TOKEN has fewer than {_SHORTEST_TOKEN} characters.",
                remedy='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
            )
        return self.metrics_token_text

    @property
    def free_messages(self) -> int:
        return whole_number("KB_FREE_MESSAGES", self.free_messages_text, 1, 1_000_000)

    @property
    def free_messages_in_all(self) -> int:
        return whole_number("KB_FREE_MESSAGES_IN_ALL", self.free_messages_in_all_text, 1, 1_000_000)

    @property
    def accepted_risks(self) -> frozenset[str]:
        """Names of settings. Raises ConfigurationError for one that is none."""
        names = frozenset(name.strip().upper() for name in self.accepted_risks_text.split(",") if name.strip())
        known = {item.metadata["env"] for item in fields(self)}
        if unknown := sorted(names - known):
            raise ConfigurationError(
                f"KB_ACCEPT_INSECURE has {unknown[0]!r}, which is no setting.",
                remedy="An example: KB_ACCEPT_INSECURE=KB_PUBLIC_URL",
            )
        return names

    @property
    def second_step(self) -> str:
        """A role, or "" where nobody must."""
        role = self.second_step_text.strip().lower()
        if role not in _ROLES:
            raise ConfigurationError(
                f"KB_SECOND_STEP is {self.second_step_text!r}, but must be one of {', '.join(_ROLES[1:])}.",
                remedy="Name the lowest role that needs a second step, or leave it out.",
            )
        return role

    @property
    def keep_audit(self) -> int:
        return whole_number("KB_KEEP_AUDIT", self.keep_audit_text, 0, 36_500)

    @property
    def session_idle(self) -> int:
        """Hours."""
        return whole_number("KB_SESSION_IDLE", self.session_idle_text, 1, 8760)

    @property
    def session_longest(self) -> int:
        """Hours."""
        return whole_number("KB_SESSION_LONGEST", self.session_longest_text, 1, 8760)
