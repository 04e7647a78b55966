"""`threadline apply`: creates, changes, and leaves alone what fits."""

import json
import os
import re
from pathlib import Path

import asyncpg
import pytest

from threadline.actions.channel_secrets import open_channel_secrets, open_endpoint_secrets
from threadline.core.errors import ThreadlineError
from threadline.infra.secrets import load_keyring
from threadline.infra.settings import Settings
from threadline.operations.configuration import apply_file

FILE = """
workspace: {name: Shop}
agents:
  - {email: Ana@example.com, name: Ana, role: admin, password: {env: ANA_PASSWORD}}
  - {email: ben@example.com, role: supervisor}
tokens:
  - {name: reports, scopes: ["conversations:read"]}
channels:
  - type: whatsapp
    name: Support
    values: {address: "123456", account: "567899", token: {env: NUMBER_TOKEN}, app_secret: {env: APP_SECRET}}
    settings: {sends_per_second: 20}
"""
DECIDED = FILE.replace("{name: Shop}", "{name: Shop, reopening_price: 2.5}").replace(
    "{sends_per_second: 20}", "{sends_per_second: 20, closing_text: 'Bye, {{agent.first_name}}!'}"
)


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANA_PASSWORD", "correct horse battery")
    monkeypatch.setenv("SHORT", "short")
    monkeypatch.setenv("COMMON", "Shop2024")
    monkeypatch.setenv("NUMBER_TOKEN", "first-token")
    monkeypatch.setenv("APP_SECRET", "0123456789abcdef" * 2)


async def apply(settings: Settings, folder: Path, text: str = FILE) -> None:
    file = folder / "desk.yaml"
    file.write_text(text)
    await apply_file(settings, file)


async def ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(settings.database_url)
    rows = await connection.fetch(query)
    await connection.close()
    return [tuple(row) for row in rows]


async def test_first_time_makes_everything_and_prints_what_is_needed(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path)
    said = capsys.readouterr().out
    assert "workspace Shop: created" in said
    assert "agent Ana@example.com: created" in said
    assert "http://localhost:8080/invitation?token=" in said
    assert "token reports: created\n  shown once: tl_" in said
    assert "callback URL: http://localhost:8080/hooks/" in said
    assert await ask(installation, "select email, role from agents join people on people.id = person_id") == [
        ("ana@example.com", "admin")
    ]
    assert await ask(installation, "select type, address, account, state from channels") == [
        ("whatsapp", "123456", "567899", "connected")
    ]


