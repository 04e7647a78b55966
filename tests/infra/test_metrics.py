"""One page of metrics for all processes, which a scraper can read whatever the database does."""

import json

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from threadline.infra.metrics import Metrics, QueueState, messages_sent, snapshot


def families_of(page: bytes) -> dict[str, Metric]:
    """Raises if the page is no valid exposition; each family stands in it once."""
    families = list(text_string_to_metric_families(page.decode()))
    assert len({one.name for one in families}) == len(families)
    return {one.name: one for one in families}


async def test_what_workers_count_stands_on_the_page_under_their_names() -> None:
    messages_sent.labels("sent").inc()
    told = snapshot()
    alone = json.dumps([["threadline_only_there", "Known to workers.", "gauge", [["threadline_only_there", {}, 3.0]]]])

    async def read_workers() -> list[tuple[str, bytes]]:
        return [("a:1", told.encode()), ("b:2", told.encode()), ("c:3", alone.encode())]

    families = families_of(await Metrics(read_workers).render())
    sent = {s.labels.get("worker", ""): s.value for s in families["threadline_messages_sent"].samples
            if s.name.endswith("_total") and s.labels["outcome"] == "sent"}  # fmt: skip
    assert set(sent) == {"", "a:1", "b:2"}
    assert sent["a:1"] == sent["b:2"] >= 1
    assert [(s.labels, s.value) for s in families["threadline_only_there"].samples] == [({"worker": "c:3"}, 3.0)]


def test_snapshot_tells_of_ours_only() -> None:
    names = [family[0] for family in json.loads(snapshot())]
    assert "threadline_send_seconds" in names
    assert all(name.startswith("threadline_") for name in names)


@pytest.mark.parametrize("broken", ["away", "nonsense"])
async def test_page_comes_without_the_database(broken: str) -> None:
    async def read_workers() -> list[tuple[str, bytes]]:
        if broken == "away":
            raise OSError
        return [("a:1", b"{}")]

    async def read_queues() -> list[QueueState]:
        raise OSError

    page = Metrics(read_workers)
    page.register_reader(read_queues)
    assert "threadline_queue_depth" in families_of(await page.render())
