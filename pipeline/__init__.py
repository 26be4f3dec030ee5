"""Precedent: what cleaner production taught, and what of it carries over to climate policy."""

__version__ = "0.1.0"
