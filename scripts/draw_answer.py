"""Draw an answer as Discord shows it: the real embed and buttons, rendered by headless Chromium as a PNG.

    .venv/bin/python scripts/draw_answer.py "what does he say about China?" docs/answer.png

The picture is a rendering of the embed, not a screenshot of Discord. Needs an index and Chromium.
"""

import argparse
import asyncio
import html
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from index.embedding import load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.factory import make_publisher

from bot.answering.answerer import Answerer
from bot.answering.types import Question
from bot.discord.buttons import make_buttons
from bot.discord.rendering.answers import render_answer
from bot.discord.rendering.markup import unescape
from bot.settings import BotSettings

STYLE = """
body { margin: 0; background: #313338; color: #dbdee1; font: 16px/1.375 Inter, "Noto Sans", sans-serif; padding: 16px }
.asked, .said { display: flex; gap: 16px; margin-bottom: 10px }
.face { width: 40px; height: 40px; border-radius: 50%; flex: none; color: #fff; display: grid; place-items: center }
.name { font-weight: 600; color: #f2f3f5 }
.app { background: #5865f2; color: #fff; font-size: 10px; padding: 1px 4px; border-radius: 3px; vertical-align: 2px }
.at { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px }
.embed { max-width: 516px; background: #2b2d31; border-left: 4px solid; border-radius: 4px; font-size: 14px }
.embed { padding: 8px 16px 16px 12px; margin-top: 4px }
.author { font-weight: 600; margin-top: 8px }
.title { font-weight: 600; font-size: 16px; color: #f2f3f5; margin: 8px 0 }
blockquote { margin: 0 0 10px; padding-left: 12px; border-left: 4px solid #4e5058 }
p { margin: 0 0 10px } .field { font-weight: 600; margin-bottom: 2px }
.footer { font-size: 12px; margin-top: 8px } .buttons { display: flex; gap: 8px; margin-top: 8px }
.button { background: #4e5058; color: #fff; border-radius: 4px; padding: 6px 16px; font-size: 14px; font-weight: 500 }
.note { color: #949ba4; font-size: 12px; border-top: 1px solid #3f4147; padding-top: 8px }
"""


def page(question: str, answerer: Answerer) -> str:
    response = answerer.ask(Question(question))
    if response.reply.degree == "not_addressed":
        response = replace(response, suggestions=answerer.suggest(response))
    embed = render_answer(response)

    async def labels() -> list[str]:
        view = make_buttons(response.reply, thread=True)
        items = [getattr(child, "item", child) for child in view.children] if view else []
        return [str(item.label or item.emoji) for item in items]  # type: ignore[attr-defined]

    shown = "".join(f'<div class="button">{html.escape(label)}</div>' for label in asyncio.run(labels()))
    fields = "".join(
        f'<div class="field">{html.escape(field.name or "")}</div><p>{marked(field.value or "")}</p>'
        for field in embed.fields
    )
    return f"""<!doctype html><meta charset="utf-8"><style>{STYLE}</style>
<div class="asked"><div class="face" style="background:#c2185b">A</div><div><div class="name">Ann</div>
<span class="at">@Byline</span> {html.escape(question)}</div></div>
<div class="said"><div class="face" style="background:#2e7d32">B</div><div><div class="name">Byline
<span class="app">APP</span></div><div class="embed" style="border-color:{embed.colour}">
<div class="author">{html.escape(embed.author.name or "")}</div>
<div class="title">{marked(embed.title or "")}</div>{paragraphs(embed.description or "")}{fields}
<div class="footer">{html.escape(embed.footer.text or "")}</div></div><div class="buttons">{shown}</div></div></div>
<div class="note">A rendering of the bot’s embed as HTML, not a screenshot of Discord.</div>"""


def paragraphs(text: str) -> str:
    blocks = []
    for block in text.split("\n\n"):
        quoted = block.startswith("> ")
        tag = "blockquote" if quoted else "p"
        blocks.append(f"<{tag}>{marked(block.removeprefix('> '))}</{tag}>")
    return "".join(blocks)


def marked(text: str) -> str:
    """Convert the Markdown that Byline's answers use (escapes, bold, emphasis) to HTML."""
    text = html.escape(text, quote=False)
    text = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"(?<!\\)\*(.+?)(?<!\\)\*", r"<i>\1</i>", text)
    return unescape(text).replace("\n", "<br>")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--height", type=int, default=500)
    arguments = parser.parse_args()
    settings = BotSettings.load()
    live = LiveIndex(make_publisher(settings), model_identity(settings.embedding_model))
    try:
        text = page(arguments.question, Answerer(live, load_embedder(settings.embedding_model)))
    finally:
        live.close()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "answer.html").write_text(text, encoding="utf-8")
        flags = "--headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-sync"
        subprocess.run(  # noqa: S603
            [
                browser, *flags.split(), f"--user-data-dir={folder}/profile",
                f"--window-size=640,{arguments.height}", "--force-device-scale-factor=2",
                f"--screenshot={arguments.picture.resolve()}", f"file://{folder}/answer.html",
            ],
            check=True, capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
