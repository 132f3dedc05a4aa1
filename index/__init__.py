"""Article files in, a searchable index out."""
