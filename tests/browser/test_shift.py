"""A shift, played over real HTTP: three agents, a bot, a supervisor and forty customers, in an order that a seed says.

Kira touches no mouse, Paul has a phone and nothing else, Vera goes without a word. THREADLINE_TEST_SEED=… repeats who
writes when; what the machine does in between is its own affair. At the end every customer has been answered, or was
marked by a named person as needing no answer, and the customers' phones, the provider's log, the feed and the screens
tell the same.
"""

import os
import random
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

import pytest
from playwright.sync_api import APIRequestContext, Page, Playwright, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person, join
from tests.browser.desk import Desk
from tests.browser.product import Product, new_email
from tests.browser.provider import FILES, Customer, Provider
from tests.browser.scene import eventually, hum, shown, steady_box

SEED = int(os.environ.get("THREADLINE_TEST_SEED") or secrets.randbelow(10**9))
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PLAIN = 21
"""Customers of whom nothing special is to be told; the others make forty of them."""
MOST_ROUNDS = 100
QUESTIONS = (
    "Is the sand glaze food safe?",
    "Where is my parcel?",
    "¿Hacen envíos a Canarias?",
    "Kan ik de kom nog ruilen?",
    "Можно забрать завтра?",
    "Do you have it in blue?",
)

Step = Callable[[], object]


@dataclass
class Part:
    """What one customer does, a step at a time; the next comes once they were answered, or at once."""

    customer: Customer
    steps: list[Step]
    is_patient: bool = True
    """Waits for an answer before the next step."""


@dataclass
class Shift:
    admin: "Crew"
    provider: Provider
    product: Product
    parts: list[Part] = field(default_factory=list)
    answers: int = 0

    def words(self) -> str:
        """An answer like no other, so that it can be found everywhere."""
        self.answers += 1
        return f"Answer {self.answers} of {SEED}"

    def customer(self, name: str) -> Customer:
        return self.provider.customer(f"{name} {secrets.token_hex(2)}")


class Crew(Person):
    """An agent of the shift, who knows what waits for them."""

    def listed(self, view: str) -> list[dict[str, Any]]:
        return self.get(f"/api/conversations?view={view}&order=newest&limit=100")["items"]

    def waiting(self) -> list[dict[str, Any]]:
        """Longest first; without those to whom nothing can be sent, which are the supervisor's."""
        mine = [one for one in self.listed("mine") if one["waiting_since"] is not None and not one["has_failed"]]
        return sorted(mine, key=lambda one: one["waiting_since"])


@dataclass
class Bot:
    """A program of the owner, which answers first: whoever wants its menu has it, everybody else a person."""

    http: APIRequestContext

    def turn(self) -> None:
        for id_ in self.http.get("/api/bot").json()["waiting"]:
            path = f"/api/conversations/{id_}"
            said = [one for one in self.http.get(f"{path}/messages").json()["items"] if one["direction"] == "incoming"]
            client_id = str(uuid5(UUID(said[-1]["id"]), "answer"))
            if said[-1]["content"].get("text") == "Menu, please":
                content = {"kind": "text", "text": f"I am a program. Say so if you want a person. {SEED}"}
                done = self.http.post(f"{path}/messages", data={"client_id": client_id, "content": content})
            else:
                done = self.http.post(f"{path}/handover", data={"client_id": client_id, "note": "Nothing for me."})
            # Whoever has it meanwhile keeps it.
            assert done.ok or done.json()["reason"] == "not_the_bots", done.text()


# Who answers ---------------------------------------------------------------------------------------------------------


@dataclass
class Agent:
    person: Crew
    desk: Desk
    shift: Shift
    turns: int = 0

    def turn(self) -> None:
        """Answers one who waits for them, if anybody does."""
        if not self.person.waiting():
            return
        self.turns += 1
        self.answer()

    def answer(self) -> None:
        raise NotImplementedError

    def expect_answered(self, name: str) -> None:
        """Accepted by the provider, or known to be lost: then they wait again, and the supervisor finds it."""

        def is_answered() -> bool:
            one = next(one for one in self.person.listed("all") if one["contact"]["name"] == name)
            return one["waiting_since"] is None or one["has_failed"]

        eventually(is_answered)

    def shown_name(self) -> str:
        """Whose conversation is on the screen; nobody's is an empty text."""
        boxes = self.desk.page.get_by_role("textbox", name=re.compile("^Answer to ")).all()
        labels = [box.get_attribute("aria-label") or "" for box in boxes]
        return labels[0].removeprefix("Answer to ") if labels else ""


