"""How the desk looks, sounds and reaches the one who is signed in."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_preferences import change_preferences
from threadline.core.errors import Invalid
from threadline.core.notification import Way
from threadline.core.preferences import DAY_MINUTES, Preferences
from threadline.infra.clock import new_id
from threadline.store.preferences import get_preferences
from threadline.web.api.inputs import Input, Line, Moment
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()

_Minute = Annotated[int, Field(ge=0, lt=DAY_MINUTES)]
_View = Annotated[str, StringConstraints(pattern=r"^([a-z]+(-[0-9a-f-]{36})?)?$", max_length=60)]
_WayText = Literal["list", "desktop", "push", "email"]
_Ways = Annotated[list[_WayText], Field(max_length=len(Way))]


class QuietHoursInput(Input):
    from_minute: _Minute
    to_minute: _Minute


class ShiftInput(Input):
    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)]
    """Monday is 0."""
    from_minute: _Minute
    to_minute: Annotated[int, Field(gt=0, le=DAY_MINUTES)]


class WaysInput(Input):
    assigned: _Ways
    mentioned: _Ways
    not_delivered: _Ways
    woken: _Ways
    replied: _Ways
    discussed: _Ways
    review_asked: _Ways
    reviewed: _Ways
    task_due: _Ways
    due_soon: _Ways
    window_closing: _Ways
    taken_back: _Ways
    left_waiting: _Ways
    day_full: _Ways


class PreferencesChange(Input):
    """What is absent stays; a quiet time and working hours are ended by null, and what Enter does is asked again."""

    text_size_px: int | None = None
    density: Literal["comfortable", "compact"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    tone: Literal["none", "chime", "drop", "bell", "pulse"] | None = None
    volume: int | None = None
    repeats_tone: bool | None = None
    time_zone: Line | None = None
    quiet_until: Moment | None = None
    quiet_hours: QuietHoursInput | None = None
    ways: WaysInput | None = None
    digest: Literal["quarter", "hour", "day"] | None = None
    shift: ShiftInput | None = None
    default_view: Annotated[str, StringConstraints(pattern=r"^([a-z]+(-[0-9a-f-]{36})?)?$", max_length=60)] | None = (
        None
    )
    window_warning_min: int | None = None
    enter_sends: bool | None = None
    hold_s: int | None = None
    has_single_keys: bool | None = None
    keys: dict[Line, Line] | None = None


_ENDED_BY_NULL = ("quiet_until", "quiet_hours", "shift", "enter_sends")


@operation(router, "GET", "/preferences", out=Preferences)
async def read_preferences(call: Call = calls(None)) -> Response:
    """One's own."""
    return call.answer(await get_preferences(call.session, own_agent(call)))


@operation(router, "PATCH", "/preferences", out=Preferences)
async def update_preferences(given: PreferencesChange, call: Call = calls(None)) -> Response:
    """Change them; they hold on every device."""
    named = given.model_dump(include=given.model_fields_set)
    if not named or any(value is None for name, value in named.items() if name not in _ENDED_BY_NULL):
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    preferences = await change_preferences(
        call.session, caller=call.caller, agent_id=own_agent(call), change=named, now=call.now, new_id=new_id
    )
    return call.answer(preferences)
