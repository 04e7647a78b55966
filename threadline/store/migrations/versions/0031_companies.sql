-- Companies as people work with them: whose mail domains are whose, what is known, who cares for them.

alter table companies
    add column domains text[] collate "C" not null default '{}',
    add column notes text not null default '',
    add column owner_id uuid,
    -- Name and domains as search folds them (core/company.py).
    add column found_by text collate "C" not null default '',
    add foreign key (workspace_id, owner_id) references agents (workspace_id, id);
create index companies_by_owner on companies (workspace_id, owner_id) where owner_id is not null;

-- Companies that a table brought with it: undoing it takes those away that nobody belongs to by then.
alter table contact_batches add column company_ids uuid[] not null default '{}';

-- Words cannot be looked for under a policy with an index; the web role reads the rows by these ids.
create function search_companies(wanted_workspace uuid, words text[], most integer) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp
    begin atomic
        select k.id from companies k
        where k.workspace_id = wanted_workspace and k.deleted_at is null
          and wanted_workspace is not distinct from coalesce(current_workspace(), wanted_workspace)
          and not exists (select from unnest(words) word where strpos(k.found_by, word) = 0)
        order by k.name_key, k.id
        limit most;
    end;
revoke all on function search_companies from public;
grant execute on function search_companies to threadline_web, threadline_engine;
