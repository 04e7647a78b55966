-- Segments of contacts; tables that were read in and edits of many, with what undoing them needs.

create table segments (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    filter jsonb not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    unique (workspace_id, name_key)
);

create table contact_batches (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    kind @text not null check (kind in ('import', 'edit')),
    name text not null,
    actor_id uuid,
    created_at timestamptz not null,
    undone_at timestamptz,
    primary key (workspace_id, id)
);

create table contact_batch_rows (
    workspace_id uuid not null,
    batch_id uuid not null,
    contact_id uuid not null,
    is_new boolean not null,
    -- Facts, values and labels before the batch and after it: undoing gives back what nobody changed since.
    before jsonb not null,
    after jsonb not null,
    primary key (workspace_id, batch_id, contact_id),
    foreign key (workspace_id, batch_id) references contact_batches (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
);

-- Made by a batch that was undone: in no list any more. Whoever writes from its number is a new contact.
alter table contacts add column removed_at timestamptz;

grant select, insert, update, delete on segments, contact_batches, contact_batch_rows to threadline_engine;
grant select, insert, update, delete on segments, contact_batch_rows to threadline_web;
grant select, insert, update on contact_batches to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['segments', 'contact_batches', 'contact_batch_rows'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
