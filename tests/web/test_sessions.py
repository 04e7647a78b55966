"""Signing in, and everything that ends it (S7, S11, S12, S14, S15, S17, S18)."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import (
    PASSWORD,
    Browser,
    Desk,
    Server,
    browser_of,
    clear_rates,
    join,
    running_server,
    set_up,
)
from tests.web.test_realtime import Feed
from threadline.actions.set_up_workspace import create_setup_link
from threadline.infra.clock import new_id
from threadline.store.session import Role
from threadline.store.workspaces import insert_workspace


@pytest.fixture
async def people(server: Server) -> Any:
    """An admin, an agent and the agent's second browser, freshly made."""
    async with AsyncExitStack() as stack:
        admin, agent, second = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, agent)
        answer = await second.sign_in(agent.session["person"]["email"])
        assert answer.status == 200
        yield admin, agent, second


async def test_wrong_addresses_and_wrong_passwords_sound_alike(browser: Browser) -> None:
    await set_up(browser)
    email = browser.session["person"]["email"]
    async with browser_of(browser.server) as stranger:
        known = await stranger.sign_in(email, "not this one")
        unknown = await stranger.sign_in("nobody@example.org", "not this one")
    assert known.status == unknown.status == 401
    assert known.json | {"request_id": ""} == unknown.json | {"request_id": ""}


async def test_the_eleventh_try_is_refused_on_both_processes(
    database_url: str, tmp_path: Any, browser: Browser
) -> None:
    await set_up(browser)
    email = browser.session["person"]["email"]
    async with (
        running_server(database_url, tmp_path) as other,
        browser_of(other) as there,
        browser_of(browser.server) as here,
    ):
        await clear_rates(other)
        tries = [
            *[here.sign_in(email, "wrong one") for _ in range(5)],
            *[there.sign_in(email, "wrong one") for _ in range(5)],
        ]
        assert [answer.status for answer in await asyncio.gather(*tries)] == [401] * 10
        refused = await there.sign_in(email)
        assert refused.status == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 300
        assert (await browser.get("/api/session")).status == 200  # who is signed in already stays so
        # The counter of the address holds for other people too.
        assert (await here.sign_in("somebody@example.org", "wrong one")).status == 429
        await clear_rates(other)
        for _ in range(12):
            assert (await here.sign_in(email)).status == 200  # what was right was no guess


async def test_a_new_password_ends_the_other_sessions_and_their_sockets(people: Any) -> None:
    _, agent, second = people
    async with Feed.of(second) as feed:
        refused = await agent.patch("/api/person", {"password": "another fine long one"})
        assert refused.status == 422
        wrong = {"password": "another fine long one", "current_password": "wrong"}
        assert (await agent.patch("/api/person", wrong)).status == 422
        change = {"password": "another fine long one", "current_password": PASSWORD}
        assert (await agent.patch("/api/person", change)).status == 200
        assert await feed.closed(within_s=5) == 4401
    assert (await second.get("/api/session")).status == 401
    assert (await agent.get("/api/session")).status == 200
    assert (await second.sign_in(agent.session["person"]["email"], "another fine long one")).status == 200


@pytest.mark.parametrize("how", ["sign_out", "revoke", "sign_out_by_admin", "deactivate"])
async def test_every_end_of_a_session_kills_cookie_and_socket(people: Any, how: str) -> None:
    admin, agent, second = people
    async with Feed.of(second) as feed:
        if how == "sign_out":
            cookies = {cookie.key: cookie.value for cookie in second.http.cookie_jar}
            answer = await second.delete("/api/session")
            assert answer.headers["clear-site-data"]
            second.http.cookie_jar.update_cookies(cookies)
        elif how == "revoke":
            items = (await agent.get("/api/sessions")).json["items"]
            other = next(one for one in items if not one["is_current"])
            assert (await agent.delete(f"/api/sessions/{other['id']}")).status == 204
        elif how == "sign_out_by_admin":
            assert (await admin.delete(f"/api/agents/{agent.agent_id}/sessions")).status == 204
        else:
            assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"is_active": False})).status == 200
        assert await feed.closed(within_s=5) == 4401
    assert (await second.get("/api/session")).status == 401


