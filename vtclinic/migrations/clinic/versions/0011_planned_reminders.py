"""Reminders are planned ahead, and patients can say that they come."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

APPOINTMENT = sa.table('appointment', sa.column('uid', sa.Uuid()), sa.column('patient_uid', sa.Uuid()), sa.column('state', sa.String()), sa.column('starts_at', sa.DateTime()))
PLANNED = sa.table(
    'planned_notice',
    sa.column('appointment_uid', sa.Uuid()),
    sa.column('to_uid', sa.Uuid()),
    sa.column('kind', sa.String()),
    sa.column('due_at', sa.DateTime()),
    sa.column('until', sa.DateTime()),
)


def upgrade() -> None:
    op.create_table('planned_notice',
    sa.Column('appointment_uid', sa.Uuid(), nullable=False),
    sa.Column('to_uid', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('appointment_uid', 'to_uid', 'kind', name=op.f('pk_planned_notice'))
    )
    op.create_index('ix_planned_notice_due_at', 'planned_notice', ['due_at'])
    op.drop_table('appointment_notice')
    op.add_column('appointment', sa.Column('confirmed_sequence', sa.Integer(), nullable=True))
    # What is booked already is planned by the worker as soon as it runs.
    now = datetime.now(UTC).replace(tzinfo=None)
    wanted = sa.select(APPOINTMENT.c.uid, APPOINTMENT.c.patient_uid, sa.literal('plan'), sa.literal(now, sa.DateTime()), APPOINTMENT.c.starts_at)
    wanted = wanted.where(APPOINTMENT.c.state.in_(('booked', 'requested')), APPOINTMENT.c.starts_at > now)
    op.execute(PLANNED.insert().from_select(['appointment_uid', 'to_uid', 'kind', 'due_at', 'until'], wanted))


def downgrade() -> None:
    op.drop_column('appointment', 'confirmed_sequence')
    op.create_table('appointment_notice',
    sa.Column('appointment_uid', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_uid'], ['appointment.uid'], name=op.f('fk_appointment_notice_appointment_uid')),
    sa.PrimaryKeyConstraint('appointment_uid', 'kind', name=op.f('pk_appointment_notice'))
    )
    op.drop_index('ix_planned_notice_due_at', 'planned_notice')
    op.drop_table('planned_notice')
