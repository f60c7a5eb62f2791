"""The editors' page in a real browser: nothing written is lost, nothing is posted twice, nothing is overwritten unseen."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.browsing import visiting
from tests.desk.newsroom import Newsroom, newsroom_of_its_own
from tests.redises import RedisServer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]

LINES = re.compile(r"/v1/channels/en/lines$")

SAID = """() => {
  window.said = [];
  const note = ({ addedNodes }) => said.push(...[...addedNodes].map((node) => node.textContent));
  new MutationObserver((changes) => changes.forEach(note)).observe(document.querySelector("#signin-said"), { childList: true });
}"""
"""Notes all that a screen reader is given to say at the sign-in."""


@pytest_asyncio.fixture(loop_scope="module")
async def newsroom(session_redis: RedisServer) -> AsyncIterator[Newsroom]:
    """It serves on the event loop that the browser is driven from."""
    async with newsroom_of_its_own(session_redis) as newsroom:
        yield newsroom


class Desk:
    """The page, as an editor uses it."""

    def __init__(self, page: Page, newsroom: Newsroom) -> None:
        self.page = page
        self.newsroom = newsroom
        self.text = page.locator("#text")
        self.status = page.locator("#desk > section").first.get_by_role("status")
        self.lines = page.locator("#lines > li")

    async def sign_in(self, token: str | None = None) -> None:
        await self.page.goto(f"{self.newsroom.url}/desk")
        await self.page.get_by_label("Token").fill(token or self.newsroom.token)
        await self.page.keyboard.press("Enter")
        await expect(self.page.get_by_text("Live", exact=True)).to_be_visible()

    async def post(self, text: str) -> None:
        await self.text.fill(text)
        await self.page.keyboard.press("Control+Enter")

    def line(self, text: str) -> Locator:
        return self.lines.filter(has_text=text)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(newsroom: Newsroom, page: Page) -> Desk:
    """Signed in, on a phone."""
    await page.set_viewport_size({"width": 360, "height": 740})
    page.set_default_timeout(10_000)
    desk = Desk(page, newsroom)
    await desk.sign_in()
    return desk


async def test_an_editor_posts_with_the_keyboard_and_sees_it_out(desk: Desk) -> None:
    """Ctrl+Enter posts; the field is free again and has the focus; the line stands in the list."""
    await desk.text.fill("Bridge closed")
    await desk.page.get_by_label("Source").first.fill("Civil Defence")
    await desk.page.get_by_label("Urgency").first.select_option("Flash")
    await desk.page.get_by_label("World").check()
    await desk.page.keyboard.press("Control+Enter")

    await expect(desk.status).to_contain_text("Published at")
    await expect(desk.text).to_be_focused()
    await expect(desk.text).to_have_value("")
    await expect(desk.line("Civil Defence: Bridge closed")).to_contain_text("Flash · World")


async def test_a_new_line_may_be_pinned_expire_and_have_a_note(desk: Desk) -> None:
    """In the editor's own time; a reload loses none of it, and afterwards the fields are empty again."""
    await desk.newsroom.posted("Other")
    await desk.page.get_by_text("Pin, expiry, note").click()
    await desk.page.get_by_label("Pin:").check()
    await desk.page.get_by_label("Not shown after").fill("2036-07-01T12:30")
    await desk.page.get_by_label("Note").fill("by phone")
    await desk.text.fill("Road closed")
    await desk.page.reload()
    await expect(desk.page.get_by_label("Not shown after")).to_have_value("2036-07-01T12:30")
    await desk.page.keyboard.press("Control+Enter")
    await expect(desk.lines.first).to_contain_text("Road closed")
    await expect(desk.lines.first).to_contain_text("Pinned")
    await expect(desk.page.get_by_label("Pin:")).to_be_hidden()
    await expect(desk.page.get_by_label("Pin:")).not_to_be_checked()
    [entry, _] = await desk.newsroom.audited()

    assert entry["note"] == "by phone"
    assert entry["after"]["expires"] == "2036-07-01T10:30:00.000Z"  # the visitor is in Madrid


