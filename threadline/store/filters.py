"""Filters as SQL, and the facts that rules ask: one expression for each field, so that both mean the same.

The conversation stands under `c`, the contact under `p`. Where a filter asks about contacts only, there is no `c`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from threadline.core.filter import (
    FIELDS,
    OWN_PREFIXES,
    SPANS,
    Asker,
    Condition,
    Facts,
    Field,
    Fields,
    Filter,
    Kind,
    Operand,
    Operator,
    Subject,
    Use,
    conditions_of,
    custom_field,
    masked,
    operands,
)
from threadline.core.letters import fold_text, letters_like
from threadline.core.permission import Caller
from threadline.store.clocks import IS_LATE, IS_WAITING, PRESSES
from threadline.store.connection import Connection
from threadline.store.countries import country_of
from threadline.store.fields import list_fields
from threadline.store.session import Session
from threadline.store.visibility import Arguments


@dataclass(frozen=True, slots=True)
class SetOf:
    """Several values of one conversation or contact: rows under `h`, with the value in one column."""

    rows: str
    column: str
    type: str = "uuid"

    @property
    def select(self) -> str:
        return f"select {self.column} from {self.rows}"


def _labels(table: str, column: str, of: str) -> SetOf:
    """Deleted labels are on nothing."""
    return SetOf(
        f"{table} h join labels l on l.workspace_id = h.workspace_id and l.id = h.label_id and l.deleted_at is null"
        f" where h.workspace_id = {of}.workspace_id and h.{column} = {of}.id",
        "h.label_id",
    )


EXPRESSIONS: Final[dict[str, str | SetOf]] = {
    "state": "c.state",
    "assignee": "c.assignee_id",
    "team": "c.team_id",
    "channel": "c.channel_id",
    "stage": "c.stage_id",
    "label": _labels("conversation_labels", "conversation_id", "c"),
    "waiting": f"({IS_WAITING})",
    "priority": "c.priority::text",
    "waiting_since": "(case when c.paused_at is null then c.waiting_since end)",
    "paused": "(c.paused_at is not null)",
    "due_at": f"(case when {IS_WAITING} then c.due_at end)",
    "pressing": f"(({IS_WAITING}) and {PRESSES.format(now='{now}')})",
    "late": f"(({IS_WAITING}) and {IS_LATE})",
    "unread": "(c.incoming_count > coalesce((select r.read_count from reads r where r.workspace_id = c.workspace_id"
    " and r.agent_id = {agent} and r.conversation_id = c.id), 0))",
    "followed": "exists (select from followers f where f.workspace_id = c.workspace_id and f.agent_id = {agent}"
    " and f.conversation_id = c.id)",
    "follower": SetOf("followers h where h.workspace_id = c.workspace_id and h.conversation_id = c.id", "h.agent_id"),
    "mentioned": SetOf("mentions h where h.workspace_id = c.workspace_id and h.conversation_id = c.id", "h.agent_id"),
    "draft": "exists (select from drafts d where d.workspace_id = c.workspace_id and d.agent_id = {agent}"
    " and d.conversation_id = c.id and d.text <> '')",
    "pinned": "exists (select from pins n where n.workspace_id = c.workspace_id and n.agent_id = {agent}"
    " and n.conversation_id = c.id)",
    "woken": "(c.woken_at is not null)",
    "task": "exists (select from tasks t where t.workspace_id = c.workspace_id and t.conversation_id = c.id"
    " and t.state = 'open')",
    "task_due": "(select min(t.due_at) from tasks t where t.workspace_id = c.workspace_id"
    " and t.conversation_id = c.id and t.state = 'open')",
    "left_waiting": "(c.left_at is not null)",
    "not_delivered": "(c.failed_count > 0)",
    "scheduled": "(c.scheduled_count > 0)",
    "held": "(c.held_count > 0)",
    "window_closes": "c.window_closes_at",
    "last_activity": "c.last_activity_at",
    "created": "c.created_at",
    "snoozed_until": "(case when c.state = 'snoozed' then c.snoozed_until end)",
    "resolved_at": "c.resolved_at",
    "received": "c.incoming_count",
    "last_received": "(select r.last_inbound_at from reaches r where r.workspace_id = c.workspace_id"
    " and r.channel_id = c.channel_id and r.contact_id = c.contact_id)",
    "hours_now": "is_open_at(c.workspace_id, c.team_id, c.channel_id, {now})",
    "hours_heard": "is_open_at(c.workspace_id, c.team_id, c.channel_id, coalesce(c.last_inbound_at, c.created_at))",
    "contact.name": "p.name",
    "contact.phone": "p.phone",
    "contact.handle": "p.handle",
    "contact.email": "p.email",
    "contact.vip": "p.is_vip",
    "contact.owner": "p.owner_id",
    "contact.language": "p.locale",
    "contact.country": country_of("p"),
    "contact.time_zone": "p.time_zone",
    "contact.opted_out": "(p.opted_out_at is not null)",
    "contact.blocked": "(p.blocked_at is not null)",
    "contact.muted": "(p.muted_at is not null)",
    "contact.label": _labels("contact_labels", "contact_id", "p"),
    "contact.company": "(select k.id from companies k where k.workspace_id = p.workspace_id and k.id = p.company_id"
    " and k.deleted_at is null)",
    "contact.created": "p.created_at",
    "contact.last_received": "(select max(r.last_inbound_at) from reaches r where r.workspace_id = p.workspace_id"
    " and r.contact_id = p.id)",
    "contact.conversations": "(select count(*) from conversations x where x.workspace_id = p.workspace_id"
    " and x.contact_id = p.id)",
    "contact.in_work": "exists (select from conversations x where x.workspace_id = p.workspace_id"
    " and x.contact_id = p.id and x.state <> 'resolved')",
}
"""Every field of the registry (a test compares). `{agent}` is whoever asks, `{now}` when."""


async def load_fields(session: Session) -> Fields:
    """Every field that filters of this workspace may ask: the fixed ones and those that people made."""
    own: dict[str, Field] = {}
    for field in await list_fields(session):
        asked = custom_field(field)
        own[asked.id] = asked
    return {**FIELDS, **own}


async def load_fields_for(session: Session, caller: Caller) -> Fields:
    """Those that this caller may ask, for a filter that comes from them."""
    fields = await load_fields(session)
    return fields if caller.clearance.sees_addresses else masked(fields)


_VALUES: Final = {
    OWN_PREFIXES["conversation"]: (
        "conversation_values v where v.workspace_id = c.workspace_id and v.conversation_id = c.id"
    ),
    OWN_PREFIXES["contact"]: "contact_values v where v.workspace_id = p.workspace_id and v.contact_id = p.id",
    OWN_PREFIXES["company"]: (
        "company_values v join companies k on k.workspace_id = v.workspace_id and k.id = v.company_id"
        " and k.deleted_at is null where v.workspace_id = p.workspace_id and v.company_id = p.company_id"
    ),
}
"""Where the values stand that people filled in, beside the row under `c` or `p`."""


def _expression(field: Field) -> str | SetOf:
    """A field that people made is read by its key; what it holds has passed the check of its type."""
    if field.id in EXPRESSIONS:
        return EXPRESSIONS[field.id]
    prefix, _, field_id = field.id.rpartition(".")
    rows = f"{_VALUES[f'{prefix}.']} and v.field_id = '{UUID(field_id)}'::uuid"
    value = f"(select v.value{{}} from {rows} limit 1)"
    match field.kind:
        case Kind.CHOICES:
            return SetOf(rows, "v.value", "text")
        case Kind.NUMBER:
            return value.format("::numeric")
        case Kind.TIME:
            return value.format("::date::timestamp at time zone 'UTC'")
        case Kind.BOOLEAN:
            return f"coalesce({value.format('')} = 'true', false)"
        case _:
            return value.format("")


CONTACT_JOIN: Final = "join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"


def filter_sql(filter: Filter, *, asker: Asker, arguments: Arguments, fields: Fields = FIELDS) -> str:
    """The condition on rows under `c` and `p`, as `core.filter.matches` decides it.

    `filter` has passed `check_filter`, or was kept since then: a field that is gone matches nothing.
    """
    parts = [
        _condition(one, asker, arguments, fields)
        if isinstance(one, Condition)
        else filter_sql(one, asker=asker, arguments=arguments, fields=fields)
        for one in filter.of
    ]
    joined = (" and " if filter.match == "all" else " or ").join(parts)
    return f"({joined})" if joined else "true"


def asks_about(filter: Filter, subject: Subject, fields: Fields = FIELDS) -> bool:
    """Whether a filter needs the rows of this subject."""
    found = (fields.get(one.field) for one in conditions_of(filter))
    return any(field is not None and field.subject == subject for field in found)


async def load_facts(
    connection: Connection,
    *,
    workspace_id: UUID,
    conversation_ids: Sequence[UUID],
    now: datetime,
    fields: Fields = FIELDS,
) -> dict[UUID, Facts]:
    """What rules and clocks may ask of these conversations and their contacts at `now`, by the primary keys.

    Without what differs with who looks. For the engine, or under a policy.
    """
    asked = [field for field in fields.values() if Use.RULES in field.uses]
    columns = ", ".join(f"{_fact(field)} as f{number}" for number, field in enumerate(asked))
    rows = await connection.fetch(
        f"select c.id, $3::timestamptz, {columns} from conversations c"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
        " where c.workspace_id = $1 and c.id = any($2::uuid[])",
        workspace_id,
        list(conversation_ids),
        now,
    )
    return {
        row["id"]: {
            field.id: frozenset(row[f"f{number}"]) if field.kind in _SETS else row[f"f{number}"]
            for number, field in enumerate(asked)
        }
        for row in rows
    }


def _fact(field: Field) -> str:
    expression = _expression(field)
    if isinstance(expression, str):
        return expression.replace("{now}", "$3::timestamptz")
    return f"array({expression.select})"


def _condition(condition: Condition, asker: Asker, arguments: Arguments, fields: Fields) -> str:
    field = fields.get(condition.field)
    if field is None:
        return "false"
    wanted = operands(field, condition, agent_id=asker.agent_id)
    expression = _expression(field)
    if isinstance(expression, SetOf):
        return _of_set(condition.operator, expression, wanted, arguments)
    if "{agent}" in expression:
        expression = expression.replace("{agent}", f"{arguments.add(asker.agent_id)}::uuid")
    if "{now}" in expression:
        expression = expression.replace("{now}", f"{arguments.add(asker.now)}::timestamptz")
    match condition.operator:
        case Operator.YES:
            return expression
        case Operator.NO:
            return f"not {expression}"
        case Operator.EMPTY:
            return f"coalesce({expression}, '') = ''" if field.kind is Kind.TEXT else f"{expression} is null"
        case Operator.PRESENT:
            return f"{expression} <> ''" if field.kind is Kind.TEXT else f"{expression} is not null"
        case _:
            return _compare(field.kind, condition.operator, expression, wanted, asker, arguments)


_SETS: Final = frozenset({Kind.LABELS, Kind.AGENTS, Kind.CHOICES})


def _of_set(operator: Operator, members: SetOf, wanted: Sequence[Operand], arguments: Arguments) -> str:
    """Asked from the value's side where one of them is enough: then the index by label leads (0015)."""
    some = f"{members.select} and {members.column} = any({{}}::{members.type}[])"
    match operator:
        case Operator.EMPTY:
            return f"not exists ({members.select})"
        case Operator.PRESENT:
            return f"exists ({members.select})"
        case Operator.NONE_OF:
            return f"not exists ({some.format(arguments.add(list(wanted)))})"
        case Operator.ALL_OF:
            each = [f"exists ({some.format(arguments.add([one]))})" for one in dict.fromkeys(wanted)]
            return f"({' and '.join(each)})" if each else "exists (" + members.select + ")"
        case _:
            return f"exists ({some.format(arguments.add(list(wanted)))})"


