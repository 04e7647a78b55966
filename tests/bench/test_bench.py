"""The bench works: a part runs from end to end with small sizes, and the table says what was reached."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import Figure, table_of
from bench.load import Plan, build_requests, number_in, percentile
from bench.processes import Failed
from bench.slopes import slope_of
from bench.ui_calm import waits_until_shown
from threadline.channels.contract import EndpointSecrets, HookRequest, InboundMessage
from threadline.channels.registry import channel_type

ROOT = Path(__file__).parent.parent.parent


def test_floor_and_ceiling_are_told_apart() -> None:
    floor = Figure(part="Part", name="rate", unit="/s", measured=900, target=1000, bare=1800, ordinary=90)
    ceiling = Figure(part="Part", name="p99", unit="ms", measured=50, aim="at most", target=50)
    table = table_of([floor, ceiling])
    assert floor.verdict == "MISSED"
    assert ceiling.verdict == "reached"
    assert "0.5 × bare, 10.0 × ordinary" in table
    assert table.endswith("1 of 2 targets reached.")


def test_percentile_is_of_the_ordered_values() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.99)) == (51, 100, 0)


def test_a_slope_says_how_sure_it_is() -> None:
    times = [n / 10 for n in range(240)]
    steady = slope_of(times, [100 + 2 * at for at in times])
    assert steady.per_step == pytest.approx(2)
    assert steady.give_or_take == pytest.approx(0, abs=1e-6)
    restless = slope_of(times, [100 + 2 * at + (8 if n // 20 % 2 else -8) for n, at in enumerate(times)])
    assert restless.at_least < 2 < restless.per_step + restless.give_or_take
    assert restless.give_or_take > 0.3
    assert slope_of([1.0], [5.0]).give_or_take == float("inf")


def test_generated_webhooks_are_what_the_channel_type_reads() -> None:
    plan = Plan(port=1, paths=["/hooks/key"], numbers=["123"], account="456", secret="s" * 32, count=3, run="a1")
    whatsapp = channel_type("whatsapp")
    for n, request in enumerate(build_requests(plan)):
        head, _, body = request.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        signed = HookRequest("POST", "", {}, {name: [value] for name, value in headers.items()}, body)
        assert whatsapp.verify(signed, EndpointSecrets(signing=("s" * 32,)))
        assert 850 <= len(body) <= 950
        (addressed,) = whatsapp.parse(body)
        assert isinstance(addressed.item, InboundMessage)
        assert number_in(addressed.item.provider_id) == n


@pytest.mark.slow
def test_a_part_runs_from_end_to_end(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "ingress", "--quick", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first = json.loads(file.read_text())[0]
    assert first["measured"] > 0
    assert first["bare"] > 0
    assert first["ordinary"] > 0


def test_a_message_is_seen_when_it_or_a_later_one_is_shown() -> None:
    seen = [(1, 1_050.0), (4, 1_090.0)]
    assert waits_until_shown(seen, count=5, starts_at=1.0) == [10.0, 30.0, 30.0, 50.0, 50.0]
    with pytest.raises(Failed):
        waits_until_shown(seen, count=6, starts_at=1.0)
