"""The wallet's endpoints (/sapi/v1) that clients of the spot exchange begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ....actors.matching.values import AccountId
from ..accounts import AccountEntry
from ..dialect.numbers import short
from ..dialect.routes import Call, Route
from . import shapes
from .account import Accounts
from .desk import SpotDesk

RATE_DIGITS: Final = 8
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"BTC": "Bitcoin", "ETH": "Ethereum", "BNB": "BNB", "USDT": "TetherUS", "USDC": "USD Coin"}
)


class Wallet:
    """Handlers of the wallet's endpoints."""

    def __init__(
        self, desk: SpotDesk, accounts: Accounts, entry: Callable[[AccountId], AccountEntry]
    ) -> None:
        self._desk = desk
        self._accounts = accounts
        self._entry = entry

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        api = "/sapi/v1"
        return [
            Route("GET", f"{api}/system/status", self.status, 1),
            Route("GET", f"{api}/capital/config/getall", self.coins, 10, "USER_DATA"),
            Route("GET", f"{api}/asset/tradeFee", self.fees, 1, "USER_DATA"),
            Route("GET", f"{api}/account/apiRestrictions", self.restrictions, 1, "USER_DATA"),
            Route("GET", f"{api}/account/status", self.account_status, 1, "USER_DATA"),
            Route("GET", f"{api}/account/apiTradingStatus", self.trading, 1, "USER_DATA"),
            Route("GET", f"{api}/margin/allPairs", self.no_margin, 1, "KEY"),
            Route("GET", f"{api}/margin/isolated/allPairs", self.no_margin, 1, "KEY"),
        ]

    def status(self, _call: Call) -> dict[str, object]:
        return {"status": 0, "msg": "normal"}

    def no_margin(self, _call: Call) -> list[object]:
        """Nothing can be borrowed here; clients ask before they list the markets."""
        return []

    def account_status(self, _call: Call) -> dict[str, object]:
        return {"data": "Normal"}

    def trading(self, call: Call) -> dict[str, object]:
        return {
            "data": {
                "isLocked": False,
                "plannedRecoverTime": 0,
                "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300},
                "updateTime": call.now,
            }
        }

    def coins(self, call: Call) -> list[dict[str, object]]:
        held = self._desk.engine.clearing.balances(call.account)
        return [_coin(asset, *held.get(asset, (0, 0))) for asset in self._desk.assets()]

    def fees(self, call: Call) -> list[dict[str, object]]:
        entry = self._entry(call.account)
        symbol = call.params.symbol()
        markets = (
            list(self._desk.engine.markets.values())
            if symbol is None
            else [self._desk.market(symbol)]
        )
        shown: list[dict[str, object]] = []
        for market in markets:
            maker, taker = self._accounts.rates(entry, market)
            shown.append(
                {
                    "symbol": market.symbol,
                    "makerCommission": short(maker, RATE_DIGITS),
                    "takerCommission": short(taker, RATE_DIGITS),
                }
            )
        return shown

    def restrictions(self, call: Call) -> dict[str, object]:
        key = call.key
        permissions = key.permissions if key is not None else frozenset()
        return {
            "ipRestrict": bool(key is not None and key.addresses),
            "createTime": key.created_at if key is not None else 0,
            "enableReading": "read" in permissions,
            "enableWithdrawals": "withdraw" in permissions,
            "enableInternalTransfer": False,
            "enableMargin": False,
            "enableFutures": "futures" in permissions,
            "permitsUniversalTransfer": False,
            "enableVanillaOptions": False,
            "enableFixApiTrade": False,
            "enableFixReadOnly": False,
            "enableSpotAndMarginTrading": "trade" in permissions,
            "enablePortfolioMarginTrading": False,
        }


def _coin(asset: str, free: int, locked: int) -> dict[str, object]:
    network = {
        "network": asset,
        "coin": asset,
        "withdrawIntegerMultiple": "0.00000001",
        "isDefault": True,
        "depositEnable": True,
        "withdrawEnable": True,
        "depositDesc": "",
        "withdrawDesc": "",
        "specialTips": "",
        "specialWithdrawTips": "",
        "name": NAMES.get(asset, asset),
        "resetAddressStatus": False,
        "addressRegex": "^[0-9A-Za-z]{20,80}$",
        "addressRule": "",
        "memoRegex": "",
        "withdrawFee": "0.001",
        "withdrawMin": "0.002",
        "withdrawMax": "9999999999",
        "minConfirm": 1,
        "unLockConfirm": 0,
        "sameAddress": False,
        "estimatedArrivalTime": 5,
        "busy": False,
    }
    return {
        "coin": asset,
        "depositAllEnable": True,
        "withdrawAllEnable": True,
        "name": NAMES.get(asset, asset),
        "free": shapes.show_atoms(free),
        "locked": shapes.show_atoms(locked),
        "freeze": "0",
        "withdrawing": "0",
        "ipoing": "0",
        "ipoable": "0",
        "storage": "0",
        "isLegalMoney": False,
        "trading": True,
        "networkList": [network],
    }
