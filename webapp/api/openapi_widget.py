"""The OpenAPI document's part about what the help widget asks for."""

from kb.core.settings import Settings
from kb.search.types import Outcome
from kb.tables import NoticeDegree
from webapp.api.openapi_parts import TEXT, Json, json_response, object_of, problems

_NODES: Json = {
    "type": "array",
    "description": "Texts and elements; an element is [tag, attributes, children]",
    "items": {"anyOf": [TEXT, {"type": "array", "minItems": 3, "maxItems": 3}]},
}
_VISIT: Json = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]{16,32}$",
    "description": "Made at random by the page when it was loaded: joins what is searched and read on it",
}


def visit_of_page() -> Json:
    """For a body."""
    return dict(_VISIT)


def visit_parameter() -> Json:
    return {"name": "visit", "in": "query", "schema": _VISIT, "description": _VISIT["description"]}


def typing_parameter() -> Json:
    about = "`1` while somebody types on: the search is not recorded"
    return {"name": "typing", "in": "query", "schema": {"type": "string"}, "description": about}


def widget_paths(settings: Settings) -> Json:
    tag: Json = {"type": "string", "enum": list(settings.languages)}
    lang = {"name": "lang", "in": "query", "schema": tag, "description": "Language of the reader"}
    return {
        "/api/v1/widget": {"get": _start(lang)},
        "/api/v1/widget/suggestions": {"get": _suggestions(lang)},
        "/api/v1/widget/articles/{language}/{slug}": {"get": _article(tag)},
        "/api/v1/widget/feedback": {"post": _feedback()},
        "/api/v1/widget/contact": {"post": _contact(tag)},
    }


def _start(lang: Json) -> Json:
    topic = object_of({"name": TEXT, "url": TEXT})
    question = object_of({"title": TEXT, "language": TEXT, "url": TEXT})
    words: Json = {"type": "object", "additionalProperties": TEXT}
    fields = {
        "allowed": {"type": "boolean", "description": "Whether pages of the site that asks get answers"},
        "site_name": TEXT,
        "language": TEXT,
        "languages": {**words, "description": "Those on offer, with their names in themselves"},
        "links": {**words, "description": "Pages of the help centre"},
        "notices": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Notice"},
            "description": "Pinned just now",
        },
        "questions": {"type": "array", "items": question, "description": "What people ask most just now"},
        "topics": {"type": "array", "items": topic},
    }
    return {
        "operationId": "startWidget",
        "summary": "Where the widget is, for a page of any site",
        "security": [],
        "parameters": [lang],
        "responses": {
            "200": json_response("Links and names", object_of(fields)),
            **problems(secured=False),
        },
    }


def _suggestions(lang: Json) -> Json:
    offered = object_of({"id": {"type": "integer"}, "title": TEXT, "language": TEXT, "url": TEXT})
    fields = {"outcome": {"type": "string", "enum": list(Outcome)}, "results": {"type": "array", "items": offered}}
    text = {
        "name": "text",
        "in": "query",
        "schema": TEXT,
        "description": "What the page is about: its title or heading",
    }
    return {
        "operationId": "suggestForPage",
        "summary": "Articles for the page that the widget is on; nothing is recorded",
        "security": [],
        "parameters": [text, lang],
        "responses": {
            "200": json_response("Best first; none rather than a wrong one", object_of(fields)),
            **problems(secured=False),
        },
    }


def _article(tag: Json) -> Json:
    place = [
        {"name": "language", "in": "path", "required": True, "schema": tag},
        {"name": "slug", "in": "path", "required": True, "schema": TEXT},
        {"name": "s", "in": "query", "schema": TEXT, "description": "`search_id` of the search that led to it"},
        {"name": "typed", "in": "query", "schema": TEXT, "description": "What was typed, where it is not recorded yet"},
        visit_parameter(),
    ]
    fields = {"id": {"type": "integer"}, "title": TEXT, "language": TEXT, "url": TEXT, "content": _NODES}
    return {
        "operationId": "readArticle",
        "summary": "A public article as a tree of elements that are safe to show",
        "security": [],
        "parameters": place,
        "responses": {
            "200": json_response("The article", object_of(fields)),
            **problems("404", secured=False),
        },
    }


def _feedback() -> Json:
    kind: Json = {"type": "string", "enum": ["answered", "not_answered"]}
    given = {"kind": kind, "document": {**TEXT, "description": 'Such as "article:12"'}}
    sent = object_of({**given, "search_id": TEXT, "visit": _VISIT}, optional={"search_id", "visit"})
    return {
        "operationId": "voteInWidget",
        "summary": "Whether an answer or an article helped",
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
        "responses": {
            "201": json_response("Recorded", object_of(given)),
            **problems("403", secured=False, has_body=True),
        },
    }


def _contact(tag: Json) -> Json:
    share: Json = {
        "type": "boolean",
        "default": False,
        "description": "What was searched and read in `visit` goes along",
    }
    fields = {
        "name": {**TEXT, "maxLength": 200},
        "contact": {**TEXT, "description": "An e-mail address or a phone number"},
        "message": {**TEXT, "maxLength": 5000},
        "language": tag,
        "visit": _VISIT,
        "share": share,
        "form": {
            **_VISIT,
            "description": "Random name of the form: the same message from it is one request, however often sent",
        },
    }
    fields["proof"] = {
        **TEXT,
        "maxLength": 4000,
        "description": "What an answer 429 asked for: its `challenge` solved, as ALTCHA writes it, or its `ticket` after `wait`",
    }
    sent = object_of(fields, optional={"language", "visit", "share", "form", "proof"})
    answer = {
        "reference": TEXT,
        "contact": {**TEXT, "description": "As it will be used"},
        "masked": {"type": "array", "items": TEXT, "description": "What was taken out of the message"},
        "url": {
            **TEXT,
            "description": "The request's own page; whoever has it may read and answer. Empty while it waits",
        },
    }
    wrong = object_of(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "string", "enum": ["missing", "wrong", "long"]},
            },
        }
    )
    unusable = {
        "description": "What cannot be used, by field",
        "content": {"application/problem+json": {"schema": wrong}},
    }
    return {
        "operationId": "writeToPerson",
        "summary": "A message to a person",
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
        "responses": {
            "201": json_response("A person has it", object_of(answer)),
            "202": json_response("It is kept until the database takes it", object_of(answer)),
            "422": unusable,
            **problems("403", secured=False, has_body=True),
            "429": _too_often(),
        },
    }


def _too_often() -> Json:
    proof = object_of(
        {
            "challenge": {"type": "object", "description": "As ALTCHA has it, version 2"},
            "ticket": TEXT,
            "wait": {"type": "integer", "description": "Seconds after which the ticket is taken instead"},
        }
    )
    fields = {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "proof": proof}
    return {
        "description": "Too often; with `proof`, the message is taken with a proof of work",
        "content": {"application/problem+json": {"schema": object_of(fields, optional={"proof"})}},
    }


def notice_properties() -> Json:
    """A notice that somebody has pinned for everybody."""
    moment: Json = {"type": "string", "format": "date-time"}
    return {
        "id": {"type": "integer"},
        "text": TEXT,
        "language": TEXT,
        "degree": {"type": "string", "enum": list(NoticeDegree)},
        "begins_at": moment,
        "ends_at": moment,
        "url": {"type": "string", "description": "The article that says more, empty for none"},
    }
