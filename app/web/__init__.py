"""The web door: pages on the actions, one blueprint per page, no SQL and no solving here."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app import watch
from app.config import Settings
from app.db import Database
from app.web import context, formats, gate, language, provider, refusals, security
from app.web.account import page as account
from app.web.accounts import page as accounts
from app.web.approve import page as approve
from app.web.brief import page as brief
from app.web.calendar import page as calendar
from app.web.capacity import page as capacity
from app.web.choose_language import page as choose_language
from app.web.compare import page as compare
from app.web.declare import page as declare
from app.web.export import page as export
from app.web.grid import page as grid
from app.web.health import page as health
from app.web.imports import page as imports
from app.web.inquiries import page as inquiries
from app.web.jobs import page as jobs
from app.web.operators import page as operators
from app.web.people import page as people
from app.web.plan import page as plan
from app.web.portfolio import page as portfolio
from app.web.records import page as records
from app.web.review import page as review
from app.web.risks import page as risks
from app.web.said import all_said, capital, said, sentence
from app.web.scenarios import page as scenarios
from app.web.sign_in import page as sign_in
from app.web.situation import page as situation
from app.web.sweeps import page as sweeps
from app.web.tradeoffs import page as tradeoffs
from app.web.webhooks import page as webhooks
from app.web.week import page as week
from solver.classes import class_name

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST_UPLOAD = 64 * 1024 * 1024
LARGEST_FORM = 8 * 1024 * 1024
PAGES = (
    situation, imports, declare, jobs, plan, people, risks, approve, portfolio, capacity, records, export,
    scenarios, compare, brief, sign_in, account, accounts, operators, health, grid, tradeoffs, sweeps, review,
    week, calendar, webhooks, choose_language, inquiries,
)  # fmt: skip


def build(settings: Settings) -> Flask:
    """The Flask application; an empty database gets its schema, an old one is left to `codered db upgrade`."""
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "app" / "static"))
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD, MAX_FORM_MEMORY_SIZE=LARGEST_FORM, SEND_FILE_MAX_AGE_DEFAULT=3600
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database = Database(settings.url)
    if database.revision() is None:
        database.upgrade()
    language.attach(app)
    context.attach(app, database, settings)
    watch.attach(app, "web")
    security.attach(app)
    gate.attach(app)
    provider.attach(app, settings)
    refusals.attach(app)
    formats.attach(app)
    app.jinja_env.filters.update(
        said=said, all_said=all_said, sentence=sentence, capital=capital, class_name=class_name
    )
    for page in PAGES:
        app.register_blueprint(page)
    return app


def database_of(app: Flask) -> Database:
    """The database that the pages stand on."""
    with app.app_context():
        return context.db()
