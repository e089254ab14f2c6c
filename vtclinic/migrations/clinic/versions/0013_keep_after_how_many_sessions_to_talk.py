"""After how many sessions without a change a therapist is reminded to talk about it."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('questionnaire_track_rule',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire_track_rule'))
    )


def downgrade() -> None:
    op.drop_table('questionnaire_track_rule')
