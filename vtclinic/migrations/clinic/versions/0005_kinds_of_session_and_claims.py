"""Kinds of session know more, appointments name theirs, any time can be claimed, and days can be closed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

SERVICE = sa.table(
    'service_type',
    sa.column('uid', sa.Uuid()),
    *(sa.column(name, sa.Integer()) for name in ('minutes', 'step_minutes', 'before_minutes', 'after_minutes', 'notice_minutes', 'horizon_days', 'cancel_hours')),
    sa.column('name', sa.String()),
    sa.column('active', sa.Boolean()),
)
# What a clinic offered until now without a row of its own.
STANDARD = {
    'name': 'Session', 'minutes': 50, 'step_minutes': 60, 'before_minutes': 0, 'after_minutes': 10, 'notice_minutes': 240, 'horizon_days': 60, 'cancel_hours': 24, 'active': True,
}


def upgrade() -> None:
    _create_tables()
    with op.batch_alter_table('service_type', schema=None) as batch_op:
        batch_op.add_column(sa.Column('audience', sa.String(), nullable=False, server_default='both'))
        batch_op.add_column(sa.Column('formats', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('therapists', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('approval', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('approval_hours', sa.Integer(), nullable=False, server_default='24'))
        batch_op.add_column(sa.Column('cancel_words', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('price', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('slot_claim', schema=None) as batch_op:
        batch_op.drop_constraint('fk_slot_claim_appointment_uid', type_='foreignkey')
        batch_op.drop_index('ix_slot_claim_appointment_uid')
        batch_op.alter_column('appointment_uid', new_column_name='for_uid', existing_type=sa.Uuid(), existing_nullable=False)
        batch_op.add_column(sa.Column('kind', sa.String(), nullable=False, server_default='appointment'))
    op.create_index('ix_slot_claim_for_uid', 'slot_claim', ['for_uid'])
    with _notices_aside():
        _extend_appointments(_first_service())


def _create_tables() -> None:
    op.create_table('clinic_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('closed', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_clinic_day'))
    )
    op.create_table('closing_rules',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closing_rules'))
    )
    op.create_table('day_worked',
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('therapist_uid', 'day', name=op.f('pk_day_worked'))
    )
    op.create_table('late_cancel',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('why_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('waived_at', sa.DateTime(), nullable=True),
    sa.Column('waived_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['uid'], ['appointment.uid'], name=op.f('fk_late_cancel_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_late_cancel'))
    )
    op.create_index('ix_late_cancel_at', 'late_cancel', ['at'])
    op.create_index('ix_late_cancel_patient_uid', 'late_cancel', ['patient_uid'])


def _first_service() -> uuid.UUID:
    """Return the kind of session that was booked until now, storing it when it was only understood."""
    connection = op.get_bind()
    known = connection.execute(sa.select(SERVICE.c.uid).order_by(SERVICE.c.active.desc(), SERVICE.c.uid).limit(1)).scalar()
    if known is not None:
        return known
    made = uuid.uuid4()
    connection.execute(sa.insert(SERVICE).values(uid=made, **STANDARD))
    return made


def _extend_appointments(service: uuid.UUID) -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('service_uid', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('series_uid', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('series_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('answer_by', sa.DateTime(), nullable=True))
    op.execute(sa.update(sa.table('appointment', sa.column('service_uid', sa.Uuid()))).values(service_uid=service))
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.alter_column('service_uid', existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_index('ix_appointment_therapist_start')
        batch_op.create_index('ix_appointment_therapist_start', ['therapist_uid', 'starts_at', 'ends_at', 'state', 'service_uid'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointment_series_uid'), ['series_uid'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_appointment_service_uid'), 'service_type', ['service_uid'], ['uid'])


@contextmanager
def _notices_aside() -> Iterator[None]:
    """Put away what refers to appointments: SQLite makes the table anew, and cannot drop the old one while rows refer to it."""
    op.execute('CREATE TEMPORARY TABLE notice_aside AS SELECT * FROM appointment_notice')
    op.execute('DELETE FROM appointment_notice')
    yield
    op.execute('INSERT INTO appointment_notice (appointment_uid, kind, at) SELECT appointment_uid, kind, at FROM notice_aside')
    op.execute('DROP TABLE notice_aside')


def downgrade() -> None:
    op.drop_table('late_cancel')
    op.drop_table('day_worked')
    op.drop_table('closing_rules')
    op.drop_table('clinic_day')
    _forget_new_states()
    with _notices_aside():
        with op.batch_alter_table('appointment', schema=None) as batch_op:
            batch_op.drop_constraint('fk_appointment_service_uid', type_='foreignkey')
            batch_op.drop_index('ix_appointment_series_uid')
            batch_op.drop_index('ix_appointment_therapist_start')
            batch_op.create_index('ix_appointment_therapist_start', ['therapist_uid', 'starts_at'], unique=False)
            for name in ('answer_by', 'series_at', 'series_uid', 'service_uid'):
                batch_op.drop_column(name)
    with op.batch_alter_table('service_type', schema=None) as batch_op:
        for name in ('price', 'cancel_words', 'approval_hours', 'approval', 'therapists', 'formats', 'audience'):
            batch_op.drop_column(name)
    with op.batch_alter_table('slot_claim', schema=None) as batch_op:
        batch_op.drop_index('ix_slot_claim_for_uid')
        batch_op.drop_column('kind')
        batch_op.alter_column('for_uid', new_column_name='appointment_uid', existing_type=sa.Uuid(), existing_nullable=False)
    with op.batch_alter_table('slot_claim', schema=None) as batch_op:
        batch_op.create_foreign_key('fk_slot_claim_appointment_uid', 'appointment', ['appointment_uid'], ['uid'])
        batch_op.create_index('ix_slot_claim_appointment_uid', ['appointment_uid'], unique=False)


def _forget_new_states() -> None:
    """Keep what the older version understands: it knows no request, and a claim is always an appointment's."""
    op.execute("DELETE FROM slot_claim WHERE kind <> 'appointment'")
    op.execute("DELETE FROM slot_claim WHERE for_uid IN (SELECT uid FROM appointment WHERE state = 'requested')")
    op.execute("UPDATE appointment SET state = 'cancelled_by_clinic' WHERE state IN ('requested', 'declined')")
    op.execute("UPDATE appointment SET state = 'done' WHERE state = 'no_show'")
