"""Read notes from files of many kinds; write what was found as table, JSON, CSV or one HTML page."""
