"""Write the reply without a chat model: verified quotes, overviews, wording, suggested questions."""
