"""Two conversations of one customer are read as one, and taken apart again."""

import re
import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Provider
from tests.browser.scene import arrived
from threadline.infra.clock import new_id

_SECOND = """
insert into conversations (workspace_id, id, channel_id, contact_id, address_id, state, last_seq, incoming_count,
    first_message_id, last_message_id, last_activity_at, window_closes_at)
select workspace_id, '{other}', channel_id, contact_id, address_id, 'resolved', 1, 1, '{message}', '{message}',
       now(), now() + interval '23 hours'
from conversations where id = '{id}';
insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind, content,
                      sort_at, created_at)
select workspace_id, '{message}', id, channel_id, 1, 'incoming', 'contact', 'text',
       '{{"kind": "text", "text": "That belongs to it, too"}}', now(), now()
from conversations where id = '{other}';
"""


def test_two_conversations_one_thread(desk: Desk, provider: Provider, admin: Person, product: Product) -> None:
    customer = provider.customer(f"Noor {secrets.token_hex(3)}")
    customer.says("And now here")
    arrived(admin, customer)
    conversation_id = admin.conversation_of(customer)["id"]
    ids = {"other": str(new_id()), "message": str(new_id())}
    product.run_sql(_SECOND.format(id=conversation_id, **ids))
    page = desk.page
    desk.open(f"/inbox/open/{conversation_id}")
    expect(desk.bubble("And now here")).to_be_in_viewport()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Merge or link").click()
    dialog = page.get_by_role("dialog", name="Merge or link")
    expect(dialog).to_contain_text("That belongs to it, too")
    _picture(desk, "merge-dialog")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(dialog).to_have_count(0)
    texts = desk.thread.get_by_role("article")
    expect(texts.first).to_contain_text("And now here")
    expect(texts.nth(1)).to_contain_text("That belongs to it, too")
    expect(desk.thread.get_by_text(re.compile("^Mila Brandt merged"))).not_to_have_count(0)
    target = page.get_by_label("Sends on")
    expect(target.locator("option")).to_have_count(2)
    _picture(desk, "merged")
    page.get_by_role("list", name="Linked conversations").get_by_role("button", name="Take apart").click()
    expect(texts).to_have_count(1)
    expect(target).to_have_count(0)


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []
