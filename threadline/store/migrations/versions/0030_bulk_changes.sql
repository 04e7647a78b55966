-- Changes of many conversations: an order with its progress, and what became of each conversation.

create table bulk_changes (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    agent_id uuid not null,
    -- What is done (core/bulk.py).
    change jsonb not null,
    is_undo boolean not null default false,
    -- More matched than one order changes.
    is_cut boolean not null default false,
    total integer not null,
    done integer not null default 0,
    changed integer not null default 0,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);

create table bulk_items (
    workspace_id uuid not null,
    bulk_id uuid not null,
    place integer not null,
    conversation_id uuid not null,
    outcome @text not null default '' check (outcome in ('', 'changed', 'unchanged', 'refused')),
    -- How it stood before and after, for whoever takes it back.
    before jsonb,
    after jsonb,
    undo_outcome @text not null default '' check (undo_outcome in ('', 'changed', 'unchanged', 'refused')),
    primary key (workspace_id, bulk_id, place),
    foreign key (workspace_id, bulk_id) references bulk_changes (workspace_id, id) on delete cascade
);

grant select, insert, update, delete on bulk_changes, bulk_items to threadline_engine;
grant select, insert, update on bulk_changes, bulk_items to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['bulk_changes', 'bulk_items'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
