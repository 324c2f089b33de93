"""Signed webhooks: the store's events as CloudEvents, signed as Standard Webhooks, tried until they arrive."""
