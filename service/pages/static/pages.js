// The pages work without this. It adds one key for each answer, and keeps the place of a reader.
(function () {
  "use strict";
  var OFF = "screener-keys-off";
  var keyed = Array.from(document.querySelectorAll("[data-key]"));
  var problem = document.getElementById("problem");
  if (problem) {
    problem.tabIndex = -1;
    problem.focus();
  } else if (location.hash === "#passage") {
    var card = document.getElementById("passage");
    if (card) card.focus({ preventScroll: false });
  }
  var current = document.querySelector("mark.current");
  var text = current && current.closest(".text");
  if (text && text.scrollHeight > text.clientHeight) {
    text.scrollTop = current.offsetTop - text.offsetTop - text.clientHeight / 3;
  }
  if (!keyed.length) return;

  function off() {
    try { return localStorage.getItem(OFF) === "yes"; } catch (error) { return false; }
  }
  function show() {
    keyed.forEach(function (element) {
      var label = element.matches("textarea") ? document.querySelector("label[for=" + element.id + "]") : element;
      var old = label.querySelector("kbd");
      if (old) old.remove();
      if (off()) return element.removeAttribute("aria-keyshortcuts");
      var key = document.createElement("kbd");
      key.textContent = element.dataset.key;
      key.setAttribute("aria-hidden", "true");
      element.setAttribute("aria-keyshortcuts", element.dataset.key);
      label.append(key);
    });
  }
  // Single keys can be switched off (WCAG 2.1.4): speech input would set them off by accident.
  var choice = document.createElement("p");
  choice.className = "keys";
  choice.innerHTML = '<label class="option"><input type="checkbox"> Answer with single keys</label>';
  var box = choice.querySelector("input");
  box.checked = !off();
  box.addEventListener("change", function () {
    try { localStorage.setItem(OFF, box.checked ? "no" : "yes"); } catch (error) { /* Not kept: this page only. */ }
    show();
  });
  document.querySelector("main").append(choice);
  show();

  document.addEventListener("keydown", function (event) {
    if (off() || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    var element = keyed.find(function (each) { return each.dataset.key === event.key.toLowerCase(); });
    // What is folded has not been read, so it is not answered either.
    var fold = element && element.closest("details:not([open])");
    if (!element || (fold && !element.matches("summary"))) return;
    event.preventDefault();
    if (element.matches("textarea")) element.focus();
    else element.click();
  });
})();
