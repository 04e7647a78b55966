"""The pace of a number, of a customer, and of an outage: no clock but the one given."""

from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from threadline.core.pacing import Breaker, PairLimits, SendRate, pair_retry_in_s, retry_in_s


def fullest_second(times: list[float]) -> int:
    return max((sum(1 for other in times if at <= other < at + 1.0) for at in times), default=0)


def test_a_new_number_starts_empty() -> None:
    rate = SendRate(80, 100.0)
    assert rate.allowance(100.0) == 0
    assert rate.allowance(100.02) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([1.0, 3.0, 20.0]),
    st.lists(st.tuples(st.floats(0.001, 0.6), st.floats(0, 0.3)), min_size=5, max_size=120),
)
def test_no_second_sees_more_than_the_limit(per_second: float, passes: list[tuple[float, float]]) -> None:
    """Whenever the loop looks, and however late what it claimed really leaves."""
    rate, now, left = SendRate(per_second, 0.0), 0.0, list[float]()
    for wait_s, delay_s in passes:
        now += wait_s
        granted = rate.allowance(now)
        rate.reserve(granted)
        now += delay_s
        for _ in range(granted):
            rate.depart(now)
            left.append(now)
    assert fullest_second(left) <= max(1, per_second)


def test_what_arrived_late_counts_from_its_arrival() -> None:
    rate = SendRate(10, 0.0)
    rate.answered(0.0, 0.04)  # the way takes 40 ms
    left = [1 + number / 20 for number in range(10)]
    for at in left:
        rate.reserve(1)
        rate.depart(at)
    for at in left:
        rate.answered(at, 2.3)  # all of them arrived together, long after they had left
    assert rate.allowance(3.2) == 0
    assert rate.allowance(3.4) > 0


def test_the_first_ones_are_judged_again_when_the_way_turns_out_to_be_faster() -> None:
    rate = SendRate(10, 0.0)
    left = [1 + number / 20 for number in range(10)]
    for at in left:
        rate.reserve(1)
        rate.depart(at)
    for at in left[:9]:
        rate.answered(at, at + 0.5)  # nothing is known yet: they seem to be on time
    rate.answered(left[9], left[9] + 0.04)
    assert rate.allowance(left[0] + 1.1) == 0
    assert rate.allowance(left[0] + 1.5) > 0


def test_the_rate_is_reached() -> None:
    rate, sent = SendRate(100, 0.0), 0
    for step in range(1, 1001):
        granted = rate.allowance(step / 100)
        rate.reserve(granted)
        for _ in range(granted):
            rate.depart(step / 100)
        sent += granted
    assert sent >= 950


def test_a_complaint_halves_the_rate_and_it_grows_back() -> None:
    rate = SendRate(100, 0.0)
    full = rate.rate_at(5.0)
    rate.slow_down(5.0, rest_s=2.0)
    rate.slow_down(5.1, rest_s=2.0)  # refused together: one complaint
    assert rate.rate_at(5.1) >= full * 0.49
    assert rate.allowance(6.0) == 0
    assert rate.allowance(7.2) > 0
    assert rate.rate_at(40.0) == full


def test_a_customer_gets_a_burst_and_then_one_per_interval() -> None:
    pairs, customer = PairLimits(6.0, 45), uuid4()
    for _ in range(44):
        pairs.note(customer, 0.0)
        assert pairs.blocked(0.0) == []
    pairs.note(customer, 0.0)
    assert pairs.blocked(5.9) == [customer]
    assert pairs.blocked(6.1) == []
    pairs.note(customer, 6.1)
    assert pairs.blocked(11.9) == [customer]
    assert pairs.blocked(12.1) == []


def test_twenty_at_once_are_paid_back_in_two_minutes() -> None:
    pairs, customer = PairLimits(6.0, 45), uuid4()
    for _ in range(20):
        pairs.note(customer, 0.0)
    pairs.forget(119.0)
    assert customer in pairs._even_at
    pairs.forget(121.0)
    assert customer not in pairs._even_at


def test_a_refused_customer_waits_four_times_longer_each_time() -> None:
    pairs, customer = PairLimits(6.0, 45), uuid4()
    assert [pairs.refused(customer, 0.0) for _ in range(4)] == [1, 4, 16, 64]
    assert pairs.blocked(63.0) == [customer]
    pairs.accepted(customer)
    assert pairs.refused(customer, 100.0) == 1
    assert pair_retry_in_s(50) == 4096


def test_retries_are_bounded() -> None:
    waits = [retry_in_s(try_no) for try_no in range(1, 8)]
    assert waits == [1, 2, 4, 8, 16, 32, None]


def test_an_outage_lets_one_probe_through_at_growing_intervals() -> None:
    breaker = Breaker()
    for _ in range(10):
        assert breaker.allowance(0.0, 10) == 10
        breaker.failed(0.0)
    assert breaker.allowance(0.4, 10) == 0
    assert breaker.allowance(0.6, 10) == 1
    breaker.probe()
    assert breaker.allowance(0.7, 10) == 0
    breaker.failed(1.0)
    assert breaker.allowance(1.9, 10) == 0
    assert breaker.allowance(2.1, 10) == 1
    breaker.probe()
    breaker.succeeded()
    assert breaker.allowance(2.2, 10) == 10


def test_late_failures_of_an_open_breaker_do_not_move_the_probe() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed(0.0)
    breaker.failed(0.4)
    assert breaker.allowance(0.6, 10) == 1
