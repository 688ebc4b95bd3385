"""The first tables: records, scenarios, plans, jobs, decisions and the audit trail."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "portfolio", "pools", "capacity", "projects", "needs", "eligible", "baseline", "links", "pins", "policies",
    "stances", "floors", "signals", "triggers", "scenarios", "scenario_changes", "plans", "plan_files", "jobs",
    "decisions", "audit",
)  # fmt: skip
APPEND_ONLY = {
    "audit": ("UPDATE", "DELETE"),
    "decisions": ("UPDATE", "DELETE"),
    "plans": ("UPDATE",),
    "plan_files": ("UPDATE",),
}
"""What the database itself refuses, by table."""


def upgrade() -> None:
    record_tables()
    decision_tables()
    indexes()
    for name, verbs in APPEND_ONLY.items():
        for verb in verbs:
            refuse(name, verb)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def refuse(name: str, verb: str) -> None:
    """Make the database refuse to change or remove rows of a table."""
    trigger = f"{name}_refuses_{verb.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        op.execute(f"CREATE TRIGGER {trigger} BEFORE {verb} ON {name} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {verb} ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        )


def column(
    name: str, type_: type[sa.types.TypeEngine[Any]], *, key: bool = False, blank: bool = False
) -> sa.Column[Any]:
    """A column; only one named `id` counts by itself."""
    return sa.Column(name, type_(), primary_key=key, nullable=blank, autoincrement=name == "id")


def moment(name: str, *, blank: bool = False) -> sa.Column[Any]:
    """A point in time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=blank)


def home(*, key: bool = False) -> sa.Column[Any]:
    """The portfolio that a row belongs to."""
    target = sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE")
    return sa.Column("portfolio", sa.Text(), target, primary_key=key, nullable=False)


def refers(name: str, target: str, *, key: bool = False, blank: bool = False) -> sa.Column[Any]:
    """A reference to a numbered row."""
    return sa.Column(name, sa.Integer(), sa.ForeignKey(target, ondelete="CASCADE"), primary_key=key, nullable=blank)


text, real, whole, day = (partial(column, type_=t) for t in (sa.Text, sa.Float, sa.Integer, sa.Date))
json, blob, flag = (partial(column, type_=t) for t in (sa.JSON, sa.LargeBinary, sa.Boolean))


# fmt: off
def record_tables() -> None:
    """One table per record kind."""
    op.create_table(
        "portfolio",
        text("portfolio", key=True), text("name"), day("start"), whole("weeks"), text("currency"), whole("version"),
        whole("revision"),
    )
    op.create_table(
        "pools",
        home(key=True), text("pool", key=True), text("name"), text("kind"),
        text("type"), text("site"), text("unit"), real("step", blank=True), real("cost"), whole("version"),
    )
    op.create_table(
        "capacity",
        home(key=True), text("pool", key=True), day("week", key=True),
        real("amount"), whole("version"),
    )
    op.create_table(
        "projects",
        home(key=True), text("project", key=True), text("name"),
        text("program"), text("kind"), whole("priority"), real("value"), real("duration", blank=True),
        text("benefit"), text("curve"), text("status"), real("progress"), day("earliest", blank=True),
        day("deadline", blank=True), text("must", blank=True), whole("min_run"), whole("min_pause"),
        real("pause_cost"), text("owner"), whole("version"),
    )
    op.create_table(
        "needs",
        home(key=True), text("project", key=True), text("need", key=True),
        text("kind"), real("full"), real("minimum"), real("standby"), whole("version"),
    )
    op.create_table(
        "eligible",
        home(key=True), text("project", key=True), text("need", key=True),
        text("pool", key=True), real("rate"), whole("version"),
    )
    op.create_table(
        "baseline",
        home(key=True), text("project", key=True), text("need", key=True),
        text("pool", key=True), real("amount"), whole("version"),
    )
    op.create_table(
        "links",
        home(key=True), text("project", key=True), text("relation", key=True),
        text("other", key=True), whole("version"),
    )
    op.create_table(
        "pins",
        home(key=True), text("project", key=True), text("need", key=True),
        text("pool", key=True), day("from", key=True), day("to", blank=True), real("amount"), whole("version"),
    )
    op.create_table(
        "policies",
        home(key=True), text("policy", key=True), text("name"), text("kind"),
        day("start", blank=True), day("end", blank=True), text("owner"), text("reason"), text("exit_criteria"),
        real("max_cost", blank=True), real("gpu_moves", blank=True), real("engineer_moves", blank=True),
        real("growth", blank=True), text("gpu_ramp"), text("engineer_ramp"), real("mentor"), real("memory_cap"),
        real("tolerance"), whole("version"),
    )
    op.create_table(
        "stances",
        home(key=True), text("policy", key=True), text("project", key=True),
        text("stance"), whole("priority", blank=True), whole("version"),
    )
    op.create_table(
        "floors",
        home(key=True), text("policy", key=True), text("project", key=True),
        text("need", key=True), text("pool", key=True), day("week", key=True), real("amount", blank=True),
        real("share", blank=True), whole("version"),
    )
    op.create_table(
        "signals",
        home(key=True), text("signal", key=True), day("date", key=True),
        real("value"), whole("version"),
    )
    op.create_table(
        "triggers",
        home(key=True), text("trigger", key=True), text("signal"),
        whole("window_days"), real("drop"), text("policy"), whole("version"),
    )


