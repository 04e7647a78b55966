"""`threadline openapi`."""

import sys

from threadline.web.api.application import create_api
from threadline.web.openapi import dump_document


def print_openapi() -> None:
    sys.stdout.write(dump_document(create_api(None)))
