"""An engine whose model runs behind an OpenAI-compatible server, on this machine or another."""
