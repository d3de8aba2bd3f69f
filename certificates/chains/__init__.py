"""Chains that servers have shown: which authority held them up, and what would break without it."""
