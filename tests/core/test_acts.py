"""Acts: what may be together, what is broken, in which order they are done, and what takes them back."""

import typing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from threadline.core.acts import (
    MOST_ACTS,
    MOST_MESSAGES,
    Act,
    AssignAct,
    FieldAct,
    LabelsAct,
    NoteAct,
    PriorityAct,
    PutBack,
    References,
    ReplyAct,
    ReplyOwner,
    SkillsAct,
    SnoozeAct,
    StageAct,
    Standing,
    StateAct,
    TaskAct,
    TeamAct,
    TemplateAct,
    WebhookAct,
    broken_acts,
    check_acts,
    in_order,
    restoring,
)
from threadline.core.content import TemplateValue
from threadline.core.errors import Invalid
from threadline.core.field import Field, FieldOption, FieldType
from threadline.core.template import read_template
from threadline.web.api import acts as inputs

ANA, BO, RED, BLUE, OLD, TEAM, STAGE, PATTERN, CHOICE, OURS, MINE, THEIRS, HOOK, LOANS = (uuid4() for _ in range(14))
LATER = datetime(2026, 5, 5, tzinfo=UTC)
EVERYBODY = ReplyOwner()
BODY = '[{"type": "BODY", "text": "Your parcel {{1}} is here"}]'
MEDIA = '[{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look"}]'
KNOWN = References(
    agent_ids=frozenset({ANA}),
    team_ids=frozenset({TEAM}),
    label_ids=frozenset({RED, BLUE}),
    skill_ids=frozenset({LOANS}),
    stage_ids=frozenset({STAGE}),
    pattern_ids=frozenset({PATTERN}),
    webhook_ids=frozenset({HOOK}),
    fields={
        CHOICE: Field(
            id=CHOICE,
            owner="conversation",
            type=FieldType.CHOICE,
            name="Topic",
            options=[FieldOption(id="a", name="A")],
            position=0,
        )
    },
    replies={OURS: ReplyOwner(), MINE: ReplyOwner(agent_id=ANA), THEIRS: ReplyOwner(team_id=TEAM)},
    templates={("parcel", "en"): read_template(BODY), ("picture", "en"): read_template(MEDIA)},
)
ONE_OF_EACH: list[Act] = [
    LabelsAct(add=[RED], remove=[BLUE]),
    PriorityAct(priority=2),
    NoteAct(text="{{contact.name}} asked again"),
    ReplyAct(text="Hello {{contact.first_name}}"),
    ReplyAct(reply_id=OURS),
    TemplateAct(name="parcel", language="en", body_values=[TemplateValue(name="1", value="{{contact.name}}")]),
    FieldAct(field_id=CHOICE, value="a"),
    TaskAct(pattern_id=PATTERN, is_mine=True),
    StateAct(state="resolved"),
    TeamAct(team_id=TEAM),
    AssignAct(assignee_id=ANA),
]


def test_one_of_each_is_taken_and_survives_its_json() -> None:
    check_acts(ONE_OF_EACH, EVERYBODY, KNOWN)
    assert broken_acts(ONE_OF_EACH, EVERYBODY, KNOWN) == []
    again = msgspec.json.decode(msgspec.json.encode(ONE_OF_EACH), type=list[Act])
    assert again == ONE_OF_EACH


def test_a_rule_asks_each_webhook_once() -> None:
    asked: list[Act] = [WebhookAct(webhook_id=HOOK, takes_answer=True)]
    check_acts(asked, EVERYBODY, KNOWN, is_by_rule=True)
    assert msgspec.json.decode(msgspec.json.encode(asked), type=list[Act]) == asked
    with pytest.raises(Invalid) as refused:
        check_acts([*asked, WebhookAct(webhook_id=HOOK)], EVERYBODY, KNOWN, is_by_rule=True)
    assert refused.value.reason == "acts_contradict"


