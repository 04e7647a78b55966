"""What agents are told: rows of their own list, which the other ways carry further."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SCRIPT = """
create table notifications (
    workspace_id uuid not null,
    id uuid not null,
    agent_id uuid not null,
    kind text collate "C" not null
        check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied')),
    conversation_id uuid not null,
    message_id uuid,
    actor_id uuid,
    -- What came to the same while it was unread is one row.
    count integer not null default 1,
    at timestamptz not null,
    is_listed boolean not null,
    read_at timestamptz,
    -- Due to be pushed, or to go into a digest; null: not to be, or done.
    push_at timestamptz,
    pushed_at timestamptz,
    mail_at timestamptz,
    mailed_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create unique index notifications_unread on notifications (workspace_id, conversation_id, agent_id, kind)
    where read_at is null;
create index notifications_by_agent on notifications (workspace_id, agent_id, at desc, id desc) where is_listed;
create index notifications_counted on notifications (workspace_id, agent_id) where read_at is null and is_listed;
create index notifications_to_push on notifications (push_at) where push_at is not null;
create index notifications_to_mail on notifications (mail_at) where mail_at is not null;

grant select, insert, update, delete on notifications to threadline_engine;
grant select, update on notifications to threadline_web;
alter table notifications enable row level security;
create policy web on notifications to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on notifications to threadline_engine using (true) with check (true);
create policy ingress on notifications to threadline_ingress using (true) with check (true);
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table notifications")
