"""Runs seen from outside: started detached, followed from elsewhere, paused, found dead.

What a run does is in `novelgen.generation`; nothing here knows a screen.
"""