def _compare(
    kind: Kind, operator: Operator, expression: str, wanted: Sequence[Operand], asker: Asker, arguments: Arguments
) -> str:
    """True or not: what is empty gives null for a plain question, which counts as no; the negative ones name it."""
    match kind:
        case Kind.TEXT:
            pattern = f"{arguments.add(text_pattern(operator, str(wanted[0])))}::text"
            if operator in (Operator.IS_NOT, Operator.CONTAINS_NOT):
                return f"({expression} is null or {expression} !~ {pattern})"
            return f"{expression} ~ {pattern}"
        case Kind.NUMBER:
            sign = {Operator.AT_LEAST: ">=", Operator.AT_MOST: "<=", Operator.IS: "="}.get(operator)
            number = f"{arguments.add(wanted[0])}::numeric"
            return f"{expression} {sign} {number}" if sign else f"({expression} is distinct from {number})"
        case Kind.TIME:
            return _compare_time(operator, expression, wanted[0], asker, arguments)
        case Kind.COMPANY if operator is Operator.ANY_OF:
            # The column besides: `contacts_by_company` finds the members of a few.
            companies = f"{arguments.add(list(wanted))}::uuid[]"
            return f"(p.company_id = any({companies}) and {expression} = any({companies}))"
        case Kind.CHOICE | Kind.AGENT | Kind.TEAM | Kind.CHANNEL | Kind.STAGE | Kind.COMPANY | Kind.COUNTRY:
            cast = "text" if kind in (Kind.CHOICE, Kind.COUNTRY) else "uuid"
            found = f"{expression} = any({arguments.add(list(wanted))}::{cast}[])"
            return f"({expression} is null or not {found})" if operator is Operator.NONE_OF else found
        case Kind.LABELS | Kind.AGENTS | Kind.CHOICES | Kind.BOOLEAN:
            raise AssertionError("These are asked in their own words.")
        case _:
            assert_never(kind)


