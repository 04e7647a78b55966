-- Blocking at the provider; contacts that were merged, with all that undoing it needs; conversations of somebody else.

alter table acts drop constraint acts_kind_check;
alter table acts add constraint acts_kind_check check (kind in ('typing', 'read', 'reaction', 'block', 'unblock')) not valid;

-- What nobody writes: who opted somebody out stands among the consents, why we block is nobody's business but ours.
alter table contacts drop column opted_out_by, drop column blocked_reason;

create table contact_merges (
    workspace_id uuid not null,
    id uuid not null,
    from_id uuid not null,
    into_id uuid not null,
    actor_id uuid,
    merged_at timestamptz not null,
    undone_at timestamptz,
    -- What was whose before: see store/contact_merges.py.
    before jsonb not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, from_id) references contacts (workspace_id, id),
    foreign key (workspace_id, into_id) references contacts (workspace_id, id)
);
create index contact_merges_into on contact_merges (workspace_id, into_id) where undone_at is null;

create table contact_moves (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    from_id uuid not null,
    into_id uuid not null,
    actor_id uuid,
    moved_at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, from_id) references contacts (workspace_id, id),
    foreign key (workspace_id, into_id) references contacts (workspace_id, id)
);
create index contact_moves_from on contact_moves (workspace_id, from_id);
create index contact_moves_into on contact_moves (workspace_id, into_id);

-- Merging takes what one contact has to the other.
grant delete on reaches, consents to threadline_web;
grant select, insert, update, delete on contact_merges, contact_moves to threadline_engine;
grant select, insert, update on contact_merges, contact_moves to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['contact_merges', 'contact_moves'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
