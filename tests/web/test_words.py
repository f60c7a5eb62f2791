"""web/widget/src/words.js: what the widget says itself."""

import pytest
from playwright.async_api import Page

from tests.browsing import Site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

AGO = """async (ages) => {
  const { voiceOf } = await import("/widget/src/words.js");
  return ages.map((age) => ["en", "es"].map((language) => voiceOf(language).ago(1_790_000_000_000 - age, 1_790_000_000_000)));
}"""


async def test_a_time_is_never_of_the_future(page: Page, scripts: Site) -> None:
    """The clocks of server and reader agree to a second or so: what has just come is of now, and not "in 1 min."."""
    await page.goto(scripts.url)

    assert await page.evaluate(AGO, [-900, 0, 30_000, 90_000, 7_200_000]) == [
        ["now", "ahora"],
        ["now", "ahora"],
        ["now", "ahora"],
        ["1 min. ago", "hace 1 min"],
        ["2 hr. ago", "hace 2 h"],
    ]


async def test_a_tag_is_read_as_tags_are(page: Page, scripts: Site) -> None:
    """Languages by their first subtag, in letters of any size (BCP 47); Mapudungun, arn, is no Arabic."""
    await page.goto(scripts.url)
    spoken = """async (tags) => {
      const { voiceOf } = await import("/widget/src/words.js");
      return tags.map((tag) => voiceOf(undefined, tag).language);
    }"""

    tags = ["ar", "AR", "es-MX", "fr-Latn-CA", "arn", "esu", "", "x"]
    assert await page.evaluate(spoken, tags) == ["ar", "ar", "es", "fr", "en", "en", "en", "en"]
