// The page's script. It searches while the user types, copies commands, and shows events as they happen. Without it,
// every page is still complete, as of the time when it was loaded.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  // Search: the server searches, as it does without a script; the address keeps the query.
  const input = $("q");
  const asked = () => (input && input.value.trim() ? "/?q=" + encodeURIComponent(input.value.trim()) : "/");
  let searches = 0, shown = asked();
  async function search() {
    const mine = ++searches, path = asked(), text = input.value.trim();
    if (path === shown) return; // keep what is shown, and the focus
    history.replaceState(null, "", path);
    const page = await take(path);
    if (!page || mine !== searches) return; // a newer search has started
    put(page, "read", "catalogue");
    shown = path;
    $("count").textContent = page.getElementById("count").textContent;
    document.documentElement.dataset.searched = text;
  }
  if (input) {
    let pause;
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(search, 120);
    });
    input.addEventListener("keydown", async (e) => {
      if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
      e.preventDefault();
      clearTimeout(pause);
      await search();
      const first = document.querySelector("#read a, #catalogue a");
      if (first) first.focus();
    });
  }
  addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.altKey || e.metaKey || e.target.closest("input, textarea, select")) return;
    e.preventDefault();
    if (input) { input.focus(); input.select(); } else location.href = "/#q";
  });
  if (input && location.hash === "#q") input.focus();

  // Copy buttons. The commands of lessons are prose and get their buttons here.
  if ($("copy")) {
    for (const pre of document.querySelectorAll("article.prose pre.command")) {
      const box = document.createElement("div");
      box.className = "paste";
      pre.replaceWith(box);
      box.append(pre, $("copy").content.cloneNode(true));
    }
  }
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const pre = button.dataset.copy ? $(button.dataset.copy) : button.previousElementSibling;
      getSelection().selectAllChildren(pre); // the fallback if the clipboard is not allowed
      let said = button.dataset.selected;
      try { await navigator.clipboard.writeText(pre.textContent + "\n"); said = button.dataset.done; } catch { /* it remains selected */ }
      button.firstChild.textContent = said + " ";
      announce(said);
    });
  }
  function announce(text) { $("announce").textContent = text; }

  // take fetches a page; put replaces parts of this page with those of the other.
  async function take(path) {
    const answer = await fetch(path);
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
  }
  function put(page, ...ids) {
    for (const id of ids) {
      const old = $(id), fresh = page.getElementById(id);
      if (old && fresh) old.replaceWith(fresh); else if (old && id === "pending") old.remove();
    }
    document.body.dataset.pending = page.body.dataset.pending;
  }

  // News. The server sends escaped HTML.
  const news = $("news");
  let version = Number(document.body.dataset.version), busy = false, again = false;
  async function bring() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      do {
        again = false;
        const answer = await fetch(`${news.dataset.source}?after=${version}`);
        if (!answer.ok) break;
        version = Number(answer.headers.get("Tlslab-Version"));
        merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } while (again);
    } catch { /* the lab has ended, as the beacon shows */ } finally { busy = false; }
  }
  function merge(page) {
    const rows = news.querySelector(".list");
    for (const fresh of [...page.querySelectorAll(".list > article")].reverse()) {
      const old = $(fresh.id);
      if (old) {
        for (const [i, d] of [...old.querySelectorAll("details")].entries()) { // as the user left them
          const now = fresh.querySelectorAll("details")[i];
          if (now) now.open = d.open;
        }
        const focused = old.contains(document.activeElement);
        old.replaceWith(fresh);
        if (focused) fresh.querySelector("a").focus({ preventScroll: true });
      } else {
        fresh.classList.add("fresh");
        const number = Number(fresh.dataset.number);
        const after = [...rows.children].find((row) => Number(row.dataset.number) < number);
        rows.insertBefore(fresh, after || null);
      }
      if (!fresh.hasAttribute("data-open")) announce(fresh.querySelector(".says").textContent);
    }
    while (rows.children.length > Number(news.dataset.most)) rows.lastElementChild.remove();
    $("tally").replaceWith(page.getElementById("tally"));
  }

  // heard handles a notice: that something has changed, and in which scenarios.
  let taking = Promise.resolve();
  function heard(notice) {
    if (notice.connected && notice.epoch && notice.epoch !== document.documentElement.dataset.epoch) {
      location.reload(); // another lab at the same address
      return;
    }
    beacon(notice.connected);
    if (notice.version === undefined) return;
    if (news && notice.version > version && (!news.dataset.scenario || !notice.scenarios || notice.scenarios.includes(news.dataset.scenario))) bring();
    if (Number(document.body.dataset.pending) > 0) taking = taking.then(minted);
  }
  async function minted() {
    if (document.querySelector("[data-minting]")) {
      const answer = await fetch(location.href);
      if (answer.ok && !(await answer.text()).includes("data-minting")) { location.reload(); return; }
    }
    const page = await take(input ? asked() : location.pathname);
    if (page) put(page, "catalogue", "pending");
  }
  function beacon(connected) {
    const b = $("beacon");
    if (!b || connected === undefined) return;
    b.textContent = connected ? b.dataset.live : b.dataset.lost;
    b.className = "beacon " + (connected ? "on" : "off");
  }

  // The durations of open connections.
  setInterval(() => {
    for (const open of document.querySelectorAll("[data-open]")) {
      const since = Date.now() - Number(open.dataset.open);
      if (since > 1000) open.querySelector(".lasted").textContent = `${(since / 1000).toFixed(0)} s`;
    }
  }, 500);

  // A browser opens at most six connections to a server from all its tabs, so the tabs share one stream through a
  // worker. Without shared workers, hidden tabs close their stream.
  function listen() {
    if (window.SharedWorker) {
      const worker = new SharedWorker("/static/stream.js");
      worker.port.onmessage = (e) => heard(e.data);
      addEventListener("pagehide", () => worker.port.postMessage("bye"));
      addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
      return;
    }
    let stream;
    const tune = () => {
      if (document.hidden) { if (stream) stream.close(); stream = undefined; return; }
      if (stream) return;
      stream = new EventSource("/events");
      stream.onopen = () => heard({ connected: true });
      stream.onerror = () => {
        heard({ connected: false });
        if (stream && stream.readyState === EventSource.CLOSED) { stream = undefined; setTimeout(tune, 3000); } // the server refused it
      };
      stream.addEventListener("news", (e) => heard({ ...JSON.parse(e.data), epoch: e.lastEventId.split("-")[0], connected: true }));
    };
    document.addEventListener("visibilitychange", tune);
    tune();
  }
  if (news || Number(document.body.dataset.pending) > 0) listen();
  document.documentElement.dataset.ready = "true";
})();
