"""The OpenAPI document's part about handing a document over."""

from kb.core.settings import Settings
from webapp.api.openapi_parts import TEXT, Json, json_response, needs_role, object_of, problems, reference
from webapp.api.parameters import HIGHEST_ID


def forms_of_article_path(settings: Settings) -> Json:
    to = {"type": "string", "enum": list(settings.languages)}
    language = {"name": "to", "in": "query", "schema": to, "description": "The customer's language, if that matters"}
    return {
        "operationId": "formsOfArticle",
        "summary": "A published article as it is handed over to a customer",
        "description": "An internal article begins with a warning that travels along with its text.",
        **_answer("article_id", [language]),
    }


def forms_of_ticket_path() -> Json:
    summary = "What resolved a past ticket, as it is handed over to a customer"
    return {"operationId": "formsOfTicket", "summary": summary, **_answer("ticket_id", [])}


def _answer(name: str, parameters: list[Json]) -> Json:
    number = {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID}
    return {
        "security": needs_role(),
        "parameters": [{"name": name, "in": "path", "required": True, "schema": number}, *parameters],
        "responses": {
            "200": json_response("Its forms", reference("HandedOver")),
            **problems("404", secured=True),
        },
    }


def forms_schemas() -> Json:
    forms = {
        "text": {**TEXT, "description": "For chat and SMS: tables as lines, links with their address"},
        "markdown": TEXT,
        "link": {**TEXT, "description": "Where it is read; of an internal article or a ticket at the desk"},
        "document": {**TEXT, "description": 'The version that is handed over, such as "article:12"'},
        "language": TEXT,
        "wanted": {**TEXT, "description": "The language in which there is no version, empty where there is one"},
    }
    return {"HandedOver": object_of(forms)}
