"""Add the ladder of escalation, the rota, the clinic's rules and what a word list found."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('duty_override',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('user_uid', sa.Uuid(), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_duty_override'))
    )
    with op.batch_alter_table('duty_override', schema=None) as batch_op:
        batch_op.create_index('ix_duty_override_day', ['day'], unique=False)

    op.create_table('duty_span',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('user_uid', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_duty_span'))
    )
    with op.batch_alter_table('duty_span', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_duty_span_user_uid'), ['user_uid'], unique=False)

    op.create_table('risk_rules',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_risk_rules'))
    )
    op.create_table('word_finding',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('patient_uid', sa.Uuid(), nullable=False),
    sa.Column('task_uid', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_uid', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('lexicon', sa.String(), nullable=False),
    sa.Column('hits_sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['task_uid'], ['risk_task.uid'], name=op.f('fk_word_finding_task_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_word_finding')),
    sa.UniqueConstraint('source', 'source_uid', name=op.f('uq_word_finding_source_source_uid'))
    )
    with op.batch_alter_table('word_finding', schema=None) as batch_op:
        batch_op.create_index('ix_word_finding_patient', ['patient_uid', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_word_finding_task_uid'), ['task_uid'], unique=False)

    with op.batch_alter_table('risk_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(), server_default='answer', nullable=False))
        batch_op.add_column(sa.Column('rung', sa.String(), server_default='all', nullable=False))
        batch_op.add_column(sa.Column('told_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('climb_at', sa.DateTime(), nullable=True))
        batch_op.create_index('ix_risk_task_climb', ['state', 'climb_at'], unique=False)
    # What waits already climbs when its promise passes.
    op.execute("UPDATE risk_task SET climb_at = due_by WHERE state = 'raised'")



def downgrade() -> None:
    with op.batch_alter_table('risk_task', schema=None) as batch_op:
        batch_op.drop_index('ix_risk_task_climb')
        batch_op.drop_column('climb_at')
        batch_op.drop_column('told_at')
        batch_op.drop_column('rung')
        batch_op.drop_column('kind')

    with op.batch_alter_table('word_finding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_word_finding_task_uid'))
        batch_op.drop_index('ix_word_finding_patient')

    op.drop_table('word_finding')
    op.drop_table('risk_rules')
    with op.batch_alter_table('duty_span', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_duty_span_user_uid'))

    op.drop_table('duty_span')
    with op.batch_alter_table('duty_override', schema=None) as batch_op:
        batch_op.drop_index('ix_duty_override_day')

    op.drop_table('duty_override')
