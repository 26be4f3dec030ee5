"""The review pages: read what was coded beside its page, decide, add; on this machine alone."""
