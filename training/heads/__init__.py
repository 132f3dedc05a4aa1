"""Train the model that labels the pieces of a head (`index.articles.metadata.tagging`)."""
