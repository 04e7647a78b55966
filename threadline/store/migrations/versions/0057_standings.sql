-- How conversations stood before they were changed, whichever way: a screen tells from memory what is to be undone, and
-- what it tells is looked up here.

create table conversation_standings (
    workspace_id uuid not null,
    conversation_id uuid not null,
    left_at timestamptz not null default clock_timestamp(),
    state @text not null,
    snoozed_until timestamptz,
    assignee_id uuid,
    team_id uuid,
    stage_id uuid,
    primary key (workspace_id, conversation_id, left_at),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index conversation_standings_by_age on conversation_standings (left_at);

create function keep_standing() returns trigger language plpgsql as $$
begin
    insert into conversation_standings (workspace_id, conversation_id, state, snoozed_until, assignee_id, team_id, stage_id)
    values (old.workspace_id, old.id, old.state, case when old.state = 'snoozed' then old.snoozed_until end,
            old.assignee_id, old.team_id, old.stage_id)
    on conflict do nothing;
    return null;
end $$;
create trigger standing_is_kept after update of state, snoozed_until, assignee_id, team_id, stage_id on conversations
    for each row when ((old.state, old.snoozed_until, old.assignee_id, old.team_id, old.stage_id)
        is distinct from (new.state, new.snoozed_until, new.assignee_id, new.team_id, new.stage_id))
    execute function keep_standing();

grant select, insert on conversation_standings to threadline_engine;
grant select, insert on conversation_standings to threadline_web;
alter table conversation_standings enable row level security;
create policy web on conversation_standings to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on conversation_standings to threadline_engine using (true) with check (true);
create policy ingress on conversation_standings to threadline_ingress using (true) with check (true);
