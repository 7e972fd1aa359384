"""Settings of the desk: times in which customers are answered, and the systems around it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kb.core.errors import ConfigurationError
from kb.core.setting_values import (
    choices,
    contact_ways,
    minutes_by_name,
    origins,
    secret_setting,
    setting,
    time_zone,
    whole_number,
)


@dataclass(frozen=True)
class DeskSettings:
    """A part of `Settings`."""

    first_response_text: str = setting(
        "KB_FIRST_RESPONSE",
        "phone=1, chat=2, walk_in=5, sms=10, social=30, web=240, email=240, other=240",
        "Minutes in which a customer should have a first answer, by channel",
    )
    resolution_text: str = setting(
        "KB_RESOLUTION",
        "phone=30, chat=60, walk_in=60, sms=240, social=480, web=2880, email=2880, other=2880",
        "Minutes in which a conversation should be closed, by channel",
    )
    undo_seconds_text: str = setting("KB_UNDO_SECONDS", "5", "Seconds in which a reply that was sent can be taken back")

    time_zone_text: str = setting(
        "KB_TIME_ZONE",
        "Asia/Kolkata",
        "Time zone in which days and hours are meant, such as those of promises, and told at the desk",
    )
    customer_url: str = setting(
        "KB_CUSTOMER_URL",
        "",
        "Address that is asked what your own system knows of a customer, see docs/customer-facts.md",
    )
    customer_token: str = secret_setting("KB_CUSTOMER_TOKEN", "Bearer token that is sent to KB_CUSTOMER_URL")
    dealing_text: str = setting(
        "KB_DEALING",
        "pick",
        "How waiting customers come to reps: each takes the next one (`pick`), or they are dealt out in turn (`round_robin`) to "
        "the reps who have logged in within twelve hours",
    )
    largest_attachment_text: str = setting(
        "KB_LARGEST_ATTACHMENT", "10", "Megabytes that a file may have which is sent with a reply"
    )

    escalation: str = setting(
        "KB_ESCALATION",
        "",
        "Rules that say when a conversation is escalated and to whom, see docs/frustration.md; default: those of the sample's "
        "escalation matrix, `none` for no rules",
    )

    panel_origins_text: str = setting(
        "KB_PANEL_ORIGINS",
        "",
        "Sites whose pages may frame the side panel, such as `https://helpdesk.example.com`, comma-separated, see "
        "docs/side-panel.md; default none but the project's own browser extension",
    )

    widget_origins_text: str = setting(
        "KB_WIDGET_ORIGINS",
        "",
        "Sites whose pages the help widget may answer, such as `https://shop.example.com`, comma-separated, see "
        "docs/widget.md; default none but the help centre itself",
    )
    service_hours_text: str = setting(
        "KB_SERVICE_HOURS",
        "mon-sun 8:00-22:00",
        "Hours in which somebody answers at once, in `KB_TIME_ZONE`: `mon-fri 9:00-18:00; sat 10-14; 2026-12-25 closed`; what is "
        "set in the studio holds over it",
    )
    contact_ways_text: str = setting(
        "KB_CONTACT_WAYS",
        "",
        "Further ways to reach a person that customers are offered: `phone=1800 000 5454, sms=+919000012345, "
        "whatsapp=+919000012345, telegram=https://t.me/example`; default none",
    )
    article_review_text: str = setting(
        "KB_ARTICLE_REVIEW",
        "optional",
        "Whether a colleague has to approve what is written in the studio before it is published (`required`), or whoever writes "
        "may ask for that and may publish alone (`optional`)",
    )
    surveys_text: str = setting(
        "KB_SURVEYS",
        "chat, mail",
        "How customers are asked one question after a contact: in the `chat`, by `mail`; `none` for not at all",
    )

    @property
    def widget_origins(self) -> tuple[str, ...]:
        return origins("KB_WIDGET_ORIGINS", self.widget_origins_text)

    @property
    def contact_ways(self) -> tuple[tuple[str, str], ...]:
        """(name, number or address) of each."""
        return contact_ways("KB_CONTACT_WAYS", self.contact_ways_text)

    @property
    def surveys(self) -> frozenset[str]:
        """Of chat and mail."""
        return choices("KB_SURVEYS", self.surveys_text, frozenset({"chat", "mail"}))

    @property
    def panel_origins(self) -> tuple[str, ...]:
        return origins("KB_PANEL_ORIGINS", self.panel_origins_text)

    @property
    def time_zone(self) -> ZoneInfo:
        return time_zone("KB_TIME_ZONE", self.time_zone_text)

    @property
    def first_response_minutes(self) -> dict[str, int]:
        return minutes_by_name("KB_FIRST_RESPONSE", self.first_response_text)

    @property
    def resolution_minutes(self) -> dict[str, int]:
        return minutes_by_name("KB_RESOLUTION", self.resolution_text)

    @property
    def undo_seconds(self) -> int:
        return whole_number("KB_UNDO_SECONDS", self.undo_seconds_text, 0, 600)

    @property
    def deals_in_turn(self) -> bool:
        choice = self.dealing_text.strip().lower()
        if choice not in {"pick", "round_robin"}:
            raise ConfigurationError(f"KB_DEALING is {self.dealing_text!r}, but must be pick or round_robin.")
        return choice == "round_robin"

    @property
    def needs_approval(self) -> bool:
        choice = self.article_review_text.strip().lower()
        if choice not in {"optional", "required"}:
            raise ConfigurationError(
                f"KB_ARTICLE_REVIEW is {self.article_review_text!r}, but must be optional or required."
            )
        return choice == "required"

    @property
    def largest_attachment(self) -> int:
        """Bytes."""
        return whole_number("KB_LARGEST_ATTACHMENT", self.largest_attachment_text, 1, 100) * 1024 * 1024
