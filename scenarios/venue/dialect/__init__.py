"""How the exchange speaks: the requests, answers and streams of Binance's product families.

`routes` turns HTTP requests into calls of handlers and is shared; `spot` and `futures` know the
shapes. The rules of trading are not here, they are in `benthic.actors.matching`.
"""
