"""Documents made elsewhere: taken in by the web process, looked into and drawn by the worker, frozen as they came."""
