"""Answers that colleagues look at before they go out: asked for, decided about, taken back."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from threadline.actions.ask_for_review import Addressee, ask_again, ask_for_review, withdraw_review
from threadline.actions.decide_review import Approval, approve_review, return_review
from threadline.channels.registry import channel_type
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.review import MOST_PARTS
from threadline.infra.clock import new_id
from threadline.store.reviews import Review, access_review, list_reviews
from threadline.web.api.contents import OutgoingContent, to_content
from threadline.web.api.inputs import Id, Input, Text
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()

_Contents = Annotated[list[OutgoingContent], Field(min_length=1, max_length=MOST_PARTS)]
_Note = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=4_096)]


class ReviewInput(Input):
    """`id` is the client's own: sent twice, it is one review. Neither a colleague nor a team: anybody who may."""

    id: Id
    contents: _Contents
    quoted_id: Id | None = None
    reviewer_id: Id | None = None
    team_id: Id | None = None
    note: _Note = ""


class ReviewAgain(Input):
    contents: _Contents | None = None
    """Absent: as it is."""
    reviewer_id: Id | None = None
    team_id: Id | None = None
    note: _Note = ""


class ReviewApproval(Input):
    contents: _Contents | None = None
    """As the reviewer changed it; absent: as it is."""
    is_own: bool = False
    """Sent as the reviewer's own message."""
    despite_answers: bool = False
    """Also if somebody answered since it was asked for."""


class ReviewReturn(Input):
    answer: _Note = ""
    contents: _Contents | None = None


class ReviewList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Review]


@operation(router, "GET", "/reviews", out=ReviewList)
async def get_reviews(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What waits for one's word, and what of one's own waits or came back."""
    own_agent(call)
    return call.answer(ReviewList(items=await list_reviews(call.session, call.caller)))


@operation(router, "POST", "/conversations/{conversation_id}/reviews", out=Review, status=201, name="askForReview")
async def post_review(
    conversation_id: UUID, given: ReviewInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Ask for a look at an answer before it goes out."""
    await ask_for_review(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        review_id=given.id,
        contents=[to_content(one) for one in given.contents],
        quoted_id=given.quoted_id,
        addressee=_addressee(given),
        note=given.note,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(await access_review(call.session, call.caller, given.id), status=201)


@operation(router, "POST", "/reviews/{review_id}/ask", out=Review, name="askForReviewAgain")
async def post_again(
    review_id: UUID, given: ReviewAgain, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Ask again, with other words or somebody else."""
    await ask_again(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        review_id=review_id,
        contents=None if given.contents is None else [to_content(one) for one in given.contents],
        addressee=_addressee(given),
        note=given.note,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(await access_review(call.session, call.caller, review_id))


@operation(router, "POST", "/reviews/{review_id}/withdraw", out=Review, name="withdrawReview")
async def post_withdraw(review_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Take it back. The answer is what it was, so that it can be written on."""
    review = await withdraw_review(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        review_id=review_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(review)


@operation(router, "POST", "/reviews/{review_id}/approve", out=Review, name="approveReview")
async def post_approve(
    review_id: UUID, given: ReviewApproval, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Let it go out. What forbids that now sends it back with the reason."""
    own_agent(call)
    review = await approve_review(
        call.session,
        caller=call.caller,
        review_id=review_id,
        approval=Approval(
            contents=None if given.contents is None else [to_content(one) for one in given.contents],
            is_own=given.is_own,
            despite_answers=given.despite_answers,
        ),
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(review)


@operation(router, "POST", "/reviews/{review_id}/return", out=Review, name="returnReview")
async def post_return(
    review_id: UUID, given: ReviewReturn, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Send it back with a word."""
    review = await return_review(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        review_id=review_id,
        answer=given.answer,
        contents=None if given.contents is None else [to_content(one) for one in given.contents],
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(review)


def _addressee(given: ReviewInput | ReviewAgain) -> Addressee:
    if given.reviewer_id is not None and given.team_id is not None:
        raise Invalid("Name a colleague or a team.", field="team_id", reason="review_both")
    return Addressee(reviewer_id=given.reviewer_id, team_id=given.team_id)
