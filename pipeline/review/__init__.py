"""What people decide on codings and papers: an append-only log, found again in the papers, applied to the tables."""
