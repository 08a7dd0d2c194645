"""Where callers find our API: by its domain, or below a loopback address."""

import pytest

from labverse.adapters import api_address


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("api-1.example.com", "https://api-1.example.com"),
        ("evil.example.org", "https://api-1.example.com"),
        ("127.0.0.1.evil.example.org:80", "https://api-1.example.com"),
        ("127.0.0.1:4566", "http://127.0.0.1:4566/_aws/execute-api/api-1"),
        ("localhost:4566", "http://localhost:4566/_aws/execute-api/api-1"),
        (None, "https://api-1.example.com"),
    ],
)
def test_it_is_where_the_request_was_sent(host: str | None, url: str) -> None:
    context = {"domainName": "api-1.example.com", "apiId": "api-1"}
    headers = None if host is None else {"Host": host}
    assert api_address.of({"requestContext": context, "headers": headers}) == url
