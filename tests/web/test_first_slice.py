"""Set-up link → inbox → thread → reply, through HTTP."""

from uuid import uuid4

from tests.web.conftest import Browser, Desk, browser_of, set_up


async def test_from_the_setup_link_to_a_queued_reply(browser: Browser) -> None:
    await set_up(browser, name="Bakery")
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id, texts=("Are you open?", "Today?"))

    page = (await browser.get("/api/conversations?view=unassigned")).json
    assert [item["id"] for item in page["items"]] == [str(conversation_id)]
    assert page["items"][0]["last_message"]["preview"] == "Today?"
    assert page["items"][0]["read_count"] == 0

    thread = (await browser.get(f"/api/conversations/{conversation_id}/messages")).json
    assert [item["content"]["text"] for item in thread["items"]] == ["Are you open?", "Today?"]

    body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Until six."}}
    sent = await browser.post(f"/api/conversations/{conversation_id}/messages", body)
    assert sent.status == 201, sent.raw
    assert sent.json["status"] == "queued"
    assert sent.json["author"] == {"kind": "agent", "id": str(browser.agent_id)}
    again = await browser.post(f"/api/conversations/{conversation_id}/messages", body)
    assert again.json["id"] == sent.json["id"]

    mine = (await browser.get("/api/conversations?view=mine")).json
    assert [item["id"] for item in mine["items"]] == [str(conversation_id)]
    counts = (await browser.get("/api/views")).json
    assert counts["views"]["mine"]["total"] == 1


async def test_signing_out_and_in_again(browser: Browser) -> None:
    await set_up(browser)
    email = browser.session["person"]["email"]
    assert (await browser.delete("/api/session")).status == 204
    assert (await browser.get("/api/session")).status == 401
    async with browser_of(browser.server) as other:
        assert (await other.sign_in(email, "not this one")).status == 401
        assert (await other.sign_in(email.upper())).status == 200
        assert (await other.get("/api/session")).json["person"]["email"] == email
