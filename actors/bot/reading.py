"""From the text of a bot file to its values, strictly, with all faults in one error.

A key that is not known, a type that is not the one expected, a number out of range: each is named
with its key path, what was expected and what to do. Money is never read from a float, since 0.1 as
a float is not a tenth.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import GenericAlias
from typing import Any, Final, Literal, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn

from ...runtime import Millis, UsageError
from ..ccxt_trio.loading import REST, names
from ..market.errors import BadValue
from ..market.money import parse_decimal
from ..market.symbol import Symbol
from ..market.timeframe import TimeFrame
from ..modes.catalog import MODES
from .access import (
    meant,
    near,
    read_options,
    read_proxy,
    read_reference,
    read_rest_url,
    read_ws_url,
)
from .config import (
    OF_CONTRACTS,
    Asset,
    BotConfig,
    Capacity,
    Context,
    ExchangeSection,
    Kept,
    ModeSection,
    Name,
    NotNegative,
    Options,
    Place,
    Positive,
    Proxy,
    Rate,
    Reference,
    RestUrl,
    Seed,
    Share,
    Slippage,
    UrlsSection,
    WsUrl,
)
from .errors import ConfigError, Problem, Unexpected
from .values import read_asset, read_kept

SHORTEST_WINDOW: Final = 100  # ms
LONGEST_WINDOW: Final = 60_000  # ms; Binance takes no longer one
LARGEST: Final = 1_000_000  # bytes of a bot file

_FINEST: Final = Decimal("1e-8")  # of a rate
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_KINDS: Final = (
    (bool, "a boolean"),
    (int, "a whole number"),
    (float, "a float"),
    (str, "text"),
    (list, "a list"),
    (dict, "a table"),
)


def load_config(path: Path) -> BotConfig:
    """The bot file at `path`. Raises ConfigError."""
    try:
        found = path.stat()
        mode = found.st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a folder says so when it is read
            reason = "this is a device or a pipe; save the bot file to a file"
            raise ConfigError(path, (Problem("", reason),))
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        reason = f"cannot be read ({error.strerror}): name a bot file, such as bot.toml"
        raise ConfigError(path, (Problem("", reason),)) from error
    if len(raw) > LARGEST:
        size = max(found.st_size, len(raw))
        problem = Problem("", f"has {size} bytes, and a bot file at most {LARGEST}")
        raise ConfigError(path, (problem,))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        problem = Problem("", f"is not UTF-8 (byte {error.start}): is it a bot file?")
        raise ConfigError(path, (problem,)) from error
    return parse_config(text, file=path)


def parse_config(text: str, *, file: str | Path = "bot file") -> BotConfig:
    """The bot that a text describes. Raises ConfigError, which names `file`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, (Problem("", f"is not TOML: {error}"),)) from error
    except RecursionError as error:
        raise ConfigError(file, (Problem("", "is nested too deeply"),)) from error
    gaps = tuple(_gaps(data))
    try:
        config = _converter(Path(file).parent).structure(data, BotConfig)
    except (cattrs.BaseValidationError, UsageError) as error:
        raise ConfigError(file, (*_problems(error, ()), *gaps)) from error
    problems = (*gaps, *_contradictions(config, data))
    if problems:
        raise ConfigError(file, problems)
    if config.exchange is None or config.exchange.account is None:
        return config
    return attrs.evolve(config, account=attrs.evolve(config.account, name=config.exchange.account))


def require_runnable(config: BotConfig, file: str | Path) -> None:
    """Raise ConfigError unless the file says all that `benthic run` needs."""
    problems: list[Problem] = []
    if config.bot.context is None:
        problems.append(Problem("bot.context", 'missing: write "live", or "paper" to try it first'))
    if config.exchange is None:
        problems.append(Problem("exchange", "missing: name the venue, such as [exchange] name"))
    if config.store is None:
        problems.append(Problem("store.path", 'missing: name a folder, such as "orders.store"'))
    if problems:
        raise ConfigError(file, tuple(problems))


def _gaps(data: dict[str, Any]) -> Iterator[Problem]:
    """What is left out and no venue tells either."""
    account, market, bot = (_table_of(data, name) for name in ("account", "market", "bot"))
    if "exchange" not in data:
        for key in ("amount_step", "price_step", "fees"):
            if "market" in data and key not in market:
                yield Problem(f"market.{key}", "missing: without [exchange] no venue tells it")
        if bot.get("context") in get_args(Context):
            yield Problem("exchange", "missing: name the venue of the context in [bot]")
    if "deposits" not in account and ("exchange" not in data or bot.get("context") == "paper"):
        yield Problem("account.deposits", "missing: no venue tells what the account starts with")


