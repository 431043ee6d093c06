from . import candidates, features, resolve

__all__ = ["candidates", "features", "resolve"]
