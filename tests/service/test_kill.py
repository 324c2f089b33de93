"""Kill -9 in the middle of writes: what was acknowledged is there after the restart, and the audit verifies.

Two restarts here; ``python -m eval.service`` does fifty and writes what came of it to ``eval/RESULTS.md``.
"""

from eval.service import kill
from eval.service.process import new_key, settings_for, start


def test_nothing_acknowledged_is_lost(database_url: str) -> None:
    killed = kill.measure(database_url, restarts=2, seconds=3.0)
    assert killed.acknowledged > 0
    assert (killed.restarts, killed.lost, killed.broken) == (2, 0, 0)


def test_a_stop_is_graceful(database_url: str) -> None:
    settings = settings_for(database_url)
    assert new_key(settings)
    assert start(settings).stop() == 0
