"""Places that are sent as locations."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.save_place import delete_place, save_place
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.places import Place, list_places
from threadline.web.api.inputs import Input, Line, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class PlaceList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Place]


class PlaceInput(Input):
    name: Name
    address: Line = ""
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


@operation(router, "GET", "/places", out=PlaceList)
async def get_places(call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Where this company is to be found."""
    return call.answer(PlaceList(items=await list_places(call.session)))


@operation(router, "POST", "/places", out=Place, status=201, name="createPlace")
async def post_place(
    given: PlaceInput, call: Call = calls(Permission.SAVED_REPLIES_MANAGE, is_repeatable=True)
) -> Response:
    """Keep a place for everybody."""
    place = Place(
        id=new_id(), name=given.name, address=given.address, latitude=given.latitude, longitude=given.longitude
    )
    await save_place(call.session, caller=call.caller, place=place)
    return call.answer(place, status=201)


@operation(router, "DELETE", "/places/{place_id}", out=None, status=204, name="deletePlace")
async def remove_place(place_id: UUID, call: Call = calls(Permission.SAVED_REPLIES_MANAGE)) -> Response:
    """Forget it."""
    await delete_place(call.session, caller=call.caller, place_id=place_id)
    return call.answer(status=204)
