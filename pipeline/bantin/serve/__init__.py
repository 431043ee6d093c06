"""``bantin serve``: a page to look at one article or several, an API, and a Label Studio ML backend."""
