"""The application, by factory only: nothing happens at import, and tests pass their own settings in."""

import importlib
from datetime import timedelta

from flask import Flask, redirect, url_for
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.service.escalation_rules import parse_rules
from kb.service.hours_record import check_setting
from webapp.auth.person import init_login
from webapp.shared.access import init_access
from webapp.shared.after_response import init_after_response
from webapp.shared.auditing import init_auditing
from webapp.shared.compression import init_compression
from webapp.shared.cross_site import init_cross_site
from webapp.shared.database import init_database
from webapp.shared.errors import init_errors
from webapp.shared.escalation import init_escalation
from webapp.shared.help_order import init_help_order
from webapp.shared.hosts import Site, init_hosts
from webapp.shared.input import init_input
from webapp.shared.limits import init_limits
from webapp.shared.live import init_live
from webapp.shared.locale import init_locale
from webapp.shared.metrics import init_metrics
from webapp.shared.notices import init_notices
from webapp.shared.page_cache import init_page_cache
from webapp.shared.prefix import UnderPrefix
from webapp.shared.request_ids import init_request_ids
from webapp.shared.runtime import init_runtime
from webapp.shared.security import init_security, load_secret_key
from webapp.shared.storing import init_storing
from webapp.shared.traces import init_traces
from webapp.shared.trailing_slash import init_trailing_slash
from webapp.shared.ui import init_ui
from webapp.shared.uploads import init_uploads

# Module and name of every blueprint. Each also needs a rule in webapp/shared/access.py.
BLUEPRINTS = (
    "webapp.shared.health:blueprint",
    "webapp.shared.health:figures",
    "webapp.auth.views:blueprint",
    "webapp.auth.second:blueprint",
    "webapp.auth.reset:blueprint",
    "webapp.account.views:blueprint",
    "webapp.account.password_link:blueprint",
    "webapp.account.codes:blueprint",
    "webapp.auth.passkeys:blueprint",
    "webapp.auth.provider:blueprint",
    "webapp.account.passkeys:blueprint",
    "webapp.help.views:blueprint",
    "webapp.desk.views:blueprint",
    "webapp.desk.simulations:blueprint",
    "webapp.desk.inbox.views:blueprint",
    "webapp.desk.customers.views:blueprint",
    "webapp.desk.handing_over:blueprint",
    "webapp.desk.panel:blueprint",
    "webapp.desk.panel:framed_blueprint",
    "webapp.desk.macros:blueprint",
    "webapp.desk.flags:blueprint",
    "webapp.desk.practice.views:blueprint",
    "webapp.desk.practice.news:blueprint",
    "webapp.studio.views:blueprint",
    "webapp.studio.content:blueprint",
    "webapp.studio.writing.views:blueprint",
    "webapp.studio.drafts:blueprint",
    "webapp.studio.wordings:blueprint",
    "webapp.studio.confidence:blueprint",
    "webapp.studio.translations:blueprint",
    "webapp.studio.feedback:blueprint",
    "webapp.studio.voice:blueprint",
    "webapp.studio.flags:blueprint",
    "webapp.studio.edits:blueprint",
    "webapp.studio.safety:blueprint",
    "webapp.studio.escalation:blueprint",
    "webapp.studio.flows:blueprint",
    "webapp.studio.widget:blueprint",
    "webapp.studio.service:blueprint",
    "webapp.studio.notices:blueprint",
    "webapp.studio.numbers.views:blueprint",
    "webapp.studio.self_service:blueprint",
    "webapp.studio.training.views:blueprint",
    "webapp.studio.searching.views:blueprint",
    "webapp.admin.views:blueprint",
    "webapp.admin.jobs:blueprint",
    "webapp.admin.audit:blueprint",
    "webapp.admin.privacy:blueprint",
    "webapp.api.asking:public",
    "webapp.api.views:desk",
    "webapp.api.views:studio",
    "webapp.api.conversations:conversations",
    "webapp.widget.views:blueprint",
    "webapp.widget.api:blueprint",
)

# The largest request: a long conversation pasted in one piece fits many times over.
LARGEST_REQUEST = 4 * 1024 * 1024
# Seconds that a request waits for a database in which somebody else is writing; then it is a 503 that can be sent again.
LONGEST_WAIT = 2.0
# For any statement, on PostgreSQL.
LONGEST_STATEMENT = 30.0


def create_app(settings: Settings, engine: Engine | None = None) -> Flask:
    """The web application for `settings`; `engine` where the caller has one already (tests).

    Raises ConfigurationError for settings that cannot work. Opens neither database nor model: the first request does.
    """
    parse_rules(settings.escalation)  # rules that cannot be read stop the program, not the first escalation
    check_setting(settings.service_hours_text, settings.time_zone)
    app = Site("webapp", root_path=str(importlib.import_module("webapp").__path__[0]))
    app.kb_settings = settings
    app.config.update(SECRET_KEY=load_secret_key(settings), MAX_CONTENT_LENGTH=LARGEST_REQUEST)
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST
    # Built files carry a hash of their content in their names, so a browser never has to ask for one twice.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(days=365)
    app.extensions["kb_settings"] = settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    engine = (
        engine
        if engine is not None
        else create_database_engine(settings, longest_wait=LONGEST_WAIT, longest_statement=LONGEST_STATEMENT)
    )

    init_request_ids(app)
    init_compression(app)
    init_metrics(app)
    init_traces(app)
    init_hosts(app)
    init_auditing(app)
    init_database(app, engine)
    init_storing(app, engine)
    init_after_response(app, engine)
    init_live(app, engine)
    init_runtime(app, settings, engine)
    init_help_order(app, engine)
    init_escalation(app, engine)
    init_login(app)
    init_locale(app, settings)
    init_errors(app)
    init_input(app)
    init_ui(app, settings)
    init_notices(app)
    init_page_cache(app)
    for reference in BLUEPRINTS:
        module, _, name = reference.partition(":")
        app.register_blueprint(getattr(importlib.import_module(module), name))
    app.add_url_rule("/", "root", _to_help)
    init_trailing_slash(app)
    init_limits(app, settings, engine)
    init_access(app)
    init_uploads(app, settings)
    init_security(app, settings)
    init_cross_site(app)
    if settings.proxies:
        number = settings.proxies
        under = UnderPrefix(app.wsgi_app)
        app.wsgi_app = ProxyFix(under, x_for=number, x_proto=number, x_host=number, x_prefix=number)  # type: ignore[method-assign]
    return app


def _to_help() -> Response:
    return redirect(url_for("help.start"))