async def test_giving_the_password_again_changes_the_cookie(people: Any) -> None:
    _, agent, second = people
    del agent
    before = {cookie.key: cookie.value for cookie in second.http.cookie_jar}
    assert (await second.post("/api/session/proof", {"password": "wrong"})).status == 422
    assert (await second.post("/api/session/proof", {"password": PASSWORD})).status == 204
    after = {cookie.key: cookie.value for cookie in second.http.cookie_jar}
    assert before != after


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/tokens", {"name": "x", "scopes": ["conversations:read"]}),
        ("POST", "/api/channels", {"type": "whatsapp", "name": "New", "values": {"token": "x"}}),
        ("PATCH", "/api/channels/{channel_id}", {"values": {"token": "x"}}),
    ],
    ids=["token", "new channel", "credentials"],
)
async def test_what_could_open_doors_needs_a_fresh_password(
    browser: Browser, method: str, path: str, body: dict[str, Any]
) -> None:
    """S17."""
    await set_up(browser)
    url = path.format(channel_id=await Desk(browser.server, browser.workspace_id).channel())
    async with browser.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute("update sessions set proved_at = now() - interval '11 minutes'")
    refused = await browser.request(method, url, body)
    assert (refused.status, refused.json["code"]) == (403, "proof_required")
    await browser.post("/api/session/proof", {"password": PASSWORD})
    assert (await browser.request(method, url, body)).status in (201, 422)


@pytest.mark.parametrize("column", ["idle_until", "expires_at"])
async def test_a_session_ends_by_itself(browser: Browser, column: str) -> None:
    await set_up(browser)
    async with browser.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            f"update sessions set {column} = now() - interval '1 second' where person_id = $1",
            UUID(browser.session["person"]["id"]),
        )
    assert (await browser.get("/api/session")).status == 401


@pytest.mark.parametrize(
    "password", ["short", "password123", "Passw0rd!", "letmein1", "aaaaaaaaaa", "ada.admin", "threadline1"]
)
async def test_a_password_that_is_tried_first_is_refused(browser: Browser, password: str) -> None:
    await clear_rates(browser.server)
    async with browser.server.database.transaction(Role.ENGINE) as session:
        token = await create_setup_link(session, workspace_id=None, new_id=new_id)
    body = {"token": token, "name": "Ada Admin", "email": "ada.admin@example.org", "workspace_name": "Shop"}
    answer = await browser.post("/api/setup", body | {"password": password})
    assert answer.status == 422, answer.raw
    assert answer.json["errors"][0]["field"] == "password"


async def test_a_password_of_128_characters_is_taken_whole(browser: Browser) -> None:
    await clear_rates(browser.server)
    async with browser.server.database.transaction(Role.ENGINE) as session:
        token = await create_setup_link(session, workspace_id=None, new_id=new_id)
    email, password = f"{uuid4().hex}@example.org", "lÖng-" * 25 + "end"
    body = {"token": token, "name": "Ada", "email": email, "workspace_name": "Shop", "password": password}
    assert (await browser.post("/api/setup", body)).status == 200
    async with browser_of(browser.server) as other:
        assert (await other.sign_in(email, password[:-1])).status == 401
        assert (await other.sign_in(email, password)).status == 200


async def test_a_link_works_once_even_for_two_at_the_same_moment(server: Server) -> None:
    await clear_rates(server)
    workspace_id = new_id()
    async with server.database.transaction(Role.ENGINE, workspace_id) as session:
        await insert_workspace(session, workspace_id=workspace_id, name="Shop")
        token = await create_setup_link(session, workspace_id=workspace_id, new_id=new_id)
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        body = {"token": token, "name": "Ada", "password": PASSWORD}
        answers = await asyncio.gather(
            *(one.post("/api/setup", body | {"email": f"{uuid4().hex}@example.org"}) for one in browsers)
        )
        assert sorted(answer.status for answer in answers) == [200, 404, 404, 404]
        assert (await browsers[0].get(f"/api/setup?token={token}")).status == 404


