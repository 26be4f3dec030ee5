"""Precedent: what cleaner production taught, and what of it carries over to climate policy."""

__version__ = "0.1.0"

import os

# Arrow's own allocator reserves a gigabyte of addresses, which would count against a child's limit of memory. Arrow
# looks here when it is first imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
