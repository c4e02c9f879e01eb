"""Accounts, positions and settings on futures over REST, held against the clearing."""

from fractions import Fraction

import pytest

from benthic.actors.matching.markets import ATOM

from .trader import Futures, Trader, a_venue, mark

BOTH = pytest.mark.parametrize("family", ["linear", "inverse"])
AMOUNTS: dict[Futures, str] = {"linear": "0.100", "inverse": "50"}


def with_position(family: Futures = "linear", price: str = "50000") -> Trader:
    """Ann, who has bought from Bob."""
    venue = a_venue()
    ann, bob = Trader(venue, family), Trader(venue, family, "bob")
    bob.limit("SELL", AMOUNTS[family], price)
    ann.market("BUY", AMOUNTS[family])
    return ann


@BOTH
def test_balances_are_those_of_the_clearing_to_the_last_digit(family: Futures) -> None:
    ann = with_position(family)
    mark(ann.venue, family, "51000")
    for name in ["balance", "v2/balance", "v3/balance"] if family == "linear" else ["balance"]:
        shown = ann.ask("GET", name)[0]
        summary = ann.clearing.summary(ann.account, shown["asset"])

        assert Fraction(shown["balance"]) == Fraction(summary.wallet, ATOM)
        assert Fraction(shown["crossUnPnl"]) == floored(summary.cross_unrealised)
        assert Fraction(shown["availableBalance"]) == floored(summary.available)


