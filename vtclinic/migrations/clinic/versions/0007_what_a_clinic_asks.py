"""What a clinic asks its new patients, and reminders to who stopped. Intakes sent before have no version: they were asked what the program ships."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("intake_nudge",
    sa.Column("uid", sa.Uuid(), nullable=False),
    sa.Column("patient_uid", sa.Uuid(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("at", sa.DateTime(), nullable=False),
    sa.Column("by_uid", sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint("uid", name=op.f("pk_intake_nudge")),
    sa.UniqueConstraint("patient_uid", "number", name=op.f("uq_intake_nudge_patient_uid_number"))
    )
    op.create_table("intake_plan",
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("made_at", sa.DateTime(), nullable=False),
    sa.Column("made_by", sa.Uuid(), nullable=False),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint("version", name=op.f("pk_intake_plan"))
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan_version", sa.Integer(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_column("plan_version")

    op.drop_table("intake_plan")
    op.drop_table("intake_nudge")