def decision_tables() -> None:
    """What people decide and codered computes."""
    op.create_table(
        "scenarios",
        whole("id", key=True), home(), text("name"), text("policy"), text("kind"),
        text("status"), moment("created_at"), text("who"), whole("version"),
    )
    op.create_table(
        "scenario_changes",
        whole("id", key=True), refers("scenario", "scenarios.id"), text("operation"),
        text("record_table"), text("record_key"), json("cells"),
    )
    op.create_table(
        "plans",
        whole("id", key=True), home(),
        refers("scenario", "scenarios.id", blank=True), text("policy"), text("status"),
        moment("created_at"), text("who"), text("digest"), json("summary"), blob("problem"),
    )
    op.create_table(
        "plan_files",
        refers("plan", "plans.id", key=True), text("name", key=True), blob("content"),
    )
    op.create_table(
        "jobs",
        whole("id", key=True), home(),
        refers("scenario", "scenarios.id", blank=True), text("policy"), text("state"), text("who"),
        text("owner"), json("options"), json("progress"), refers("plan", "plans.id", blank=True),
        text("message"), json("faults"), json("conflicts"), flag("cancel"), moment("created_at"),
        moment("started_at", blank=True), moment("finished_at", blank=True),
    )
    op.create_table(
        "decisions",
        whole("id", key=True), text("portfolio"), whole("plan"), text("verb"), text("reason"), text("who"),
        moment("at"),
    )
    op.create_table(
        "audit",
        whole("id", key=True), moment("at"), text("who"), text("verb"), text("portfolio"), text("subject"),
        text("record_table", blank=True), text("record_key", blank=True), whole("version", blank=True),
        json("detail"),
    )
# fmt: on


def indexes() -> None:
    """What is looked up by something else than its key."""
    record = ["portfolio", "record_table", "record_key"]
    op.create_index("ix_audit_portfolio_record_table_record_key", "audit", record)
    op.create_index("ix_decisions_portfolio", "decisions", ["portfolio"])
    op.create_index("ix_jobs_portfolio", "jobs", ["portfolio"])
    op.create_index("ix_jobs_state", "jobs", ["state"])
    op.create_index("ix_plans_portfolio", "plans", ["portfolio"])
    op.create_index("ix_plans_scenario", "plans", ["scenario"])
    op.create_index("ix_scenario_changes_scenario", "scenario_changes", ["scenario"])
    op.create_index("ix_scenarios_portfolio", "scenarios", ["portfolio"])
