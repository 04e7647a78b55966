-- Labels: what they are called, and which conversations and contacts have them.

create table labels (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    kind @text not null check (kind in ('conversation', 'contact')),
    name text not null,
    name_key @text not null,
    colour @text not null
        check (colour in ('red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'grey')),
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (workspace_id, id)
);
-- A name is free again once its label is deleted.
create unique index labels_by_name on labels (workspace_id, kind, name_key) where deleted_at is null;

create table conversation_labels (
    workspace_id uuid not null,
    conversation_id uuid not null,
    label_id uuid not null,
    added_at timestamptz not null default now(),
    primary key (workspace_id, conversation_id, label_id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, label_id) references labels (workspace_id, id)
);

create table contact_labels (
    workspace_id uuid not null,
    contact_id uuid not null,
    label_id uuid not null,
    added_at timestamptz not null default now(),
    primary key (workspace_id, contact_id, label_id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
    foreign key (workspace_id, label_id) references labels (workspace_id, id)
);

-- Labels themselves are never removed, for the feed names them; taking one off a conversation or contact removes a row.
grant select, insert, update, delete on labels, conversation_labels, contact_labels to threadline_engine;
grant select, insert, update on labels to threadline_web;
grant select, insert, delete on conversation_labels, contact_labels to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['labels', 'conversation_labels', 'contact_labels'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
