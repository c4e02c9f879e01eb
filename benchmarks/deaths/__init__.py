"""The sweep of deaths: a real bot gets SIGKILL at random and at named instants, again and again."""
