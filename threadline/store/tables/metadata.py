"""The one MetaData that every table belongs to. The migrations make the tables; a test keeps both the same."""

from sqlalchemy import MetaData

metadata = MetaData()