async def test_a_time_that_is_over_is_told_beside_its_field(desk: Desk) -> None:
    """Also where the field is folded away."""
    await desk.page.get_by_text("Pin, expiry, note").click()
    await desk.page.get_by_label("Not shown after").fill("2020-01-01T00:00")
    await desk.page.get_by_text("Pin, expiry, note").click()
    await desk.post("Road closed")

    await expect(desk.page.get_by_label("Not shown after")).to_be_focused()
    assert await desk.newsroom.texts() == []


async def test_markup_in_a_line_stays_text(desk: Desk) -> None:
    """A headline cannot run as a script on the desk."""
    await desk.newsroom.posted("<img src=x onerror=alert(1)> & <b>bold</b>", source="<i>x</i>")

    await expect(desk.lines).to_contain_text("<i>x</i>: <img src=x onerror=alert(1)> & <b>bold</b>")


async def test_what_was_written_survives_a_refusal_and_a_reload(desk: Desk) -> None:
    """The text is only cleared when the server has it."""
    await desk.page.get_by_label("Link").first.fill("ftp://nowhere")
    await desk.post("Bridge closed")
    await expect(desk.page.get_by_text("“Link” must be a web address")).to_be_visible()
    await expect(desk.page.get_by_label("Link").first).to_be_focused()
    await expect(desk.text).to_have_value("Bridge closed")
    await desk.page.reload()

    await expect(desk.text).to_have_value("Bridge closed")
    assert await desk.newsroom.texts() == []


async def test_a_lost_answer_is_asked_for_again_and_posts_once(desk: Desk) -> None:
    """When the connection breaks after the server had the line, the page repeats it with the same key by itself."""
    keys: list[str | None] = []

    async def lose_the_first_answer(route: Route) -> None:
        keys.append(await route.request.header_value("Idempotency-Key"))
        if len(keys) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await desk.page.route(LINES, lose_the_first_answer)
    await desk.post("Bridge closed")

    await expect(desk.status).to_contain_text("cannot be reached")
    await expect(desk.status).to_contain_text("by an earlier try; it is out once")
    assert len(keys) == 2
    assert keys[0] == keys[1] is not None
    assert await desk.newsroom.texts() == ["Bridge closed"]


async def test_a_log_that_is_away_is_waited_for(desk: Desk) -> None:
    """503 is shown in words and tried again; the editor may stop it, and the text stays."""
    problem = '{"type": "/problems/log-loading", "detail": "Redis is reading its data."}'
    await desk.page.route(LINES, lambda route: route.fulfill(status=503, body=problem, content_type="application/problem+json"))
    await desk.post("Bridge closed")
    await expect(desk.status).to_contain_text("Redis is reading its data. Not stored yet. Trying again by itself")
    await desk.page.get_by_role("button", name="Stop trying").click()

    await expect(desk.status).to_contain_text("Stopped")
    await expect(desk.text).to_have_value("Bridge closed")
    await expect(desk.text).to_be_editable()


async def test_a_duplicate_is_shown_before_it_is_posted_anyway(desk: Desk) -> None:
    """The editor sees the earlier line and decides."""
    await desk.newsroom.posted("Bridge closed", source="Agency")
    await desk.post("Bridge closed")
    await expect(desk.status).to_contain_text("Agency: Bridge closed")
    assert len(await desk.newsroom.texts()) == 1
    await desk.page.get_by_role("button", name="Post anyway").click()

    await expect(desk.status).to_contain_text("Published at")
    await expect(desk.lines).to_have_count(2)


@pytest.mark.parametrize("field", ["Text", "Source"])
async def test_the_warning_of_a_duplicate_goes_with_what_it_warned_of(desk: Desk, field: str) -> None:
    """Another text, or another source, is not the duplicate: it is posted by the button that posts, and judged anew."""
    await desk.newsroom.posted("Bridge closed")
    await desk.post("Bridge closed")
    anyway = desk.page.get_by_role("button", name="Post anyway")
    await expect(anyway).to_be_visible()
    await desk.page.get_by_label("Urgency").first.select_option("Urgent")
    await expect(anyway).to_be_visible()
    await desk.page.get_by_label(field).first.press_sequentially("!")

    await expect(anyway).to_be_hidden()
    await expect(desk.status).to_be_empty()


