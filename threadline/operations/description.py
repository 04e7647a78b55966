"""`threadline openapi`."""

import sys

from threadline.web.api.application import describe_api


def print_openapi() -> None:
    sys.stdout.write(describe_api())