class Keys(Agent):
    """By keys alone: to who waits longest, an answer, and resolved."""

    def answer(self) -> None:
        page, keys = self.desk.page, self.desk.page.keyboard
        waiting = [one["contact"]["name"] for one in self.person.listed("mine") if one["waiting_since"] is not None]
        anybody = "|".join(map(re.escape, waiting))
        chats = page.get_by_role("region", name="My chats").get_by_role("link", name=re.compile(anybody))
        expect(chats.first).to_be_visible()
        if self.shown_name() not in waiting:  # from there the chord would lead back
            keys.press("Control+j")
        box = page.get_by_role("textbox", name=re.compile(f"^Answer to ({anybody})$"))
        expect(box).to_be_in_viewport()
        name = self.shown_name()
        if box.evaluate("box => box === document.activeElement"):  # the chord goes back to where one wrote
            keys.press("Escape")
        if "by themselves" in name:
            keys.press("y")
            self.expect_answered(name)
            return
        words = self.shift.words()
        keys.press("r")
        expect(box).to_be_focused()
        keys.type(words)
        expect(box).to_have_value(words)
        if self.turns % 2:
            keys.press("Control+Shift+Enter")
        else:
            keys.press("Enter")
            expect(self.desk.bubble(words)).to_be_visible()
            keys.press("Escape")
            keys.press("e")
        expect(page.get_by_role("textbox", name=f"Answer to {name}")).to_have_count(0)
        self.expect_answered(name)

    def takes_a_break(self) -> None:
        self._says("Lunch", "busy")

    def comes_back(self) -> None:
        self._says("Online", "online")

    def _says(self, what: str, state: str) -> None:
        """Once more if need be: a menu that has just opened may still put the hands elsewhere."""
        for _ in range(3):
            self._choose(what)
            self.desk.page.wait_for_timeout(1_000)
            if self._availability() == state:
                return
        eventually(lambda: self._availability() == state)

    def _choose(self, what: str) -> None:
        page = self.desk.page
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+O")
        chosen = page.get_by_role("menuitemradio", name=what)
        expect(chosen).to_be_visible()
        chosen.focus()
        page.keyboard.press("Enter")
        expect(chosen).to_have_count(0)

    def _availability(self) -> str:
        agents = self.person.get("/api/agents")["items"]
        return next(one["availability"] for one in agents if one["id"] == self.person.agent_id)


class Mouse(Agent):
    """As most people work."""

    def answer(self) -> None:
        name = self.person.waiting()[0]["contact"]["name"]
        self.desk.row_named(name).click()
        box = self.desk.page.get_by_role("textbox", name=f"Answer to {name}")
        expect(box).to_be_in_viewport()
        words = self.shift.words()
        box.fill(words)
        box.press("Enter")
        expect(self.desk.bubble(words)).to_be_visible()
        self.desk.page.get_by_role("button", name="Resolve", exact=True).click()
        self.expect_answered(name)


