// The page's script. It searches the catalogue, copies commands, and brings in what happens. Without it
// every page is whole as well, as of when it was loaded.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  // Search: rows and headings without a row are hidden; the address keeps the query.
  const input = $("q"), list = $("catalogue");
  function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of document.querySelectorAll("#catalogue li[data-search]")) {
      row.hidden = words.some((w) => !row.dataset.search.includes(w));
      if (!row.hidden) shown++;
    }
    for (const part of document.querySelectorAll("#catalogue .family, #catalogue .service")) {
      const rows = part.querySelectorAll("li:not([hidden])").length;
      part.hidden = rows === 0;
      part.querySelector("small").textContent = rows;
    }
    let n = 0;
    $("count").textContent = $("count").dataset.text.replace(/%d/g, () => [shown, $("count").dataset.all][n++]);
    $("nothing").hidden = shown > 0;
  }
  // Everything is there to be searched only if the server has not searched already.
  async function all() {
    if (document.querySelectorAll("#catalogue li").length < Number($("count").dataset.all)) await refresh("/", "catalogue");
    search();
  }
  if (input) {
    let whole;
    input.addEventListener("input", () => {
      history.replaceState(null, "", input.value ? "/?q=" + encodeURIComponent(input.value) : "/");
      whole = (whole || all()).then(search);
    });
    input.form.addEventListener("submit", (e) => {
      e.preventDefault();
      const first = document.querySelector("#catalogue li:not([hidden]) a");
      if (first) first.focus();
    });
  }
  addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.altKey || e.metaKey || e.target.closest("input, textarea, select")) return;
    e.preventDefault();
    if (input) { input.focus(); input.select(); } else location.href = "/#q";
  });
  if (input && location.hash === "#q") input.focus();

  // Copy buttons. A lesson's commands are prose: they get theirs here.
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
      getSelection().selectAllChildren(pre); // what there is where the clipboard is not allowed
      let said = button.dataset.selected;
      try { await navigator.clipboard.writeText(pre.textContent + "\n"); said = button.dataset.done; } catch { /* selected it is */ }
      button.firstChild.textContent = said + " ";
      announce(said);
    });
  }
  function announce(text) { $("announce").textContent = text; }

  // Refresh takes a part of the page anew from the server.
  async function refresh(path, ...ids) {
    const answer = await fetch(path);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const old = $(id), fresh = page.getElementById(id);
      if (old && fresh) old.replaceWith(fresh); else if (old && id === "pending") old.remove();
    }
    document.body.dataset.pending = page.body.dataset.pending;
  }

  // News. What comes from the server is HTML that the server has escaped.
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
    } catch { /* the lab has ended: the beacon says so */ } finally { busy = false; }
  }
  function merge(page) {
    const rows = news.querySelector(".list");
    for (const fresh of [...page.querySelectorAll(".list > article")].reverse()) {
      const old = $(fresh.id);
      if (old) {
        for (const [i, d] of [...old.querySelectorAll("details")].entries()) { // as the reader left them
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

  // Heard is told of every notice: that there is news, and of which scenarios.
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
    await refresh(location.pathname, "catalogue", "pending");
    if (input && list) search();
  }
  function beacon(connected) {
    const b = $("beacon");
    if (!b || connected === undefined) return;
    b.textContent = connected ? b.dataset.live : b.dataset.lost;
    b.className = "beacon " + (connected ? "on" : "off");
  }

  // How long those last that are open.
  setInterval(() => {
    for (const open of document.querySelectorAll("[data-open]")) {
      const since = Date.now() - Number(open.dataset.open);
      if (since > 1000) open.querySelector(".lasted").textContent = `${(since / 1000).toFixed(0)} s`;
    }
  }, 500);

  // A browser has six connections to a server, for all its tabs together. So they share one stream,
  // through a worker; where there is none to be shared, a tab that is hidden lets go of its own.
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
        if (stream && stream.readyState === EventSource.CLOSED) { stream = undefined; setTimeout(tune, 3000); } // it was turned away
      };
      stream.addEventListener("news", (e) => heard({ ...JSON.parse(e.data), epoch: e.lastEventId.split("-")[0], connected: true }));
    };
    document.addEventListener("visibilitychange", tune);
    tune();
  }
  if (news || Number(document.body.dataset.pending) > 0) listen();
  document.documentElement.dataset.ready = "true";
})();
