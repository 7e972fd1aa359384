"""What the log-in page, and that which asks once more, offer beside a password."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, url_for

from kb.accounts.passkeys import request_options
from kb.core.settings import Settings
from kb.tables import Passkey
from webapp.auth.challenges import Purpose, new_challenge, relying_party

_ACTION = {Purpose.LOG_IN: "auth_passkeys.log_in", Purpose.CONFIRM: "account_passkeys.confirm"}


@dataclass(frozen=True)
class AskedDevice:
    """A form that a passkey sends. options: what the page's script asks the device, as JSON; challenge: the same one, signed."""

    action: str
    options: str
    challenge: str


@dataclass(frozen=True)
class OtherWays:
    """device: None where the site has no name that devices know, or somebody has no passkey. provider: its name, "" for none,
    and the address that leads there."""

    device: AskedDevice | None
    provider: str
    provider_url: str


def other_ways(purpose: Purpose, target: str, passkeys: Sequence[Passkey] | None = None) -> OtherWays:
    """target: a path of ours to which they lead, or "". passkeys: those that will do; default: whatever the device has."""
    settings: Settings = current_app.extensions["kb_settings"]
    again = "1" if purpose is Purpose.CONFIRM else None
    return OtherWays(
        device=_ask_device(purpose, passkeys),
        provider=settings.oidc.name if settings.oidc else "",
        provider_url=url_for("auth_provider.begin", again=again, next=target or None),
    )


def _ask_device(purpose: Purpose, passkeys: Sequence[Passkey] | None) -> AskedDevice | None:
    party = relying_party()
    if party is None or passkeys == []:
        return None
    challenge, signed = new_challenge(purpose)
    return AskedDevice(url_for(_ACTION[purpose]), request_options(party, challenge, passkeys or ()), signed)
