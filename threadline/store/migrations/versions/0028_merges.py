"""Conversations of one contact read as one, and conversations that have to do with each other."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_SCRIPT = """
-- The one is read within the other. What was before is kept, so that they can be taken apart again.
create table conversation_merges (
    workspace_id uuid not null,
    pointer_id uuid not null,
    primary_id uuid not null,
    pointer_state text collate "C" not null,
    pointer_waiting_since timestamptz,
    primary_waiting_since timestamptz,
    merged_by uuid,
    merged_at timestamptz not null,
    primary key (workspace_id, pointer_id),
    foreign key (workspace_id, pointer_id) references conversations (workspace_id, id),
    foreign key (workspace_id, primary_id) references conversations (workspace_id, id),
    check (pointer_id <> primary_id)
);
create index conversation_merges_by_primary on conversation_merges (workspace_id, primary_id);

-- Each pair once, the smaller id first.
create table conversation_relations (
    workspace_id uuid not null,
    first_id uuid not null,
    second_id uuid not null,
    made_by uuid,
    made_at timestamptz not null default now(),
    primary key (workspace_id, first_id, second_id),
    foreign key (workspace_id, first_id) references conversations (workspace_id, id),
    foreign key (workspace_id, second_id) references conversations (workspace_id, id),
    check (first_id < second_id)
);
create index conversation_relations_by_second on conversation_relations (workspace_id, second_id);

grant select, insert, update, delete on conversation_merges, conversation_relations
    to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['conversation_merges', 'conversation_relations'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table conversation_relations")
    op.execute("drop table conversation_merges")
