"""Web push: the key by which browsers know us, and the browsers that agents chose to be reached in."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SCRIPT = """
-- The installation's, not a workspace's: a browser subscribes to one key.
create table push_keys (
    id uuid primary key,
    secret bytea not null,
    public_key text collate "C" not null,
    created_at timestamptz not null default now()
);
create unique index push_keys_one on push_keys ((true));
grant select, insert, update on push_keys to threadline_engine;
grant select on push_keys to threadline_web;

create table push_subscriptions (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    agent_id uuid not null,
    -- Ends with the session in which it was made.
    session_id uuid not null,
    endpoint text collate "C" not null,
    p256dh text collate "C" not null,
    auth text collate "C" not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create unique index push_subscriptions_by_endpoint on push_subscriptions (workspace_id, agent_id, endpoint);
grant select, insert, update, delete on push_subscriptions to threadline_engine, threadline_web;
alter table push_subscriptions enable row level security;
create policy web on push_subscriptions to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on push_subscriptions to threadline_engine using (true) with check (true);
create policy ingress on push_subscriptions to threadline_ingress using (true) with check (true);
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table push_subscriptions")
    op.execute("drop table push_keys")
