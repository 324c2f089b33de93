"""Review pages for people: server-rendered, whole without JavaScript, over the same store as the API."""