def _table_of(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _contradictions(config: BotConfig, data: dict[str, Any]) -> Iterator[Problem]:
    """What each key allows on its own, but not together."""
    symbol, exchange, deposits = config.market.symbol, config.exchange, config.account.deposits
    if deposits and not deposits.keys() & {symbol.base, symbol.quote}:
        text = f"brings neither {symbol.base} nor {symbol.quote}, and the bot trades {symbol}"
        yield Problem("account.deposits", f'{text}: write {symbol.quote} = "1000"')
    yield from _of_venue(config)
    yield from _of_feeds(config)
    if exchange is None:
        return
    if exchange.name not in (known := names(REST)):
        yield Problem(
            "exchange.name", f"{exchange.name} is no exchange of ccxt{near(exchange.name, known)}"
        )
    if (exchange.key is None) != (exchange.secret is None):
        yield Problem("exchange.key", "goes with exchange.secret: give both or neither")
    if config.bot.context == "live" and exchange.key is None:
        yield Problem("exchange.key", "missing: a live bot signs its requests")
    if not SHORTEST_WINDOW <= exchange.receive_window_ms <= LONGEST_WINDOW:
        text = (
            f"lies between {SHORTEST_WINDOW} and {LONGEST_WINDOW}: a request needs time to arrive"
        )
        yield Problem("exchange.receive_window_ms", text)
    if exchange.sandbox == "testnet" and exchange.urls.rest is not None:
        yield Problem("exchange.urls", 'says where the venue is: leave out sandbox = "testnet"')
    said = _table_of(data, "account").get("name")
    if said is not None and exchange.account is not None and said != exchange.account:
        yield Problem("exchange.account", "is another than account.name: leave one of them out")


def _of_venue(config: BotConfig) -> Iterator[Problem]:
    """What the simulated venue's rules ask of one another, and of the mode."""
    venue = config.venue
    if venue.rules == "quick" and config.market.symbol.is_spot:
        for key in ("slippage", "share"):
            if getattr(venue, key) is not None:
                yield Problem(f"venue.{key}", 'is of the full rules: write rules = "full"')
    paid = getattr(config.mode.settings, "slippage", None)
    if venue.slippage and paid is not None and paid < venue.slippage:
        text = "orders would cost more than the mode keeps for them: write slippage = "
        yield Problem("venue.slippage", f'{text}"{venue.slippage:f}" or more under [mode]')


def _of_feeds(config: BotConfig) -> Iterator[Problem]:
    """What is followed must hold what is traded on."""
    base = config.market.time_frame
    for number, frame in enumerate(config.feeds.frames):
        if frame != base and not _is_higher(frame, base):
            text = f"{frame} is no higher frame than market.time_frame, {base}: write one that is"
            yield Problem(f"feeds.frames.{number}", f"{text}, or trade on the lowest")
    topics = config.feeds.topics_of(config.market.symbol)
    for topic in ("candles", "funding") if config.market.symbol.settle else ("candles",):
        if topic not in topics:
            yield Problem("feeds.topics", f'no order goes out without it: add "{topic}"')
    if not any(symbol.settle for symbol in config.symbols):
        for topic in sorted(OF_CONTRACTS.intersection(config.feeds.topics or ())):
            yield Problem("feeds.topics", f'only contracts have it: leave out "{topic}"')


def _is_higher(frame: TimeFrame, base: TimeFrame) -> bool:
    return base.is_fixed and (not frame.is_fixed or frame.length > base.length)


# -- values


def _converter(folder: Path) -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    hooks: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (int, _whole),
        (str, _text),
        (Millis, lambda value: _in_range(_whole(value), 0, 10**9, "ms")),
        (Seed, lambda value: _in_range(_whole(value), 0, 2**64 - 1, "seed")),
        (Capacity, lambda value: _in_range(_whole(value), 1, 10**6, "number of candles")),
        (Name, _name),
        (Asset, read_asset),
        (Positive, lambda value: _decimal(value, lambda number: number > 0, "above 0")),
        (NotNegative, lambda value: _decimal(value, lambda number: number >= 0, "of 0 or more")),
        (Rate, lambda value: _decimal(value, lambda number: -1 < number < 1, "between -1 and 1")),
        (Share, lambda value: _decimal(value, lambda number: 0 < number <= 1, "above 0, up to 1")),
        (Slippage, lambda value: _decimal(value, _is_slippage, "from 0 to below 1, of 8 digits")),
        (Decimal, lambda value: _decimal(value, lambda number: number >= 0, "of 0 or more")),
        (Symbol, lambda value: Symbol.parse(value, place="")),
        (TimeFrame, lambda value: TimeFrame.parse(value, place="")),
        (ModeSection, lambda value: _mode(converter, value)),
        (Place, lambda value: _place(folder, value)),
        (Reference, partial(read_reference, folder)),
        (Reference | Proxy | None, partial(read_proxy, folder)),
        (RestUrl, read_rest_url),
        (WsUrl, read_ws_url),
        (Options, read_options),
        (Kept, read_kept),
    )
    converter.register_structure_hook_func(_is_choice, _choice)
    converter.register_structure_hook_factory(_is_list, lambda cls: _list(converter, cls))
    converter.register_structure_hook_factory(attrs.has, lambda cls: _table(converter, cls))
    for cls, read in hooks:
        converter.register_structure_hook(cls, _ignoring_type(read))
    return converter


