-- Tasks: what is to be done for a customer beside answering. Each belongs to a conversation and is seen with it.

create table tasks (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    kind @text not null check (kind in ('task', 'call_back')),
    title text not null,
    note text not null default '',
    state @text not null default 'open' check (state in ('open', 'done')),
    owner_id uuid,
    due_at timestamptz,
    -- The reminder is a timer: due while the task is open, done once, in the transaction of its event (R10).
    remind_at timestamptz,
    reminded_at timestamptz,
    checklist jsonb not null default '[]',
    -- The messages it was made of.
    message_ids uuid[] not null default '{}',
    created_by uuid,
    created_at timestamptz not null default now(),
    done_by uuid,
    done_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, owner_id) references agents (workspace_id, id)
);
create index tasks_by_conversation on tasks (workspace_id, conversation_id);
create index tasks_open on tasks (workspace_id, due_at, id) where state = 'open';
create index tasks_open_by_owner on tasks (workspace_id, owner_id, due_at, id) where state = 'open';
create index tasks_done on tasks (workspace_id, done_at desc, id desc) where state = 'done';
create index tasks_to_remind on tasks (remind_at) where state = 'open' and remind_at is not null and reminded_at is null;

create table task_patterns (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    kind @text not null check (kind in ('task', 'call_back')),
    title text not null,
    checklist jsonb not null default '[]',
    -- How long after its making a task of this pattern is due, and how long before that it reminds.
    due_in_minutes integer,
    remind_before_minutes integer,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);

grant select, insert, update, delete on tasks, task_patterns to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['tasks', 'task_patterns'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
