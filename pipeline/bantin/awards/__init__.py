from . import candidates, features, parts, resolve

__all__ = ["candidates", "features", "parts", "resolve"]