async def test_a_correction_needs_its_note(desk: Desk) -> None:
    """What was wrong is asked for; then the corrected line is out with it."""
    await desk.newsroom.posted("Three hurt")
    await desk.line("Three hurt").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    await panel.get_by_label("Text", exact=True).fill("Two hurt")
    await desk.page.keyboard.press("Control+Enter")
    await expect(panel.get_by_label("What was wrong")).to_be_focused()
    await expect(panel).to_contain_text("“What was wrong” is required: say in public what was wrong.")
    await panel.get_by_label("What was wrong").fill("The number")
    await desk.page.keyboard.press("Control+Enter")

    await expect(desk.line("Two hurt")).to_contain_text("Corrected: The number")
    await expect(desk.line("Two hurt").locator(".line-state bdi")).to_have_attribute("lang", "en")
    await expect(panel).to_have_count(0)
    assert await desk.newsroom.texts() == ["Two hurt"]


async def test_two_editors_see_both_texts(desk: Desk) -> None:
    """Who writes is told while writing; whoever is second sees the other's text; nothing is overwritten unasked."""
    path = await desk.newsroom.posted("Fire")
    await desk.line("Fire").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    text = panel.get_by_label("Text", exact=True)
    await text.fill("Fire spreads")
    await panel.get_by_label("Update: new facts").check()
    await text.focus()
    await desk.newsroom.call("PATCH", path, json={"kind": "update", "text": "Fire out", "source": "Agency", "urgency": 1})
    await expect(panel.get_by_role("status")).to_contain_text(
        re.compile("changed since you opened it.*Fire.*Agency: Fire out.*Also changed: urgency", re.DOTALL)
    )
    await expect(text).to_have_value("Fire spreads")
    await expect(text).to_be_focused()
    async with desk.page.expect_response(lambda response: response.status == 412):
        await panel.get_by_role("button", name="Update").click()
    await expect(panel.get_by_role("status")).to_contain_text("Somebody else changed this line first")
    assert await desk.newsroom.texts() == ["Fire out"]
    await panel.get_by_role("button", name="Send mine over version 2").click()

    await expect(desk.line("Fire spreads")).not_to_contain_text("Agency")
    await expect(desk.line("Fire spreads")).not_to_contain_text("Flash")
    assert await desk.newsroom.texts() == ["Fire spreads"]


async def test_what_is_not_the_wording_disturbs_nobody(desk: Desk) -> None:
    """A line that is pinned, and so moves, while somebody corrects it: no word of it, and the caret stays."""
    path = await desk.newsroom.posted("Fire")
    await desk.newsroom.posted("Flood")
    await desk.line("Fire").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    text = panel.get_by_label("Text", exact=True)
    await text.press("End")
    await desk.newsroom.call("PATCH", path, json={"kind": "pin"})
    await expect(desk.lines.first).to_contain_text("Pinned")
    await desk.page.keyboard.type(" spreads")
    await panel.get_by_label("Update: new facts").check()
    await expect(panel.get_by_role("status")).to_be_empty()
    await desk.page.keyboard.press("Control+Enter")

    await expect(desk.line("Fire spreads")).to_be_visible()
    assert await desk.newsroom.texts() == ["Fire spreads", "Flood"]


async def test_nothing_changed_is_nothing_sent(desk: Desk) -> None:
    """A sheet that is sent as it was opened says so, and stays."""
    await desk.newsroom.posted("Fire")
    await desk.line("Fire").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    await panel.get_by_label("Refile").check()
    await desk.page.keyboard.press("Control+Enter")

    await expect(panel.get_by_role("status")).to_have_text("Nothing is changed yet.")
    assert len(await desk.newsroom.audited()) == 1


