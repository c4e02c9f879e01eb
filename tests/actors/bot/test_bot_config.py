"""A bot file is read strictly: every fault is named with its key, and all of them at once."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.bot.errors import ConfigError
from benthic.actors.bot.reading import LARGEST, load_config, parse_config
from benthic.actors.market import Symbol, TimeFrame
from benthic.actors.modes.ema_cross import EmaCrossSettings

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
SOUND = """
[bot]
name = "a-bot"

[market]
symbol = "BTC/USDT"
time_frame = "1m"
amount_step = "0.001"
price_step = "0.01"
fees = { maker = "0.0005", taker = "0.001" }

[account]
deposits = { USDT = "1000.5", BNB = 2 }

[mode]
name = "ema_cross"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse_config(text, file="a.toml")
    assert all(line.startswith("a.toml: ") for line in str(refused.value).splitlines())
    return [str(problem) for problem in refused.value.problems]


def test_a_sound_file_becomes_values_and_says_its_defaults() -> None:
    config = parse_config(SOUND)

    assert (config.bot.name, config.bot.seed, config.account.name) == ("a-bot", 0, "main")
    assert config.market.symbol == Symbol("BTC", "USDT")
    assert config.market.time_frame == TimeFrame(1, "m")
    assert config.market.instrument.fees.taker == Decimal("0.001")
    assert config.account.deposits == {"USDT": Decimal("1000.5"), "BNB": Decimal(2)}
    assert config.mode.settings == EmaCrossSettings(10, 30, 1_000)
    assert (config.venue.request_ms, config.venue.answer_ms) == (0, 0)
    assert config.venue.rules == "quick"


@pytest.mark.parametrize("name", ["common_backtest.toml", "btc_perp.toml"])
def test_the_example_files_are_sound(name: str) -> None:
    assert load_config(EXAMPLES / name).mode.name == "ema_cross"