class Thumb(Agent):
    """On a phone of 390 × 844: a photo, a voice note, a swipe that quotes and a hand-over, then plain answers."""

    colleague: Crew

    def answer(self) -> None:
        page = self.desk.page
        one = self.person.waiting()[0]
        name = one["contact"]["name"]
        page.goto(f"/inbox/mine/{one['id']}")
        how = [self._photo, self._voice, self._quote]
        if self.turns == 4:
            self._hand_over(name)
            return
        if one["window_closes_at"] is None or _is_past(one["window_closes_at"]):
            self._template(name)
        elif self.turns <= len(how):
            how[self.turns - 1](name)
        else:
            self._text(name)
        page.get_by_role("button", name="Resolve", exact=True).tap()
        self.expect_answered(name)

    def _box(self, name: str) -> Any:
        box = self.desk.page.get_by_role("textbox", name=f"Answer to {name}")
        expect(box).to_be_in_viewport()
        return box

    def _text(self, name: str) -> None:
        words = self.shift.words()
        self._box(name).fill(words)
        self.desk.page.get_by_role("button", name="Send", exact=True).tap()
        expect(self.desk.bubble(words)).to_be_visible()

    def _photo(self, name: str) -> None:
        box, words = self._box(name), self.shift.words()
        with self.desk.page.expect_file_chooser() as chooser:
            self.desk.page.get_by_role("button", name="Add files").tap()
        chooser.value.set_files([FILES / "carafe.jpg"])
        box.fill(words)
        self.desk.page.get_by_role("button", name="Send", exact=True).tap()
        expect(self.desk.bubble(words)).to_be_visible()
        self._look("photo")

    def _voice(self, name: str) -> None:
        self._box(name)
        page = self.desk.page
        hum(page)
        page.get_by_role("button", name="Record a voice message").tap()
        bar = page.get_by_role("group", name="Recording a voice message")
        expect(bar.get_by_role("timer")).to_have_text("Recording 0:01")
        bar.get_by_role("button", name="Send").tap()
        expect(self.desk.thread.get_by_role("button", name="Play the voice message")).to_be_visible()
        self._look("voice")

    def _quote(self, name: str) -> None:
        self._box(name)
        # The customer's: below it may stand the note with which the bot handed over, and nobody quotes a note.
        theirs = self.desk.thread.get_by_role("article", name=re.compile(f"^{re.escape(name)}"))
        box = steady_box(theirs.last)
        touch = self.desk.page.context.new_cdp_session(self.desk.page)
        x, y = box["x"] + 60, box["y"] + min(box["height"] / 2, 60)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in (20, 50, 80, 80):  # at rest before it is lifted: a finger that throws swallows the next tap
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + step, "y": y}]})
            self.desk.page.wait_for_timeout(80)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(self.desk.page.get_by_role("button", name="Do not quote")).to_be_visible()
        self._look("quote")
        self._text(name)

    def _hand_over(self, name: str) -> None:
        self._box(name)
        page = self.desk.page
        page.get_by_role("button", name="More", exact=True).tap()
        page.get_by_role("menuitem", name="Hand over with a note").tap()
        dialog = page.get_by_role("dialog", name="Hand over with a note")
        dialog.get_by_role("listitem").filter(has_text=self.colleague.name).get_by_role("button").first.tap()
        dialog.get_by_label("Note for them").fill("She wants the blue one.")
        self._look("hand-over")
        dialog.get_by_role("button", name="Hand over").tap()
        expect(dialog).to_have_count(0)

    def _template(self, name: str) -> None:
        page = self.desk.page
        page.get_by_role("option").filter(has_text="order_update").tap()
        page.get_by_label("Like “Ana”").fill(name.split()[0])
        page.get_by_label("Like “1234”").fill(str(SEED))
        self._look("template")
        page.get_by_role("button", name="Send template").tap()
        expect(self.desk.bubble(f"your order {SEED}")).to_be_visible()

    def _look(self, name: str) -> None:
        self.desk.page.screenshot(path=RESULTS / f"shift-phone-{name}.png")
        assert overflow_of(self.desk.page) == []


def _is_past(moment: str) -> bool:
    return datetime.fromisoformat(moment) < datetime.now(tz=datetime.fromisoformat(moment).tzinfo)


# Who writes ----------------------------------------------------------------------------------------------------------


