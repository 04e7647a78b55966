-- Stages: names of one's own under the states of a conversation.

create table stages (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    state @text not null check (state in ('open', 'pending', 'snoozed', 'resolved')),
    name text not null,
    name_key @text not null,
    pauses_clock boolean not null default false,
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (workspace_id, id)
);
-- A name is free again once its stage is deleted.
create unique index stages_by_name on stages (workspace_id, name_key) where deleted_at is null;

-- Since when the clock stands still in its stage; the customer's next message sets it going again.
alter table conversations add column stage_id uuid, add column paused_at timestamptz;
alter table conversations add constraint conversations_stage_fkey
    foreign key (workspace_id, stage_id) references stages (workspace_id, id) not valid;
alter table conversations validate constraint conversations_stage_fkey;
-- Only what is in a stage stands in it.
create index conversations_staged on conversations (workspace_id, stage_id, list_at desc, id desc)
    where stage_id is not null;

-- Stages themselves are never removed, for threads and the feed name them.
grant select, insert, update, delete on stages to threadline_engine;
grant select, insert, update on stages to threadline_web;
alter table stages enable row level security;
create policy web on stages to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on stages to threadline_engine using (true) with check (true);
create policy ingress on stages to threadline_ingress using (true) with check (true);

-- Whether one of its conversations needs a label before it is resolved.
alter table teams add column needs_label boolean not null default false;
