"""Which scripts of the library real processes play, at what pace, and why they do not play others.

Each is in one of the tables. A script of somebody's own is tried as it is; what a real process has
not is refused at the line that asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

AS_THEY_ARE: Final = frozenset(
    {
        "address_is_not_allowed",
        "answer_and_stream_lost",
        "answer_is_a_web_page",
        "answer_lost",
        "answer_to_another_request",
        "answer_too_late",
        "answer_unreadable",
        "balance_is_less_than_thought",
        "bot_file_changes_between_runs",
        "cancel_lost",
        "cancelled_by_the_exchange",
        "connection_closed_under_an_order",
        "deposit_from_outside",
        "end_missed_and_cancel_refused",
        "engine_timeout",
        "entry_fills_in_parts",
        "fill_before_answer",
        "filled_while_its_answer_is_lost",
        "filters_change",
        "guarded_entry",
        "guarded_entry_stopped_out",
        "inputs_come_late",
        "key_may_not_trade",
        "key_may_withdraw",
        "killed_before_it_sends",
        "killed_in_recovery",
        "late_orders_of_an_earlier_run",
        "listen_key_expires",
        "look_up_lags_behind",
        "many_fills_while_it_was_down",
        "market_delisted",
        "market_moves_under_an_order",
        "old_order_cannot_be_looked_up",
        "order_id_is_known_already",
        "order_is_sent_elsewhere",
        "order_met_its_own_account",
        "partial_fill_against_cancel",
        "request_lost",
        "server_error_after_execution",
        "silent_socket",
        "stop_given_back_by_the_exchange",
        "tick_size_changes",
        "trade_taken_back",
    }
)
"""Scripts that wait for a bot and for nothing else."""

PACES: Final[Mapping[str, float]] = MappingProxyType(
    dict.fromkeys(sorted(AS_THEY_ARE), 1.0)
    | {
        "broken_frames": 10.0,
        "candles_repeated_and_missing": 20.0,
        "disk_full": 10.0,
        "events_in_another_order": 10.0,
        "events_lost_and_repeated": 20.0,
        "fees_in_a_third_asset": 10.0,
        "input_to_exhaust_a_parser": 10.0,
        "key_is_revoked": 20.0,
        "market_halted": 20.0,
        "numbers_beyond_floats": 10.0,
        "numbers_written_another_way": 10.0,
        "orders_by_hand": 6.0,
        "price_far_off": 20.0,
        "prices_that_are_none": 5.0,
        "process_stands_still": 10.0,
        "region_is_blocked": 20.0,
        "stop_cancelled_on_a_full_disk": 10.0,
        "stopped_with_open_orders": 60.0,
        "strategy_floods_with_orders": 6.0,
        "stream_says_what_nobody_knows": 10.0,
        "times_in_another_unit": 20.0,
        "too_many_orders": 3.0,
        "two_streams_during_a_change": 10.0,
        "weight_used_by_somebody_else": 10.0,
    }
)
"""Scripts that are played; of those that let something go on for minutes, sleeps pass so much
faster."""

_HOST: Final = "it does to its host what a test may not do to a real one"
_INSIDE: Final = "it reaches into the process, where only a simulated one lets anybody in"
_LONG: Final = "its faults last longer than anybody waits for in real time"
_MINUTES: Final = "it takes minutes; `sweep deaths` kills there"
_RAISED: Final = "it waits for the error of a start, which a real process tells to its log alone"

LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "actors_crash": _INSIDE,
        "answer_drips_in": _HOST,
        "banned_bot_restarts": _LONG,
        "cancelled_at_every_checkpoint": _INSIDE,
        "certificate_of_somebody_else": _HOST,
        "clock_skew": _LONG,
        "clock_steps_while_in_doubt": _HOST,
        "clocks_go_back_across_a_restart": _HOST,
        "closed_after_a_day": _LONG,
        "crash_while_starting": _INSIDE,
        "crash_while_stopping": _INSIDE,
        "crash_with_an_order_in_flight": _INSIDE,
        "depth_gap": _INSIDE,
        "disk_fails": _HOST,
        "events_older_than_the_snapshot": _LONG,
        "events_redelivered": _LONG,
        "files_run_out": _HOST,
        "guarded_entry_killed_at_every_commit": _MINUTES,
        "half_open_line": _HOST,
        "host_clock_drifts": _HOST,
        "host_clock_steps": _HOST,
        "killed_at_every_commit": _MINUTES,
        "killed_while_sending": _HOST,
        "mailbox_flood": _INSIDE,
        "maintenance_for_six_hours": _LONG,
        "memory_runs_out": _INSIDE,
        "names_do_not_resolve": _HOST,
        "order_lost_in_a_long_silence": _LONG,
        "orders_gone_from_the_exchange": "that they are gone is certain after 90 s",
        "poison_message": _INSIDE,
        "power_fails_at_every_commit": "no power of a real disk is cut; see `sweep images`",
        "reconnect_storm": _LONG,
        "restart_budget_spent": _INSIDE,
        "several_crash_at_once": _INSIDE,
        "slow_consumer": _INSIDE,
        "slow_disk": _HOST,
        "stands_still_in_doubt": _INSIDE,
        "stop_is_there_after_a_restart": "its mode waits for candles, which takes minutes",
        "store_file_damaged": _RAISED,
        "store_grows": _INSIDE,
        "store_left_locked": _RAISED,
        "store_of_a_newer_version": _RAISED,
        "subscription_cannot_be_renewed": _LONG,
        "subscription_without_an_answer": _LONG,
        "supervisor_cut_in_a_restart": _INSIDE,
        "suspended_for_eight_hours": _LONG,
        "swarm": _INSIDE,
        "swarm_day": _INSIDE,
        "swarm_safety": _INSIDE,
        "told_to_wait": _LONG,
        "two_bots_on_one_account": "`benthic run` refuses the second bot of an account",
    }
)
"""Why a script needs virtual time."""
