"""The two questions of a survey and their answers, the worst first."""

from flask_babel import lazy_gettext as _l

from kb.tables import SurveyKind

QUESTIONS = {
    SurveyKind.SATISFACTION.value: _l("How satisfied are you with the help you got?"),
    SurveyKind.EFFORT.value: _l("How easy was it to get help with what you needed?"),
}
ANSWERS = {
    SurveyKind.SATISFACTION.value: (
        _l("Very dissatisfied"),
        _l("Dissatisfied"),
        _l("Neither"),
        _l("Satisfied"),
        _l("Very satisfied"),
    ),
    SurveyKind.EFFORT.value: (_l("Very hard"), _l("Hard"), _l("Neither"), _l("Easy"), _l("Very easy")),
}
KINDS = {SurveyKind.SATISFACTION.value: _l("Satisfaction"), SurveyKind.EFFORT.value: _l("Effort")}
