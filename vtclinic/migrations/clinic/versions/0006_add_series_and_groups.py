"""Series with their times, and sessions with seats."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('group_session',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.LargeBinary(), nullable=False),
    sa.Column('service_uid', sa.Uuid(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('format', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=False),
    sa.Column('open_to_all', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('ics_sequence', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['service_uid'], ['service_type.uid'], name=op.f('fk_group_session_service_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_group_session'))
    )
    with op.batch_alter_table('group_session', schema=None) as batch_op:
        batch_op.create_index('ix_group_session_state_start', ['state', 'starts_at'], unique=False)

    op.create_table('series',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('service_uid', sa.Uuid(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('format', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('wall', sa.Time(), nullable=False),
    sa.Column('every', sa.String(), nullable=False),
    sa.Column('interval', sa.Integer(), nullable=False),
    sa.Column('nth', sa.Integer(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('zones_version', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['service_uid'], ['service_type.uid'], name=op.f('fk_series_service_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_series'))
    )
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_series_patient_uid'), ['patient_uid'], unique=False)
        batch_op.create_index('ix_series_state', ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_series_therapist_uid'), ['therapist_uid'], unique=False)

    op.create_table('group_member',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('group_uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('shows_name', sa.Boolean(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['group_uid'], ['group_session.uid'], name=op.f('fk_group_member_group_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_group_member')),
    sa.UniqueConstraint('group_uid', 'patient_uid', name=op.f('uq_group_member_group_uid_patient_uid'))
    )
    with op.batch_alter_table('group_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_member_patient_uid'), ['patient_uid'], unique=False)

    op.create_table('group_therapist',
    sa.Column('group_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['group_uid'], ['group_session.uid'], name=op.f('fk_group_therapist_group_uid')),
    sa.PrimaryKeyConstraint('group_uid', 'therapist_uid', name=op.f('pk_group_therapist'))
    )
    with op.batch_alter_table('group_therapist', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_therapist_therapist_uid'), ['therapist_uid'], unique=False)

    op.create_table('series_time',
    sa.Column('series_uid', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('local', sa.DateTime(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=True),
    sa.Column('appointment_uid', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_uid'], ['appointment.uid'], name=op.f('fk_series_time_appointment_uid')),
    sa.ForeignKeyConstraint(['series_uid'], ['series.uid'], name=op.f('fk_series_time_series_uid')),
    sa.PrimaryKeyConstraint('series_uid', 'day', name=op.f('pk_series_time')),
    sa.UniqueConstraint('appointment_uid', name=op.f('uq_series_time_appointment_uid'))
    )
    op.create_table('group_seat',
    sa.Column('group_uid', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('member_uid', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['group_uid'], ['group_session.uid'], name=op.f('fk_group_seat_group_uid')),
    sa.ForeignKeyConstraint(['member_uid'], ['group_member.uid'], name=op.f('fk_group_seat_member_uid')),
    sa.PrimaryKeyConstraint('group_uid', 'number', name=op.f('pk_group_seat')),
    sa.UniqueConstraint('member_uid', name=op.f('uq_group_seat_member_uid'))
    )


def downgrade() -> None:
    # The older version has no sessions with seats, and would keep their time for nobody; appointments stay, each by itself.
    op.execute("DELETE FROM slot_claim WHERE kind = 'group'")
    op.execute('UPDATE appointment SET series_uid = NULL, series_at = NULL')
    op.drop_table('group_seat')
    op.drop_table('series_time')
    with op.batch_alter_table('group_therapist', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_therapist_therapist_uid'))

    op.drop_table('group_therapist')
    with op.batch_alter_table('group_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_member_patient_uid'))

    op.drop_table('group_member')
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_series_therapist_uid'))
        batch_op.drop_index('ix_series_state')
        batch_op.drop_index(batch_op.f('ix_series_patient_uid'))

    op.drop_table('series')
    with op.batch_alter_table('group_session', schema=None) as batch_op:
        batch_op.drop_index('ix_group_session_state_start')

    op.drop_table('group_session')
