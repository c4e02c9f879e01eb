"""The report of a backtest: a table for people, one object for scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..actors.bot.config import BotConfig
from ..actors.bot.contexts import Replayed
from ..actors.bot.run import BacktestResult
from ..actors.market.money import plain
from ..actors.portfolio.performance import SHARPE_DEFINITION
from .output import console, grouped, percent, table


def as_json(config: BotConfig, context: Replayed, result: BacktestResult) -> dict[str, Any]:
    """The run as one JSON object. Money is text, digit for digit; times are ms UTC."""
    figures, market = result.performance, config.market
    fall = figures.max_drawdown
    return {
        "bot": config.bot.name,
        "symbol": str(market.symbol),
        "frame": str(market.time_frame),
        "schedule": context.schedule.value,
        "seed": config.bot.seed,
        "candles": result.candles,
        "started_at": figures.started_at,
        "ended_at": figures.ended_at,
        "orders": result.orders,
        "open_orders": result.open_orders,
        "fills": result.fills,
        "buys": result.buys,
        "sells": result.sells,
        "equity": plain(result.equity),
        "fees": plain(result.fees),
        "balances": {
            balance.asset: {
                "available": plain(balance.available),
                "reserved": plain(balance.reserved),
            }
            for balance in result.balances
        },
        "return": figures.total_return,
        "market_change": figures.market_change,
        "max_drawdown": fall.fraction,
        "max_drawdown_ms": fall.duration,
        "sharpe": figures.sharpe,
        "sharpe_definition": SHARPE_DEFINITION,
        "exposure": figures.exposure,
        "trades": figures.trades,
        "win_rate": figures.win_rate,
        "restarts": result.restarts,
        "engine_seconds": result.engine_seconds,
        "engine_cpu_seconds": result.cpu_seconds,
        "candles_per_second": result.candles / result.engine_seconds,
        "commits": result.commits,
        "journal_hash": result.journal_hash,
        "trace_hash": result.trace_hash,
    }


def print_report(config: BotConfig, context: Replayed, result: BacktestResult) -> None:
    """The run as a table."""
    figures, market = result.performance, config.market
    quote = market.symbol.quote
    sharpe = "-" if figures.sharpe is None else f"{figures.sharpe:.2f}"
    speed = grouped(result.candles / result.engine_seconds, 0)
    rows = [
        ("from", _moment(figures.started_at)),
        ("to", _moment(figures.ended_at)),
        ("candles", f"{grouped(result.candles)} of {market.time_frame}"),
        ("return", percent(figures.total_return)),
        ("market change", percent(figures.market_change)),
        ("equity", f"{grouped(result.equity, 2)} {quote}"),
        ("fees", f"{grouped(result.fees, 2)} {quote}"),
        ("fills", grouped(result.fills)),
        ("buys / sells", f"{grouped(result.buys)} / {grouped(result.sells)}"),
        ("open orders", grouped(result.open_orders)),
        ("max drawdown", percent(figures.max_drawdown.fraction)),
        ("Sharpe ratio", sharpe),
        ("", SHARPE_DEFINITION),
        ("exposure", percent(figures.exposure)),
        ("engine", f"{result.engine_seconds:.3f} s, {speed} candles/s, {context.schedule.value}"),
        ("journal hash", result.journal_hash),
    ]
    if result.trace_hash is not None:
        rows.append(("trace hash", result.trace_hash))
    drawn = table("", "", title=f"{config.bot.name} on {market.symbol}")
    drawn.show_header = False
    for row in rows:
        drawn.add_row(*row)
    console().print(drawn)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
