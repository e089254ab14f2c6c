"""Add feeds and calendars elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_feed',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('owner_uid', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('label', sa.LargeBinary(), nullable=False),
    sa.Column('secret_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_calendar_feed_secret_hash'))
    )
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendar_feed_owner_uid'), ['owner_uid'], unique=False)

    op.create_table('outside_calendar',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('label', sa.LargeBinary(), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('user_name', sa.LargeBinary(), nullable=True),
    sa.Column('password', sa.LargeBinary(), nullable=True),
    sa.Column('tentative', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('read_at', sa.DateTime(), nullable=True),
    sa.Column('tried_at', sa.DateTime(), nullable=True),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(length=32), nullable=True),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_outside_calendar'))
    )
    with op.batch_alter_table('outside_calendar', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outside_calendar_due_at'), ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outside_calendar_therapist_uid'), ['therapist_uid'], unique=False)

    op.create_table('outside_busy',
    sa.Column('calendar_uid', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=False),
    sa.Column('therapist_uid', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['calendar_uid'], ['outside_calendar.uid'], name=op.f('fk_outside_busy_calendar_uid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('calendar_uid', 'starts_at', name=op.f('pk_outside_busy'))
    )
    with op.batch_alter_table('outside_busy', schema=None) as batch_op:
        batch_op.create_index('ix_outside_busy_therapist_start', ['therapist_uid', 'starts_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('outside_busy', schema=None) as batch_op:
        batch_op.drop_index('ix_outside_busy_therapist_start')

    op.drop_table('outside_busy')
    with op.batch_alter_table('outside_calendar', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outside_calendar_therapist_uid'))
        batch_op.drop_index(batch_op.f('ix_outside_calendar_due_at'))

    op.drop_table('outside_calendar')
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_calendar_feed_owner_uid'))

    op.drop_table('calendar_feed')
