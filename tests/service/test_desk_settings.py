"""Settings of the desk that cannot work are said at the start, in words."""

import pytest

from kb.core.errors import ConfigurationError
from kb.core.settings import load_settings


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "IST+5:30"])
def test_a_time_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(ConfigurationError, match="KB_TIME_ZONE"):
        load_settings({"KB_TIME_ZONE": zone})


def test_a_time_zone_is_known_by_its_name() -> None:
    assert load_settings({"KB_TIME_ZONE": "Europe/London"}).time_zone.key == "Europe/London"


@pytest.mark.parametrize(
    "address",
    [
        "shop.example",
        "ftp://shop.example",
        "http://",
        "http://[",
        "http://a b/c",
        "http://shop.example:port/",
        "http://कखग/",
    ],
)
def test_an_address_of_the_own_system_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="KB_CUSTOMER_URL"):
        load_settings({"KB_CUSTOMER_URL": address})


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8080/customer", "https://shop.example/api?key=1"])
def test_an_address_of_the_own_system_is_taken_as_it_is(address: str) -> None:
    assert load_settings({"KB_CUSTOMER_URL": address}).customer_url == address
