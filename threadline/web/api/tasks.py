"""Tasks of conversations, one's own and all that one may see; and the patterns they begin with."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_task import change_task
from threadline.actions.create_task import TaskWish, create_task
from threadline.actions.record_call import record_call
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.task import MOST_STEPS, CallOutcome, Step, TaskKind, TaskState, check_steps
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.tasks import (
    Task,
    TaskPattern,
    TaskView,
    access_task,
    delete_pattern,
    insert_pattern,
    list_patterns,
    list_tasks,
    update_pattern,
)
from threadline.web.api.inputs import Id, Input, Moment, Name, Text, Title
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Note = Annotated[Text, StringConstraints(max_length=4_096)]
_Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 365)]
_Kind = Literal["task", "call_back"]


class StepInput(Input):
    text: Title
    is_done: bool = False


_Steps = Annotated[list[StepInput], Field(max_length=MOST_STEPS * 2)]


class TaskInput(Input):
    title: Title
    kind: _Kind = "task"
    note: _Note = ""
    owner_id: Id | None = None
    due_at: Moment | None = None
    remind_at: Moment | None = None
    checklist: _Steps = Field(default_factory=list)
    message_ids: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    """Messages of the conversation that it is made of."""


class TaskUpdate(Input):
    """What is absent stays; null takes the owner or the time away."""

    title: Title | None = None
    kind: _Kind | None = None
    note: _Note | None = None
    state: Literal["open", "done"] | None = None
    owner_id: Id | None = None
    due_at: Moment | None = None
    remind_at: Moment | None = None
    checklist: _Steps | None = None


class CallInput(Input):
    outcome: Literal["reached", "not_reached"]
    again_at: Moment | None = None
    """When it is tried again, if nobody was reached; null: it is given up."""


class TaskPatternInput(Input):
    name: Name
    title: Title
    kind: _Kind = "task"
    checklist: _Steps = Field(default_factory=list)
    due_in_minutes: _Minutes | None = None
    remind_before_minutes: _Minutes | None = None


class TaskList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Task]


class TaskPatternList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[TaskPattern]


@operation(router, "GET", "/tasks", out=TaskList)
async def get_tasks(view: TaskView = TaskView.MINE, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """The tasks of conversations that one may see, the next due first."""
    return call.answer(TaskList(items=await list_tasks(call.session, call.caller, view=view)))


@operation(router, "GET", "/conversations/{conversation_id}/tasks", out=TaskList)
async def get_conversation_tasks(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """The tasks of one conversation: the open ones, then the done ones."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    found = [
        await list_tasks(call.session, call.caller, view=view, conversation_id=conversation_id)
        for view in (TaskView.ALL, TaskView.DONE)
    ]
    return call.answer(TaskList(items=[task for tasks in found for task in tasks]))


@operation(router, "POST", "/conversations/{conversation_id}/tasks", out=Task, status=201, name="createTask")
async def post_task(
    conversation_id: UUID, given: TaskInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Make a task of it, or of some of its messages."""
    task_id = await create_task(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        wish=TaskWish(
            kind=TaskKind(given.kind),
            title=given.title,
            note=given.note,
            owner_id=given.owner_id,
            due_at=given.due_at,
            remind_at=given.remind_at,
            checklist=_steps(given.checklist),
            message_ids=given.message_ids,
        ),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_task(call.session, call.caller, task_id), status=201)


@operation(router, "PATCH", "/tasks/{task_id}", out=Task)
async def update_task(
    task_id: UUID, given: TaskUpdate, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Change it, do it, or open it again."""
    task = await change_task(
        call.session, caller=call.caller, task_id=task_id, change=_change(given), now=call.now, new_id=new_id
    )
    return call.answer(task)


@operation(router, "POST", "/tasks/{task_id}/calls", out=Task, name="recordCall")
async def post_call(task_id: UUID, given: CallInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Say how a call-back ended."""
    task = await record_call(
        call.session,
        caller=call.caller,
        task_id=task_id,
        outcome=CallOutcome(given.outcome),
        again_at=given.again_at,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(task)


@operation(router, "GET", "/task-patterns", out=TaskPatternList)
async def get_task_patterns(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What tasks may begin with."""
    return call.answer(TaskPatternList(items=await list_patterns(call.session)))


@operation(router, "POST", "/task-patterns", out=TaskPattern, status=201, name="createTaskPattern")
async def post_task_pattern(
    given: TaskPatternInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Keep a pattern for later tasks."""
    pattern = _pattern(given, new_id())
    await insert_pattern(call.session, pattern)
    return call.answer(pattern, status=201)


@operation(router, "PUT", "/task-patterns/{pattern_id}", out=TaskPattern, name="replaceTaskPattern")
async def put_task_pattern(
    pattern_id: UUID, given: TaskPatternInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Write it anew. What was made of it stays as it is."""
    pattern = _pattern(given, pattern_id)
    await update_pattern(call.session, pattern)
    return call.answer(pattern)


@operation(router, "DELETE", "/task-patterns/{pattern_id}", out=None, status=204, name="deleteTaskPattern")
async def remove_task_pattern(pattern_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Forget a pattern. What was made of it stays."""
    await delete_pattern(call.session, pattern_id)
    return call.answer(status=204)


_MAY_BE_NULL = {"owner_id", "due_at", "remind_at"}


def _change(given: TaskUpdate) -> dict[str, Any]:  # values of Task's fields
    changed: dict[str, UUID | datetime | str | list[Step] | TaskState | TaskKind | None] = {}
    for name in given.model_fields_set:
        value = getattr(given, name)
        if value is None and name not in _MAY_BE_NULL:
            raise Invalid("Please say what is to change.", field=name, reason="nothing_to_change")
        match name:
            case "state":
                changed[name] = TaskState(value)
            case "kind":
                changed[name] = TaskKind(value)
            case "checklist":
                changed[name] = _steps(given.checklist or [])
            case _:
                changed[name] = value
    if not changed:
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    return changed


def _pattern(given: TaskPatternInput, pattern_id: UUID) -> TaskPattern:
    """Raises Invalid for more lines than anybody would tick off."""
    steps = _steps(given.checklist)
    check_steps(steps)
    return TaskPattern(
        id=pattern_id,
        name=given.name,
        kind=TaskKind(given.kind),
        title=given.title,
        checklist=steps,
        due_in_minutes=given.due_in_minutes,
        remind_before_minutes=given.remind_before_minutes,
    )


def _steps(given: list[StepInput]) -> list[Step]:
    return [Step(text=step.text, is_done=step.is_done) for step in given]
