"""What search engines read."""

from tests.feeds.newsroom import ENGLISH, HOUR
from tests.pages.site import BASE_URL, Site
from ticker.pages.structured import live_blog


def test_live_page_is_a_live_blog(site: Site) -> None:
    """A search engine gets each line with its address, times, topics and correction."""
    line = site.en.publish("Six metres", source="Water authority", topics=("storm",), url="https://news.example/flood")
    site.en.pass_time(HOUR)
    site.en.correct(line, text="Five metres", correction="The level was wrong.")
    address = f"{BASE_URL}/en/lines/{line.id}"

    assert site.page("/en").data() == {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "@id": f"{BASE_URL}/en#live",
        "url": f"{BASE_URL}/en",
        "headline": "Breaking & live",
        "description": "Breaking news in English",
        "inLanguage": "en",
        "datePublished": "2026-11-25T12:00:00.000Z",
        "dateModified": "2026-11-25T13:00:00.000Z",
        "coverageStartTime": "2026-11-25T12:00:00.000Z",
        "coverageEndTime": "2026-11-26T00:00:00Z",
        "publisher": {"@type": "Organization", "name": "Breaking & live", "url": "https://news.example/"},
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "@id": address,
                "url": address,
                "headline": "Five metres",
                "articleBody": "Five metres",
                "datePublished": "2026-11-25T12:00:00.000Z",
                "dateModified": "2026-11-25T13:00:00.000Z",
                "inLanguage": "en",
                "creditText": "Water authority",
                "keywords": ["Storm & flood"],
                "isBasedOn": "https://news.example/flood",
                "correction": {"@type": "CorrectionComment", "text": "The level was wrong."},
            }
        ],
    }


def test_withdrawn_line_is_dropped(site: Site) -> None:
    """What was withdrawn is not told to search engines either."""
    gone = site.en.publish("A grave error")
    site.en.publish("Bridge open")
    site.en.withdraw(gone)

    assert [posting["headline"] for posting in site.page("/en").data()["liveBlogUpdate"]] == ["Bridge open"]


def test_text_cannot_end_its_script(site: Site) -> None:
    """A text with the end of a script in it stays inside, and is what it was once read."""
    text = "</script><!--<script> & \u00a0 <b>"
    site.en.publish(text)

    page = site.page("/en")

    assert page.data()["liveBlogUpdate"][0]["articleBody"] == text
    assert "</script><!--" not in page.html


def test_long_text_has_a_short_headline(site: Site) -> None:
    """A headline ends with a word, within what search engines show; the body has the whole text."""
    words = site.en.publish("word " * 30 + "end")
    sign = site.en.publish("字" * 300)

    blog = live_blog(ENGLISH, [sign, words], BASE_URL)

    assert blog is not None
    assert [posting["headline"] for posting in blog["liveBlogUpdate"]] == ["字" * 109 + "…", ("word " * 22).strip() + "…"]
    assert blog["liveBlogUpdate"][0]["articleBody"] == "字" * 300


def test_no_lines_no_live_blog() -> None:
    """A live blog without an update would be an error to a search engine."""
    assert live_blog(ENGLISH, [], BASE_URL) is None
