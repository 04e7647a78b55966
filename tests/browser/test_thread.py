"""A long working day in one thread: quoting, pictures, late messages, ten thousand of them, glances, sending on."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually, send, steady_box, text


@pytest.fixture
def customer(provider: Provider) -> Customer:
    return provider.customer(f"Noor {secrets.token_hex(3)}")


def test_quoting_by_key_and_by_the_sign_beside_a_bubble(desk: Desk, customer: Customer) -> None:
    customer.says("Is the sand glaze food safe?")
    customer.says("And the sea glaze?")
    desk.enter(customer)
    desk.list.focus()
    desk.page.keyboard.press("q")
    quoted = desk.page.get_by_role("button", name="Do not quote").locator("xpath=..")
    expect(quoted).to_contain_text("And the sea glaze?")
    expect(desk.answer_box(customer)).to_be_focused()
    bubble = desk.bubble("Is the sand glaze food safe?")
    bubble.hover()
    bubble.get_by_role("button", name="Quote").click()
    expect(quoted).to_contain_text("Is the sand glaze food safe?")
    bubble.get_by_role("time").last.hover()
    expect(bubble.get_by_role("time").last).to_have_attribute("title", re.compile("provider’s clock\n.* here$"))


def test_a_swipe_quotes(new_context: ContextMaker, admin: Person, customer: Customer) -> None:
    context = new_context(admin, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    desk = Desk(page)
    customer.says("Do you ship to Tenerife?")
    desk.open().enter(customer)
    box = steady_box(desk.bubble("Do you ship to Tenerife?"))
    touch = context.new_cdp_session(page)
    x, y = box["x"] + 60, box["y"] + box["height"] / 2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in (20, 50, 80):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + step, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("button", name="Do not quote")).to_be_visible()


def test_pictures_of_a_thread_are_a_gallery(desk: Desk, customer: Customer, admin: Person) -> None:
    for caption in ("Front", "Back", "Lid"):
        customer.sends_file("image", "carafe.jpg", "image/jpeg", caption=caption)
    arrived(admin, customer, 3)
    desk.enter(customer)
    desk.thread.get_by_role("button", name="Lid, show large").click()
    dialog = desk.page.get_by_role("dialog", name="Lid")
    expect(dialog).to_contain_text("3 of 3")
    desk.page.keyboard.press("ArrowLeft")
    dialog = desk.page.get_by_role("dialog", name="Back")
    expect(dialog.get_by_role("img", name="Back")).to_be_visible()
    _picture(desk, "gallery")
    dialog.get_by_role("list", name="Pictures of this conversation").get_by_role("button", name="Front").click()
    expect(desk.page.get_by_role("dialog", name="Front")).to_contain_text("1 of 3")
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)


def test_a_chip_leads_to_what_came_late(desk: Desk, customer: Customer, admin: Person, provider: Provider) -> None:
    customer.says("First of all")
    arrived(admin, customer)
    for number in range(30):
        send(admin, customer, text(f"Answer {number}"))
    desk.enter(customer)
    expect(desk.bubble("Answer 29")).to_be_visible()
    with provider.clock_moved(hours=-0.1):
        customer.says("Written six minutes ago")
    chip = desk.page.get_by_role("button", name="1 came late")
    chip.click()
    expect(desk.bubble("Written six minutes ago")).to_be_in_viewport()
    expect(chip).to_have_count(0)
    with provider.clock_moved(hours=-3):
        customer.says("Written hours ago")
    desk.page.get_by_role("button", name="1 new").click()
    expect(desk.bubble("Written hours ago")).to_be_in_viewport()
    expect(desk.bubble("Written hours ago")).to_contain_text(re.compile(r"written \d\d:\d\d"))


MANY = 10_000
_FILL = """
with c as (select * from conversations where id = '{id}'),
made as (
    insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind, content,
                          sort_at, created_at, status)
    select c.workspace_id,
           encode(substring(decode(lpad(to_hex((extract(epoch from now() - interval '9 minutes') * 1000)::bigint
               + n * 50), 12, '0'), 'hex') for 6) || '\\x7000'::bytea || '\\x8001'::bytea
               || decode(lpad(to_hex(n), 12, '0'), 'hex'), 'hex')::uuid,
           c.id, c.channel_id, c.last_seq + n, case when n % 3 = 0 then 'outgoing' else 'incoming' end,
           case when n % 3 = 0 then 'system' else 'contact' end, 'text',
           jsonb_build_object('kind', 'text', 'text', 'Line ' || n || repeat(' of a long thread', n % 7)),
           now() - interval '9 minutes' + n * interval '50 milliseconds',
           now() - interval '9 minutes' + n * interval '50 milliseconds', case when n % 3 = 0 then 4 end
    from c, generate_series(1, {count}) n
    returning id, seq
)
update conversations set last_seq = last_seq + {count}, incoming_count = incoming_count + {count},
    first_message_id = least(first_message_id, (select id from made order by id limit 1)),
    last_message_id = (select id from made order by id desc limit 1), last_activity_at = now()
