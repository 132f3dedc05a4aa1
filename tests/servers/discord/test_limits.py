"""The limits of the fake Discord server: what it refuses is what Discord refuses."""

from typing import Any

import pytest

from tests.servers.discord.limits import Refusal, check_choices, check_commands, check_message, check_modal
from tests.servers.discord.rules import Pinged, pings
from tests.servers.discord.server import User


def embed(**parts: Any) -> dict[str, Any]:
    return {"embeds": [{"description": "x", **parts}]}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"content": "x", "components": [{"type": 1, "components": list(buttons)}]}


def button(n: int = 0, **parts: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": str(n), **parts}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"content": "𝒳" * 1001},
        embed(title="x" * 257),
        embed(description="x" * 4097),
        embed(footer={"text": "x" * 2049}),
        embed(fields=[{"name": "x" * 257, "value": "x"}]),
        embed(fields=[{"name": "x", "value": "x" * 1025}]),
        embed(fields=[{"name": "x", "value": " "}]),
        embed(fields=[{"name": "x", "value": "x"}] * 26),
        embed(url="javascript:x"),
        {"embeds": [{"description": "x" * 3001}] * 2},
        {"embeds": [{"description": "x"}] * 11},
        {"embeds": [{}]},
        row(*(button(n) for n in range(6))),
        row(button(1), button(1)),
        row(button(label="x" * 81)),
        row(button(custom_id="x" * 101)),
        row({"type": 2, "style": 1, "custom_id": "1"}),
        {"content": "x", "components": row(button())["components"] * 6},
        {"content": "x", "nonce": "x" * 26},
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    ],
)
def test_a_message_over_a_limit_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        check_message(body)
    assert caught.value.body["code"] == 50035


def test_a_message_at_the_limits_is_accepted() -> None:
    fields = [{"name": "x" * 11, "value": "x" * 20}] * 25
    check_message({"content": "𝒳" * 1000})
    check_message(
        embed(title="x" * 256, description="x" * 4096, fields=fields, footer={"text": "x" * 873}) | row(button())
    )
    check_message(row(*(button(n, label="x" * 80, custom_id=f"{n:0100}") for n in range(5))))


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Ask", "description": "x"},
        {"name": "a b", "description": "x"},
        {"name": "ask", "description": ""},
        {"name": "ask", "description": "x" * 101},
        {"name": "ask", "description": "x", "options": [{"name": "Q", "description": "x", "type": 3}]},
        {"name": "ask", "description": "x", "options": [{"name": "q", "description": "x", "type": 3}] * 2},
        {
            "name": "ask",
            "description": "x",
            "options": [
                {"name": "q", "description": "x", "type": 3},
                {"name": "r", "description": "x", "type": 3, "required": True},
            ],
        },
        {"name": "x" * 33, "type": 3},
    ],
)
def test_an_invalid_command_is_refused(command: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        check_commands([command])


def test_notifications_follow_allowed_mentions() -> None:
    text, ann = "<@1> <@!2> <@&3> @everyone", User(4, "Ann")
    unrestricted = pings(text, None, ann)
    assert unrestricted == Pinged(frozenset({1, 2, 4}), frozenset({3}), everyone=True)
    assert not pings(text, {"parse": []}, ann)
    assert pings(text, {"parse": [], "users": ["1"]}, ann).users == {1}
    assert pings(text, {"parse": [], "replied_user": True}, ann).users == {4}
    assert pings(text, {"parse": ["roles", "everyone"]}, None).everyone


def test_suggestions_and_modals_over_a_limit_are_refused() -> None:
    check_choices([{"name": "x" * 100, "value": "x" * 100}] * 25)
    check_modal({"title": "x" * 45, "custom_id": "x", "components": [{}]})
    for choices in ([{"name": "x", "value": "x"}] * 26, [{"name": "x" * 101, "value": 1}]):
        with pytest.raises(Refusal):
            check_choices(choices)
    with pytest.raises(Refusal):
        check_modal({"title": "x" * 46, "custom_id": "x", "components": [{}]})
