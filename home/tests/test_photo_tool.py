"""Cutting a photo out in the page: by finger, by key, by button; what is stored is to the specification."""

import io
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import spec_on
from portal.demo.portraits import BLUE, portrait
from tests import life

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
SPEC = spec_on(date(2026, 11, 1))


def from_a_telephone(width: int = 3000, height: int = 4000) -> bytes:
    """Somebody before a blue wall, not in the middle of the picture."""
    scene = Image.new("RGB", (width, height), BLUE)
    person = Image.open(io.BytesIO(portrait(5, SPEC))).resize((width * 7 // 10, height * 7 // 10))
    scene.paste(person, (width * 3 // 10 - width // 20, height * 3 // 10))
    out = io.BytesIO()
    scene.save(out, "JPEG", quality=90, exif=_taken_at_home())
    return out.getvalue()


def _taken_at_home() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "CanaryPhone"
    return exif


def sign_in(browser: "Page", live_server: Any, person: Candidate) -> None:
    browser.goto(f"{live_server.url}/login/?next=/me/photo/")
    browser.fill("#id_account", person.user.mobile)
    browser.fill("#id_password", life.PASSWORD)
    browser.click("button.wide")
    browser.locator("[data-photo]").wait_for()


def choose(browser: "Page", content: bytes, name: str = "IMG_0001.JPG", kind: str = "image/jpeg") -> None:
    browser.set_input_files("[data-photo]", {"name": name, "mimeType": kind, "buffer": content})


def pixels(browser: "Page") -> str:
    """What the frame shows, as a digest that changes with it."""
    return str(browser.evaluate("document.querySelector('[data-crop] canvas').toDataURL('image/png').slice(-4000)"))


def test_a_large_picture_is_cut_out_and_sent_small(browser: "Page", live_server: Any, reference: None) -> None:
    person = life.registered()
    sign_in(browser, live_server, person)
    assert browser.is_hidden("[data-crop]")
    choose(browser, from_a_telephone())
    browser.locator("[data-crop]").wait_for()
    seen = [pixels(browser)]

    def changed() -> None:
        seen.append(pixels(browser))
        assert seen[-1] != seen[-2]

    for act in ("in", "in", "in", "in", "in", "in", "in"):
        browser.click(f"[data-act={act}]")
    changed()
    frame = browser.locator("[data-crop] canvas").bounding_box()
    assert frame
    middle = (frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    browser.mouse.move(*middle)
    browser.mouse.down()
    browser.mouse.move(middle[0] - 30, middle[1] - 40, steps=4)
    browser.mouse.up()
    changed()
    browser.focus("[data-crop] canvas")
    browser.keyboard.press("ArrowUp")
    changed()
    browser.keyboard.press("-")
    changed()
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with browser.expect_request(lambda request: request.method == "POST") as sent:
        browser.click("button.primary.wide")
    expect(browser.get_by_text("照片已保存")).to_be_visible()
    # what left the device was small already, and nothing of where it was taken
    assert int(sent.value.all_headers()["content-length"]) < SPEC.most_bytes + 2048
    photo = Candidate.objects.get(pk=person.pk).photo
    assert photo is not None
    kept = photo.read()
    image = Image.open(io.BytesIO(kept))
    assert (image.format, image.size, round(image.info["dpi"][0])) == ("JPEG", (480, 640), 300)
    assert SPEC.least_bytes <= len(kept) <= SPEC.most_bytes
    assert b"CanaryPhone" not in kept


def test_what_is_too_small_or_cannot_be_shown_is_said(browser: "Page", live_server: Any, reference: None) -> None:
    sign_in(browser, live_server, life.registered())
    choose(browser, from_a_telephone(300, 400))
    browser.get_by_text("照片像素太低").wait_for()
    assert browser.is_hidden("[data-crop]")
    out = io.BytesIO()
    Image.open(io.BytesIO(from_a_telephone(900, 1200))).save(out, "HEIF", quality=90)
    choose(browser, out.getvalue(), "IMG_0002.HEIC", "image/heic")
    browser.get_by_text("可以直接上传").wait_for()
    browser.click("button.primary.wide")
    expect(browser.get_by_text("照片已保存")).to_be_visible()


def test_what_is_to_the_specification_is_sent_as_it_is(browser: "Page", live_server: Any, reference: None) -> None:
    sign_in(browser, live_server, life.registered())
    choose(browser, life.good_photo())
    browser.get_by_text("符合尺寸要求").wait_for()
    assert browser.is_hidden("[data-crop]")


def test_an_empty_file_is_refused_at_once_in_words(browser: "Page", live_server: Any, reference: None) -> None:
    sign_in(browser, live_server, life.registered())
    choose(browser, from_a_telephone())
    browser.locator("[data-crop]").wait_for()
    choose(browser, b"")
    browser.get_by_text("这个文件是空的").wait_for()
    assert browser.is_hidden("[data-crop]")
    assert browser.input_value("[data-photo]") == ""
    choose(browser, from_a_telephone())
    browser.locator("[data-crop]").wait_for()