where id = '{id}'
"""
_LONGEST_TASK = """() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
    }).observe({ type: 'longtask' });
}"""
# From the press to two frames after the last message stands in the thread.
_OPEN = """([name, last]) => new Promise((resolve) => {
    const row = [...document.querySelectorAll('[role=option]')].find((one) => one.textContent.includes(name));
    const began = performance.now();
    const look = () => {
        const thread = document.querySelector('[role=log]');
        if (!thread?.textContent.includes(last)) return requestAnimationFrame(look);
        requestAnimationFrame(() => resolve(performance.now() - began));
    };
    row.click();
    look();
})"""

_SCROLL_UP = """(first) => new Promise((resolve) => {
    const thread = document.querySelector('[role=log]');
    const began = performance.now();
    const up = () => {
        if (thread.textContent.includes(first)) return resolve(performance.now() - began);
        thread.dispatchEvent(new WheelEvent('wheel', { bubbles: true }));
        thread.scrollTop = 0;
        requestAnimationFrame(up);
    };
    up();
})"""


def test_ten_thousand_messages_open_at_once_and_scroll_without_freezing(
    desk: Desk, product: Product, customer: Customer, admin: Person, provider: Provider
) -> None:
    customer.says("The end of it all")
    arrived(admin, customer)
    product.run_sql(_FILL.format(id=admin.conversation_of(customer)["id"], count=MANY))
    neighbours = [provider.customer(f"Eva {secrets.token_hex(3)}") for _ in range(2)]
    for one in neighbours:
        one.says("Hello")
        arrived(admin, one)
    page = desk.page
    desk.open().enter(neighbours[0])  # the code of the thread is there
    page.evaluate(_LONGEST_TASK)
    took_ms = page.evaluate(_OPEN, [customer.name, f"Line {MANY}"])
    desk.enter(neighbours[1])
    page.wait_for_timeout(400)
    again_ms = page.evaluate(_OPEN, [customer.name, f"Line {MANY}"])
    short_ms = page.evaluate(_OPEN, [neighbours[0].name, "Hello"])
    # A machine that runs other tests beside this one is as slow with a thread of one message.
    assert took_ms <= max(600, 6 * short_ms)
    assert again_ms <= max(300, 3 * short_ms)
    desk.enter(customer)
    scrolled_ms = page.evaluate(_SCROLL_UP, "Line 1 of a long thread")
    longest_ms = page.evaluate("window.longest")
    figures = f"first {took_ms:.0f} ms, again {again_ms:.0f} ms, all the way up {scrolled_ms:.0f} ms,"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ten-thousand.txt").write_text(f"{figures} longest task {longest_ms:.0f} ms\n")
    assert desk.thread.get_by_role("article").count() < 60, "only what is in view is drawn"
    # Alone it takes a third of this; other work on the machine stretches it.
    assert longest_ms < 1000
    page.get_by_role("button", name="To the end").or_(page.get_by_role("button", name=re.compile("new$"))).click()
    expect(desk.bubble(f"Line {MANY}")).to_be_in_viewport()


def test_scrolling_up_runs_on_into_the_earlier_conversation(
    desk: Desk, customer: Customer, admin: Person, product: Product
) -> None:
    customer.says("The bowl arrived, thank you")
    arrived(admin, customer)
    earlier = admin.conversation_of(customer)["id"]
    admin.patch(f"/api/conversations/{earlier}", {"state": "resolved"})
    product.run_sql(
        f"update conversations set resolved_at = now() - interval '20 days',"
        f" created_at = created_at - interval '21 days', last_activity_at = now() - interval '20 days'"
        f" where id = '{earlier}';"
        f"update messages set sort_at = sort_at - interval '20 days' where conversation_id = '{earlier}'"
    )
    customer.says("Do you have the same bowl in blue?")
    arrived(admin, customer)
    assert admin.conversation_of(customer)["id"] != earlier
    desk.enter(customer)
    expect(desk.bubble("The bowl arrived, thank you")).to_be_in_viewport()
    divider = desk.thread.get_by_role("separator", name=re.compile(r"^Earlier conversation, until \d"))
    expect(divider).to_be_in_viewport()
    desk.page.mouse.move(900, 800)
    _picture(desk, "earlier")


def test_a_glance_marks_nothing_and_the_assignees_look_does(
    desk: Desk, customer: Customer, admin: Person, colleague: Person, channel: dict[str, Any]
) -> None:
    path = f"/api/channels/{channel['id']}"
    admin.patch(path, {"settings": {"mark_read": "on_open"}})
    try:
        customer.says("Is anybody there?")
        arrived(admin, customer)
        conversation_id = admin.conversation_of(customer)["id"]
        colleague.patch(f"/api/conversations/{conversation_id}", {"assignee_id": colleague.agent_id})
        page = desk.page
        expect(desk.row(customer)).to_be_visible()
        desk.row(customer).hover()
        desk.list.focus()
        page.keyboard.press("Space")
        glance = page.get_by_role("dialog", name=customer.name)
        expect(glance).to_contain_text("Is anybody there?")
        _picture(desk, "peek")
        page.keyboard.press("Space")
        expect(glance).to_have_count(0)
        expect(page).to_have_url(re.compile("/inbox$|/inbox/open$"))
        assert admin.conversation_of(customer)["read_count"] == 0
        desk.enter(customer)  # an admin's look at a colleague's chat
        eventually(lambda: admin.conversation_of(customer)["read_count"] == 1)
        page.wait_for_timeout(700)
        assert _read_by_us(customer) == []
        admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": admin.agent_id})
        customer.says("Hello?")
        eventually(lambda: _read_by_us(customer))
    finally:
        admin.patch(path, {"settings": {"mark_read": "on_answer"}})


def _read_by_us(customer: Customer) -> list[str]:
    """What the customer's phone shows as read."""
    return [one["text"] for one in customer.messages() if one["direction"] == "outgoing" and one["status"] == "read"]


