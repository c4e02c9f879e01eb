"""The command line; compose is the one place that wires everything."""
