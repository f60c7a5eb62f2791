"""HTML for readers: home, live pages, permalinks, the bare page for an iframe, and the pages of what went wrong."""
