"""Three ways of using a page: with the mouse, with the keyboard alone, and with JavaScript switched off."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

_FURTHEST = 250


class Mouse:
    """Clicks what it sees."""

    javascript = True

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, words: str) -> None:
        target.click()
        target.fill(words)

    def choose(self, target: Locator) -> None:
        target.check()


class WithoutJavaScript(Mouse):
    """Clicks, in a browser that runs no script."""

    javascript = False


class Keyboard(Mouse):
    """Goes with Tab to what it wants: what cannot be reached so fails the test."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, words: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def choose(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Space")

    def _reach(self, target: Locator) -> None:
        for _ in range(_FURTHEST):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not lead there")
