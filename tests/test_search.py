"""The catalogue is found by the words that people have for things."""

import pytest

from scaffold.catalogue.guides import guide
from scaffold.catalogue.patterns import load
from scaffold.catalogue.search import search
from scaffold.errors import UsageMistake


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("download", "download-bytes"),
        ("logout", "cookie-session-host-prefix"),
        ("Log Out", "cookie-session-host-prefix"),
        ("304", "etag-conditional"),
        ("401", "www-authenticate"),
        ("cache", "cache-control"),
        ("cach", "cache-control"),
        ("open redirect", "redirect-safe"),
        ("excel", "csv"),
        ("csv stream", "csv-stream"),
        ("websocket", "websocket"),
        ("sites", "clear-site-data"),
        ("cookies httponly", "cookie-set"),
        ("lost update", "if-match"),
        ("path traversal", "file-safe-path"),
        ("x-total-count", "link-pagination"),
        ("samesite", "cookie-set"),
    ],
)
def test_the_best_comes_first(query: str, first: str) -> None:
    assert search([query], load())[0].id == first


@pytest.mark.parametrize("pattern_id", load().patterns)
def test_every_pattern_is_found_by_each_of_its_words(pattern_id: str) -> None:
    catalogue = load()
    for word in guide(catalogue.patterns[pattern_id]).words:
        assert pattern_id in {pattern.id for pattern in search([word], catalogue)}, word


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (["cookie-sett"], "there is no pattern cookie-sett; did you mean cookie-set or "),
        (["downlaod"], "there is no pattern downlaod; did you mean download?"),
        (["xyzzy"], "there is no pattern xyzzy; `scaffold patterns` lists them all"),
        (["  "], "there is no pattern ; `scaffold patterns` lists them all"),
    ],
)
def test_nothing_is_answered_with_what_may_be_meant(query: list[str], answer: str) -> None:
    with pytest.raises(UsageMistake) as caught:
        search(query, load())
    assert str(caught.value).startswith(answer)