@pytest.mark.parametrize("token", ["", " ", "0", "null", "[]"])
async def test_an_empty_token_matches_nothing(browser: Browser, token: str) -> None:
    await clear_rates(browser.server)
    assert (await browser.get(f"/api/setup?token={token}")).status in (404, 422)
    assert (await browser.get(f"/api/invitation?token={token}")).status in (404, 422)


@pytest.mark.parametrize("path", ["setup", "invitation"])
async def test_a_token_that_is_no_text_is_refused(browser: Browser, path: str) -> None:
    assert (await browser.get(f"/api/{path}?token=%00")).status == 400


async def test_an_invitation_gives_what_it_says_and_no_more_than_its_inviter_holds(people: Any) -> None:
    admin, agent, _ = people
    body = {"email": f"{uuid4().hex}@example.org", "role": "admin"}
    assert (await agent.post("/api/invitations", body)).status == 403
    invited = await admin.post("/api/invitations", body | {"role": "agent", "sees": "assigned"})
    token = invited.json["link"].split("token=")[1]
    async with browser_of(admin.server) as newcomer:
        offer = (await newcomer.get(f"/api/invitation?token={token}")).json
        assert (offer["role"], offer["known_person"]) == ("agent", False)
        joined = await newcomer.post("/api/invitation", {"token": token, "name": "New", "password": PASSWORD})
        assert joined.json["agent"]["role"] == "agent"
        again = await newcomer.post("/api/invitation", {"token": token, "name": "New", "password": PASSWORD})
        assert again.status == 404
    foreign_channel = {"email": f"{uuid4().hex}@example.org", "role": "agent", "channel_ids": [str(uuid4())]}
    assert (await admin.post("/api/invitations", foreign_channel)).status == 422


async def test_invitations_end_with_the_rights_of_their_inviter(people: Any) -> None:
    admin, agent, _ = people
    assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"role": "admin"})).status == 200
    invited = await agent.post("/api/invitations", {"email": f"{uuid4().hex}@example.org", "role": "admin"})
    token = invited.json["link"].split("token=")[1]
    assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"role": "agent"})).status == 200
    async with browser_of(admin.server) as newcomer:
        used = await newcomer.post("/api/invitation", {"token": token, "name": "New", "password": PASSWORD})
        assert used.status == 404


@pytest.mark.parametrize("narrower", ["sees", "channels"])
async def test_invitations_end_when_their_inviter_sees_less(people: Any, narrower: str) -> None:
    admin, agent, _ = people
    assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"role": "admin"})).status == 200
    invited = await agent.post("/api/invitations", {"email": f"{uuid4().hex}@example.org", "role": "agent"})
    token = invited.json["link"].split("token=")[1]
    channel_id = await Desk(admin.server, admin.workspace_id).channel()
    change = {"sees": "assigned"} if narrower == "sees" else {"channel_ids": [str(channel_id)]}
    assert (await admin.patch(f"/api/agents/{agent.agent_id}", change)).status == 200
    async with browser_of(admin.server) as newcomer:
        used = await newcomer.post("/api/invitation", {"token": token, "name": "New", "password": PASSWORD})
        assert used.status == 404


async def test_of_the_last_two_admins_one_remains(people: Any) -> None:
    admin, agent, _ = people
    assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"role": "admin"})).status == 200
    for _round in range(3):
        answers = await asyncio.gather(
            admin.patch(f"/api/agents/{agent.agent_id}", {"role": "agent"}),
            agent.patch(f"/api/agents/{admin.agent_id}", {"role": "agent"}),
        )
        assert sorted(answer.status for answer in answers) in ([200, 403], [200, 409])
        winner, loser = (admin, agent) if answers[0].status == 200 else (agent, admin)
        alone = await winner.patch(f"/api/agents/{winner.agent_id}", {"is_active": False})
        assert alone.status == 409
        await winner.patch(f"/api/agents/{loser.agent_id}", {"role": "admin"})


