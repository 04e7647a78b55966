-- Tables of contacts that a worker reads in: their rows until they are read, and those that failed after that.

alter table contact_batches
    add column agent_id uuid,
    -- How the rows are meant (actions/import_contacts.py).
    add column way jsonb not null default '{}',
    add column total integer not null default 0,
    add column done integer not null default 0,
    add column failed integer not null default 0,
    add column started_at timestamptz,
    add column finished_at timestamptz,
    add foreign key (workspace_id, agent_id) references agents (workspace_id, id);

create table contact_import_rows (
    workspace_id uuid not null,
    batch_id uuid not null,
    place integer not null,
    cells jsonb not null,
    outcome @text not null default '' check (outcome in ('', 'failed')),
    -- Why it failed: the sentence, its name, the column.
    failure jsonb not null default '{}',
    primary key (workspace_id, batch_id, place),
    foreign key (workspace_id, batch_id) references contact_batches (workspace_id, id) on delete cascade
);

grant select, insert, update, delete on contact_import_rows to threadline_engine;
grant select, insert on contact_import_rows to threadline_web;
alter table contact_import_rows enable row level security;
create policy web on contact_import_rows to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on contact_import_rows to threadline_engine using (true) with check (true);
create policy ingress on contact_import_rows to threadline_ingress using (true) with check (true);
