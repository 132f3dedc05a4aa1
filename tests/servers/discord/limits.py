"""Validation by Discord's documented limits of messages, components and commands, with Discord's error responses.

Discord counts most lengths in code points. Here they are counted in UTF-16 code units, which is stricter, so that
Discord accepts every text that is accepted here.
"""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

CHAT_INPUT = 1
STRING_OPTION = 3
BUTTON = 2
SELECTS = (3, 5, 6, 7, 8)
LINK = 5
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
EMBED_PARTS = ("title", "description", "fields", "footer", "author", "image", "thumbnail", "url")


class Refusal(Exception):
    """An error response: the status, Discord's JSON error code, its message, and details by field."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code} {message} {errors or ''}".strip())
        self.status = status
        self.body: Json = {"message": message, "code": code, **({"errors": errors} if errors else {})}


def length(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Problems:
    """Collect validation errors by field, as in Discord's 50035 response."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def add(self, path: str, code: str, message: str) -> None:
        node = self.errors
        for part in path.split("."):
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def check_text(self, path: str, value: object, most: int, least: int = 0) -> None:
        """Check that a value is a string of `least` to `most` characters; it may be missing if `least` is 0."""
        if value is None and not least:
            return
        if not isinstance(value, str) or (not value.strip() and least):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif length(value) > most:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def check_count(self, path: str, values: list[Any], most: int) -> None:
        if len(values) > most:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def raise_refusal(self) -> None:
        if self.errors:
            raise Refusal(400, 50035, "Invalid Form Body", self.errors)


def invalid(path: str, code: str, message: str) -> Refusal:
    """Return a validation error with one problem."""
    problems = Problems()
    problems.add(path, code, message)
    return Refusal(400, 50035, "Invalid Form Body", problems.errors)


def check_message(body: Json, *, empty_allowed: bool = False) -> None:
    """Refuse a message body that Discord refuses: with code 50035, or 50006 if it is empty."""
    problems = Problems()
    problems.check_text("content", body.get("content"), 2000)
    problems.check_text("nonce", None if body.get("nonce") is None else str(body["nonce"]), 25)
    embeds = body.get("embeds") or []
    problems.check_count("embeds", embeds, 10)
    for n, embed in enumerate(embeds):
        _check_embed(problems, f"embeds.{n}", embed)
    if sum(_embed_length(embed) for embed in embeds) > 6000:
        problems.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    _check_components(problems, body.get("components") or [])
    _check_allowed_mentions(problems, body.get("allowed_mentions"))
    if (body.get("flags") or 0) & 1 << 15:
        problems.add("flags", "NOT_SUPPORTED", "This server does not support components of version 2")
    problems.raise_refusal()
    not_empty = (body.get("content") or "").strip() or embeds or body.get("attachments") or body.get("sticker_ids")
    if not not_empty and not body.get("poll") and not empty_allowed:
        raise Refusal(400, 50006, "Cannot send an empty message")


