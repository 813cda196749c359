"""What `make run` runs: the environment, the embedded broker, web, worker and beat under one supervisor.

`environment.py`, `watchdog.py` and `probe.py` are scripts for a bare interpreter: they import nothing of ours.
"""
