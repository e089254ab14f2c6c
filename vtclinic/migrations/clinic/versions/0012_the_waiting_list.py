"""Add the waiting list, sessions to change and joint sessions"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('time_offer',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('entry_uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('service_uid', sa.Uuid(), nullable=True),
    sa.Column('held_of', sa.Uuid(), nullable=True),
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('appointment_uid', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_time_offer')),
    sa.UniqueConstraint('entry_uid', 'therapist_uid', 'starts_at', name=op.f('uq_time_offer_entry_uid_therapist_uid_starts_at')),
    sa.UniqueConstraint('held_of', name=op.f('uq_time_offer_held_of'))
    )
    with op.batch_alter_table('time_offer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_time_offer_appointment_uid'), ['appointment_uid'], unique=False)
        batch_op.create_index(batch_op.f('ix_time_offer_patient_uid'), ['patient_uid'], unique=False)
        batch_op.create_index('ix_time_offer_state_expires', ['state', 'expires_at'], unique=False)

    op.create_table('wait_entry',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('open_of', sa.Uuid(), nullable=True),
    sa.Column('therapists', sa.JSON(), nullable=False),
    sa.Column('service_uid', sa.Uuid(), nullable=True),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('notice_hours', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('unanswered', sa.Integer(), nullable=False),
    sa.Column('joined_by', sa.Uuid(), nullable=True),
    sa.Column('joined_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_wait_entry')),
    sa.UniqueConstraint('open_of', name=op.f('uq_wait_entry_open_of'))
    )
    with op.batch_alter_table('wait_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wait_entry_patient_uid'), ['patient_uid'], unique=False)
        batch_op.create_index('ix_wait_entry_state_joined', ['state', 'joined_at'], unique=False)

    op.create_table('joint_therapist',
    sa.Column('appointment_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_uid'], ['appointment.uid'], name=op.f('fk_joint_therapist_appointment_uid')),
    sa.PrimaryKeyConstraint('appointment_uid', 'therapist_uid', name=op.f('pk_joint_therapist'))
    )
    with op.batch_alter_table('joint_therapist', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_joint_therapist_therapist_uid'), ['therapist_uid'], unique=False)

    op.create_table('session_trouble',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('appointment_uid', sa.Uuid(), nullable=False),
    sa.Column('open_of', sa.Uuid(), nullable=True),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('cover_uid', sa.Uuid(), nullable=True),
    sa.Column('raised_at', sa.DateTime(), nullable=False),
    sa.Column('told_at', sa.DateTime(), nullable=True),
    sa.Column('settled_at', sa.DateTime(), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_uid'], ['appointment.uid'], name=op.f('fk_session_trouble_appointment_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_session_trouble')),
    sa.UniqueConstraint('open_of', name=op.f('uq_session_trouble_open_of'))
    )
    with op.batch_alter_table('session_trouble', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_trouble_appointment_uid'), ['appointment_uid'], unique=False)
        batch_op.create_index('ix_session_trouble_patient', ['patient_uid', 'settled_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_session_trouble_therapist_uid'), ['therapist_uid'], unique=False)

    with op.batch_alter_table('therapist_leave', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cover_uid', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('words', sa.LargeBinary(), nullable=True))



def downgrade() -> None:
    # Without the offers nothing would ever let go of these.
    op.execute(sa.text("DELETE FROM slot_claim WHERE kind = 'hold'"))
    with op.batch_alter_table('therapist_leave', schema=None) as batch_op:
        batch_op.drop_column('words')
        batch_op.drop_column('cover_uid')

    with op.batch_alter_table('session_trouble', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_trouble_therapist_uid'))
        batch_op.drop_index('ix_session_trouble_patient')
        batch_op.drop_index(batch_op.f('ix_session_trouble_appointment_uid'))

    op.drop_table('session_trouble')
    with op.batch_alter_table('joint_therapist', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_joint_therapist_therapist_uid'))

    op.drop_table('joint_therapist')
    with op.batch_alter_table('wait_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_wait_entry_state_joined')
        batch_op.drop_index(batch_op.f('ix_wait_entry_patient_uid'))

    op.drop_table('wait_entry')
    with op.batch_alter_table('time_offer', schema=None) as batch_op:
        batch_op.drop_index('ix_time_offer_state_expires')
        batch_op.drop_index(batch_op.f('ix_time_offer_patient_uid'))
        batch_op.drop_index(batch_op.f('ix_time_offer_appointment_uid'))

    op.drop_table('time_offer')
