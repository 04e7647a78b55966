"""The processes of the product, put together."""
