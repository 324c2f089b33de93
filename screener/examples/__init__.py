"""An invented child's file, bundled so that the screener can be tried without any notes of your own."""
