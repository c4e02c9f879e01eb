"""The spot exchange as its clients see it: REST, market streams, user data, the WebSocket API."""
