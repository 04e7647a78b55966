"""Variants of saved replies, and which of them went out in which conversation."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_SCRIPT = """
alter table saved_replies add column variants text[] not null default '{}';
alter table saved_reply_wordings add column variants text[] not null default '{}';

-- A variant by its key (core/saved_reply.py), never by its words.
create table saved_reply_sendings (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    message_id uuid not null,
    reply_id uuid not null,
    variant text collate "C" not null,
    conversation_id uuid not null,
    sent_at timestamptz not null,
    primary key (workspace_id, message_id, reply_id, variant),
    foreign key (workspace_id, reply_id) references saved_replies (workspace_id, id) on delete cascade,
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index saved_reply_sendings_by_conversation on saved_reply_sendings (workspace_id, conversation_id);
create index saved_reply_sendings_by_reply on saved_reply_sendings (workspace_id, reply_id);

grant select, insert, update, delete on saved_reply_sendings to threadline_web, threadline_engine;

alter table saved_reply_sendings enable row level security;
create policy web on saved_reply_sendings to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on saved_reply_sendings to threadline_engine using (true) with check (true);
create policy ingress on saved_reply_sendings to threadline_ingress using (true) with check (true);
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table saved_reply_sendings")
    op.execute("alter table saved_reply_wordings drop column variants")
    op.execute("alter table saved_replies drop column variants")
