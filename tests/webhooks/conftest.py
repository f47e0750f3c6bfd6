"""What every test of webhooks is given."""

from tests.webhooks.drivers import desk

__all__ = ["desk"]
