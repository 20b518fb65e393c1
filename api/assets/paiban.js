// The pages work without this file; it makes the clock tick, keeps live pages fresh and eases the roster grid.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The server's clock: the civil time the page was made at, plus the time passed since.
  const clock = document.querySelector("[data-clock]");
  if (clock) {
    const began = performance.now(), seconds0 = Number(clock.dataset.clock);
    const two = (n) => String(n).padStart(2, "0");
    setInterval(() => {
      const seconds = Math.floor(seconds0 + (performance.now() - began) / 1000) % 86400;
      clock.firstChild.data = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
      clock.querySelector("small").textContent = `:${two(seconds % 60)}`;
    }, 1000);
  }

  // Live pages: fetch the same address and put its live part in place, unless somebody is typing there.
  const live = document.querySelector("[data-live-seconds]");
  if (live) {
    const again = async () => {
      try {
        if (!document.hidden && !live.contains(document.activeElement)) {
          const answer = await fetch(location.href, { headers: { "X-Requested-With": "live" } });
          if (answer.ok && !answer.redirected) {
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = page.querySelector("[data-live-seconds]");
            if (!fresh) return location.reload();
            live.replaceChildren(...fresh.childNodes);
          } else location.reload();
        }
      } catch { /* the next round tries again */ }
      setTimeout(again, Number(live.dataset.liveSeconds) * 1000);
    };
    setTimeout(again, Number(live.dataset.liveSeconds) * 1000);
  }

  // A solve as the server tells it; when it has ended, the page is shown anew. The browser asks again when the stream breaks.
  const solve = document.querySelector("[data-solve-events]");
  if (solve) {
    const bar = solve.querySelector("progress"), text = solve.querySelector("[role=status]");
    const source = new EventSource(solve.dataset.solveEvents);
    source.addEventListener("progress", (event) => {
      const news = JSON.parse(event.data);
      if (news.state === "running") {
        bar.max = 100;
        bar.value = Math.floor(news.done * 100);
      }
      text.textContent = news.text;
    });
    source.addEventListener("end", () => {
      source.close();
      location.reload();
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
    });
  }

  // One form is sent once.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => all("form").forEach((form) => delete form.dataset.sent));

  // A filter applies as soon as it is chosen.
  all("form[data-auto] select").forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));

  // Arrow keys walk the roster grid; the grid is one tab stop.
  const grid = document.querySelector("table[data-grid]");
  if (grid) {
    const rows = all("tbody tr", grid).map((row) => all("td a", row));
    const selected = grid.querySelector("td[aria-current=true] a");
    rows.flat().forEach((cell) => (cell.tabIndex = -1));
    (selected ?? rows[0]?.[0])?.setAttribute("tabindex", "0");
    if (selected) selected.scrollIntoView({ block: "nearest", inline: "center" });
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      const y = rows.findIndex((row) => row.includes(event.target));
      if (!step || y < 0) return;
      const next = rows[y + step[0]]?.[rows[y].indexOf(event.target) + step[1]];
      if (!next) return;
      event.preventDefault();
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }

  all("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
})();
