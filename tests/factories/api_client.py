"""What the API answers, as JSON."""

from typing import Any

from flask.testing import FlaskClient


def get_json(client: FlaskClient, path: str, **parts: Any) -> Any:
    """The JSON of an answer that must be a success."""
    answer = client.get(path, **parts)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    return answer.json
