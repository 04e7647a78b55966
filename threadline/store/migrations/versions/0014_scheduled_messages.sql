-- Messages that go out at a time of their own. A row is its own timer: due while it waits and its time is over.

create table scheduled_messages (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    conversation_id uuid not null,
    -- Who wrote it: an agent, or a program by its token.
    agent_id uuid,
    token_id uuid,
    content jsonb not null,
    file_ids uuid[] not null default '{}',
    quoted_id uuid,
    due_at timestamptz not null,
    state @text not null default 'waiting' check (state in ('waiting', 'held', 'sent', 'cancelled')),
    -- Why it did not go out when its time came: the name of the sentence, and the sentence.
    reason @text not null default '',
    reason_text text not null default '',
    message_id uuid,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index scheduled_messages_due on scheduled_messages (due_at) where state = 'waiting';
create index scheduled_messages_open on scheduled_messages (workspace_id, conversation_id)
    where state in ('waiting', 'held');

grant select, insert, update on scheduled_messages to threadline_web;
grant select, insert, update, delete on scheduled_messages to threadline_engine;

alter table scheduled_messages enable row level security;
create policy web on scheduled_messages to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on scheduled_messages to threadline_engine using (true) with check (true);
create policy ingress on scheduled_messages to threadline_ingress using (true) with check (true);

-- How many wait and how many are held: what the two views and the rows of every list read.
alter table conversations add column scheduled_count integer not null default 0;
alter table conversations add column held_count integer not null default 0;
create index conversations_scheduled on conversations (workspace_id, list_at desc, id desc)
    where scheduled_count > 0;
create index conversations_held on conversations (workspace_id, list_at desc, id desc) where held_count > 0;
