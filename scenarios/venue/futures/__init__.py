"""The futures exchanges as their clients see them: USD-M under /fapi, COIN-M under /dapi.

One code for both; `product` says in what they differ.
"""