def test_messages_are_chosen_copied_and_sent_on(
    desk: Desk, customer: Customer, admin: Person, provider: Provider
) -> None:
    other = provider.customer(f"Eva {secrets.token_hex(3)}")
    other.says("Hello")
    customer.says("It came *broken*")
    customer.sends_file("image", "carafe.jpg", "image/jpeg", caption="See")
    arrived(admin, customer, 2)
    send(admin, customer, text("I am sorry"))
    page = desk.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.enter(customer)
    expect(desk.bubble("I am sorry")).to_be_visible()
    desk.act("It came broken", "Choose several")
    bar = page.get_by_role("toolbar", name="1 chosen")
    expect(bar).to_be_visible()
    desk.thread.get_by_role("checkbox", name="Choose: I am sorry").click(modifiers=["Shift"])
    expect(page.get_by_role("toolbar", name="3 chosen")).to_be_visible()
    _picture(desk, "choosing")
    page.get_by_role("button", name="Copy text").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [re.sub(r"^\[[^\]]+\] ", "", line) for line in copied.split("\n")]
    assert lines == [
        f"{customer.name}: It came *broken*",
        f"{customer.name}: Photo: See",
        "Mila Brandt: I am sorry",
    ]

    desk.act("See", "Forward")
    dialog = page.get_by_role("dialog", name="Forward 1 message")
    rows = dialog.get_by_role("listbox", name="To which chat").get_by_role("option")
    expect(rows.filter(has_text=other.name)).to_be_visible()
    expect(rows.filter(has_text=customer.name)).to_have_count(0)
    # By keys alone: letters, Enter chooses, Enter again sends.
    dialog.get_by_label("Find a chat").fill(other.name.lower())
    expect(rows).to_have_count(1)
    page.keyboard.press("Enter")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    _picture(desk, "forward")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Sent to {other.name}")).to_be_visible()
    eventually(lambda: [one for one in other.messages() if one["kind"] == "image" and one["direction"] == "incoming"])

    # Where nothing would go out, the row says so before it is chosen; a note is kept there all the same.
    conversation_id = admin.conversation_of(other)["id"]
    contact_id = admin.get(f"/api/conversations/{conversation_id}")["contact"]["id"]
    admin.patch(f"/api/contacts/{contact_id}", {"is_blocked": True})
    desk.act("It came broken", "Forward")
    dialog.get_by_label("Find a chat").fill(other.phone[-9:])
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("You have blocked this contact")
    rows.first.click()
    expect(dialog.get_by_role("button", name="Send")).to_be_disabled()
    _picture(desk, "forward-refused")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    _picture(desk, "forward-refused-phone")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    dialog.get_by_role("button", name="As a note").click()
    expect(dialog).to_have_count(0)
    desk.open(f"/inbox/all/{conversation_id}")
    expect(desk.bubble("It came broken")).to_contain_text("Private note")
    expect(desk.bubble("See").get_by_role("img", name="See")).to_be_visible()


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []


def test_a_transcript_is_saved_as_text_and_printed_without_the_desk(
    desk: Desk, customer: Customer, admin: Person
) -> None:
    page = desk.page
    customer.says("هل الوعاء آمن؟ 🙂")
    arrived(admin, customer)
    send(admin, customer, text("Asked Jonas about it"), kind="note")
    desk.open().enter(customer)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Transcript").click()
    dialog = page.get_by_role("dialog", name="Transcript")
    expect(dialog).to_be_visible()
    _picture(desk, "transcript")
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save as text").click()
    words = saved.value.path().read_text()
    assert "هل الوعاء آمن؟ 🙂" in words
    assert "Asked Jonas" not in words

    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Transcript").click()
    dialog.get_by_role("switch", name="With private notes").click()
    # The pages stand only while they are printed: here the printer looks at them and stops.
    page.evaluate(
        "() => { window.print = () => { window.printed = document.querySelector('[data-transcript]').outerHTML;"
        " window.hides = getComputedStyle(document.getElementById('root')).display } }"
    )
    page.emulate_media(media="print")
    dialog.get_by_role("button", name="PDF or print").dispatch_event("click")
    printed = eventually(lambda: page.evaluate("window.printed"))
    assert "هل الوعاء آمن؟ 🙂" in printed
    assert "Mila Brandt (note)" in printed
    assert page.evaluate("window.hides") == "none"
    page.emulate_media(media="screen")
