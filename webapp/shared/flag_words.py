"""What became of a flag, as studio and desk call it."""

from flask_babel import lazy_gettext

from kb.tables import FlagState

STATES = {
    FlagState.MENDED.value: lazy_gettext("Mended"),
    FlagState.RIGHT.value: lazy_gettext("Right as it is"),
    FlagState.PAST.value: lazy_gettext("There no longer"),
}