def _cast(shift: Shift, chance: random.Random, kira: Crew, paul: Crew) -> list[Part]:
    """Forty customers and what they do."""
    provider, product = shift.provider, shift.product

    def someone(name: str, *steps: Callable[[Customer], Step], is_patient: bool = True) -> Part:
        customer = shift.customer(name)
        return Part(customer, [step(customer) for step in steps], is_patient)

    def says(text: str) -> Callable[[Customer], Step]:
        return lambda customer: lambda: customer.says(text)

    def earlier(text: str, hours: float) -> Callable[[Customer], Step]:
        def later(customer: Customer) -> Step:
            def step() -> None:
                with provider.clock_moved(hours=-hours):
                    customer.says(text)

            return step

        return later

    def photo(customer: Customer) -> Step:
        return lambda: customer.sends_file("image", "carafe.jpg", "image/jpeg", caption="It came cracked")

    def voice(customer: Customer) -> Step:
        return lambda: customer.sends_file("voice", "voice.ogg", "audio/ogg; codecs=opus")

    def paper(customer: Customer) -> Step:
        return lambda: customer.sends_file("document", "invoice.pdf", "application/pdf")

    def rings(customer: Customer) -> Step:
        def step() -> None:
            number = provider.number_id
            provider.post(f"/_control/numbers/{number}", {"settings": {"calling": {"status": "ENABLED"}}})
            call = provider.post(f"/_control/users/{customer.key}/call", {"number_id": number})
            provider.post(f"/_control/calls/{call['id']}", {"action": "hang_up"})

        return step

    def asks_but_the_answer_is_lost(customer: Customer) -> Step:
        def step() -> None:
            refused = {"kind": "refuse_500", "http_status": 400, "code": 131053, "count": 1}
            provider.post("/_control/faults/sends", refused | {"to": customer.phone})
            customer.says("Can you send the bill?")

        return step

    def goes_to(agent: Crew, first: Callable[[Customer], Step]) -> Callable[[Customer], Step]:
        """They write, and the supervisor says whose they are."""

        def later(customer: Customer) -> Step:
            writes = first(customer)

            def step() -> None:
                writes()
                id_ = eventually(lambda: _id_of(shift, customer))
                shift.admin.patch(f"/api/conversations/{id_}", {"assignee_id": agent.agent_id})

            return step

        return later

    def waits_for_long(customer: Customer) -> Step:
        """As if they had written six minutes ago: the promise is broken."""

        def step() -> None:
            customer.says("Is anybody there?")
            id_ = eventually(lambda: _id_of(shift, customer))
            product.run_sql(
                f"delete from deadlines where conversation_id = '{id_}';"
                f" update conversations set waiting_since = now() - interval '6 minutes' where id = '{id_}'"
            )
            shift.admin.patch(f"/api/conversations/{id_}", {"priority": 1})

        return step

    parts = [someone(f"Plain {number}", *_plain(chance, says)) for number in range(PLAIN)]
    parts += [
        someone(
            f"Burst {number}", *(says(word) for word in ("Hello", "are you there?", "It is urgent")), is_patient=False
        )
        for number in range(4)
    ]
    parts += [someone("Photo", photo), someone("Voice", voice), someone("Paper", paper)]
    parts += [someone(f"Thanks {number}", says("Is it open today?"), says("Thank you!")) for number in range(3)]
    parts += [someone(f"Lost {number}", asks_but_the_answer_is_lost) for number in range(2)]
    parts += [
        someone("Caller", rings),
        someone("Late", earlier("Written hours ago", 3)),
        someone("Breach", waits_for_long),
        someone("Closing", earlier("Until tomorrow", 23.5)),
        someone("Closed", goes_to(paul, earlier("Is it ready?", 30))),
        someone("Found by themselves", goes_to(kira, says("I found it on page 12"))),
        someone("Bot", says("Menu, please"), says("I want a person")),
    ]
    assert len(parts) == 40
    return parts


def _plain(
    chance: random.Random, says: Callable[[str], Callable[[Customer], Step]]
) -> list[Callable[[Customer], Step]]:
    return [says(chance.choice(QUESTIONS)) for _ in range(chance.choice((1, 1, 2)))]


def _id_of(shift: Shift, customer: Customer) -> str | None:
    return next((one["id"] for one in shift.admin.listed("all") if one["contact"]["name"] == customer.name), None)


# The shift -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def crew(playwright: Playwright, product: Product, admin: Person) -> Iterator[list[Crew]]:
    people: list[Crew] = []
    for name in ("Kira Lindt", "Paul Oduya", "Vera Sol"):
        product.let_invite(admin.email)
        link = admin.post("/api/invitations", {"email": new_email(), "role": "agent", "sees": "all"})["link"]
        person = join(playwright, product, "/api/invitation", token=link.partition("token=")[2], name=name)
        people.append(Crew(person.name, person.email, person.http, person.session))
    yield people
    for person in people:
        person.put("/api/availability", {"state": "offline"})
        person.http.dispose()


@pytest.fixture
def team_id(admin: Person, crew: list[Crew], channel: dict[str, Any]) -> Iterator[str]:
    """All three answer the practice number, and whoever has fewest gets the next."""
    members = [one.agent_id for one in crew]
    team = admin.post("/api/teams", {"name": f"Shift {secrets.token_hex(2)}", "colour": "teal", "member_ids": members})
    admin.patch("/api/routing", {"channels": {channel["id"]: team["id"]}, "teams": {team["id"]: "balanced"}})
    yield team["id"]
    admin.patch("/api/routing", {"channels": {channel["id"]: None}, "teams": {team["id"]: "manual"}})
    admin.delete(f"/api/teams/{team['id']}")


