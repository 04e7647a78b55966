"""The demo: a desk that looks lived in, so that a newcomer sees from the first minute what the screens are for.

`threadline serve --demo` fills the practice workspace once; one click in the settings takes away what it filled, and
nothing else. People, texts, pictures and the voice note are made up by us.
"""

from threadline.demo.fill import fill_demo
from threadline.demo.script import live_customers

__all__ = ["fill_demo", "live_customers"]