async def test_a_sheet_waits_for_its_channel(desk: Desk) -> None:
    """Whoever looks at another channel, or reloads, finds a correction as it was left; and hears so."""
    await desk.newsroom.posted("Fire")
    await desk.line("Fire").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    text = panel.get_by_label("Text", exact=True)
    await text.fill("Fire spreads")
    await panel.get_by_label("Update: new facts").check()
    await desk.page.get_by_label("Channel").select_option("ar")
    await expect(desk.page.locator("#done")).to_contain_text("kept")
    await expect(panel).to_have_count(0)
    await desk.page.reload()
    await expect(desk.page.get_by_label("Channel")).to_have_value("ar")
    await desk.page.get_by_label("Channel").select_option("en")
    await expect(desk.page.locator("#done")).to_have_text("What you began here is still open below.")
    await expect(text).to_have_value("Fire spreads")
    await expect(desk.text).to_be_focused()
    await desk.page.get_by_label("Channel").select_option("ar")
    await desk.page.get_by_label("Channel").select_option("en")
    await panel.get_by_role("button", name="Update").click()

    await expect(desk.line("Fire spreads")).to_be_visible()
    await expect(panel).to_have_count(0)
    assert await desk.newsroom.texts() == ["Fire spreads"]
    await desk.page.reload()
    await expect(desk.line("Fire spreads")).to_be_visible()
    await expect(panel).to_have_count(0)


async def test_a_sheet_that_waited_knows_what_changed_meanwhile(desk: Desk) -> None:
    """It goes by the version that the editor saw; a line that is no longer out gives the text back."""
    path = await desk.newsroom.posted("Fire")
    await desk.line("Fire").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    await panel.get_by_label("Text", exact=True).fill("Fire spreads")
    await desk.page.get_by_label("Channel").select_option("ar")
    await desk.newsroom.call("PATCH", path, json={"kind": "update", "text": "Fire out"})
    await desk.page.get_by_label("Channel").select_option("en")
    await expect(panel.get_by_role("status")).to_contain_text(re.compile("changed since you opened it.*Fire out", re.DOTALL))
    await expect(panel.get_by_label("Text", exact=True)).to_have_value("Fire spreads")
    await desk.page.get_by_label("Channel").select_option("ar")
    await desk.newsroom.call("DELETE", path, json={"reason": "x"})
    await desk.page.get_by_label("Channel").select_option("en")

    await expect(desk.page.locator("#done")).to_contain_text(re.compile("no longer out.*Fire spreads", re.DOTALL))


async def test_what_is_being_sent_goes_on_in_another_channel(desk: Desk) -> None:
    """A correction on its way is not stopped by looking elsewhere; how it ended is told there."""
    await desk.newsroom.posted("Fire")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await desk.page.route(re.compile("/lines/"), hold)
    await desk.line("Fire").get_by_role("button", name="Correct").click()
    panel = desk.page.locator(".panel")
    await panel.get_by_label("Text", exact=True).fill("Fire spreads")
    await panel.get_by_role("button", name="Correct").click()
    await expect(panel.get_by_role("status")).to_contain_text("Sending")
    await desk.page.get_by_label("Channel").select_option("ar")
    held.set()
    await expect(desk.page.locator("#done")).to_contain_text("your change was not stored. It is still open there.")
    await desk.page.get_by_label("Channel").select_option("en")
    await expect(panel).to_contain_text("“What was wrong” is required")
    held.clear()
    await panel.get_by_label("What was wrong").fill("Its extent")
    await panel.get_by_role("button", name="Correct").click()
    await expect(panel.get_by_role("status")).to_contain_text("Sending")
    await desk.page.get_by_label("Channel").select_option("ar")
    held.set()

    await expect(desk.page.locator("#done")).to_contain_text(": Corrected.")
    await expect(desk.lines).to_have_count(0)
    assert await desk.newsroom.texts() == ["Fire spreads"]


async def test_what_was_written_in_a_sheet_survives_other_buttons(desk: Desk) -> None:
    """“Correct” again leads to the open sheet, “Withdraw” opens another; Escape gives up the one that it is pressed in."""
    await desk.newsroom.posted("Fire")
    line = desk.line("Fire")
    await line.get_by_role("button", name="Correct").click()
    text = desk.page.locator(".panel").get_by_label("Text", exact=True)
    await text.fill("Fire spreads")
    await line.get_by_role("button", name="Withdraw", exact=True).click()
    await desk.page.keyboard.press("Escape")
    await line.get_by_role("button", name="Correct").first.click()

    await expect(text).to_be_focused()
    await expect(text).to_have_value("Fire spreads")
    await expect(desk.page.locator(".panel")).to_have_count(1)


