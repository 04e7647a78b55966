create table finished_shifts (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    -- Who went.
    agent_id uuid not null,
    -- Who said so: they themselves, a colleague, or a program.
    actor_id uuid not null,
    finished_at timestamptz not null,
    previous_state @text not null check (previous_state in ('online', 'busy', 'offline')),
    previous_reason @text not null,
    is_gone boolean not null,
    -- Chats as they stood before and after, and scheduled messages as they were (store/finished_shifts.py).
    items jsonb not null,
    undone_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index finished_shifts_by_agent on finished_shifts (workspace_id, agent_id, finished_at);
create index scheduled_messages_by_agent on scheduled_messages (workspace_id, agent_id)
    where state in ('waiting', 'held');

grant select, insert, update, delete on finished_shifts to threadline_engine;
grant select, insert, update on finished_shifts to threadline_web;
alter table finished_shifts enable row level security;
create policy web on finished_shifts to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on finished_shifts to threadline_engine using (true) with check (true);
create policy ingress on finished_shifts to threadline_ingress using (true) with check (true);
