"""The rules of follow-up as pure functions: states, due dates, what an edit does to answers, the closure gate."""