async def test_a_withdrawal_says_what_it_does_and_does_it(desk: Desk) -> None:
    """It asks for a reason; Escape keeps the line; afterwards it is gone."""
    await desk.newsroom.posted("Wrong")
    withdraw = desk.line("Wrong").get_by_role("button", name="Withdraw", exact=True)
    await withdraw.click()
    await expect(desk.page.locator(".panel")).to_contain_text("for good")
    await desk.page.keyboard.press("Escape")
    await expect(withdraw).to_be_focused()
    await withdraw.click()
    await desk.page.get_by_label("Reason").fill("wrong place")
    await desk.page.keyboard.press("Control+Enter")

    await expect(desk.page.locator("#done")).to_contain_text("Withdrawn. Its text is gone")
    await expect(desk.lines).to_have_count(0)
    assert await desk.newsroom.texts() == []
    assert (await desk.newsroom.audited())[0]["reason"] == "wrong place"


async def test_what_others_withdraw_leaves_the_desk(desk: Desk) -> None:
    """Also while somebody works on it."""
    path = await desk.newsroom.posted("Wrong")
    await desk.line("Wrong").get_by_role("button", name="Correct").click()
    await desk.page.locator(".panel").get_by_label("Text", exact=True).fill("Half right")
    await desk.newsroom.call("DELETE", path, json={"reason": "x"})

    await expect(desk.lines).to_have_count(0)
    await expect(desk.page.locator("#done")).to_contain_text(
        re.compile("no longer out.*You had written:.*Half right", re.DOTALL)
    )


async def test_a_pinned_line_is_first(desk: Desk) -> None:
    """One key pins, one unpins."""
    await desk.newsroom.posted("First")
    await desk.newsroom.posted("Second")
    await desk.line("First").get_by_role("button", name="Pin").click()
    await expect(desk.lines.first).to_contain_text("Pinned")
    await expect(desk.lines.first).to_contain_text("First")
    await desk.line("First").get_by_role("button", name="Unpin").click()

    await expect(desk.lines.first).to_contain_text("Second")


async def test_the_counter_knows_the_marks(desk: Desk) -> None:
    """55 fits a push message, 100 an alert, 500 is the end."""
    shown = desk.page.locator("#count")
    for length, words in ((55, "55 of 55"), (56, "56 of 100"), (101, "101 of 500"), (501, "501 characters; at most 500")):
        await desk.text.fill("é" * length)

        await expect(shown).to_contain_text(words)


async def test_the_desk_speaks_the_channels_direction(desk: Desk) -> None:
    """Arabic is typed and shown from the right; the draft comes along."""
    await desk.text.fill("عاجل")
    await desk.page.get_by_label("Channel").select_option("ar")
    await expect(desk.text).to_have_attribute("dir", "rtl")
    await desk.page.keyboard.press("Control+Enter")

    await expect(desk.lines.locator(".line-text")).to_have_attribute("dir", "rtl")
    assert await desk.newsroom.texts("ar") == ["عاجل"]


async def test_the_desk_shows_a_line_as_readers_get_it(desk: Desk) -> None:
    """In the edition's direction, also where it begins with letters of the other."""
    text = "دمشق: ticker 2026"
    await desk.newsroom.posted(text, source="وكالة")
    shown = desk.lines.first.locator("[data-part=text]")
    await expect(shown).to_have_css("direction", "ltr")
    await desk.post(text)

    warned = desk.status.locator("bdi", has_text="ticker 2026")
    await expect(warned).to_have_css("direction", "ltr")
    await desk.line(text).get_by_role("button", name="Correct").click()
    await expect(desk.page.get_by_label("What was wrong")).to_have_attribute("dir", "ltr")


async def test_a_text_that_is_too_long_is_told_once(desk: Desk) -> None:
    """By the counter, which knows when it fits again; the field is marked all the same."""
    await desk.post("é" * 501)

    await expect(desk.text).to_have_attribute("aria-invalid", "true")
    await expect(desk.page.get_by_text("at most 500 are allowed").filter(visible=True)).to_have_count(1)


