"""A province of made-up people with what they did until today, written in sets: for demos, load tests and the eye.

Nobody of them exists. Their histories are what the verbs would have left: rows, states, counters and audit entries.
"""
