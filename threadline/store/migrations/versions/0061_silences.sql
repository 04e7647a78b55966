-- Taking back from assignees who say nothing: after how long in which team, since when somebody has a conversation, from
-- whom one wait was taken, and when the supervisors were told of it.
alter table teams add column take_back_min smallint check (take_back_min between 1 and 1440);
alter table conversations add column assigned_at timestamptz, add column left_at timestamptz,
    add column taken_from uuid[] not null default '{}';

-- Whichever verb assigns, and whichever ends the waiting: nobody has to think of it.
create function note_assigned() returns trigger language plpgsql as $$
begin
    new.assigned_at := case when new.assignee_id is null then null else clock_timestamp() end;
    return new;
end $$;
create trigger assigned_is_noted before update of assignee_id on conversations
    for each row when (old.assignee_id is distinct from new.assignee_id) execute function note_assigned();
create trigger assigned_from_the_start before insert on conversations
    for each row when (new.assignee_id is not null) execute function note_assigned();

create function forget_taken_back() returns trigger language plpgsql as $$
begin
    new.taken_from := '{}';
    new.left_at := null;
    return new;
end $$;
create trigger taken_back_ends_with_waiting before update of waiting_since on conversations
    for each row when (new.waiting_since is null and (old.left_at is not null or old.taken_from <> '{}'))
    execute function forget_taken_back();

-- That an assignee typed, where silence is counted. Colleagues see it by a hint, which is kept nowhere.
create table typing_signs (
    workspace_id uuid not null,
    conversation_id uuid not null,
    agent_id uuid not null,
    typed_at timestamptz not null,
    primary key (workspace_id, conversation_id, agent_id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index typing_signs_by_age on typing_signs (typed_at);
grant select, insert, update on typing_signs to threadline_web;
grant select on typing_signs to threadline_engine;
alter table typing_signs enable row level security;
create policy web on typing_signs to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on typing_signs to threadline_engine using (true) with check (true);
create policy ingress on typing_signs to threadline_ingress using (true) with check (true);

alter table notifications drop constraint notifications_kind_check;
alter table notifications add constraint notifications_kind_check
    check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed', 'review_asked',
                    'reviewed', 'task_due', 'due_soon', 'window_closing', 'taken_back', 'left_waiting')) not valid;
alter table notifications validate constraint notifications_kind_check;
