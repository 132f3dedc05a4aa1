"""Read a file in a child process that has limits on time and memory, because libraries cannot be trusted to stop."""