@pytest.mark.parametrize(
    ("acts", "reason", "field"),
    [
        ([], "no_acts", "acts"),
        ([PriorityAct(priority=1)] * (MOST_ACTS + 1), "too_many_acts", "acts"),
        ([ReplyAct(text="x")] * (MOST_MESSAGES + 1), "too_many_act_messages", "acts"),
        ([StateAct(state="resolved"), SnoozeAct()], "acts_contradict", "acts"),
        ([StageAct(stage_id=STAGE), StateAct(state="open")], "acts_contradict", "acts"),
        ([AssignAct(is_me=True), AssignAct()], "acts_contradict", "acts"),
        ([LabelsAct(add=[RED]), LabelsAct(remove=[RED])], "acts_contradict", "acts"),
        ([FieldAct(field_id=CHOICE, value="a"), FieldAct(field_id=CHOICE, value=None)], "acts_contradict", "acts"),
        ([PriorityAct(priority=1), ReplyAct()], "act_needs_reply", "acts.1"),
        ([ReplyAct(text="x", reply_id=OURS)], "act_needs_reply", "acts.0"),
        ([ReplyAct(text="{{contact.secret}}")], "place_unknown", "acts.0"),
        ([NoteAct(text="{{x}}")], "place_unknown", "acts.0"),
        ([TaskAct()], "act_needs_task", "acts.0"),
        ([TaskAct(title="x", pattern_id=PATTERN)], "act_needs_task", "acts.0"),
        ([LabelsAct()], "act_needs_label", "acts.0"),
        ([SkillsAct()], "act_needs_skill", "acts.0"),
        ([SkillsAct(add=[LOANS]), SkillsAct(remove=[LOANS])], "acts_contradict", "acts"),
        ([SkillsAct(add=[LOANS, OLD])], "no_such_skill", "acts.0"),
        ([SnoozeAct(until=LATER, in_minutes=5)], "acts_contradict", "acts.0"),
        ([AssignAct(assignee_id=BO)], "person_not_here", "acts.0"),
        ([TaskAct(title="x", owner_id=BO)], "person_not_here", "acts.0"),
        ([TeamAct(team_id=RED)], "no_such_team", "acts.0"),
        ([LabelsAct(remove=[OLD])], "no_such_label", "acts.0"),
        ([StageAct(stage_id=OLD)], "no_such_stage", "acts.0"),
        ([TaskAct(pattern_id=OLD)], "no_such_pattern", "acts.0"),
        ([WebhookAct(webhook_id=OLD)], "no_such_webhook", "acts.0"),
        ([PriorityAct(priority=1), WebhookAct(webhook_id=HOOK)], "act_only_of_rules", "acts.1"),
        ([FieldAct(field_id=OLD, value="a")], "no_such_field", "acts.0"),
        ([FieldAct(field_id=CHOICE, value="gone")], "field_option", "acts.0"),
        ([ReplyAct(reply_id=OLD)], "no_such_reply", "acts.0"),
        ([TemplateAct(name="parcel", language="de")], "template_unknown", "acts.0"),
        ([TemplateAct(name="parcel", language="en")], "template_value_missing", "acts.0"),
        ([TemplateAct(name="picture", language="en")], "act_template_file", "acts.0"),
    ],
)
def test_what_cannot_be_is_said_where_it_stands(acts: list[Act], reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_acts(acts, EVERYBODY, KNOWN)
    assert (refused.value.reason, refused.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("owner", "usable"),
    [
        (ReplyOwner(), [OURS]),
        (ReplyOwner(team_id=TEAM), [OURS, THEIRS]),
        (ReplyOwner(team_id=RED), [OURS]),
        (ReplyOwner(agent_id=ANA), [OURS, MINE, THEIRS]),
        (ReplyOwner(agent_id=BO), [OURS, THEIRS]),
    ],
)
def test_whoever_has_a_macro_has_its_saved_reply(owner: ReplyOwner, usable: list[UUID]) -> None:
    acts: list[Act] = [ReplyAct(reply_id=one) for one in (OURS, MINE, THEIRS)]
    broken = broken_acts(acts, owner, KNOWN)
    assert [one for one, at in ((OURS, 0), (MINE, 1), (THEIRS, 2)) if at not in [b.place for b in broken]] == usable
    assert {one.reason for one in broken} <= {"reply_not_theirs"}


def test_what_names_something_that_is_gone_is_broken_and_the_others_are_not() -> None:
    broken = broken_acts(ONE_OF_EACH, EVERYBODY, References())
    assert {one.place for one in broken} == {
        place for place, act in enumerate(ONE_OF_EACH) if not isinstance(act, PriorityAct | NoteAct | StateAct)
    } - {3}
    assert all(one.reason and one.title for one in broken)


def test_what_ends_a_conversation_or_gives_it_away_comes_last() -> None:
    acts: list[Act] = [AssignAct(is_me=True), TeamAct(team_id=TEAM), StateAct(state="resolved"), ReplyAct(text="x")]
    acts += [PriorityAct(priority=1)]
    assert [type(acts[place]) for place in in_order(acts)] == [ReplyAct, PriorityAct, StateAct, TeamAct, AssignAct]


def test_the_api_takes_every_act_with_all_its_fields() -> None:
    """Two lists of one vocabulary would be two vocabularies."""
    ours = {one.__struct_config__.tag: one.__struct_fields__ for one in typing.get_args(Act)}
    union = typing.get_args(inputs.ActInput)[0]
    theirs = {
        typing.get_args(one.model_fields["kind"].annotation)[0]: tuple(one.model_fields)[1:]
        for one in typing.get_args(union)
    }
    assert {kind: set(fields) for kind, fields in ours.items()} == {
        kind: set(fields) for kind, fields in theirs.items()
    }


def standing(**changed: Any) -> Standing:
    known: dict[str, Any] = {
        "state": "open",
        "assignee_id": None,
        "snoozed_until": None,
        "waiting_since": None,
        "label_ids": [],
    }
    return Standing(**(known | changed))


def test_labels_go_as_they_came_and_those_of_before_stay() -> None:
    before, after = standing(label_ids=[OLD, BLUE]), standing(label_ids=[OLD, RED])
    back = [LabelsAct(add=[BLUE], remove=[RED])]
    assert restoring(before, after, after) == (back, [])
    assert restoring(before, after, standing(label_ids=[OLD, RED], assignee_id=BO)) == (back, [])
    assert restoring(before, after, standing(label_ids=[OLD])) == ([], ["labels"]), "somebody took it off since"
    assert restoring(before, before, before) == ([], [])


def test_skills_that_were_asked_for_are_asked_for_no_more_unless_somebody_did_it_since() -> None:
    before, after = standing(skill_ids=[OLD]), standing(skill_ids=[LOANS])
    assert restoring(before, after, after) == ([SkillsAct(add=[OLD], remove=[LOANS])], [])
    assert restoring(before, after, standing(skill_ids=[LOANS, OLD])) == ([], ["skills"])
    assert restoring(before, after, standing()) == ([], ["skills"])


def test_an_assignment_is_given_back_unless_somebody_passed_it_on() -> None:
    before, after = standing(assignee_id=BO), standing(assignee_id=ANA)
    back = [AssignAct(assignee_id=BO)]
    assert restoring(before, after, after) == (back, [])
    assert restoring(before, after, standing(assignee_id=ANA, label_ids=[RED])) == (back, [])
    assert restoring(before, after, standing(assignee_id=None)) == ([], ["assignee"])


def test_states_come_back_with_their_time() -> None:
    resolved = standing(state="resolved")
    snoozed = standing(state="snoozed", snoozed_until=LATER)
    assert restoring(snoozed, resolved, resolved) == ([PutBack(snoozed, resolved)], [])
    assert restoring(resolved, standing(), standing()) == ([PutBack(resolved, standing())], [])
    assert restoring(standing(), snoozed, snoozed) == ([PutBack(standing(), snoozed)], [])
    assert restoring(standing(), snoozed, standing()) == ([], ["state"]), "it woke since"


def test_a_team_is_given_back_together_with_who_had_it() -> None:
    before, after = standing(team_id=BLUE, assignee_id=BO), standing(team_id=RED)
    assert restoring(before, after, after) == ([TeamAct(team_id=BLUE), AssignAct(assignee_id=BO)], [])
    assert restoring(before, after, standing(team_id=RED, assignee_id=ANA)) == ([], ["team"]), "somebody took it since"


def test_a_priority_is_given_back_unless_somebody_set_another() -> None:
    before, after = standing(priority=1), standing(priority=3)
    assert restoring(before, after, after) == ([PriorityAct(priority=1)], [])
    assert restoring(before, after, standing(priority=2)) == ([], ["priority"])


def test_a_stage_goes_back_with_the_state_that_it_brought() -> None:
    before = standing(stage_id=BLUE, state="snoozed", snoozed_until=LATER)
    after = standing(stage_id=RED, state="open")
    assert restoring(before, after, after) == ([PutBack(before, after)], [])
    assert restoring(before, after, standing()) == ([], ["state"]), "somebody took it out since"
    assert restoring(before, after, standing(stage_id=RED, state="resolved")) == ([], ["state"])


def test_several_changes_go_back_each_for_itself() -> None:
    before = standing(priority=1, label_ids=[OLD])
    after = standing(priority=3, label_ids=[OLD, RED], state="resolved", team_id=TEAM)
    back, kept = restoring(before, after, standing(priority=2, label_ids=[OLD, RED], state="resolved", team_id=TEAM))
    assert back == [
        PutBack(before, after),
        LabelsAct(add=[], remove=[RED]),
        TeamAct(team_id=None),
        AssignAct(assignee_id=None),
    ]
    assert kept == ["priority"]
