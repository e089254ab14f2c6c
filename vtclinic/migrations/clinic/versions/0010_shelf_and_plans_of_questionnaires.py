"""The shelf of questionnaires with promises and own ones, the plans by which they come, and sessions already held."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('own_questionnaire',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('draft', sa.JSON(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_own_questionnaire'))
    )
    op.create_table('questionnaire_attestation',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('text_version', sa.String(), nullable=False),
    sa.Column('attested_by', sa.Uuid(), nullable=False),
    sa.Column('attested_at', sa.DateTime(), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_questionnaire_attestation'))
    )
    with op.batch_alter_table('questionnaire_attestation', schema=None) as batch_op:
        batch_op.create_index('uq_questionnaire_attestation_standing', ['instrument'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.create_table('questionnaire_pause',
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('by', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('patient_uid', name=op.f('pk_questionnaire_pause'))
    )
    op.create_table('questionnaire_plan',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=True),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('when', sa.String(), nullable=False),
    sa.Column('every', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_questionnaire_plan'))
    )
    with op.batch_alter_table('questionnaire_plan', schema=None) as batch_op:
        batch_op.create_index('ix_questionnaire_plan_in_force', ['patient_uid'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('questionnaire_session',
    sa.Column('appointment_uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('appointment_uid', name=op.f('pk_questionnaire_session'))
    )
    with op.batch_alter_table('questionnaire_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questionnaire_session_patient_uid'), ['patient_uid'], unique=False)

    op.create_table('questionnaire_switched_off',
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('instrument', name=op.f('pk_questionnaire_switched_off'))
    )
    op.create_table('own_questionnaire_version',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('own_uid', sa.Uuid(), nullable=False),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['own_uid'], ['own_questionnaire.uid'], name=op.f('fk_own_questionnaire_version_own_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_own_questionnaire_version')),
    sa.UniqueConstraint('instrument', 'version', name=op.f('uq_own_questionnaire_version_instrument_version'))
    )
    op.create_table('questionnaire_due',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('plan_uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('point', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('response_uid', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['plan_uid'], ['questionnaire_plan.uid'], name=op.f('fk_questionnaire_due_plan_uid')),
    sa.ForeignKeyConstraint(['response_uid'], ['questionnaire_response.uid'], name=op.f('fk_questionnaire_due_response_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_questionnaire_due')),
    sa.UniqueConstraint('plan_uid', 'patient_uid', 'point', name=op.f('uq_questionnaire_due_plan_uid_patient_uid_point'))
    )
    with op.batch_alter_table('questionnaire_due', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questionnaire_due_patient_uid'), ['patient_uid'], unique=False)

    with op.batch_alter_table('questionnaire_response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('line_sealed', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('closes_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('reminded_by', sa.Uuid(), nullable=True))

    # Sessions that are over count from the first day; later ones are noted when they end.
    op.execute(
        "INSERT INTO questionnaire_session (appointment_uid, patient_uid, therapist_uid, at) "
        "SELECT uid, patient_uid, therapist_uid, starts_at FROM appointment WHERE state = 'done'"
    )



def downgrade() -> None:
    # The version before knows no closed questionnaire; an ended one without a result comes nearest.
    op.execute("UPDATE questionnaire_response SET state = 'done' WHERE state = 'closed'")
    with op.batch_alter_table('questionnaire_response', schema=None) as batch_op:
        batch_op.drop_column('reminded_by')
        batch_op.drop_column('reminded_at')
        batch_op.drop_column('closes_on')
        batch_op.drop_column('line_sealed')

    with op.batch_alter_table('questionnaire_due', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questionnaire_due_patient_uid'))

    op.drop_table('questionnaire_due')
    op.drop_table('own_questionnaire_version')
    op.drop_table('questionnaire_switched_off')
    with op.batch_alter_table('questionnaire_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questionnaire_session_patient_uid'))

    op.drop_table('questionnaire_session')
    with op.batch_alter_table('questionnaire_plan', schema=None) as batch_op:
        batch_op.drop_index('ix_questionnaire_plan_in_force', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('questionnaire_plan')
    op.drop_table('questionnaire_pause')
    with op.batch_alter_table('questionnaire_attestation', schema=None) as batch_op:
        batch_op.drop_index('uq_questionnaire_attestation_standing', sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.drop_table('questionnaire_attestation')
    op.drop_table('own_questionnaire')
