"""Read documents that are ZIP archives: Word documents and electronic books."""
