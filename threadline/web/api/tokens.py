"""API tokens."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.create_token import create_token
from threadline.actions.revoke_token import revoke_token
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.tokens import Token, list_tokens
from threadline.web.api.inputs import Id, Input, Moment, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Scope = Annotated[Permission, Field(strict=False)]


class TokenList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Token]


class CreatedToken(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    """Shown once: keep it where the program finds it."""
    record: Token


class TokenInput(Input):
    name: Name
    scopes: Annotated[list[_Scope], Field(min_length=1, max_length=50)]
    channel_ids: Annotated[list[Id], Field(max_length=1000)] | None = None
    expires_at: Moment | None = None
    bot_name: Name | None = None
    """It is a bot's: it writes in this name, and has only what is handed to it."""


@operation(router, "GET", "/tokens", out=TokenList)
async def get_tokens(call: Call = calls(Permission.TOKENS_MANAGE)) -> Response:
    """The tokens of the workspace, without the tokens themselves."""
    return call.answer(TokenList(items=await list_tokens(call.session)))


@operation(router, "POST", "/tokens", out=CreatedToken, status=201, name="createToken")
async def post_token(
    given: TokenInput,
    call: Call = calls(Permission.TOKENS_MANAGE, needs_proof=True, is_repeatable=True, is_secret=True),
) -> Response:
    """Make a token that acts for oneself."""
    made = await create_token(
        call.session,
        caller=call.caller,
        name=given.name,
        scopes=given.scopes,
        channel_ids=given.channel_ids,
        expires_at=given.expires_at,
        bot_name=given.bot_name,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(CreatedToken(token=made.text, record=made.token), status=201)


@operation(router, "DELETE", "/tokens/{token_id}", out=None, status=204)
async def delete_token(token_id: UUID, call: Call = calls(Permission.TOKENS_MANAGE)) -> Response:
    """Withdraw a token."""
    await revoke_token(call.session, caller=call.caller, token_id=token_id, now=call.now, new_id=new_id)
    return call.answer(status=204)
