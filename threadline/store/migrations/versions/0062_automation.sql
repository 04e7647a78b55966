-- Automation rules: what the desk does by itself, what it did, and the times that rules wait for.

create table automation_rules (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    -- They are asked in this order.
    position integer not null,
    -- When, of whom, and what (core/automation.py).
    trigger jsonb not null,
    filter jsonb not null,
    acts jsonb not null,
    is_on boolean not null,
    version integer not null,
    -- What was over before does not count.
    on_since timestamptz not null,
    -- Why the desk has stopped it; empty: it has not.
    paused @text not null default '',
    changed_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index automation_rules_by_name on automation_rules (workspace_id, name_key);

-- What a rule said at each change of its words, and who changed it. Rules that are gone keep theirs: runs name them.
create table automation_versions (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    rule_id uuid not null,
    version integer not null,
    name text not null,
    trigger jsonb not null,
    filter jsonb not null,
    acts jsonb not null,
    at timestamptz not null,
    actor_id uuid,
    primary key (workspace_id, rule_id, version)
);

-- The id follows from the rule and its cause, so that a repeat finds the first run.
create table automation_runs (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    rule_id uuid not null,
    version integer not null,
    conversation_id uuid not null,
    occasion @text not null,
    at timestamptz not null,
    outcome @text not null
        check (outcome in ('done', 'nothing', 'refused', 'broken', 'circle', 'too_often')),
    -- Act by act (core/automation.py).
    steps jsonb not null,
    made jsonb not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index automation_runs_by_rule on automation_runs (workspace_id, rule_id, at desc, id desc);
create index automation_runs_by_conversation on automation_runs (workspace_id, conversation_id, at desc, id desc);

-- A time that a rule waits for in a conversation. One that was acted upon stays, without a due time, until another wait
-- begins.
create table automation_timers (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    rule_id uuid not null,
    conversation_id uuid not null,
    -- Which wait, silence or window it is.
    began_at timestamptz not null,
    due_at timestamptz,
    primary key (workspace_id, rule_id, conversation_id),
    foreign key (workspace_id, rule_id) references automation_rules (workspace_id, id) on delete cascade,
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index automation_timers_due on automation_timers (due_at) where due_at is not null;
create index automation_timers_due_in on automation_timers (workspace_id, due_at) where due_at is not null;
create index automation_timers_by_conversation on automation_timers (workspace_id, conversation_id);

-- Rules, or the hours that they go by, were changed: every time is counted again, in parts.
create table automation_recounts (
    workspace_id uuid not null references workspaces (id) on delete cascade primary key,
    after_id uuid not null default '00000000-0000-0000-0000-000000000000'
);

-- An answer of a rule that waits its seconds: of this run, the act at this place of that version.
alter table automatic_sends add column rule_id uuid;
alter table automatic_sends add column rule_version integer;
alter table automatic_sends add column rule_place integer;
alter table automatic_sends add column run_id uuid;
create index automatic_sends_by_run on automatic_sends (workspace_id, run_id) where run_id is not null;

grant select, insert, update, delete on automation_rules to threadline_web, threadline_engine;
grant select, insert on automation_versions to threadline_web, threadline_engine;
grant select on automation_runs to threadline_web;
grant select, insert, update on automation_runs to threadline_engine;
grant select, insert, update, delete on automation_timers, automation_recounts to threadline_engine;
grant select on automation_timers, automation_recounts to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['automation_rules', 'automation_versions', 'automation_runs', 'automation_timers',
                                  'automation_recounts'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
