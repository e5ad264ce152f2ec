"""Figures of the default weights, each printed by a command."""
