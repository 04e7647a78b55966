"""What each agent's day came to, the limit at which it warns, and whom a warning was told."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_SCRIPT = """
alter table agents add column day_customers integer check (day_customers between 0 and 10000),
    add column day_messages integer check (day_messages between 0 and 100000);

-- Counted by a consumer, in its transaction: what a day came to is never read from the messages of a busy house again.
create table agent_days (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    -- By the clock of the workspace.
    day date not null,
    customers integer not null default 0,
    messages integer not null default 0,
    -- The number of the last event that is counted: one that comes twice counts once.
    counted_seq bigint not null,
    -- When they and the supervisors were warned of this day.
    warned_at timestamptz,
    primary key (workspace_id, agent_id, day),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade
);
create table agent_day_customers (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    day date not null,
    contact_id uuid not null,
    primary key (workspace_id, agent_id, day, contact_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index agent_day_customers_by_contact on agent_day_customers (workspace_id, contact_id);

grant select, insert, update, delete on agent_days, agent_day_customers to threadline_engine;
grant select on agent_days, agent_day_customers to threadline_web;

alter table agent_days enable row level security;
create policy web on agent_days to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on agent_days to threadline_engine using (true) with check (true);
create policy ingress on agent_days to threadline_ingress using (true) with check (true);
alter table agent_day_customers enable row level security;
create policy web on agent_day_customers to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on agent_day_customers to threadline_engine using (true) with check (true);
create policy ingress on agent_day_customers to threadline_ingress using (true) with check (true);

alter table notifications drop constraint notifications_kind_check;
alter table notifications add constraint notifications_kind_check
    check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed', 'review_asked',
                    'reviewed', 'task_due', 'due_soon', 'window_closing', 'taken_back', 'left_waiting',
                    'day_full')) not valid;
alter table notifications validate constraint notifications_kind_check;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("delete from notifications where kind = 'day_full'")
    op.execute("alter table notifications drop constraint notifications_kind_check")
    op.execute(
        "alter table notifications add constraint notifications_kind_check"
        " check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed', 'review_asked',"
        " 'reviewed', 'task_due', 'due_soon', 'window_closing', 'taken_back', 'left_waiting'))"
    )
    op.execute("drop table agent_day_customers")
    op.execute("drop table agent_days")
    op.execute("alter table agents drop column day_customers, drop column day_messages")