async def test_second_time_changes_nothing(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await ask(installation, "select id, secrets from channels")
    await apply(installation, tmp_path)
    said = capsys.readouterr().out
    for line in ("workspace Shop", "agent Ana@example.com", "token reports", "channel Support"):
        assert f"{line}: unchanged" in said
    assert await ask(installation, "select id, secrets from channels") == before


async def test_changed_secret_role_and_name_are_changed(
    installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBER_TOKEN", "second-token")
    text = FILE.replace("name: Support", "name: Help").replace('["conversations:read"]', '["messages:send"]')
    await apply(installation, tmp_path, text)
    said = capsys.readouterr().out
    assert "channel Help: changed" in said
    assert "token reports: replaced" in said
    [(channel_id, name, secrets)] = await ask(installation, "select id, name, secrets from channels")
    keyring = load_keyring(text=installation.master_key, file=None)
    opened = open_channel_secrets(keyring, channel_id, bytes(secrets))  # type: ignore[arg-type]
    assert (name, opened["token"]) == ("Help", "second-token")


async def test_last_admin_cannot_be_taken_away(installation: Settings, tmp_path: Path) -> None:
    before = await ask(installation, "select name, secrets from channels")
    with pytest.raises(ThreadlineError):
        await apply(installation, tmp_path, FILE.replace("role: admin", "role: agent"))
    assert await ask(installation, "select name, secrets from channels") == before


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{env: ANA_PASSWORD}", "literal-password", "password does not belong"),
        ("{env: NUMBER_TOKEN}", "literal-token", "token does not belong"),
        ("{env: NUMBER_TOKEN}", "{env: NOT_SET_ANYWHERE}", "NOT_SET_ANYWHERE is not set"),
        ("{env: ANA_PASSWORD}", "{env: SHORT}", "agent Ana@example.com, password: .* at least 8 characters"),
        ("{env: ANA_PASSWORD}", "{env: COMMON}", "among the first that are tried"),
        ("Ana@example.com", "Ana", "no e-mail address"),
        ("type: whatsapp", "type: pigeon", "no such channel type"),
        ("role: admin", "role: emperor", "agent Ana@example.com, role: There is no role emperor"),
        ("agents:", "roles: [{name: Nobody, permissions: []}]\nagents:", "role Nobody, permissions: .* at least one"),
        ("agents:", "agants:", "agants"),
        ('address: "123456"', 'address: "abc"', "channel Support, address: .* does not look right"),
        ("workspace: {name: Shop}", "", "workspace"),
        ("workspace: {name: Shop}", "workspace: {name: [}", "not YAML"),
    ],
)
async def test_file_that_cannot_be_applied_changes_nothing(
    installation: Settings, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    before = await ask(installation, "select count(*) from events")
    with pytest.raises(ThreadlineError, match=sentence):
        await apply(installation, tmp_path, FILE.replace(old, new))
    assert await ask(installation, "select count(*) from events") == before


async def test_person_of_another_workspace_joins_with_the_password_they_have(
    installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await ask(installation, "select id, password_hash from people where email = 'ana@example.com'")
    monkeypatch.setenv("ANA_PASSWORD", "somebody else chose this")
    text = FILE.split("tokens:")[0].replace("name: Shop", "name: Second")
    await apply(installation, tmp_path, text)
    assert await ask(installation, "select id, password_hash from people where email = 'ana@example.com'") == before
    memberships = await ask(installation, f"select role from agents where person_id = '{before[0][0]}'")
    assert memberships == [("admin",), ("admin",)]


@pytest.mark.parametrize("given", ["OLD_SECRET", "NEW_SECRET"])
async def test_number_added_while_the_apps_secret_is_replaced_leaves_both_in_use(
    installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """S24: what the provider still signs with the old one, or signs already with the new one, must go on arriving."""
    number = "770000" if given == "OLD_SECRET" else "880000"
    digit = "0" if given == "OLD_SECRET" else "1"
    monkeypatch.setenv("OLD_SECRET", f"{digit}a" * 16)
    monkeypatch.setenv("NEW_SECRET", f"{digit}b" * 16)
    head, channel = FILE.split("channels:\n")
    channel = channel.replace("123456", number).replace("name: Support", f"name: {given}")
    old, new = (channel.replace("APP_SECRET", name) for name in ("OLD_SECRET", "NEW_SECRET"))
    await apply(installation, tmp_path, f"{head}channels:\n{old}")
    await apply(installation, tmp_path, f"{head}channels:\n{new}")
    second = channel.replace(number, f"{number}1").replace("APP_SECRET", given)
    await apply(installation, tmp_path, f"{head}channels:\n{second}")

    endpoints = await ask(
        installation,
        "select distinct endpoints.id, endpoints.secrets from endpoints join channels on channels.endpoint_id ="
        f" endpoints.id where address like '{number}%'",
    )
    [(endpoint_id, secrets)] = endpoints
    keyring = load_keyring(text=installation.master_key, file=None)
    opened = open_endpoint_secrets(keyring, endpoint_id, bytes(secrets))  # type: ignore[arg-type]
    assert opened.signing == (os.environ["NEW_SECRET"], os.environ["OLD_SECRET"])


async def test_dump_of_the_database_holds_no_secret(installation: Settings) -> None:
    rows = await ask(installation, "select secrets from channels union all select secrets from endpoints")
    stored = b"".join(bytes(row[0]) for row in rows)  # type: ignore[arg-type]
    assert b"token" not in stored
    assert b"0123456789abcdef" not in stored


async def test_a_role_of_its_own_is_made_given_and_changed(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roles = 'roles:\n  - {name: Reader, permissions: ["conversations:read"]}\n'
    text = FILE.replace("name: Shop", "name: Third").replace("role: supervisor", "role: reader")
    text = text.split("tokens:")[0].replace("agents:", f"{roles}agents:").replace("ben@", "bea@")
    await apply(installation, tmp_path, text)
    said = capsys.readouterr().out
    assert "role Reader: created" in said
    assert "agent bea@example.com: invited" in said
    invited = "select r.name from one_time_links l join roles r on r.id = l.role_id where l.email = 'bea@example.com'"
    assert await ask(installation, invited) == [("Reader",)]
    await apply(installation, tmp_path, text)
    assert "role Reader: unchanged" in capsys.readouterr().out
    await apply(installation, tmp_path, text.replace('"conversations:read"', '"conversations:read", "agents:read"'))
    assert "role Reader: changed" in capsys.readouterr().out
    assert await ask(installation, "select permissions from roles") == [(["conversations:read", "agents:read"],)]


async def test_the_price_of_reopening_and_the_closing_text_are_set_by_the_file(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, DECIDED)
    assert await ask(installation, "select settings ->> 'reopening_price' from workspaces where name = 'Shop'") == [
        ("2.5",)
    ]
    assert await ask(
        installation, "select settings ->> 'closing_text' from channels where settings ? 'closing_text'"
    ) == [("Bye, {{agent.first_name}}!",)]
    capsys.readouterr()
    await apply(installation, tmp_path, DECIDED)
    said = capsys.readouterr().out
    assert "price of reopening: unchanged" in said


@pytest.mark.parametrize(
    ("good", "bad"),
    [("reopening_price: 2.5", "reopening_price: 1000"), ("{{agent.first_name}}", "{{contact.first_name}}")],
)
async def test_what_the_forms_would_refuse_is_refused(
    installation: Settings, tmp_path: Path, good: str, bad: str
) -> None:
    with pytest.raises(ThreadlineError):
        await apply(installation, tmp_path, DECIDED.replace(good, bad))


HOURS = (
    FILE
    + """
    calendar: shop
calendars:
  - name: Shop
    zone: Europe/Berlin
    is_default: true
    week: {monday: ["13:00-18:00", "9:00-12:00"], friday: ["18:00-2:00"], sunday: ["0:00-24:00"]}
    special_days:
      - {day: 2026-12-24, name: Eve, hours: ["9:00-13:00"]}
      - {day: 2026-12-25}
teams:
  - {name: Sales, calendar: Shop}
"""
)


async def test_business_hours_are_made_and_teams_and_channels_point_to_them(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path)
    await apply(installation, tmp_path, HOURS)
    said = capsys.readouterr().out
    assert "business hours Shop: created" in said
    assert "channel Support: changed" in said
    ((zone, is_default, week),) = await ask(installation, "select zone, is_default, week::text from calendars")
    assert (zone, is_default) == ("Europe/Berlin", True)
    told = [[(one["from_minute"], one["to_minute"]) for one in day] for day in json.loads(str(week))]
    assert told == [[(540, 720), (780, 1080)], [], [], [], [(1080, 1560)], [], [(0, 1440)]]
    days = await ask(installation, "select day::text, name, periods::text <> '[]' from special_days order by day")
    assert days == [("2026-12-24", "Eve", True), ("2026-12-25", "", False)]
    for table in ("teams", "channels"):
        assert await ask(installation, f"select count(*) from {table} where calendar_id is not null") == [(1,)]
    await apply(installation, tmp_path, HOURS)
    again = capsys.readouterr().out
    assert [line for line in again.splitlines() if line.startswith(("business", "team", "channel"))] == [
        "business hours Shop: unchanged",
        "team Sales: unchanged",
        "channel Support: unchanged",
    ]
    await apply(installation, tmp_path, HOURS.replace("18:00-2:00", "18:00-3:00"))
    assert "business hours Shop: changed" in capsys.readouterr().out


REPLIES = (
    FILE.replace("{name: Shop}", "{name: Shop, automatic: {wait_s: 6}}")
    + """
teams:
  - {name: Sales}
automatic_replies:
  - {kind: away, expected_min: 30, wordings: {en: "Back {{hours.returns}}, {{reply.expected}}", de: "Zu"}}
  - {kind: away, team: sales, wordings: {en: "Sales is away"}, is_on: false}
  - {kind: greeting, channel: Support, wordings: {en: Hello}}
"""
)


async def test_automatic_replies_are_said_where_the_file_says(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, REPLIES)
    said = capsys.readouterr().out
    for line in ("manners of automatic replies: changed", "away: created", "away sales: created"):
        assert line in said
    rows = await ask(
        installation,
        "select r.kind, t.name, c.name, r.is_on, r.expected_min, jsonb_array_length(r.wordings)"
        " from automatic_replies r left join teams t on t.id = r.team_id left join channels c on c.id = r.channel_id"
        " order by 1, 2 nulls first",
    )
    assert rows == [
        ("away", None, None, True, 30, 2),
        ("away", "Sales", None, False, 0, 1),
        ("greeting", None, "Support", True, 0, 1),
    ]
    assert await ask(
        installation, "select settings -> 'automatic' ->> 'wait_s' from workspaces where name = 'Shop'"
    ) == [("6",)]
    await apply(installation, tmp_path, REPLIES.replace("Sales is away", "Sales is closed"))
    said = capsys.readouterr().out
    for line in ("manners of automatic replies: unchanged", "away: unchanged", "away sales: changed"):
        assert line in said


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("team: sales", "team: Nobody", "away Nobody, team: There is no team called Nobody."),
        ("channel: Support", "channel: Nothing", "greeting Nothing, channel: There is no channel called Nothing."),
        ("Sales is away", "{{agent.name}}", "away sales, wordings: {{agent.name}} cannot be filled in."),
        ("wait_s: 6", "wait_s: 0", "Expected `int` >= 1"),
    ],
)
async def test_automatic_replies_that_cannot_be_said_are_named(
    installation: Settings, tmp_path: Path, was: str, becomes: str, said: str
) -> None:
    everything = "select * from automatic_replies order by id"
    before = await ask(installation, everything)
    with pytest.raises(ThreadlineError, match=re.escape(said)):
        await apply(installation, tmp_path, REPLIES.replace(was, becomes).replace("en: Hello", "en: Good day"))
    assert await ask(installation, everything) == before


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("9:00-12:00", "nine to twelve"), ("9:00-12:00", "9:00-25:00"), ("Europe/Berlin", "Europe/Atlantis")],
)
async def test_hours_that_cannot_be_are_named_and_change_nothing(
    installation: Settings, tmp_path: Path, wrong: str, right: str
) -> None:
    count = "select count(*) from calendars where name = 'Wrong'"
    file = HOURS.replace("- name: Shop", "- name: Wrong").replace("calendar: shop", "").replace(", calendar: Shop", "")
    with pytest.raises(ThreadlineError, match="business hours Wrong"):
        await apply(installation, tmp_path, file.replace(wrong, right))
    assert await ask(installation, count) == [(0,)]