BAD = [
    ('name = "a-bot"', "", "bot.name: missing"),
    ('name = "a-bot"', 'nam = "a-bot"', "bot.nam: unknown key; did you mean name?"),
    ('name = "a-bot"', "name = 7", "bot.name: 7 is a whole number, expected text in quotes"),
    ('name = "a-bot"', 'name = "a bot"', "a name has 1 to 64 letters, digits, - and _"),
    ("[bot]", '[bot]\nseed = "7"', "bot.seed: '7' is text, expected a whole number"),
    ("[bot]", "[bot]\nseed = true", "bot.seed: True is a boolean, expected a whole number"),
    ("[bot]", "[bot]\nseed = -1", "bot.seed: -1 is out of range"),
    ("[bot]", "[bot]\nseed = 1979-05-27", "is a date or time, expected a whole number"),
    ('"BTC/USDT"', '"BTCUSDT"', "market.symbol: 'BTCUSDT': write a pair as BASE/QUOTE"),
    (
        '"BTC/USDT"',
        '"ETH/USDT:USDT"',
        (
            "market.symbol: 'ETH/USDT:USDT': is a contract, and orders on contracts are not "
            "offered yet, neither live nor on paper nor in a backtest: only spot pairs are traded, "
            'in all three; write the pair, "ETH/USDT"'
        ),
    ),
    ('"1m"', '"60"', "market.time_frame: '60': write a number and one of"),
    ('"1m"', "60", "market.time_frame: 60: write a number and one of"),
    ('"0.001"\nprice', "0.001\nprice", 'the float 0.001 is not exact: write it in quotes, "0.001"'),
    ('"0.001"\nprice', "nan\nprice", "market.amount_step: the float nan is not exact"),
    ('"0.001"\nprice', '"nan"\nprice', "market.amount_step: 'nan': write a decimal number"),
    ('"0.001"\nprice', '"-1"\nprice', "'-1' is out of range: expected a number above 0"),
    ('"0.001"\nprice', "0\nprice", "market.amount_step: 0 is out of range"),
    ('"0.001"\nprice', "[1]\nprice", "market.amount_step: [1] is a list, expected a number"),
    ('"0.01"', '"0.01"\nmin_cost = "-5"', "market.min_cost: '-5' is out of range"),
    ('"0.01"', '"0.01"\nmin_amuont = "5"', "unknown key; did you mean min_amount?"),
    ('taker = "0.001"', 'taker = "1"', "market.fees.taker: '1' is out of range"),
    (', taker = "0.001"', "", "market.fees.taker: missing"),
    ('{ maker = "0.0005", taker = "0.001" }', '"0.1 %"', "market.fees: '0.1 %' is text, expected"),
    ("USDT = ", "USD = ", "account.deposits: brings neither BTC nor USDT"),
    ('"1000.5"', "1000.5", "account.deposits.USDT: the float 1000.5 is not exact"),
    ('"1000.5"', '"0"', "account.deposits.USDT: '0' is out of range"),
    ("BNB = 2", '"B N" = 2', "'B N' cannot be an asset"),
    ("deposits = {", "deposit = {", "account.deposits: missing"),
    ("deposits = {", "deposit = {", "account.deposit: unknown key; did you mean deposits?"),
    ('"ema_cross"', '"ema_cros"', "mode: name 'ema_cros' is no mode; did you mean ema_cross?"),
    ('"ema_cross"', "7", "mode: name 7 is no mode"),
    ('"ema_cross"', '"ema_cross"\nfats = 7', "mode.fats: unknown key; did you mean fast?"),
    ('"ema_cross"', '"ema_cross"\nfast = 7.0', "mode.fast: 7.0 is a float, expected a whole"),
    ('"ema_cross"', '"ema_cross"\nfast = 90', "mode: needs 1 <= fast < slow <= 3000, not fast 90"),
    ('"ema_cross"', '"ema_cross"\nwarm_up = 9000', "mode: needs 0 <= warm_up <= 3000"),
    ('"ema_cross"', '"ema_cross"\nstop_loss = 0.02', "mode.stop_loss: the float 0.02 is not exact"),
    ('"ema_cross"', '"ema_cross"\nstop_loss = "1"', "mode: needs stop_loss above 0 and below 1"),
    ('"ema_cross"', '"ema_cross"\ntake_profit = "0"', "mode: needs take_profit above 0, not 0"),
    ('"ema_cross"', '"ema_cross"\ntrail = "1.5"', "mode: needs trail above 0 and below 1, not 1.5"),
    ("[mode]", "[venue]\nrequest_ms = -1\n[mode]", "venue.request_ms: -1 is out of range"),
    (
        "[mode]",
        '[venue]\nrules = "ful"\n[mode]',
        "'ful' is text, which is not offered; did you mean full?",
    ),
    (
        "[mode]",
        "[venue]\nrules = true\n[mode]",
        "venue.rules: True is a boolean, which is not offered; there are full",
    ),
    (
        "[mode]",
        '[venue]\nslippage = "0.01"\n[mode]',
        'venue.slippage: is of the full rules: write rules = "full"',
    ),
    (
        "[mode]",
        '[venue]\nrules = "full"\nslippage = "0.01"\n[mode]',
        "venue.slippage: orders would cost more than the mode keeps for them: write slippage =",
    ),
    (
        "[mode]",
        '[venue]\nrules = "full"\nslippage = "1"\n[mode]',
        "venue.slippage: '1' is out of range: expected a number from 0 to below 1",
    ),
    (
        "[mode]",
        '[venue]\nrules = "full"\nslippage = "0.000000001"\n[mode]',
        "venue.slippage: '0.000000001' is out of range",
    ),
    (
        "[mode]",
        '[venue]\nrules = "full"\nslippage = 0.01\n[mode]',
        "venue.slippage: the float 0.01 is not exact",
    ),
    (
        "[mode]",
        '[venue]\nrules = "full"\nshare = "0"\n[mode]',
        "venue.share: '0' is out of range: expected a number above 0, up to 1",
    ),
    ("[mode]", "[venu]\na = 1\n[mode]", "venu: unknown key; did you mean venue?"),
    ("[mode]", "[modes]", "mode: missing"),
    ("[bot]", "bot = 7\n[bot2]", "bot: 7 is a whole number, expected a table"),
    ("[bot]", "[bot", "is not TOML: "),
    ("[bot]", "[bot]\nx = " + "[" * 5_000, "is nested too deeply"),
]