async def test_one_person_in_two_workspaces_switches(people: Any) -> None:
    admin, agent, _ = people
    email = agent.session["person"]["email"]
    async with browser_of(admin.server) as second_admin:
        await set_up(second_admin, name="Second")
        invited = await second_admin.post("/api/invitations", {"email": email, "role": "supervisor"})
        token = invited.json["link"].split("token=")[1]
        assert (await agent.get(f"/api/invitation?token={token}")).json["known_person"] is True
        assert (await agent.post("/api/invitation", {"token": token, "password": "wrong"})).status == 422
        joined = await agent.post("/api/invitation", {"token": token, "password": PASSWORD})
        agent.copy_session(joined)
        assert len(joined.json["workspaces"]) == 2
        assert joined.json["workspace"]["name"] == "Second"
        desk = Desk(admin.server, second_admin.workspace_id)
        await desk.conversation(await desk.channel())
        assert len((await agent.get("/api/conversations")).json["items"]) == 1
        back = await agent.post("/api/session/workspace", {"workspace_id": str(admin.workspace_id)})
        agent.copy_session(back)
        assert (await agent.get("/api/conversations")).json["items"] == []


@pytest.mark.parametrize("link", ["invitation", "setup"])
async def test_a_link_is_no_second_place_to_guess_a_password(people: Any, link: str) -> None:
    """S12: whoever makes invitations may not try passwords of others by them, however many links they make."""
    admin, agent, _ = people
    email = agent.session["person"]["email"]
    async with browser_of(admin.server) as second_admin, browser_of(admin.server) as guesser:
        await set_up(second_admin, name="Second")
        heard: list[int] = []
        for number in range(12):
            if link == "invitation":
                invited = await second_admin.post("/api/invitations", {"email": email, "role": "agent"})
                body = {"token": invited.json["link"].split("token=")[1]}
            else:
                async with admin.server.database.transaction(Role.ENGINE) as session:
                    token = await create_setup_link(session, workspace_id=None, new_id=new_id)
                body = {"token": token, "name": "X", "email": email, "workspace_name": "Third"}
            answer = await guesser.post(f"/api/{link}", body | {"password": f"wrong {number}"})
            heard.append(answer.status)
        assert heard == [422] * 10 + [429] * 2
        assert (await guesser.sign_in(email)).status == 429, "it is one counter"


async def test_a_token_is_never_stronger_than_its_owner(people: Any) -> None:
    admin, agent, _ = people
    assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"role": "admin"})).status == 200
    made = await agent.post("/api/tokens", {"name": "x", "scopes": ["agents:manage", "agents:read"]})
    async with browser_of(admin.server) as program:
        program.token = made.json["token"]
        assert (await program.get("/api/invitations")).status == 200
        assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"role": "agent"})).status == 200
        assert (await program.get("/api/invitations")).status == 403
        assert (await program.get("/api/agents")).status == 200
        assert (await admin.patch(f"/api/agents/{agent.agent_id}", {"is_active": False})).status == 200
        assert (await program.get("/api/agents")).status == 401


async def test_sign_ins_that_wait_for_their_hash_hold_no_connection_and_stop_nobody(
    people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S12: a wave of sign-ins keeps the hashing threads busy, and nothing else."""
    admin = people[0]
    waiting, goes_on = 0, asyncio.Event()

    async def wait(password: str, password_hash: str | None) -> bool:
        nonlocal waiting
        waiting += 1
        await goes_on.wait()
        return False

    monkeypatch.setattr("threadline.web.api.session.verify_password", wait)
    await clear_rates(admin.server)
    async with browser_of(admin.server) as stranger:
        body = {"email": "nobody@example.org", "password": "wrong"}
        tries = [asyncio.create_task(stranger.post("/api/session", body)) for _ in range(10)]
        async with asyncio.timeout(5):
            while waiting < 10:
                await asyncio.sleep(0.01)
            while any(count for _, count in admin.server.database.pool_usage()):
                await asyncio.sleep(0.01)
            answers = await asyncio.gather(*(admin.get("/api/conversations") for _ in range(20)))
        assert {one.status for one in answers} == {200}
        assert not any(one.done() for one in tries)
        goes_on.set()
        assert {(await one).status for one in tries} == {401}