LEVELS = (
    FILE
    + """
service_levels:
  - name: Urgent
    filter: {kind: group, match: all, of: [{kind: condition, field: priority, operator: any_of, values: ["3"]}]}
    first_reply: {within: 2m, warn: 50%}
  - {name: Usual, next_reply: {within: 1h, business_hours: true, warn: 10m}, resolution: {within: 2d}}
"""
)


async def test_service_levels_are_made_and_stand_in_the_order_of_the_file(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the one that a fresh workspace has."""
    await apply(installation, tmp_path)
    await apply(installation, tmp_path, LEVELS)
    assert "service level Urgent: created" in capsys.readouterr().out
    rows = await ask(
        installation,
        "select p.name, p.next_reply::text, p.resolution::text from sla_policies p"
        " join workspaces w on w.id = p.workspace_id where w.name = 'Shop' order by p.position",
    )
    assert [row[0] for row in rows] == ["Urgent", "Usual", "Everybody"]
    reply, end = json.loads(str(rows[1][1])), json.loads(str(rows[1][2]))
    assert reply == {"minutes": 60, "is_business_time": True, "warns": "before", "warns_at": 10}
    assert (end["minutes"], end["warns"]) == (2880, "never")
    await apply(installation, tmp_path, LEVELS)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("service level")]
    assert said == ["service level Urgent: unchanged", "service level Usual: unchanged"]


@pytest.mark.parametrize(("wrong", "right"), [("within: 2m", "within: soon"), ("warn: 10m", "warn: 60m")])
async def test_a_level_that_cannot_be_is_named_and_changes_nothing(
    installation: Settings, tmp_path: Path, wrong: str, right: str
) -> None:
    file = LEVELS.replace("name: Urgent", "name: Wrong").replace("name: Usual", "name: Wrong too")
    with pytest.raises(ThreadlineError, match="service level Wrong"):
        await apply(installation, tmp_path, file.replace(wrong, right))
    assert await ask(installation, "select count(*) from sla_policies where name like 'Wrong%'") == [(0,)]


ROUTED = (
    FILE
    + """
teams:
  - {name: Sales, members: ["ana@example.com"]}
routing:
  capacity: 3
  owners_first: false
  language_wait_min: 10
  capacity_by_type: {whatsapp: 2}
  vanished_after_min: 60
  absent_after_min: 20
  teams: {sales: round_robin}
  take_back: {Sales: 10}
  channels: {Support: Sales}
  agents: {"Ana@example.com": 8}
  day_customers: 40
  day_limits: {"Ana@example.com": {customers: 80, messages: 0}}
  languages: {"ana@example.com": [en, de]}
"""
)


async def test_routing_is_what_the_file_says_and_the_rest_stays(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, ROUTED)
    assert "routing: changed" in capsys.readouterr().out
    found = await ask(
        installation,
        "select t.assignment, c.team_id = t.id, a.capacity, w.settings -> 'routing' ->> 'capacity',"
        " w.settings -> 'routing' ->> 'active_min', w.settings ->> 'vanished_after_min', t.take_back_min,"
        " w.settings -> 'routing' ->> 'owners_first', w.settings ->> 'absent_after_min',"
        " w.settings -> 'routing' ->> 'language_wait_min', array_to_string(a.languages, ' '),"
        " w.settings -> 'routing' ->> 'day_customers', a.day_customers, a.day_messages"
        " from teams t, channels c, agents a, workspaces w where w.name = 'Shop' and t.workspace_id = w.id"
        " and c.workspace_id = w.id and a.workspace_id = w.id and t.name = 'Sales' and c.name = 'Support'"
        " and a.person_id = (select id from people where email = 'ana@example.com')",
    )
    assert found == [("round_robin", True, 8, "3", "30", "60", 10, "false", "20", "10", "de en", "40", 80, 0)]
    await apply(installation, tmp_path, ROUTED)
    assert "routing: unchanged" in capsys.readouterr().out
    with pytest.raises(ThreadlineError, match="There is no team Nowhere"):
        await apply(installation, tmp_path, ROUTED.replace("{sales: round_robin}", "{Nowhere: manual}"))


ANSWERED = (
    FILE.replace(
        "tokens:\n",
        """tokens:
  - {name: helper, bot: Tilda, scopes: ["conversations:read", "messages:send"]}
""",
    )
    + """
teams:
  - {name: Sales, members: ["ana@example.com"]}
routing:
  bots:
    Support: {bot: Tilda, team: Sales, after_min: 3, hours: closed}
"""
)


async def test_a_bot_answers_first_where_the_file_says(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, ANSWERED)
    query = (
        "select b.bot_name, t.name, c.bot_after_min, c.bot_hours from channels c"
        " left join api_tokens b on b.id = c.bot_id left join teams t on t.id = c.bot_team_id where c.name = 'Support'"
    )
    assert await ask(installation, query) == [("Tilda", "Sales", 3, "closed")]
    capsys.readouterr()
    await apply(installation, tmp_path, ANSWERED)
    assert "routing: unchanged" in capsys.readouterr().out
    with pytest.raises(ThreadlineError, match="There is no bot Nobody"):
        await apply(installation, tmp_path, ANSWERED.replace("{bot: Tilda, team", "{bot: Nobody, team"))
    await apply(
        installation, tmp_path, ANSWERED.replace("{bot: Tilda, team: Sales, after_min: 3, hours: closed}", '{bot: ""}')
    )
    assert await ask(installation, query) == [(None, None, 1, "always")]


PLANNED = (
    FILE
    + """
rota:
  - {agent: "Ana@example.com", from_day: 2030-01-07, zone: Europe/Berlin,
     weeks: [{monday: ["9:00-12:00", "13:00-17:00"], sunday: ["22:00-6:00"]}, {}]}
"""
)


async def test_weeks_are_planned_by_the_file(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, PLANNED)
    assert "rota of Ana@example.com: changed" in capsys.readouterr().out
    found = await ask(
        installation,
        "select r.zone, jsonb_array_length(r.weeks), r.weeks -> 0 -> 6 -> 0 ->> 'to_minute' from rota_plans r"
        " join workspaces w on w.id = r.workspace_id and w.name = 'Shop' where r.from_day = '2030-01-07'",
    )
    assert found == [("Europe/Berlin", 2, str(30 * 60))]
    await apply(installation, tmp_path, PLANNED)
    assert "rota of Ana@example.com: unchanged" in capsys.readouterr().out
    with pytest.raises(ThreadlineError, match="nobody@example"):
        await apply(installation, tmp_path, PLANNED.replace('agent: "Ana@', 'agent: "nobody@'))


SAVED = (
    FILE
    + """
teams:
  - {name: Sales}
saved_replies:
  - {title: Thanks, shortcut: thx, text: Thank you!, variants: [Many thanks!], language: en,
     wordings: {de: {text: Danke!, variants: [Vielen Dank!]}}}
  - {title: Offer, team: sales, text: "Dear {{contact.name}}"}
"""
)


async def test_saved_replies_with_variants_are_made_and_stay_if_nothing_changed(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, SAVED)
    assert "saved reply Thanks: created" in capsys.readouterr().out
    found = await ask(
        installation,
        "select r.variants, w.language, w.text, w.variants from saved_replies r join saved_reply_wordings w"
        " on w.reply_id = r.id where r.title = 'Thanks'",
    )
    assert found == [(["Many thanks!"], "de", "Danke!", ["Vielen Dank!"])]
    await apply(installation, tmp_path, SAVED)
    again = capsys.readouterr().out
    assert [line for line in again.splitlines() if line.startswith("saved reply")] == [
        "saved reply Thanks: unchanged",
        "saved reply Offer: unchanged",
    ]
    await apply(installation, tmp_path, SAVED.replace("Vielen Dank!", "Herzlichen Dank!"))
    assert "saved reply Thanks: changed" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["variants: [Hello]", "team: Nobody", "variants: ['{{contact.age}}']"])
async def test_a_saved_reply_that_cannot_be_is_named_and_changes_nothing(
    installation: Settings, tmp_path: Path, wrong: str
) -> None:
    with pytest.raises(ThreadlineError, match="saved reply A"):
        await apply(installation, tmp_path, FILE + f"saved_replies:\n  - {{title: A, text: Hello, {wrong}}}\n")
    assert await ask(installation, "select count(*) from saved_replies where title = 'A'") in ([(0,)], [])


MACROS = (
    FILE
    + """
teams:
  - {name: Sales}
macros:
  - name: Refund
    acts:
      - {reply: "Dear {{contact.first_name}}, it is on its way."}
      - {note: Refunded}
      - {priority: high}
      - {team: sales}
      - {assign: me}
      - {snooze_minutes: 0}
  - {name: Ask again, team: Sales, acts: [{task: Call}]}
"""
)


async def test_macros_are_made_by_names_and_stay_if_nothing_changed(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, MACROS)
    said = capsys.readouterr().out
    assert "macro Refund: created" in said
    ((acts,),) = await ask(installation, "select acts::text from macros where name = 'Refund'")
    told = json.loads(str(acts))
    assert [one["kind"] for one in told] == ["reply", "note", "priority", "team", "assign", "snooze"]
    assert (told[2]["priority"], told[4]["is_me"], told[5]["in_minutes"]) == (2, True, None)
    owners = await ask(
        installation,
        "select m.name, t.name, m.agent_id is null from macros m left join teams t on t.id = m.team_id order by 1",
    )
    assert owners == [("Ask again", "Sales", True), ("Refund", None, True)]
    await apply(installation, tmp_path, MACROS)
    again = capsys.readouterr().out
    assert [line for line in again.splitlines() if line.startswith("macro")] == [
        "macro Refund: unchanged",
        "macro Ask again: unchanged",
    ]
    await apply(installation, tmp_path, MACROS.replace("priority: high", "priority: urgent"))
    assert "macro Refund: changed" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["{team: Nobody}", "{note: x, reply: y}", "{}", "{reply: '{{contact.age}}'}"])
async def test_a_macro_that_cannot_be_is_named_and_changes_nothing(
    installation: Settings, tmp_path: Path, wrong: str
) -> None:
    file = MACROS.replace("name: Refund", "name: Wrong").replace("{note: Refunded}", wrong)
    with pytest.raises(ThreadlineError, match="macro Wrong"):
        await apply(installation, tmp_path, file)
    assert await ask(installation, "select count(*) from macros where name = 'Wrong'") == [(0,)]


HOOKED = (
    FILE
    + """
webhooks:
  - {name: CRM, url: "https://crm.example.com/hook", kinds: [message_received, conversation_started]}
"""
)


async def test_a_webhook_is_made_once_and_its_secret_printed_once(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, HOOKED)
    made = capsys.readouterr().out
    assert "webhook CRM: created\n  shown once: whsec_" in made
    await apply(installation, tmp_path, HOOKED)
    again = capsys.readouterr().out
    assert "webhook CRM: unchanged" in again
    assert "whsec_" not in again
    await apply(installation, tmp_path, HOOKED.replace("kinds: [message_received, ", "is_on: false, kinds: ["))
    assert "webhook CRM: changed" in capsys.readouterr().out
    rows = await ask(installation, "select kinds, is_on from webhooks where name = 'CRM' and deleted_at is null")
    assert (["conversation_started"], False) in [tuple(row) for row in rows]


@pytest.mark.parametrize("url", ["http://crm.example.com/", "https://10.0.0.1/", "https://a:b@crm.example.com/", "x"])
async def test_a_webhook_to_an_address_that_nobody_may_call_is_named(
    installation: Settings, tmp_path: Path, url: str
) -> None:
    with pytest.raises(ThreadlineError, match="webhook CRM, url"):
        await apply(installation, tmp_path, HOOKED.replace("https://crm.example.com/hook", url))


@pytest.mark.parametrize("kinds", ["signed_in", "nonsense"])
async def test_a_webhook_is_told_nothing_that_is_nobodys_outside(
    installation: Settings, tmp_path: Path, kinds: str
) -> None:
    with pytest.raises(ThreadlineError):
        await apply(installation, tmp_path, HOOKED.replace("message_received, conversation_started", kinds))


RULES = (
    FILE
    + """
teams:
  - {name: Sales}
rules:
  - name: Late
    when: no_reply
    after: 10m
    business_hours: true
    acts: [{priority: urgent}, {team: sales}]
  - {name: Reopened, when: state_changed, of: [open], acts: [{task: Call}]}
"""
)


async def test_rules_are_made_by_names_in_the_order_of_the_file(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, RULES)
    assert "rule Late: created" in capsys.readouterr().out
    ((trigger, acts),) = await ask(
        installation, "select trigger::text, acts::text from automation_rules where name = 'Late'"
    )
    told = json.loads(str(trigger))
    assert (told["on"], told["minutes"], told["is_business_time"]) == ("no_reply", 10, True)
    assert [one["kind"] for one in json.loads(str(acts))] == ["priority", "team"]
    await apply(installation, tmp_path, RULES)
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("rule ")] == [
        "rule Late: unchanged",
        "rule Reopened: unchanged",
    ]
    turned = RULES.replace("{name: Reopened,", "{name: Reopened, is_on: false,")
    head, late, reopened = turned.partition("  - name: Late")[0], turned[turned.index("  - name: Late") :], ""
    late, _, reopened = late.partition("  - {name: Reopened")
    await apply(installation, tmp_path, f"{head}  - {{name: Reopened{reopened}{late}")
    assert "rule Reopened: changed" in capsys.readouterr().out
    rows = await ask(installation, "select name, is_on from automation_rules order by position")
    assert rows == [("Reopened", False), ("Late", True)]


@pytest.mark.parametrize("wrong", ["{assign: me}", "{team: Nobody}", "{}"])
async def test_a_rule_that_cannot_be_is_named_and_changes_nothing(
    installation: Settings, tmp_path: Path, wrong: str
) -> None:
    file = RULES.replace("name: Late", "name: Wrong").replace("{priority: urgent}", wrong)
    with pytest.raises(ThreadlineError, match="rule Wrong"):
        await apply(installation, tmp_path, file)
    assert await ask(installation, "select count(*) from automation_rules where name = 'Wrong'") == [(0,)]


async def test_a_rule_names_a_webhook_of_the_same_file(installation: Settings, tmp_path: Path) -> None:
    asking = (
        HOOKED
        + """
rules:
  - {name: Asks, when: message_received, acts: [{webhook: crm, takes_answer: true}]}
"""
    )
    await apply(installation, tmp_path, asking)
    ((acts,),) = await ask(installation, "select acts::text from automation_rules where name = 'Asks'")
    ((webhook_id,),) = await ask(installation, "select id from webhooks where name = 'CRM' and deleted_at is null")
    assert json.loads(str(acts)) == [{"kind": "webhook", "webhook_id": str(webhook_id), "takes_answer": True}]


SKILLED = (
    FILE
    + """
skills:
  - {name: Refunds, agents: ["Ana@example.com"], labels: [problem]}
  - {name: Loans}
rules:
  - {name: Asks, when: message_received, acts: [{skill: refunds}]}
routing: {skill_wait_min: 7}
"""
)


async def test_skills_are_made_by_names_before_the_rules_that_ask_for_them(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(installation, tmp_path, SKILLED)
    assert "skill Refunds: created\nskill Loans: created\n" in capsys.readouterr().out
    found = await ask(
        installation,
        "select s.name, p.email, l.name, r.acts -> 0 -> 'add' ->> 0 = s.id::text,"
        " w.settings -> 'routing' ->> 'skill_wait_min' from skills s"
        " join skill_agents a on a.skill_id = s.id join agents g on g.id = a.agent_id"
        " join people p on p.id = g.person_id join skill_labels h on h.skill_id = s.id"
        " join labels l on l.id = h.label_id join automation_rules r on r.workspace_id = s.workspace_id"
        " join workspaces w on w.id = s.workspace_id where r.name = 'Asks'",
    )
    assert found == [("Refunds", "ana@example.com", "Problem", True, "7")]
    await apply(installation, tmp_path, SKILLED)
    again = capsys.readouterr().out
    assert "skill Refunds: unchanged\nskill Loans: unchanged\n" in again
    await apply(installation, tmp_path, SKILLED.replace("{name: Loans}", "{name: LOANS, agents: [ana@example.com]}"))
    assert "skill LOANS: changed" in capsys.readouterr().out
    for right, wrong, told in (
        ("labels: [problem]", "labels: [nobody]", "label nobody"),
        ('agents: ["Ana@example.com"]', "agents: [nobody@example.com]", "agent nobody@example.com"),
    ):
        with pytest.raises(ThreadlineError, match=f"skill Refunds: There is no {told}"):
            await apply(installation, tmp_path, SKILLED.replace(right, wrong))