def _ignoring_type(read: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, _: read(value)


def _table(converter: cattrs.Converter, cls: type) -> Callable[[Any, Any], Any]:
    """Structures a TOML table as an attrs class, and says so where it is none."""
    fill: Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)
    may_be_secret = cls in {ExchangeSection, UrlsSection}

    def structure(value: Any, to: Any) -> Any:
        if not isinstance(value, dict):
            told = "" if may_be_secret else f"{_told(value)}, "
            raise Unexpected(f"{told}expected a table of keys")
        return fill(value, to)

    return structure


def _mode(converter: cattrs.Converter, value: Any) -> ModeSection:
    if not isinstance(value, dict):
        raise Unexpected(f'{_told(value)}, expected a table with a name, such as "ema_cross"')
    settings = dict(value)
    name = settings.pop("name", None)
    kind = MODES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Unexpected(f"name {name!r} is no mode{meant(str(name), MODES)}")
    return ModeSection(Name(str(name)), converter.structure(settings, kind.settings))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unexpected(f"{_told(value)}, expected a whole number")
    return value


def _in_range(value: int, low: int, high: int, what: str) -> int:
    if not low <= value <= high:
        raise Unexpected(f"{value} is out of range: a {what} lies between {low} and {high}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unexpected(f"{_told(value)}, expected text in quotes")
    return value


def _name(value: Any) -> str:
    if _NAME.fullmatch(_text(value)) is None:
        raise Unexpected(f"{value!r}: a name has 1 to 64 letters, digits, - and _")
    return str(value)


def _is_choice(cls: Any) -> bool:
    origin: Any = get_origin(cls)
    return origin is Literal


def _choice(value: Any, cls: Any) -> Any:
    allowed = get_args(cls)
    if value not in allowed:
        raise Unexpected(f"{_told(value)}, which is not offered{meant(str(value), allowed)}")
    return value


def _is_list(cls: Any) -> bool:
    origin: Any = get_origin(cls)
    return origin is tuple


def _list(converter: cattrs.Converter, cls: Any) -> Callable[[Any, Any], Any]:
    """Structures a TOML array, and says so where it is none: a text has letters."""
    items: Any = GenericAlias(list, get_args(cls)[:1])

    def structure(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            raise Unexpected(f"{_told(value)}, expected a list in brackets")
        return tuple(converter.structure(value, items))

    return structure


def _place(folder: Path, value: Any) -> Path:
    if not _text(value) or "\0" in value:
        raise Unexpected("is no path: name a file or a folder")
    return folder / Path(value).expanduser()


def _decimal(value: Any, allowed: Callable[[Decimal], bool], range_: str) -> Decimal:
    if isinstance(value, float):
        raise Unexpected(f'the float {value!r} is not exact: write it in quotes, "{value!r}"')
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unexpected(f'{_told(value)}, expected a number {range_} in quotes, such as "0.001"')
    number = parse_decimal(str(value), place="")
    if not allowed(number):
        raise Unexpected(f"{value!r} is out of range: expected a number {range_}")
    return number


def _is_slippage(number: Decimal) -> bool:
    return 0 <= number < 1 and number == number.quantize(_FINEST)


def _told(value: Any) -> str:
    kind = next((name for cls, name in _KINDS if isinstance(value, cls)), "a date or time")
    return f"{value!r} is {kind}"[:200]


# -- errors


def _problems(error: BaseException, path: tuple[str, ...]) -> Iterator[Problem]:
    """The leaves of a tree of validation errors, each with the path of its key."""
    path = (*path, *_steps(error))
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        known = [field.name for field in attrs.fields(error.cl)]
        for key in sorted(error.extra_fields):
            yield Problem(".".join((*path, key)), f"unknown key{meant(key, known)}")
    elif isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _problems(inner, path)
    elif isinstance(error, KeyError):
        yield Problem(".".join(path), "missing: every bot file needs it")
    elif isinstance(error, BadValue):
        yield Problem(".".join(path), f"{error.value!r}: {error.remedy}")
    else:
        yield Problem(".".join(path), str(error))


def _steps(error: BaseException) -> Iterator[str]:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            yield note.name
        elif isinstance(note, cattrs.IterableValidationNote):
            yield str(note.index)
