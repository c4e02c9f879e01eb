"""The checker of each invariant is proven: a bug in the real bot is caught by it alone.

All other checkers are left out of the run, so that none of them ends it first.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from benthic.scenarios.invariants import INVARIANTS
from benthic.scenarios.planted import find_bug
from benthic.scenarios.running.hunting import code_of, run_of
from benthic.scenarios.running.run import Options, run_script

from . import graph_plays, plays
from .test_bugs import FOUND_BY, Play, script_of

PROVEN: Final[tuple[tuple[str, str, Play | str], ...]] = (
    ("F1", "keeps_the_booking_of_a_refused_commit", plays.full_and_mended),
    ("F2", "spends_what_is_not_there", graph_plays.wants_too_much),
    ("F3", "keeps_all_reserved_at_a_partial_fill", plays.fills_in_part_beside_another),
    ("F4", "knows_a_trade_by_two_names", graph_plays.fills_a_quarter),
    ("F5", "hides_fills_when_sent_anew", graph_plays.edited_when_half_filled),
    ("O1", "new_client_id_on_second_try", plays.sent_and_not_answered),
    ("O2", "sends_again_after_a_timeout", plays.bought_and_not_answered),
    ("O3", "sends_before_commit", "slow_disk"),
    ("O4", "believes_the_latest_report", plays.told_late_of_its_beginning),
    ("O5", "believes_refusal_of_timed_out_create", "answer_and_stream_lost"),
    ("O6", "cancel_needs_no_answer", "cancel_lost"),
    ("O7", "sends_again_after_a_timeout", "engine_timeout"),
    ("O8", "writes_round_prices_as_powers", graph_plays.at_a_round_price),
    ("O9", "sends_what_is_worth_too_little", graph_plays.fills_in_a_tiny_part),
    ("G1", "sizes_a_child_by_what_was_ordered", "entry_fills_in_parts"),
    ("G1", "frees_children_once_their_parent_is_taken", "entry_fills_in_parts"),
    ("G1", "sends_a_change_beside_what_rests", graph_plays.fills_again),
    ("G2", "leaves_the_other_end", graph_plays.stopped_out),
    ("G2", "keeps_the_other_side_as_large_as_it_was", graph_plays.stopped_out_of_balance),
    ("G2", "takes_turns_without_waiting", graph_plays.cancel_for_a_turn_is_lost),
    ("G2", "sends_a_change_beside_what_rests", graph_plays.fills_again),
    ("G3", "frees_children_in_a_commit_of_their_own", "guarded_entry"),
    ("G3", "leaves_the_children_of_what_never_filled", graph_plays.never_fills),
    ("G4", "forgets_the_best_price_when_sent_anew", graph_plays.trails),
    ("G4", "moves_a_stop_back_to_the_entry", graph_plays.take_profits_in_a_row),
    ("G5", "waits_for_a_price_from_below_alone", graph_plays.sold_short),
    ("G5", "sends_all_that_waits_once_one_has_ended", graph_plays.take_profits_in_a_row),
    ("G6", "gives_up_a_stop_that_was_given_back", graph_plays.stop_is_given_back),
    ("G6", "cancels_a_stop_for_a_take_profit", graph_plays.turned_back),
    ("P1", "keeps_the_booking_of_a_refused_commit", "disk_full"),
    ("P2", "writes_late", plays.killed_after_a_cancel),
    ("P3", "leaves_ended_orders_among_the_live", plays.cancelled_at_once),
    ("P4", "forgets_what_waits_at_restart", graph_plays.killed_while_one_waits),
    ("R1", "restarts_only_what_has_crashed", graph_plays.desk_crashes),
    ("R2", "leaks_the_connection_of_a_failed_request", plays.answer_is_late),
    ("R3", "drops_the_oldest_message", graph_plays.flooded),
    ("R4", "opens_the_gate_before_it_has_looked", plays.line_breaks),
    ("R5", "names_orders_by_real_chance", "answer_lost"),
)
"""A code, a bug, and a script of the library or a play in which its checker finds that bug."""

MOST: Final = {"F": 5, "O": 9, "G": 6, "P": 4, "R": 5}
PAGE: Final = Path(__file__).parents[3] / "docs" / "scenarios.md"
ROW: Final = re.compile(r"\| ([A-Z]\d) \| (`.*`) \|")


def name_of(part: Play | str) -> str:
    """The same in every process, as a test's name must be."""
    return part if isinstance(part, str) else part.__name__


@pytest.mark.parametrize(("code", "bug", "play"), PROVEN, ids=name_of)
def test_a_bug_is_caught_by_the_checker_of_its_code_alone(
    code: str, bug: str, play: Play | str
) -> None:
    (check,) = (each.check for each in INVARIANTS if each.code == code)
    run = run_of(find_bug(bug), checkers=(check,))

    outcome = run(script_of(play), Options(planted=bug))

    assert code in {code_of(finding) for finding in outcome.findings}, outcome.findings


@pytest.mark.parametrize(
    "play", [play for *_, play in PROVEN if play not in FOUND_BY.values()], ids=name_of
)
def test_in_none_of_these_is_anything_found_where_no_bug_is(play: Play | str) -> None:
    assert run_script(script_of(play), Options()).findings == ()


def test_each_invariant_of_money_orders_graph_disk_and_runtime_is_proven() -> None:
    wanted = {f"{letter}{number}" for letter, most in MOST.items() for number in range(1, most + 1)}

    assert {code for code, *_ in PROVEN} == wanted


def test_the_page_on_scenarios_tells_which_bug_proves_which_checker() -> None:
    rows = dict(ROW.findall(PAGE.read_text()))
    told = {code: re.findall(r"`(\w+)`", words) for code, words in rows.items()}

    assert told == {code: [bug for each, bug, _ in PROVEN if each == code] for code, *_ in PROVEN}
