"""Add news: what was told, what is wanted, when to be quiet, and the browsers that may be pushed to."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('push_key',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('private', sa.LargeBinary(), nullable=False),
    sa.Column('public', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_push_key'))
    )
    op.create_table('notification',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('to_uid', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('in_app', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('read_at', sa.DateTime(), nullable=True),
    sa.Column('mail_uid', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['to_uid'], ['user.uid'], name=op.f('fk_notification_to_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_notification')),
    sa.UniqueConstraint('to_uid', 'key', name=op.f('uq_notification_to_uid_key'))
    )
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notification_created_at'), ['created_at'], unique=False)
        batch_op.create_index('ix_notification_to_created', ['to_uid', 'created_at'], unique=False)
        batch_op.create_index('ix_notification_to_read', ['to_uid', 'read_at', 'in_app'], unique=False)

    op.create_table('notification_choice',
    sa.Column('user_uid', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('in_app', sa.Boolean(), nullable=False),
    sa.Column('mail', sa.Boolean(), nullable=False),
    sa.Column('push', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_uid'], ['user.uid'], name=op.f('fk_notification_choice_user_uid')),
    sa.PrimaryKeyConstraint('user_uid', 'kind', name=op.f('pk_notification_choice'))
    )
    op.create_table('push_subscription',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('user_uid', sa.Uuid(), nullable=False),
    sa.Column('endpoint', sa.LargeBinary(), nullable=False),
    sa.Column('endpoint_index', sa.LargeBinary(), nullable=False),
    sa.Column('p256dh', sa.String(), nullable=False),
    sa.Column('auth', sa.LargeBinary(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_uid'], ['user.uid'], name=op.f('fk_push_subscription_user_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_push_subscription')),
    sa.UniqueConstraint('endpoint_index', name=op.f('uq_push_subscription_endpoint_index'))
    )
    with op.batch_alter_table('push_subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_push_subscription_user_uid'), ['user_uid'], unique=False)

    op.create_table('quiet_hours',
    sa.Column('user_uid', sa.Uuid(), nullable=False),
    sa.Column('start', sa.String(), nullable=False),
    sa.Column('end', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_uid'], ['user.uid'], name=op.f('fk_quiet_hours_user_uid')),
    sa.PrimaryKeyConstraint('user_uid', name=op.f('pk_quiet_hours'))
    )
    op.create_table('push_outbox',
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('notification_uid', sa.Uuid(), nullable=False),
    sa.Column('subscription_uid', sa.Uuid(), nullable=False),
    sa.Column('next_try', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['notification_uid'], ['notification.uid'], name=op.f('fk_push_outbox_notification_uid')),
    sa.ForeignKeyConstraint(['subscription_uid'], ['push_subscription.uid'], name=op.f('fk_push_outbox_subscription_uid')),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_push_outbox'))
    )
    with op.batch_alter_table('push_outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_push_outbox_next_try'), ['next_try'], unique=False)
        batch_op.create_index(batch_op.f('ix_push_outbox_notification_uid'), ['notification_uid'], unique=False)
        batch_op.create_index(batch_op.f('ix_push_outbox_subscription_uid'), ['subscription_uid'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('push_outbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_push_outbox_subscription_uid'))
        batch_op.drop_index(batch_op.f('ix_push_outbox_notification_uid'))
        batch_op.drop_index(batch_op.f('ix_push_outbox_next_try'))

    op.drop_table('push_outbox')
    op.drop_table('quiet_hours')
    with op.batch_alter_table('push_subscription', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_push_subscription_user_uid'))

    op.drop_table('push_subscription')
    op.drop_table('notification_choice')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_to_read')
        batch_op.drop_index('ix_notification_to_created')
        batch_op.drop_index(batch_op.f('ix_notification_created_at'))

    op.drop_table('notification')
    op.drop_table('push_key')
