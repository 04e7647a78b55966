-- Contacts as people work with them: what is known of each, fields of one's own, notes, companies; twenty colours.

alter table labels drop constraint labels_colour_check;
alter table labels add constraint labels_colour_check check (colour in (
    'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'grey',
    'maroon', 'coral', 'brown', 'gold', 'olive', 'lime', 'forest', 'cyan', 'sky', 'navy', 'violet', 'pink'
)) not valid;

create table companies (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (workspace_id, id)
);
create unique index companies_by_name on companies (workspace_id, name_key) where deleted_at is null;

-- Empty language and time zone: nobody has said it, it is guessed where it is read (core/contact.py).
alter table contacts
    add column email @text not null default '',
    add column time_zone @text not null default '',
    add column is_vip boolean not null default false,
    add column muted_at timestamptz,
    add column blocked_at timestamptz,
    add column blocked_reason @text not null default '',
    add column company_id uuid,
    add column opted_out_at timestamptz,
    add column opted_out_by @text not null default '',
    -- What a list is ordered by: the name, or what stands in its place.
    add column name_key @text not null generated always as (
        lower(left(coalesce(nullif(name, ''), nullif(phone, ''), handle), 100))) stored;
alter table contacts add foreign key (workspace_id, company_id) references companies (workspace_id, id);
create index contacts_by_name on contacts (workspace_id, name_key, id) where merged_into is null;
create index contacts_by_company on contacts (workspace_id, company_id) where company_id is not null;

create table fields (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    owner @text not null check (owner in ('contact', 'conversation', 'company')),
    type @text not null check (type in (
        'text', 'number', 'date', 'choice', 'choices', 'boolean', 'link', 'email', 'phone')),
    name text not null,
    name_key @text not null,
    -- Of a choice: [{id, name, colour}], in their order.
    options jsonb not null default '[]',
    position integer not null default 0,
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (workspace_id, id)
);
create unique index fields_by_name on fields (workspace_id, owner, name_key) where deleted_at is null;

-- One row per value, so that several choices are several rows and each is found by the same index.
create table contact_values (
    workspace_id uuid not null,
    contact_id uuid not null,
    field_id uuid not null,
    value @text not null,
    primary key (workspace_id, contact_id, field_id, value),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
    foreign key (workspace_id, field_id) references fields (workspace_id, id)
);
create index contact_values_by_value on contact_values (workspace_id, field_id, value, contact_id);

create table conversation_values (
    workspace_id uuid not null,
    conversation_id uuid not null,
    field_id uuid not null,
    value @text not null,
    primary key (workspace_id, conversation_id, field_id, value),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, field_id) references fields (workspace_id, id)
);
create index conversation_values_by_value on conversation_values (workspace_id, field_id, value, conversation_id);

create table company_values (
    workspace_id uuid not null,
    company_id uuid not null,
    field_id uuid not null,
    value @text not null,
    primary key (workspace_id, company_id, field_id, value),
    foreign key (workspace_id, company_id) references companies (workspace_id, id),
    foreign key (workspace_id, field_id) references fields (workspace_id, id)
);
create index company_values_by_value on company_values (workspace_id, field_id, value, company_id);

create table contact_notes (
    workspace_id uuid not null,
    id uuid not null,
    contact_id uuid not null,
    author_id uuid,
    text text not null,
    created_at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
);
create index contact_notes_by_contact on contact_notes (workspace_id, contact_id, id desc) where deleted_at is null;

-- Words and digits cannot be looked for under a policy with an index; the web role reads the rows by these ids.
create function search_contacts(wanted_workspace uuid, words text[], digits text, most integer) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp
    begin atomic
        select c.id from contacts c
        where c.workspace_id = wanted_workspace and c.merged_into is null
          and wanted_workspace is not distinct from coalesce(current_workspace(), wanted_workspace)
          and ((digits <> '' and c.phone like '%' || digits || '%')
               or not exists (select from unnest(words) word
                              where strpos(c.name_key, word) = 0 and strpos(lower(c.handle), word) = 0
                                and strpos(lower(c.email), word) = 0))
        order by c.name_key, c.id
        limit most;
    end;
revoke all on function search_contacts from public;
grant execute on function search_contacts to threadline_web, threadline_engine;

grant select, insert, update, delete on companies, fields, contact_values, conversation_values, company_values,
    contact_notes to threadline_engine;
grant select, insert, update on companies, fields, contact_notes to threadline_web;
grant select, insert, delete on contact_values, conversation_values, company_values to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['companies', 'fields', 'contact_values', 'conversation_values', 'company_values',
                                  'contact_notes'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
