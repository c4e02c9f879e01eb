"""The promise of market data, end to end: what feeds publish is what the venue had."""
