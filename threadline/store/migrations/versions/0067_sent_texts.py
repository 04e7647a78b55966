"""Digests of what agents sent within a day, so that one text to many can be told before it goes out."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_SCRIPT = """
create table sent_texts (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    -- The message, or the scheduled message.
    source_id uuid not null,
    digest text collate "C" not null,
    agent_id uuid not null,
    conversation_id uuid not null,
    sent_at timestamptz not null,
    primary key (workspace_id, source_id, digest),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index sent_texts_by_agent on sent_texts (workspace_id, agent_id, sent_at);
create index sent_texts_by_conversation on sent_texts (workspace_id, conversation_id);

grant select, insert, update, delete on sent_texts to threadline_web, threadline_engine;

alter table sent_texts enable row level security;
create policy web on sent_texts to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on sent_texts to threadline_engine using (true) with check (true);
create policy ingress on sent_texts to threadline_ingress using (true) with check (true);
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table sent_texts")
