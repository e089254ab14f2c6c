"""Add matching in batches, weights, limits and changes"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('match_batch',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('open_slot', sa.Integer(), nullable=False),
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('weights_version', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('ready_at', sa.DateTime(), nullable=True),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.Column('summary', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_match_batch'))
    )
    with op.batch_alter_table('match_batch', schema=None) as batch_op:
        batch_op.create_index('uq_match_batch_open', ['open_slot'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('match_block',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.Column('lifted_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_match_block'))
    )
    with op.batch_alter_table('match_block', schema=None) as batch_op:
        batch_op.create_index('uq_match_block_standing', ['patient_uid', 'therapist_uid', 'by'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))

    op.create_table('match_change',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('from_uid', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('changed', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_match_change'))
    )
    with op.batch_alter_table('match_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_change_from_uid'), ['from_uid'], unique=False)
        batch_op.create_index('uq_match_change_open', ['patient_uid'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('match_interest',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('says', sa.String(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('said_at', sa.DateTime(), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_match_interest')),
    sa.UniqueConstraint('patient_uid', 'therapist_uid', name=op.f('uq_match_interest_patient_uid_therapist_uid'))
    )
    with op.batch_alter_table('match_interest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_interest_therapist_uid'), ['therapist_uid'], unique=False)

    op.create_table('match_limit',
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('new_per_week', sa.Integer(), nullable=True),
    sa.Column('paused', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('changed_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('therapist_uid', name=op.f('pk_match_limit'))
    )
    op.create_table('match_track',
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('cases', sa.Integer(), nullable=False),
    sa.Column('effect', sa.Double(), nullable=False),
    sa.Column('counted_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('therapist_uid', 'problem', name=op.f('pk_match_track'))
    )
    op.create_table('match_weights',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_match_weights'))
    )
    op.create_table('match_proposal',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('batch_uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=True),
    sa.Column('waits_since', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('held_until', sa.DateTime(), nullable=True),
    sa.Column('result_sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['batch_uid'], ['match_batch.uid'], name=op.f('fk_match_proposal_batch_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_match_proposal')),
    sa.UniqueConstraint('batch_uid', 'patient_uid', name=op.f('uq_match_proposal_batch_uid_patient_uid'))
    )
    with op.batch_alter_table('match_proposal', schema=None) as batch_op:
        batch_op.create_index('ix_match_proposal_held', ['patient_uid', 'held_until'], unique=False)

    with op.batch_alter_table('match_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('owner_uid', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('shown_since', sa.DateTime(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('match_request', schema=None) as batch_op:
        batch_op.drop_column('shown_since')
        batch_op.drop_column('owner_uid')

    with op.batch_alter_table('match_proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_match_proposal_held')

    op.drop_table('match_proposal')
    op.drop_table('match_weights')
    op.drop_table('match_track')
    op.drop_table('match_limit')
    with op.batch_alter_table('match_interest', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_match_interest_therapist_uid'))

    op.drop_table('match_interest')
    with op.batch_alter_table('match_change', schema=None) as batch_op:
        batch_op.drop_index('uq_match_change_open', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_match_change_from_uid'))

    op.drop_table('match_change')
    with op.batch_alter_table('match_block', schema=None) as batch_op:
        batch_op.drop_index('uq_match_block_standing', sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))

    op.drop_table('match_block')
    with op.batch_alter_table('match_batch', schema=None) as batch_op:
        batch_op.drop_index('uq_match_batch_open', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.drop_table('match_batch')