async def test_the_sign_in_says_where_a_token_comes_from(newsroom: Newsroom, page: Page) -> None:
    """Before a wrong one was tried, to eye and ear."""
    await page.goto(f"{newsroom.url}/desk")

    await expect(page.get_by_text("ticker token create NAME")).to_be_visible()
    await expect(page.get_by_label("Token")).to_have_accessible_description(re.compile("begins with “tk_”"))


async def test_a_token_shows_only_what_it_may(desk: Desk) -> None:
    """No button leads to a refusal."""
    await desk.newsroom.posted("Fire")
    token = await desk.newsroom.tokens.create("reader", (), ("withdraw",))
    await desk.page.get_by_role("button", name="Sign out").click()
    await desk.sign_in(token)

    await expect(desk.page.get_by_role("button", name="Withdraw")).to_be_visible()
    await expect(desk.page.get_by_role("button", name="Correct")).to_be_hidden()
    await expect(desk.text).to_be_hidden()


async def test_signing_out_leaves_nothing_behind(desk: Desk) -> None:
    """The token stands in this tab's session storage only, and is gone after signing out."""
    assert await desk.page.evaluate("() => [localStorage.length, document.cookie]") == [0, ""]
    await desk.text.fill("secret")
    await desk.page.get_by_role("button", name="Sign out").click()
    await expect(desk.page.get_by_label("Token")).to_be_focused()

    assert await desk.page.evaluate("() => sessionStorage.length") == 0
    await expect(desk.page.get_by_label("Token")).to_have_value("")


async def test_a_revoked_token_ends_the_signin_but_not_the_draft(desk: Desk) -> None:
    """Whoever signs in again goes on where the text was."""
    await desk.newsroom.tokens.revoke("desk")
    await desk.post("Bridge closed")
    await expect(desk.page.get_by_text("Your sign-in has ended")).to_be_visible()
    token = await desk.newsroom.tokens.create("again", (), ("post",))
    await desk.page.get_by_label("Token").fill(token)
    await desk.page.keyboard.press("Enter")

    await expect(desk.text).to_have_value("Bridge closed")


@pytest.mark.parametrize("token", ["tk_wrong", "ключ"])
async def test_a_wrong_token_is_told(newsroom: Newsroom, page: Page, token: str) -> None:
    """In words, once, with what to do, where a screen reader hears them and finds them at the field; it can be mended."""
    await page.goto(f"{newsroom.url}/desk")
    field = page.get_by_label("Token")
    await field.fill(token)
    await page.evaluate(SAID)
    await page.keyboard.press("Enter")
    said = page.get_by_role("status").filter(has_text="This token is not valid")

    await expect(said.locator(".notice-error")).to_contain_text("from “tk_” to its end")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile("This token is not valid"))
    await expect(field).to_have_value(token)
    assert len([text for text in await page.evaluate("() => said") if text.startswith("This token")]) == 1
    await field.fill(newsroom.token)
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()


async def test_keys_are_named_where_there_are_keys(desk: Desk, browser: Browser) -> None:
    """Not where a finger is what points, also where something could hover: there Enter makes room for what it hides."""
    await expect(desk.page.locator("kbd").first).to_be_visible()
    async with visiting(browser, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as (page, _):
        phone = Desk(page, desk.newsroom)
        await phone.sign_in()
        await phone.text.fill("Bridge closed")
        await page.keyboard.press("Enter")

        await expect(page.locator("kbd").first).to_be_hidden()
        await expect(phone.text).not_to_be_focused()
    sheet = (await desk.newsroom.http.get("/static/desk.css")).text
    assert re.findall(r"@media ([^{]*) {\s*button kbd {\s*display: none", sheet) == ["(pointer: coarse)"]


async def test_nothing_is_wider_than_a_phone(desk: Desk) -> None:
    """Not even a line without a space, with everything open."""
    await desk.newsroom.posted("x" * 300)
    await desk.lines.get_by_role("button", name="Correct").click()
    await desk.page.get_by_text("Source, urgency, link, topics").click()

    assert await desk.page.evaluate("() => document.documentElement.scrollWidth") <= 360
