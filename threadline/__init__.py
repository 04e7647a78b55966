"""Threadline: the customer-service desk for messengers that a company hosts itself."""

__version__ = "0.1.0"
