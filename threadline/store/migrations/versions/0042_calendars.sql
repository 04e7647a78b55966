-- Calendars: when a workspace answers its customers.

create table calendars (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    zone @text not null,
    -- Seven lists of periods, Monday first (core/calendar.py).
    week jsonb not null,
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index calendars_by_name on calendars (workspace_id, name_key);
create unique index calendars_default on calendars (workspace_id) where is_default;

create table special_days (
    workspace_id uuid not null,
    calendar_id uuid not null,
    day date not null,
    name text not null default '',
    periods jsonb not null default '[]',
    primary key (workspace_id, calendar_id, day),
    foreign key (workspace_id, calendar_id) references calendars (workspace_id, id) on delete cascade
);

-- Both tables are small: the keys are looked through at once.
alter table channels add column calendar_id uuid,
    add foreign key (workspace_id, calendar_id) references calendars (workspace_id, id);
alter table teams add column calendar_id uuid,
    add foreign key (workspace_id, calendar_id) references calendars (workspace_id, id);

grant select, insert, update, delete on calendars, special_days to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['calendars', 'special_days'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
