"""How satisfied people are and why: path models, their quality, indices of 0 to 100, survey means."""
