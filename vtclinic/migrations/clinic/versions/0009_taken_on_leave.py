"""Note which risk tasks their owner took while on leave."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('risk_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('despite_leave', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('risk_task', schema=None) as batch_op:
        batch_op.drop_column('despite_leave')