@pytest.fixture
def bot(
    playwright: Playwright, product: Product, admin: Person, team_id: str, channel: dict[str, Any]
) -> Iterator[Bot]:
    product.let_invite(admin.email)
    scopes = ["conversations:read", "conversations:change", "messages:send"]
    made = admin.post("/api/tokens", {"name": "Menu", "scopes": scopes, "bot_name": "Milo"})
    first = {"bot_id": made["record"]["id"], "team_id": team_id, "after_min": 5}
    admin.patch("/api/routing", {"first_answers": {channel["id"]: first}})
    headers = {"Authorization": f"Bearer {made['token']}"}
    http = playwright.request.new_context(base_url=product.url, extra_http_headers=headers)
    yield Bot(http)
    http.dispose()
    admin.patch("/api/routing", {"first_answers": {channel["id"]: None}})
    admin.delete(f"/api/tokens/{made['record']['id']}")


def test_a_shift(
    admin: Person,
    provider: Provider,
    product: Product,
    crew: list[Crew],
    bot: Bot,
    new_context: ContextMaker,
) -> None:
    print(f"\nshift: THREADLINE_TEST_SEED={SEED}")
    chance = random.Random(SEED)
    kira, paul, vera = crew
    lead = Crew(admin.name, admin.email, admin.http, admin.session)
    shift = Shift(lead, provider, product)
    shift.parts = _cast(shift, chance, kira, paul)
    keys = Keys(kira, Desk(new_context(kira).new_page()).open("/inbox/mine"), shift)
    thumb = Thumb(paul, Desk(new_context(paul, **PHONE).new_page()).open("/inbox/mine"), shift)
    thumb.colleague = kira
    veras = new_context(vera)
    mouse = Mouse(vera, Desk(veras.new_page()).open("/inbox/mine"), shift)
    above = Desk(new_context(lead).new_page()).open("/inbox/open")
    for person in crew:
        person.put("/api/availability", {"state": "online"})

    begins_at = admin.get("/api/conversations?view=all&order=newest&limit=1")["position"]
    present: list[Agent] = [keys, thumb, mouse]
    total = sum(len(part.steps) for part in shift.parts)
    has_seen: set[str] = set()
    rounds = 0
    while rounds < MOST_ROUNDS:
        rounds += 1
        left = sum(len(part.steps) for part in shift.parts)
        _customers(shift, chance)
        bot.turn()
        _once(has_seen, "break", left < total * 0.8, keys.takes_a_break)
        _once(has_seen, "return", left < total * 0.65, keys.comes_back)
        if left < total * 0.45 and mouse in present:
            _vanish(product, vera, veras)
            present.remove(mouse)
            _look(above.page, "above")
        for agent in present:
            if "break" not in has_seen or "return" in has_seen or agent is not keys:
                agent.turn()
        _send_again(shift, above)
        if left == 0 and not _who_waits(shift):
            break
    else:
        left_over = [(one["contact"]["name"], one["assignee_id"], one["team_id"]) for one in _who_waits(shift)]
        pytest.fail(f"not done after {rounds} rounds: {left_over}")
    print(f"shift: {rounds} rounds, {shift.answers} answers in words")
    for name, agent in (("kira", keys), ("paul", thumb)):
        _look(agent.desk.page, name)
    product.run("settle")
    _agree(shift, vera, above, chance)
    _feed_agrees(shift, begins_at)


def _once(done: set[str], name: str, is_time: bool, act: Step) -> None:
    if is_time and name not in done:
        done.add(name)
        act()


def _customers(shift: Shift, chance: random.Random) -> None:
    """A few of them go on."""
    ready = [part for part in shift.parts if part.steps]
    chance.shuffle(ready)
    waiting = {one["contact"]["name"] for one in _who_waits(shift)} if ready else set[str]()
    for part in [one for one in ready if not (one.is_patient and one.customer.name in waiting)][:3]:
        part.steps.pop(0)()


def _who_waits(shift: Shift) -> list[dict[str, Any]]:
    names = {part.customer.name for part in shift.parts}
    return [
        one for one in shift.admin.listed("all") if one["waiting_since"] is not None and one["contact"]["name"] in names
    ]


def _vanish(product: Product, vera: Crew, context: Any) -> None:
    """Her desk is gone, and half an hour passes."""
    context.close()
    product.run_sql(
        "update availabilities set seen_at = now() - interval '31 minutes', since = now() - interval '40 minutes'"
        f" where agent_id = '{vera.agent_id}'"
    )

    def is_offline() -> bool:
        agents = vera.get("/api/agents")["items"]
        return any(one["id"] == vera.agent_id and one["availability"] == "offline" for one in agents)

    eventually(is_offline)
    eventually(lambda: not vera.waiting())


