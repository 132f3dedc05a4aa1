"""Questions in, answers out, and the people who ask them."""
