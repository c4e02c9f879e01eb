"""The ledger of one account: balances, reservations and bookings."""
