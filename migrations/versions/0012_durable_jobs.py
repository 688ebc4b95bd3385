"""Jobs outlive their processes: a kind, a lease, a fencing token and attempts; workers say that they are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LOST = "the process that ran this job ended before it was done; start it again"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("kind", sa.Text(), nullable=False, server_default="plan"))
    op.add_column("jobs", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    for name in ("token", "attempts"):
        op.add_column("jobs", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    jobs = sa.table("jobs", *(sa.column(name) for name in ("kind", "options", "state", "message", "owner")))
    # Whether a job made change orders stood in its options only.
    op.execute(jobs.update().where(sa.cast(jobs.c.options, sa.Text).like('%"orders"%')).values(kind="orders"))
    op.execute(jobs.update().where(jobs.c.state.in_(("queued", "running"))).values(state="failed", message=LOST))
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False, primary_key=True),
        sa.Column("lanes", sa.JSON(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_workers_seen_at", "workers", ["seen_at"])
    with op.batch_alter_table("risk_runs") as runs:
        runs.add_column(sa.Column("job", sa.Integer(), nullable=True))
        runs.create_foreign_key("fk_risk_runs_job", "jobs", ["job"], ["id"], ondelete="SET NULL")
        for name in ("state", "message", "owner", "finished_at"):
            runs.drop_column(name)


def downgrade() -> None:
    with op.batch_alter_table("risk_runs") as runs:
        runs.drop_constraint("fk_risk_runs_job", type_="foreignkey")
        runs.drop_column("job")
        runs.add_column(sa.Column("state", sa.Text(), nullable=False, server_default="done"))
        for name in ("message", "owner"):
            runs.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        runs.add_column(sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    runs = sa.table("risk_runs", sa.column("state"), sa.column("files"))
    op.execute(runs.update().where(runs.c.files.is_(None)).values(state="failed"))
    op.drop_table("workers")
    jobs = sa.table("jobs", sa.column("kind"), sa.column("state"))
    op.execute(jobs.delete().where(jobs.c.kind.not_in(("plan", "orders"))))
    op.execute(jobs.update().where(jobs.c.state == "parked").values(state="failed"))
    for name in ("kind", "lease_until", "token", "attempts"):
        op.drop_column("jobs", name)
