"""Planted bugs: each is found by a short script, and none of them outlives its run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benthic.runtime import Actor
from benthic.scenarios.invariants import INVARIANTS
from benthic.scenarios.planted import BUGS, Bug, NoSuchBug, find_bug, planting
from benthic.scenarios.running.catalog import FAULTS
from benthic.scenarios.running.hunting import code_of, hunt, run_of
from benthic.scenarios.running.run import Options, run_script
from benthic.scenarios.running.script import Script, find_script
from benthic.scenarios.world import World

from . import graph_plays, plays

Play = Callable[[World], Awaitable[None]]

FOUND_BY: dict[str, Play | str] = {
    "rounds_through_float": plays.fills_at_an_odd_price,
    "books_the_fee_of_a_partial_fill_twice": plays.fills_in_parts,
    "partial_fill_overwrites": plays.fills_in_parts,
    "keeps_all_reserved_at_a_partial_fill": plays.fills_in_part_beside_another,
    "lets_go_of_an_unknown_order": "engine_timeout",
    "keeps_the_booking_of_a_refused_commit": "disk_full",
    "sends_again_after_a_timeout": "engine_timeout",
    "new_client_id_on_second_try": "engine_timeout",
    "believes_refusal_of_timed_out_create": "answer_and_stream_lost",
    "sends_before_commit": "slow_disk",
    "believes_the_latest_report": plays.told_late_of_its_beginning,
    "takes_missing_order_for_never_placed": plays.look_up_lags,
    "takes_unlisted_order_for_cancelled": plays.fills_unheard,
    "sends_again_what_is_not_listed": plays.lost_before_a_reconnect,
    "cancel_needs_no_answer": "cancel_lost",
    "cancel_refused_is_cancelled": plays.fills_as_it_is_cancelled,
    "does_not_look_after_a_reconnect": plays.line_breaks,
    "forgets_unknown_orders_at_restart": plays.killed_at_its_intent,
    "goes_on_when_the_journal_refuses": "disk_full",
    "leaves_ended_orders_among_the_live": plays.killed_after_a_cancel,
    "writes_late": plays.killed_after_a_cancel,
    "ignores_retry_after": plays.banned_and_killed,
    "opens_the_gate_before_it_has_looked": plays.line_breaks,
    "leaks_the_connection_of_a_failed_request": plays.answer_is_late,
    "measures_the_clock_once": plays.clock_steps,
    "spends_what_is_not_there": graph_plays.wants_too_much,
    "knows_a_trade_by_two_names": graph_plays.fills_a_quarter,
    "writes_round_prices_as_powers": graph_plays.at_a_round_price,
    "sends_what_is_worth_too_little": graph_plays.fills_in_a_tiny_part,
    "sizes_a_child_by_what_was_ordered": "entry_fills_in_parts",
    "frees_children_once_their_parent_is_taken": "entry_fills_in_parts",
    "sends_a_change_beside_what_rests": graph_plays.fills_again,
    "frees_children_in_a_commit_of_their_own": "guarded_entry",
    "leaves_the_children_of_what_never_filled": graph_plays.never_fills,
    "forgets_the_best_price_when_sent_anew": graph_plays.trails,
    "hides_fills_when_sent_anew": graph_plays.edited_when_half_filled,
    "waits_for_a_price_from_below_alone": graph_plays.sold_short,
    "gives_up_a_stop_that_was_given_back": graph_plays.stop_is_given_back,
    "forgets_what_waits_at_restart": graph_plays.killed_while_one_waits,
    "leaves_the_other_end": graph_plays.stopped_out,
    "keeps_the_other_side_as_large_as_it_was": graph_plays.stopped_out_of_balance,
    "takes_turns_without_waiting": graph_plays.cancel_for_a_turn_is_lost,
    "moves_a_stop_back_to_the_entry": graph_plays.take_profits_in_a_row,
    "sends_all_that_waits_once_one_has_ended": graph_plays.take_profits_in_a_row,
    "cancels_a_stop_for_a_take_profit": graph_plays.turned_back,
    "drops_the_oldest_message": graph_plays.flooded,
    "restarts_only_what_has_crashed": graph_plays.desk_crashes,
    "names_orders_by_real_chance": "answer_lost",
}
"""A script of the library, or a play, in which each of them shows."""


def script_of(play: Play | str) -> Script:
    if isinstance(play, str):
        return find_script(play)
    return Script(name="a play", file=str(plays.__file__), story="", faults=(), play=play)


def what_stands(bug: Bug) -> tuple[Any, ...]:
    """What is where a bug is put, the tables of handlers included."""
    owner = bug.owner
    kinds: list[type[Actor]] = []
    if not isinstance(owner, ModuleType) and issubclass(owner, Actor):
        kinds = [owner, *owner.__subclasses__()]
    return vars(owner)[bug.part], *(dict(kind.handlers) for kind in kinds)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found_by_the_code_that_it_names(bug: Bug) -> None:
    outcome = run_of(bug)(script_of(FOUND_BY[bug.name]), Options(planted=bug.name))

    assert {code_of(finding) for finding in outcome.findings} & set(bug.codes), outcome.findings
    assert not bug.faults or set(bug.faults) & outcome.fired.keys()


@pytest.mark.parametrize(
    "play", dict.fromkeys(FOUND_BY.values()), ids=lambda each: getattr(each, "__name__", each)
)
def test_with_no_bug_planted_the_same_finds_nothing(play: Play | str) -> None:
    outcome = run_script(script_of(play), Options())

    assert outcome.findings == ()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_nothing_of_a_bug_is_left_also_where_the_run_raises(bug: Bug) -> None:
    before = what_stands(bug)

    with pytest.raises(ZeroDivisionError), planting(bug.name):
        _fails_unless(what_stands(bug) != before)

    assert what_stands(bug) == before


def _fails_unless(holds: object) -> None:
    assert holds
    raise ZeroDivisionError


def test_bugs_are_told_apart_and_name_what_should_find_them() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 40
    assert len({bug.words for bug in BUGS}) == len(BUGS)
    assert {code for bug in BUGS for code in bug.codes} <= {each.code for each in INVARIANTS}
    assert {code for bug in BUGS for code in bug.faults} <= {each.code for each in FAULTS}
    assert {bug.codes[0][0] for bug in BUGS} >= set("FGOPR")
    assert sum(bool(bug.faults) for bug in BUGS) >= 18


def test_a_bug_that_there_is_not_is_named_with_one_that_is_near() -> None:
    with pytest.raises(NoSuchBug, match="did you mean writes_late"):
        find_bug("write_late")
    with pytest.raises(NoSuchBug, match="there are: rounds_through_float, "):
        run_script(find_script("answer_lost"), Options(planted="?"))


def test_a_hunt_keeps_the_artefact_of_the_first_seed_that_finds_it(tmp_path: Path) -> None:
    script, bug = find_script("engine_timeout"), find_bug("sends_again_after_a_timeout")

    catch = hunt(script, bug, first=5, seeds=3, folder=tmp_path, tries=10)

    assert (catch.seed, catch.tried, catch.code, catch.is_expected) == (5, 1, "O7", True)
    assert (catch.left, catch.faults, catch.is_same) == (1, ("A4",), True)
    assert catch.artefact == str(tmp_path / "engine_timeout-sends_again_after_a_timeout-5.json")
    assert catch.problem == ""


def test_a_bug_of_chance_is_found_by_a_second_run_and_so_is_its_artefact(tmp_path: Path) -> None:
    script, bug = find_script("answer_lost"), find_bug("names_orders_by_real_chance")  # R5

    catch = hunt(script, bug, first=3, seeds=1, folder=tmp_path, tries=10)

    assert (catch.seed, catch.code, catch.left, catch.is_same) == (3, "R5", 0, True)


def test_a_hunt_in_vain_says_so(tmp_path: Path) -> None:
    script, bug = find_script("answer_lost"), find_bug("ignores_retry_after")

    catch = hunt(script, bug, first=0, seeds=2, folder=tmp_path, tries=10)

    assert catch.problem == "ignores_retry_after was not found in 2 seeds"
    assert not list(tmp_path.iterdir())