def _send_again(shift: Shift, above: Desk) -> None:
    """The supervisor finds what was not delivered where it stands, and sends it."""
    lost = [one for one in shift.admin.listed("all") if one["has_failed"] and one["contact"]["name"].startswith("Lost")]
    for one in lost:
        above.open(f"/inbox/failed/{one['id']}")
        again = above.thread.get_by_role("button", name="Send again")
        expect(again.first).to_be_visible()
        for left in range(again.count(), 0, -1):
            expect(again).to_have_count(left)
            again.first.click()
        expect(again).to_have_count(0)
        eventually(lambda name=one["contact"]["name"]: not _conversation(shift, name)["has_failed"])


def _conversation(shift: Shift, name: str) -> dict[str, Any]:
    return next(one for one in shift.admin.listed("all") if one["contact"]["name"] == name)


def _look(page: Page, name: str) -> None:
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"shift-{name}-{theme}.png")
    assert problems_of(page) + overflow_of(page) == []


def _agree(shift: Shift, vera: Crew, above: Desk, chance: random.Random) -> None:
    log = shift.provider.get("/_control/log?limit=100000")["items"]
    first_answers: list[float] = []
    for part in shift.parts:
        customer = part.customer
        found = _conversation(shift, customer.name)
        assert found["waiting_since"] is None, customer.name
        said = shift.admin.get(f"/api/conversations/{found['id']}/messages?limit=100")["items"]
        ours = [one for one in said if one["direction"] == "outgoing"]
        sent = [
            one for one in log if customer.key in {one["user_id"], one["to"]} or one["to"] == customer.phone.lstrip("+")
        ]
        on_phone = [one for one in customer.messages() if one["direction"] == "incoming"]
        assert len(ours) == len(on_phone) == len([one for one in sent if not one["error_code"]]), customer.name
        assert all(one["status"] in {"sent", "delivered", "read", "played"} for one in ours), customer.name
        assert not any(one["is_uncertain"] for one in ours)
        seqs = [one["seq"] for one in said]
        assert all(before < after for before, after in pairwise(sorted(seqs)))
        people = {one["author"]["id"] for one in ours if one["author"]["kind"] == "agent"}
        by_hand = [
            one for one in said if one["direction"] == "line" and one["content"].get("what") == "no_answer_needed"
        ]
        assert people or any(one["author"]["kind"] == "agent" for one in by_hand), f"{customer.name} has nobody"
        if ours:
            asked = min(one["created_at"] for one in said if one["direction"] == "incoming" or "call" in str(one))
            first = min(one["created_at"] for one in ours)
            first_answers.append((datetime.fromisoformat(first) - datetime.fromisoformat(asked)).total_seconds())
    assert vera.waiting() == []
    first_answers.sort()
    p90 = first_answers[int(len(first_answers) * 0.9)]
    print(f"shift: p90 of the first answer {p90:.1f} s, the last {first_answers[-1]:.1f} s")
    _words_agree(shift, log)
    for part in chance.sample(shift.parts, 5):
        found = _conversation(shift, part.customer.name)
        above.open(f"/inbox/all/{found['id']}")
        for one in part.customer.messages():
            if one.get("text"):
                expect(above.thread.get_by_role("article").filter(has_text=one["text"]).first).to_be_attached()


def _feed_agrees(shift: Shift, position: int) -> None:
    """Every message of the threads was announced once, and nothing was announced that does not stand there."""
    told: list[str] = []
    while (page := shift.admin.get(f"/api/events?after={position}&limit=500"))["events"]:
        told += [one["message_id"] for one in page["events"] if one["kind"] in {"message_received", "message_queued"}]
        position = page["position"]
    there: set[str] = set()
    for part in shift.parts:
        found = _conversation(shift, part.customer.name)
        said = shift.admin.get(f"/api/conversations/{found['id']}/messages?limit=100")["items"]
        there |= {one["id"] for one in said if one["direction"] in {"incoming", "outgoing"}}
    assert len(told) == len(set(told))
    assert set(told) == there


def _words_agree(shift: Shift, log: list[dict[str, Any]]) -> None:
    """No answer reached two customers, and none reached one twice."""
    words = [one["body"]["text"]["body"] for one in log if one["type"] == "text" and not one["error_code"]]
    mine = [text for text in words if text.endswith(f"of {SEED}")]
    assert len(mine) == len(set(mine))
    late = next(part for part in shift.parts if part.customer.name.startswith("Late"))
    assert shown(late.customer, "Written hours ago") is not None