def floored(atoms: int) -> Fraction:
    return Fraction(atoms // 10**12, 10**8)


@BOTH
def test_the_account_lists_assets_and_positions_that_agree(family: Futures) -> None:
    ann = with_position(family)
    account = ann.ask("GET", "account")
    held = [each for each in account["positions"] if Fraction(each["positionAmt"])]

    assert [each["symbol"] for each in held] == [ann.symbol]
    assert held[0]["leverage"] == "20"
    asset = ann.clearing.position(ann.account, ann.symbol).asset
    shown = next(each for each in account["assets"] if each["asset"] == asset)
    margin = ann.clearing.summary(ann.account, asset).initial_margin
    assert Fraction(shown["initialMargin"]) == floored(margin)


def test_the_third_version_tells_only_of_what_is_held() -> None:
    ann = with_position()
    account, risk = ann.ask("GET", "v3/account"), ann.ask("GET", "v3/positionRisk")

    assert [each["symbol"] for each in account["positions"]] == ["BTCUSDT"]
    assert [each["symbol"] for each in risk] == ["BTCUSDT"]
    assert len(ann.ask("GET", "v2/positionRisk")) == 2


@BOTH
def test_leverage_and_margin_type_are_set_and_refused_as_at_the_venue(family: Futures) -> None:
    ann = Trader(a_venue(), family)
    assert ann.ask("POST", "leverage", symbol=ann.symbol, leverage=50)["leverage"] == 50
    assert ann.clearing.position(ann.account, ann.symbol).leverage == 50
    assert ann.fails("POST", "leverage", symbol=ann.symbol, leverage=500) == (
        -4028,
        "Leverage 500 is not valid",
    )
    assert ann.ask("POST", "marginType", symbol=ann.symbol, marginType="ISOLATED")["code"] == 200
    again = ann.fails("POST", "marginType", symbol=ann.symbol, marginType="ISOLATED")
    assert again == (-4046, "No need to change margin type.")
    ann.limit("BUY", AMOUNTS[family], "49000")
    assert ann.fails("POST", "marginType", symbol=ann.symbol, marginType="CROSSED")[0] == -4047


def test_hedge_mode_keeps_a_long_and_a_short_apart() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    assert ann.ask("GET", "positionSide/dual") == {"dualSidePosition": False}
    ann.ask("POST", "positionSide/dual", dualSidePosition="true")
    assert ann.fails("POST", "positionSide/dual", dualSidePosition="true")[0] == -4059
    bob.limit("SELL", "0.100", "50000")
    bob.limit("BUY", "0.100", "49900")
    ann.market("BUY", "0.100", positionSide="LONG")
    ann.market("SELL", "0.100", positionSide="SHORT")

    shown = ann.ask("GET", "v2/positionRisk", symbol=ann.symbol)

    amounts = {each["positionSide"]: Fraction(each["positionAmt"]) for each in shown}
    assert amounts == {"LONG": Fraction("0.1"), "SHORT": Fraction("-0.1")}
    assert ann.fails("POST", "positionSide/dual", dualSidePosition="false")[0] == -4068
    assert ann.fails("POST", "order", symbol=ann.symbol, side="BUY", type="MARKET", quantity="0.1")[
        0
    ] == (-4061)


def test_isolated_margin_moves_and_its_history_tells_of_it() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    assert ann.fails("POST", "positionMargin", symbol=ann.symbol, amount=1, type=1)[0] == -4049
    ann.ask("POST", "marginType", symbol=ann.symbol, marginType="ISOLATED")
    assert ann.fails("POST", "positionMargin", symbol=ann.symbol, amount=1, type=1)[0] == -4054
    bob.limit("SELL", "0.100", "50000")
    ann.market("BUY", "0.100")
    before = ann.clearing.position(ann.account, ann.symbol).isolated_wallet
    shown = ann.ask("POST", "positionMargin", symbol=ann.symbol, amount="100.5", type=1)

    after = ann.clearing.position(ann.account, ann.symbol).isolated_wallet

    assert shown["amount"] == 100.5
    assert after - before == ATOM * 1005 // 10
    history = ann.ask("GET", "positionMargin/history", symbol=ann.symbol)
    assert [(each["amount"], each["type"]) for each in history] == [("100.50000000", 1)]


@BOTH
def test_income_adds_up_to_what_the_wallet_has(family: Futures) -> None:
    ann = with_position(family)
    ann.engine.fund(ann.symbol, 10_000, ann.venue.now)
    ann.venue.settle()
    asset = ann.clearing.position(ann.account, ann.symbol).asset
    rows = [each for each in ann.ask("GET", "income") if each["asset"] == asset]

    assert sum(Fraction(each["income"]) for each in rows) == ann.wallet(asset)
    kinds = {each["incomeType"] for each in rows}
    assert kinds == {"TRANSFER", "COMMISSION", "FUNDING_FEE"}
    funded = ann.ask("GET", "income", incomeType="FUNDING_FEE")
    assert [each["symbol"] for each in funded] == [ann.symbol]


@BOTH
def test_brackets_and_fees_are_those_of_the_market(family: Futures) -> None:
    ann = Trader(a_venue(), family)
    brackets = ann.ask("GET", "leverageBracket", symbol=ann.symbol)[0]["brackets"]
    contract = ann.engine.markets[ann.symbol].contract
    assert contract is not None
    assert [each["initialLeverage"] for each in brackets] == [
        each.max_leverage for each in contract.brackets
    ]
    fees = ann.ask("GET", "commissionRate", symbol=ann.symbol)

    assert Fraction(fees["takerCommissionRate"]) == Fraction("0.0005")


def test_a_liquidation_is_told_to_its_owner_and_to_the_public() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    ann.ask("POST", "leverage", symbol=ann.symbol, leverage=100)
    ann.ask("POST", "marginType", symbol=ann.symbol, marginType="ISOLATED")
    bob.limit("SELL", "1.000", "50000")
    ann.market("BUY", "1.000")
    bob.limit("BUY", "2.000", "49500")
    ear = ann.listen()

    mark(venue, "linear", "49600")

    forced = ann.ask("GET", "forceOrders", symbol=ann.symbol)
    assert [each["clientOrderId"].partition("-")[0] for each in forced] == ["autoclose"]
    assert ann.clearing.position(ann.account, ann.symbol).amount == 0
    changes = [each["o"]["x"] for each in ear.of("ORDER_TRADE_UPDATE")]
    assert "CALCULATED" in changes
    ann.clearing.check()


def test_positions_and_orders_of_a_pair_are_told_on_coin_m() -> None:
    ann = with_position("inverse")
    risk = ann.ask("GET", "positionRisk", pair="BTCUSD")
    trades = ann.ask("GET", "userTrades", pair="BTCUSD")

    assert [each["symbol"] for each in risk] == ["BTCUSD_PERP"]
    assert [each["baseQty"] for each in trades] == ["0.10000000"]
    assert ann.fails("GET", "userTrades")[0] == -1102
    assert ann.fails("GET", "positionRisk", pair="NOPE")[0] == -1121


def test_the_rank_for_deleveraging_is_told_of_what_is_held() -> None:
    ann = with_position()
    shown = ann.ask("GET", "adlQuantile")

    assert [each["symbol"] for each in shown] == ["BTCUSDT"]
    assert set(shown[0]["adlQuantile"]) == {"BOTH"}
