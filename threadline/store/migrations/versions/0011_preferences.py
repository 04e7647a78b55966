"""How each agent wants the desk to be: one document, for it is read and written whole."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SCRIPT = """
create table agent_preferences (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    preferences jsonb not null,
    changed_at timestamptz not null default now(),
    primary key (workspace_id, agent_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
grant select, insert, update, delete on agent_preferences to threadline_web, threadline_engine;
alter table agent_preferences enable row level security;
create policy web on agent_preferences to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on agent_preferences to threadline_engine using (true) with check (true);
create policy ingress on agent_preferences to threadline_ingress using (true) with check (true);
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table agent_preferences")
