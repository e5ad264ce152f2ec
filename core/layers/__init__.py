"""Layers and small pieces of networks that more than one network shares."""
