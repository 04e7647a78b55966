"""Draws `docs/images/inbox.png`: the real product with a handful of customers, as an agent sees it.

python -m tests.browser.make_readme_picture
"""

import base64
import io
import re
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.product import Product, running_product
from tests.browser.provider import Customer, Provider
from tests.chromium import find_chromium

PICTURE = Path(__file__).parent.parent.parent / "docs" / "images" / "inbox.png"
_WRITERS = [
    ("Oliver Grant", "The glaze is food safe, thank you! I will order the set."),
    ("Marit Haugen", "We fire again on Thursday? Then I will wait."),
    ("Tomasz Zieliński", "Thank you, I will measure the shelf tonight"),
    ("Lucía Fernández", "¿Hacen envíos a Canarias? Quiero cuatro platos"),
    ("Sanne de Vries", "Kan ik de kom nog ruilen voor een grotere?"),
    ("Дарья Ковалёва", "Здравствуйте! Где мой заказ?"),
]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="threadline-picture-", dir="/tmp"))
    folder.chmod(0o711)
    with running_product(folder / "data") as product, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        view = chromium.new_context(
            base_url=product.setup_link.split("/setup")[0],
            viewport={"width": 1440, "height": 900},
            device_scale_factor=1.5,
            color_scheme="light",
            locale="en-GB",
        )
        page = view.new_page()
        number_id = sign_up(page, product)
        http = playwright.request.new_context(
            base_url=product.simulator_url, extra_http_headers={"Authorization": f"Bearer {product.control_token}"}
        )
        _play(page, Provider(http, number_id))
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
    Image.open(PICTURE).convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(PICTURE, optimize=True)


def sign_up(page: Page, product: Product) -> str:
    """The first admin; returns the address of the practice number."""
    page.goto(product.setup_link)
    page.get_by_label("Your name").fill("Mila Berg")
    page.get_by_label("E-mail").fill("mila@example.org")
    page.get_by_label("Password").fill("a quiet river in the north")
    page.get_by_label("Workspace").fill("Atelier Nord")
    page.get_by_role("button", name="Open the inbox").click()
    expect(page.get_by_text("First steps")).to_be_visible(timeout=20_000)
    channels = page.request.get("/api/channels").json()["items"]
    return str(channels[0]["address"])


def _play(page: Page, provider: Provider) -> None:
    for name, text in _WRITERS:
        provider.customer(name).says(text)
        time.sleep(0.3)
    hannah = provider.customer("Hannah Whitcombe")
    hannah.says("Hello, my parcel came today")
    media = {"base64": base64.b64encode(_broken_carafe()).decode(), "mime": "image/jpeg", "name": "carafe.jpg"}
    hannah.sends("image", media=media, text="The cup is perfect but the carafe came cracked 😕")
    page.goto("/inbox/open")
    rows = page.get_by_role("listbox", name="Conversations").get_by_role("option")
    for name, answer in (("Oliver Grant", "With pleasure, Oliver"), ("Marit Haugen", "Yes, and the small ones first")):
        rows.filter(has_text=name).click()
        _write(page, answer)
    rows.filter(has_text="Hannah").click()
    _write(page, "I’m so sorry, Hannah. Was the box dented?")
    _until_shown(hannah, "Was the box dented?")
    asked = next(one for one in hannah.messages() if "Was the box dented?" in one.get("text", ""))
    hannah.reads()
    hannah.says("No, dry and undamaged. Already broken inside", message_id=asked["id"])
    _write(page, "Then it is our fault. I’ll check the kiln shelf")
    page.get_by_role("button", name="Note", exact=True).click()
    _write(page, "Jonas, is there a sand-glaze carafe left from the last firing? She needs it by Saturday")
    page.get_by_role("button", name="Reply", exact=True).click()
    _until_shown(hannah, "kiln shelf")
    hannah.reads()
    hannah.says("It’s a present for my mother, her birthday is on Saturday")
    close = page.get_by_role("button", name="Close").first
    if close.is_visible():
        close.click()
    expect(page.get_by_role("log", name="Messages").first).to_contain_text("birthday")
    page.get_by_role("textbox", name=re.compile("Answer to")).fill(
        "Jonas found one, Hannah. It leaves today by express"
    )
    expect(page.get_by_role("log", name="Messages").first.get_by_role("img", name=re.compile("carafe"))).to_be_visible()
    page.wait_for_timeout(1500)


def _write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name=re.compile("Answer to|note", re.IGNORECASE)).first
    box.fill(text)
    box.press("ControlOrMeta+Enter" if "Jonas, is" in text else "Enter")
    expect(page.get_by_role("log", name="Messages").first).to_contain_text(text)


def _until_shown(customer: Customer, text: str) -> None:
    deadline = time.monotonic() + 20
    while not any(text in one.get("text", "") for one in customer.messages()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _broken_carafe() -> bytes:
    """A drawing of ours: nobody's photograph travels with the code."""
    image = Image.new("RGB", (1080, 600), "#d5dad5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 440, 1080, 600), fill="#a98763")
    draw.polygon([(700, 260), (1040, 230), (1060, 470), (720, 480)], fill="#c99a63")
    draw.polygon([(700, 260), (1040, 230), (990, 190), (740, 215)], fill="#dfc19a")
    draw.ellipse((300, 170, 600, 520), fill="#e8dcc8")
    draw.pieslice((300, 170, 600, 520), 10, 170, fill="#c1905f")
    draw.rectangle((400, 70, 500, 220), fill="#ece3d3")
    draw.ellipse((385, 50, 515, 95), fill="#f3ecdf")
    crack = [(452, 60), (438, 110), (462, 150), (440, 205), (470, 250), (445, 300), (478, 340), (455, 390)]
    draw.line(crack, fill="#4a3a2c", width=6, joint="curve")
    draw.line([(470, 250), (505, 268)], fill="#4a3a2c", width=4)
    draw.polygon([(585, 520), (640, 505), (625, 540)], fill="#ece3d3")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
