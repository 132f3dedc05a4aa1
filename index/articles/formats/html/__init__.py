"""Read HTML: a page's article without its navigation, boxes, captions, comments and hidden text."""