def _compare_time(operator: Operator, expression: str, wanted: Operand, asker: Asker, arguments: Arguments) -> str:
    if operator not in SPANS:
        sign = "<" if operator is Operator.BEFORE else ">="
        return f"{expression} {sign} {arguments.add(wanted)}::timestamptz"
    assert isinstance(wanted, timedelta)
    ahead = operator in (Operator.IN_NEXT, Operator.LATER_THAN)
    edge = f"{arguments.add(asker.now + wanted if ahead else asker.now - wanted)}::timestamptz"
    match operator:
        case Operator.LONGER_AGO:
            return f"{expression} <= {edge}"
        case Operator.LATER_THAN:
            return f"{expression} > {edge}"
        case _:
            now = f"{arguments.add(asker.now)}::timestamptz"
            first, last = (now, edge) if ahead else (edge, now)
            return f"({expression} > {first} and {expression} <= {last})"


def text_pattern(operator: Operator, text: str) -> str:
    """A regular expression for the text in any case and with any accents, read alike by databases of every locale.

    A row of letters and sets of letters: found in linear time, whatever people write (S58).
    """
    letters = "".join(_any_of(letters_like(letter)) for letter in fold_text(text))
    start = "" if operator in (Operator.CONTAINS, Operator.CONTAINS_NOT) else "^"
    end = "$" if operator in (Operator.IS, Operator.IS_NOT) else ""
    return f"{start}{letters}{end}"


def _any_of(letters: str) -> str:
    return f"[{letters}]" if len(letters) > 1 else re.escape(letters)
