-- Skills of agents, and what asks for them: a conversation itself, or a label that it has.

create table skills (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    primary key (workspace_id, id),
    unique (workspace_id, name_key)
);

create table skill_agents (
    workspace_id uuid not null,
    skill_id uuid not null,
    agent_id uuid not null,
    primary key (workspace_id, skill_id, agent_id),
    foreign key (workspace_id, skill_id) references skills (workspace_id, id) on delete cascade,
    foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade
);

create table skill_labels (
    workspace_id uuid not null,
    skill_id uuid not null,
    label_id uuid not null,
    primary key (workspace_id, skill_id, label_id),
    foreign key (workspace_id, skill_id) references skills (workspace_id, id) on delete cascade,
    foreign key (workspace_id, label_id) references labels (workspace_id, id) on delete cascade
);

create table conversation_skills (
    workspace_id uuid not null,
    conversation_id uuid not null,
    skill_id uuid not null,
    primary key (workspace_id, conversation_id, skill_id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
    foreign key (workspace_id, skill_id) references skills (workspace_id, id) on delete cascade
);
-- A skill that is deleted is asked for nowhere any more.
create index conversation_skills_by_skill on conversation_skills (workspace_id, skill_id);

grant select, insert, update, delete on skills to threadline_web, threadline_engine;
grant select, insert, delete on skill_agents, skill_labels, conversation_skills to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['skills', 'skill_agents', 'skill_labels', 'conversation_skills'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
