"""Answer who speaks in an interview."""

from index.articles.article import Article

from bot.answering.voice.interviews import interviewees, interviewers


def describe_speakers(article: Article) -> str | None:
    """Say who asks and who answers; None if the article is no interview, or names neither."""
    asking, answering = interviewers(article), interviewees(article)
    if not asking and not answering:
        return None
    question = f"{' and '.join(asking) or 'the interviewer'} {'ask' if len(asking) > 1 else 'asks'}"
    answer = f"{' and '.join(answering) or 'somebody unnamed'} {'answer' if len(answering) > 1 else 'answers'}"
    return f"It is an interview: {question}, and {answer}."