def _check_embed(problems: Problems, path: str, embed: Json) -> None:
    if not any(embed.get(part) for part in EMBED_PARTS):
        problems.add(f"{path}.description", "BASE_TYPE_REQUIRED", "This field is required")
    problems.check_text(f"{path}.title", embed.get("title"), 256)
    problems.check_text(f"{path}.description", embed.get("description"), 4096)
    for part in ("footer", "author"):
        if embed.get(part):
            key, most = ("text", 2048) if part == "footer" else ("name", 256)
            problems.check_text(f"{path}.{part}.{key}", embed[part].get(key), most, least=1)
    fields = embed.get("fields") or []
    problems.check_count(f"{path}.fields", fields, 25)
    for n, field in enumerate(fields):
        problems.check_text(f"{path}.fields.{n}.name", field.get("name"), 256, least=1)
        problems.check_text(f"{path}.fields.{n}.value", field.get("value"), 1024, least=1)
    for key, url in _urls(embed):
        if url and not url.startswith(("http://", "https://", "attachment://")):
            problems.add(f"{path}.{key}", "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _urls(embed: Json) -> Iterable[tuple[str, str | None]]:
    yield "url", embed.get("url")
    for part, key in (("image", "url"), ("thumbnail", "url"), ("author", "url"), ("footer", "icon_url")):
        yield f"{part}.{key}", (embed.get(part) or {}).get(key)


def _embed_length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts.append((embed.get("author") or {}).get("name"))
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(length(text) for text in texts if isinstance(text, str))


def _check_components(problems: Problems, rows: list[Json]) -> None:
    problems.check_count("components", rows, 5)
    seen: set[str] = set()
    for r, row in enumerate(rows):
        parts = row.get("components") or []
        path = f"components.{r}.components"
        if row.get("type") != 1 or not 1 <= len(parts) <= 5:
            problems.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
        for n, part in enumerate(parts):
            _check_component(problems, f"{path}.{n}", part, alone=len(parts) == 1)
            custom_id = part.get("custom_id")
            if custom_id in seen:
                message = "Component custom id cannot be duplicated"
                problems.add(f"{path}.{n}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            if custom_id is not None:
                seen.add(custom_id)


def _check_component(problems: Problems, path: str, part: Json, *, alone: bool) -> None:
    kind = part.get("type")
    if kind == BUTTON:
        problems.check_text(f"{path}.label", part.get("label"), 80)
        if not part.get("label") and not part.get("emoji"):
            problems.add(path, "BUTTON_COMPONENT_INVALID_EMPTY", "A button must have a label or an emoji")
        if part.get("style") == LINK:
            problems.check_text(f"{path}.url", part.get("url"), 512, least=1)
        else:
            problems.check_text(f"{path}.custom_id", part.get("custom_id"), 100, least=1)
    elif kind in SELECTS and alone:
        problems.check_text(f"{path}.custom_id", part.get("custom_id"), 100, least=1)
        problems.check_text(f"{path}.placeholder", part.get("placeholder"), 150)
        options = part.get("options") or []
        problems.check_count(f"{path}.options", options, 25)
        for n, option in enumerate(options):
            problems.check_text(f"{path}.options.{n}.label", option.get("label"), 100, least=1)
            problems.check_text(f"{path}.options.{n}.value", option.get("value"), 100, least=1)
            problems.check_text(f"{path}.options.{n}.description", option.get("description"), 100)
    else:
        problems.add(path, "COMPONENT_TYPE_INVALID", "The specified component type is invalid in this context")


def _check_allowed_mentions(problems: Problems, allowed: Json | None) -> None:
    """`parse` and an explicit list of the same kind exclude each other; a list has at most 100 ids."""
    for kind in ("users", "roles"):
        ids = (allowed or {}).get(kind) or []
        problems.check_count(f"allowed_mentions.{kind}", ids, 100)
        if ids and kind in ((allowed or {}).get("parse") or []):
            message = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            problems.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def check_modal(data: Json) -> None:
    """Refuse a modal whose title or id is too long, or that does not have one to five components."""
    problems = Problems()
    problems.check_text("data.title", data.get("title"), 45, least=1)
    problems.check_text("data.custom_id", data.get("custom_id"), 100, least=1)
    if not 1 <= len(data.get("components") or []) <= 5:
        problems.add("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    problems.raise_refusal()


def check_choices(choices: list[Json]) -> None:
    """Refuse more than 25 suggestions, and names or string values of more than 100 characters."""
    problems = Problems()
    _check_choices(problems, "data.choices", choices)
    problems.raise_refusal()


def _check_choices(problems: Problems, path: str, choices: list[Json]) -> None:
    problems.check_count(path, choices, 25)
    for n, choice in enumerate(choices):
        problems.check_text(f"{path}.{n}.name", choice.get("name"), 100, least=1)
        if isinstance(choice.get("value"), str):
            problems.check_text(f"{path}.{n}.value", choice["value"], 100)


def check_commands(commands: list[Json]) -> None:
    """Refuse commands that Discord would not register because of a name, a description, options or their number."""
    problems = Problems()
    seen: set[tuple[int, str]] = set()
    for n, command in enumerate(commands):
        kind, name = command.get("type") or CHAT_INPUT, str(command.get("name") or "")
        if (kind, name) in seen:
            problems.add(f"{n}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add((kind, name))
        if kind == CHAT_INPUT:
            _check_name_and_description(problems, f"{n}", command)
            _check_options(problems, f"{n}.options", command.get("options") or [])
            if _command_length(command) > 8000:
                problems.add(f"{n}", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
        else:
            problems.check_text(f"{n}.name", name, 32, least=1)
            if command.get("description"):
                message = "Context menu commands cannot have description"
                problems.add(f"{n}.description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", message)
    for kind, most in ((CHAT_INPUT, 100), (2, 5), (3, 5)):
        if sum(1 for seen_kind, _ in seen if seen_kind == kind) > most:
            raise Refusal(400, 30032, f"Maximum number of application commands reached ({most})")
    problems.raise_refusal()


def _check_name_and_description(problems: Problems, path: str, item: Json) -> None:
    name = str(item.get("name") or "")
    if not COMMAND_NAME.fullmatch(name) or name != name.lower():
        message = "Command name is invalid"
        problems.add(f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", message)
    problems.check_text(f"{path}.description", item.get("description"), 100, least=1)


def _check_options(problems: Problems, path: str, options: list[Json]) -> None:
    problems.check_count(path, options, 25)
    names = [option.get("name") for option in options]
    if len(set(names)) != len(names):
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    for n, option in enumerate(options):
        _check_name_and_description(problems, f"{path}.{n}", option)
        choices = option.get("choices") or []
        _check_choices(problems, f"{path}.{n}.choices", choices)
        if choices and option.get("autocomplete"):
            message = "Choices and autocomplete exclude each other"
            problems.add(f"{path}.{n}", "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", message)
        if option.get("type") in (1, 2):
            _check_options(problems, f"{path}.{n}.options", option.get("options") or [])


def _command_length(item: Json) -> int:
    text_length = sum(length(str(item.get(key) or "")) for key in ("name", "description", "value"))
    return text_length + sum(_command_length(part) for key in ("options", "choices") for part in item.get(key) or [])
