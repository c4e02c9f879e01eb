"""A fill: one trade of an order, as the venue reports it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis
from .side import Side


class Fill(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One trade of an order. A venue may report it twice; the trade id tells that it is one."""

    trade_id: str  # the venue's, unique within account, symbol and side for ever
    client_id: str  # of the order that traded
    symbol: str
    side: Side
    price: Decimal  # quote currency per unit of base
    amount: Decimal  # base currency, > 0
    fee: Decimal  # in fee_asset; below 0 where it is a rebate
    fee_asset: str
    at: Millis  # when it traded, by the venue's clock
