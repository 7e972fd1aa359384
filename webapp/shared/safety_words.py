"""Kinds of danger and their levels in the words of a page."""

from flask_babel import lazy_gettext

KIND_NAMES = {
    "self_harm": lazy_gettext("Somebody may want to die"),
    "swallowed": lazy_gettext("Something dangerous was swallowed"),
    "shock": lazy_gettext("Electric shock"),
    "fire": lazy_gettext("Smoke, sparks or fire"),
    "gas": lazy_gettext("Smell of gas"),
    "burn": lazy_gettext("A burn"),
    "injury": lazy_gettext("Somebody is hurt or ill"),
    "child": lazy_gettext("A child in danger"),
    "attack": lazy_gettext("Somebody is attacked or threatened"),
    "fraud": lazy_gettext("Fraud under way"),
    "battery": lazy_gettext("A swollen, hot or leaking battery"),
}
LEVEL_NAMES = {
    "emergency": lazy_gettext("Danger to life"),
    "fraud": lazy_gettext("Money is being taken"),
    "urgent": lazy_gettext("Stop using it"),
}


def kind_name(kind: str) -> str:
    """A kind of danger in the page's language."""
    return str(KIND_NAMES.get(kind, kind))


def level_name(level: str) -> str:
    return str(LEVEL_NAMES.get(level, level))
