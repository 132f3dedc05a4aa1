"""Validation of chat completion requests against OpenAI's API documentation.

Pure functions of a request's body; each raises Refused at the first violation.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROLES = {"system", "developer", "user", "assistant", "tool"}
PARTS = {"text", "image_url", "input_audio", "file", "refusal"}
PARAMETERS = frozenset(
    """model messages frequency_penalty logit_bias logprobs max_completion_tokens max_tokens metadata modalities n
    parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning_effort response_format
    safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs
    top_p user verbosity""".split()
)
# Keywords that a strict schema must not contain.
NON_STRICT = ("default", "oneOf", "allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas")


class Refused(ValueError):
    """The request violates the documentation: `message` says how, `param` names the invalid parameter."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.message, self.param = message, param


def error(message: str, kind: str = "invalid_request_error", param: str | None = None, code: str | None = None) -> Json:
    """Return the body of an error response."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def parse(raw: bytes, content_type: str) -> Json:
    """Parse the body of a request; raise Refused if it is not a JSON object."""
    if content_type != "application/json":
        raise Refused(f"Unsupported content type: '{content_type}'. This API method only accepts 'application/json'.")
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refused("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise Refused("We could not parse the JSON body of your request: an object was expected.")
    return body


def check(body: Json) -> None:
    """Raise Refused for the first invalid parameter of a request."""
    if unknown := sorted(body.keys() - PARAMETERS):
        raise Refused(f"Unrecognized request argument supplied: {', '.join(unknown)}")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Refused("you must provide a model parameter", "model")
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise Refused("Missing required parameter: 'messages'.", "messages")
    if not messages:
        raise Refused("Invalid 'messages': empty array. Expected an array with minimum length 1.", "messages")
    for number, message in enumerate(messages):
        _check_message(message, f"messages[{number}]")
    _check_numbers(body)
    if not isinstance(body.get("stream") or False, bool):
        raise Refused("Invalid type for 'stream': expected a boolean.", "stream")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise Refused("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    _check_format(body)
    _check_tools(body)


def _check_message(message: object, where: str) -> None:
    if not isinstance(message, dict):
        raise Refused(f"Invalid type for '{where}': expected an object.", where)
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise Refused(f"Invalid value: '{role}'. Supported values are: {', '.join(sorted(ROLES))}.", f"{where}.role")
    if role == "tool" and not isinstance(message.get("tool_call_id"), str):
        raise Refused(f"Missing parameter 'tool_call_id': {where} has role 'tool'.", f"{where}.tool_call_id")
    if content is None:
        if role == "assistant" and (message.get("tool_calls") or message.get("refusal")):
            return
        raise Refused(f"Invalid value for 'content': expected a string, got null ({where}).", f"{where}.content")
    if isinstance(content, list):
        if not content or any(not isinstance(part, dict) or part.get("type") not in PARTS for part in content):
            raise Refused(f"Invalid value for '{where}.content': expected parts with a known type.", f"{where}.content")
    elif not isinstance(content, str):
        raise Refused(f"Invalid type for '{where}.content': expected a string or an array.", f"{where}.content")


def _check_numbers(body: Json) -> None:
    ranges = (("temperature", 0, 2), ("top_p", 0, 1), ("frequency_penalty", -2, 2), ("presence_penalty", -2, 2))
    for name, low, high in ranges:
        value = body.get(name)
        if value is not None and (not _is_number(value) or not low <= value <= high):
            raise Refused(f"Invalid '{name}': expected a number between {low} and {high}.", name)
    for name in ("max_tokens", "max_completion_tokens", "n"):
        value = body.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise Refused(f"Invalid '{name}': expected an integer of at least 1.", name)
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        raise Refused("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
    if (body.get("n") or 1) != 1:
        raise Refused("This server writes one choice only.", "n")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_format(body: Json) -> None:
    response_format = body.get("response_format")
    if response_format is None:
        return
    kind = response_format.get("type") if isinstance(response_format, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise Refused(f"Invalid value: '{kind}' for 'response_format.type'.", "response_format.type")
    if kind == "json_object" and "json" not in json.dumps(body["messages"]).casefold():
        raise Refused(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            "messages",
        )
    if kind == "json_schema":
        json_schema = response_format.get("json_schema")
        if not isinstance(json_schema, dict) or not NAME.fullmatch(str(json_schema.get("name", ""))):
            raise Refused("Missing or invalid 'response_format.json_schema.name'.", "response_format.json_schema.name")
        if not isinstance(json_schema.get("schema"), dict):
            raise Refused(
                "Missing required parameter: 'response_format.json_schema.schema'.", "response_format.json_schema"
            )
        if json_schema.get("strict"):
            _check_strict(json_schema["schema"], f"response_format '{json_schema['name']}'", "response_format")


def _check_tools(body: Json) -> None:
    tools, choice = body.get("tools"), body.get("tool_choice")
    if tools is None:
        for name in ("tool_choice", "parallel_tool_calls"):
            if body.get(name) is not None:
                raise Refused(f"Invalid value for '{name}': it is only allowed when 'tools' are specified.", name)
        return
    if not isinstance(tools, list) or not tools:
        raise Refused("Invalid 'tools': expected an array with minimum length 1.", "tools")
    names = set()
    for number, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
        if not isinstance(function, dict) or not NAME.fullmatch(str(function.get("name", ""))):
            raise Refused(f"Invalid 'tools[{number}]': expected a function with a name.", f"tools[{number}]")
        names.add(function["name"])
        if function.get("strict"):
            _check_strict(function.get("parameters") or {}, f"function '{function['name']}'", f"tools[{number}]")
    if choice is None or choice in ("none", "auto", "required"):
        return
    named = choice.get("function") if isinstance(choice, dict) and choice.get("type") == "function" else None
    if not isinstance(named, dict) or named.get("name") not in names:
        raise Refused("Invalid value for 'tool_choice': no function of that name in 'tools'.", "tool_choice")


def _check_strict(schema: Json, what: str, param: str) -> None:
    if schema.get("type") != "object":
        raise Refused(f"Invalid schema for {what}: schema must be a JSON Schema of 'type: \"object\"'.", param)
    for path, part in _parts(schema, ()):
        start = f"Invalid schema for {what}: In context={path!r}, "
        for keyword in NON_STRICT:
            if keyword in part:
                raise Refused(f"{start}'{keyword}' is not permitted.", param)
        if "$ref" in part and len(part) > 1:
            raise Refused(f"{start}$ref cannot have keywords {sorted(part.keys() - {'$ref'})}.", param)
        if part.get("type") == "object":
            if part.get("additionalProperties") is not False:
                raise Refused(f"{start}'additionalProperties' is required to be supplied and to be false.", param)
            if missing := sorted(part.get("properties", {}).keys() - set(part.get("required", ()))):
                raise Refused(
                    f"{start}'required' is required to be supplied and to be an array including every key in "
                    f"properties. Missing '{missing[0]}'.",
                    param,
                )


def _parts(schema: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield each schema within a schema, with its path. A property whose name is a keyword is not mistaken for one."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for keyword in ("properties", "$defs", "definitions"):
        for name, part in (schema.get(keyword) or {}).items():
            yield from _parts(part, (*path, keyword, name))
    yield from _parts(schema.get("items"), (*path, "items"))
    for number, part in enumerate(schema.get("anyOf") or ()):
        yield from _parts(part, (*path, "anyOf", str(number)))