@pytest.mark.parametrize(("old", "new", "fault"), BAD, ids=[fault[:40] for *_, fault in BAD])
def test_a_fault_is_named_with_its_key_and_what_to_do(old: str, new: str, fault: str) -> None:
    assert old in SOUND
    found = faults(SOUND.replace(old, new, 1))  # I1

    assert any(fault in line for line in found), found


def test_all_faults_are_named_at_once() -> None:
    text = SOUND.replace('"1m"', "1").replace('"1000.5"', "-3").replace("[bot]", "[bot]\nx = 1")

    assert len(faults(text)) == 3


def test_a_file_that_is_not_there_or_is_no_text_is_named(tmp_path: Path) -> None:
    binary, large = tmp_path / "binary.toml", tmp_path / "large.toml"
    binary.write_bytes(b"\xff\xfe")
    large.write_bytes(b"#" * (LARGEST + 1))

    with pytest.raises(ConfigError, match=r"absent.toml: cannot be read \(No such file"):
        load_config(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory"):
        load_config(tmp_path)
    with pytest.raises(ConfigError, match=r"binary.toml: is not UTF-8"):
        load_config(binary)
    with pytest.raises(ConfigError, match=r"large.toml: has 1000001 bytes"):
        load_config(large)


scalars = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(codec="ascii", exclude_characters='\\"\n'))
)


@given(line=st.integers(0, SOUND.count("\n")), value=scalars)
def test_any_value_in_any_place_is_read_or_refused_by_name(line: int, value: object) -> None:
    lines: list[str] = [*SOUND.splitlines()]
    key, equals, _ = lines[line % len(lines)].partition("=")
    if not equals:
        return
    written = f'"{value}"' if isinstance(value, str) else str(value).lower()
    lines[line % len(lines)] = f"{key} = {written}"
    with suppress(ConfigError):  # and nothing else
        parse_config("\n".join(lines), file="a.toml")


@given(text=st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ConfigError):
        parse_config(text)


FEEDS = """
[feeds]
frames = ["5m", "1M"]
symbols = ["ETH/USDT", "BTC/USDT"]
topics = ["candles", "trades", "book", "ticker"]
capacity = 500
"""


def test_what_is_followed_is_what_is_traded_and_what_the_file_adds() -> None:
    plain, config = parse_config(SOUND), parse_config(SOUND + FEEDS)

    assert plain.feeds.topics_of(plain.market.symbol) == ("candles", "trades", "ticker")
    assert plain.feeds.topics_of(Symbol("BTC", "USDT", "USDT"))[-1] == "funding"
    assert (plain.frames, plain.symbols) == ((TimeFrame(1, "m"),), (Symbol("BTC", "USDT"),))
    assert [str(frame) for frame in config.frames] == ["1m", "5m", "1M"]
    assert [str(symbol) for symbol in config.symbols] == ["BTC/USDT", "ETH/USDT"]
    assert config.feeds.capacity == 500


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"5m"', '"5x"', "feeds.frames.0: '5x': write a number and one of s, m, h, d, w, M"),
        ('"5m"', '"30s"', "feeds.frames.0: 30s is no higher frame than market.time_frame, 1m"),
        ('["5m", "1M"]', '"5m"', "feeds.frames: '5m' is text, expected a list in brackets"),
        ('"book"', '"books"', "feeds.topics.2: 'books' is text, which is not offered; did you"),
        ('"candles", ', "", 'feeds.topics: no order goes out without it: add "candles"'),
        ('"ETH/USDT"', '"ETHUSDT"', "feeds.symbols.0: 'ETHUSDT': write a pair as BASE/QUOTE"),
        ('"ticker"', '"funding"', 'feeds.topics: only contracts have it: leave out "funding"'),
        ("500", "0", "feeds.capacity: 0 is out of range: a number of candles lies between 1 and"),
        ("capacity", "capacty", "feeds.capacty: unknown key; did you mean capacity?"),
    ],
)
def test_a_fault_of_what_is_followed_is_named_with_its_place(
    old: str, new: str, fault: str
) -> None:
    (found,) = faults(SOUND + FEEDS.replace(old, new))

    assert fault in found
