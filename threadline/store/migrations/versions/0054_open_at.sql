-- As `is_open` and `calendar_for` of core/calendar.py tell it: by the clock on the wall, by the hours of the team, else of
-- the channel, else of the workspace, else always. It reads as whoever asks: under the policies of the tables.
create function is_open_at(in_workspace uuid, of_team uuid, on_channel uuid, at timestamptz) returns boolean
    language sql stable
begin atomic
    select coalesce(
        (select exists (
            select from (values (0), (1)) before (days),
                lateral (select at at time zone k.zone as wall) w,
                lateral (select w.wall::date - before.days as day,
                                (extract(hour from w.wall) * 60 + extract(minute from w.wall))::integer
                                + before.days * 1440 as minute) d,
                lateral jsonb_array_elements(coalesce(
                    (select s.periods from special_days s
                     where s.workspace_id = k.workspace_id and s.calendar_id = k.id and s.day = d.day),
                    k.week -> (extract(isodow from d.day)::integer - 1))) period
            where (period ->> 'from_minute')::integer <= d.minute and d.minute < (period ->> 'to_minute')::integer)
         from calendars k
         where k.workspace_id = in_workspace and k.id = coalesce(
            (select t.calendar_id from teams t
             where t.workspace_id = in_workspace and t.id = of_team and t.deleted_at is null),
            (select c.calendar_id from channels c where c.workspace_id = in_workspace and c.id = on_channel),
            (select w.id from calendars w where w.workspace_id = in_workspace and w.is_default))),
        true);
end;
