"""One verb per file: each owns its transaction and answers with plain objects; the doors call nothing else."""
