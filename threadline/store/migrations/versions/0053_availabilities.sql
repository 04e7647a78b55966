-- What each agent says of themselves: there, there but busy, or away. Who has no row is there, and was never seen.

create table availabilities (
    workspace_id uuid not null,
    agent_id uuid not null,
    state @text not null check (state in ('online', 'busy', 'offline')),
    reason @text not null default '',
    -- Null: nobody ever said anything.
    since timestamptz,
    -- When a desk of theirs was open last. Null: never; they work through the API only, and cannot vanish.
    seen_at timestamptz,
    primary key (workspace_id, agent_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade
);
-- Who is there: the timers ask among them who vanished, and whose hours are over.
create index availabilities_there on availabilities (seen_at) where state <> 'offline';

-- Whoever does not open the desk for a while after the update is away like anybody who vanished.
insert into availabilities (workspace_id, agent_id, state, seen_at)
select workspace_id, id, 'online', now() from agents where deactivated_at is null;

grant select, insert, update, delete on availabilities to threadline_engine;
grant select, insert, update on availabilities to threadline_web;

alter table availabilities enable row level security;
create policy web on availabilities to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on availabilities to threadline_engine using (true) with check (true);
create policy ingress on availabilities to threadline_ingress using (true) with check (true);
