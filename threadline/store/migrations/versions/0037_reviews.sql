-- An answer that waits for a colleague's word, as it is to go out: one message or several.

create table reviews (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    author_id uuid not null,
    -- Whom the author asked; neither: anybody who may.
    reviewer_id uuid,
    team_id uuid,
    contents jsonb not null,
    file_ids uuid[] not null default '{}',
    quoted_id uuid,
    note text not null default '',
    state @text not null default 'asked' check (state in ('asked', 'returned', 'sent', 'withdrawn')),
    -- The reviewer's word, or why it could not go out.
    answer text not null default '',
    reason @text not null default '',
    reason_text text not null default '',
    decided_by uuid,
    -- The last number of the thread when it was asked for: what came after, its author had not seen.
    asked_seq integer not null,
    asked_at timestamptz not null,
    changed_at timestamptz not null,
    message_ids uuid[] not null default '{}',
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, author_id) references agents (workspace_id, id)
);
create index reviews_open on reviews (workspace_id, conversation_id) where state in ('asked', 'returned');

-- Who may decide: found when it was asked for.
create table review_reviewers (
    workspace_id uuid not null,
    review_id uuid not null,
    agent_id uuid not null,
    conversation_id uuid not null,
    primary key (workspace_id, review_id, agent_id),
    foreign key (workspace_id, review_id) references reviews (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index review_reviewers_by_agent on review_reviewers (workspace_id, agent_id);

grant select, insert, update on reviews to threadline_web;
grant select, insert, delete on review_reviewers to threadline_web;
grant select, insert, update, delete on reviews, review_reviewers to threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['reviews', 'review_reviewers'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
