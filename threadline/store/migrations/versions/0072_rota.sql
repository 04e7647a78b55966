create table rota_plans (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    from_day date not null,
    zone @text not null,
    -- Weeks that take turns, each of seven lists of periods, Monday first (core/rota.py); none: not on the rota.
    weeks jsonb not null,
    primary key (workspace_id, agent_id, from_day),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade
);

create table rota_changes (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    kind @text not null check (kind in ('off', 'extra', 'swap')),
    state @text not null check (state in ('asked', 'accepted', 'refused', 'withdrawn')),
    -- Who is off, works more, or gives their shift.
    agent_id uuid not null,
    -- Of a swap: who works in their place.
    receiver_id uuid,
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    return_starts_at timestamptz,
    return_ends_at timestamptz check (return_ends_at > return_starts_at),
    reason @text not null default '' check (reason in ('', 'holiday', 'ill', 'training', 'private')),
    note text not null default '',
    -- An agent or a program.
    asked_by uuid not null,
    asked_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
    foreign key (workspace_id, receiver_id) references agents (workspace_id, id) on delete cascade,
    check ((receiver_id is not null) = (kind = 'swap')),
    check ((return_starts_at is null) = (return_ends_at is null)),
    check (return_starts_at is null or kind = 'swap')
);
create index rota_changes_by_end on rota_changes (workspace_id, (greatest(ends_at, return_ends_at)));

grant select, insert, update, delete on rota_plans, rota_changes to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['rota_plans', 'rota_changes'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
