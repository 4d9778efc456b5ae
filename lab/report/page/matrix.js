"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  // The indices of a cell's values, as written by lab/report/html.go.
  const KIND = 0, DOCUMENTED = 1, OUTCOME = 2, CLASS = 3, FROM_ALERT = 4, WHY = 5, MESSAGE = 6, CONTROL = 7, SAW = 8, DISAGREEMENT = 9, LOG = 10, CONNECTIONS = 11;
  const text = (i) => data.strings[i];
  const kindOf = (cell) => data.kinds[cell[KIND]] || { kind: "unknown", letter: "·", means: "" };
  const isOK = (cell) => cell[KIND] === 0;
  const markOf = (cell) => isOK(cell) ? "" : cell[DOCUMENTED] ? "*" : "!";
  // How far a cell is from ok, for sorting.
  const weight = (cell) => !cell.length || isOK(cell) ? 0 : cell[DOCUMENTED] ? 1 : 1000;

  // These two functions create all elements. They treat text as text, not as HTML.
  function el(name, attributes, ...children) {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== false) e.setAttribute(key, value);
    }
    e.append(...children.filter((c) => c !== undefined && c !== ""));
    return e;
  }
  const fill = (parent, ...children) => parent.replaceChildren(...children.filter((c) => c !== undefined && c !== ""));

  // Columns: groups of clients, or single clients.
  const folded = data.groups.map((g) => ({ stack: g.stack, variant: g.variant, versions: g.versions, clients: g.clients }));
  const single = data.groups.flatMap((g) => g.clients).map((i) => ({ stack: data.clients[i].stack, variant: data.clients[i].variant, versions: data.clients[i].version, clients: [i] }));
  const nameOf = (column) => `${column.stack} ${column.variant} ${column.versions}`;
  const families = [...new Set(data.scenarios.map((s) => s.family))];

  const state = { sortBy: "" }; // the name of the column that rows are sorted by
  let shown = { rows: [], columns: [] };
  let grid = []; // rows of focusable elements, the header first
  let at = [0, 0]; // the element that Tab reaches
  let drawing = 0;

  // The filters.
  function query() {
    return {
      words: $("text").value.toLowerCase().trim(), client: $("client").value.toLowerCase().split(/[\s\/]+/).filter(Boolean),
      family: $("family").value, judgement: $("judgement").value,
    };
  }
  function fits(cell, q) {
    if (!cell.length) return false;
    if (q.judgement === "!" && cell[DOCUMENTED]) return false;
    if (q.judgement === "*" && isOK(cell)) return false;
    if (q.judgement.length > 1 && kindOf(cell).kind !== q.judgement) return false;
    return true;
  }
  const says = (cell, words) => [CLASS, WHY, MESSAGE, SAW].some((i) => text(cell[i]).toLowerCase().includes(words));
  function select(q) {
    const columns = ($("fold").checked ? folded : single).filter((c) => q.client.every((word) =>
      nameOf(c).toLowerCase().includes(word) || c.clients.some((i) => data.clients[i].id.toLowerCase().includes(word))));
    const rows = [];
    for (const s of data.scenarios) {
      if (q.family && s.family !== q.family) continue;
      const named = !q.words || [s.id, s.title, s.what].some((t) => t.toLowerCase().includes(q.words));
      const match = columns.map((c) => c.clients.some((i) => fits(s.cells[i], q) && (named || says(s.cells[i], q.words))));
      if (match.includes(true) || (named && !q.judgement && columns.length)) rows.push({ scenario: s, match });
    }
    return sort(rows, columns);
  }
  function sort(rows, columns) {
    if ($("columns").value === "bad") {
      const order = columns.map((c, i) => [rows.reduce((sum, r) => sum + weight(r.scenario.cells[c.clients[0]]), 0), i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      columns = order.map(([, i]) => columns[i]);
      for (const r of rows) r.match = order.map(([, i]) => r.match[i]);
    }
    const by = $("rows").value, column = columns.find((c) => nameOf(c) === state.sortBy);
    const badness = (r) => columns.reduce((sum, c) => sum + weight(r.scenario.cells[c.clients[0]]), 0);
    if (column) {
      rows.sort((a, b) => weight(b.scenario.cells[column.clients[0]]) - weight(a.scenario.cells[column.clients[0]]) ||
        a.scenario.cells[column.clients[0]][KIND] - b.scenario.cells[column.clients[0]][KIND]);
    } else if (by === "name") {
      rows.sort((a, b) => a.scenario.id < b.scenario.id ? -1 : 1);
    } else if (by === "bad") {
      const bad = new Map(rows.map((r) => [r, badness(r)]));
      rows.sort((a, b) => bad.get(b) - bad.get(a));
    }
    return { rows, columns, flat: Boolean(column || by) };
  }

  // draw creates the table: its head and the first rows immediately, the others after the page has been painted.
  function draw() {
    const mine = ++drawing;
    shown = select(query());
    const { rows, columns, flat } = shown;
    const table = $("grid");
    grid = [];
    table.setAttribute("aria-rowcount", rows.length + 1);
    table.setAttribute("aria-colcount", columns.length + 1);
    fill(table, el("colgroup", {}, el("col", { class: "name" }), ...columns.map(() => el("col"))), head(columns));
    table.style.setProperty("--columns", columns.length);
    at = [0, 0];
    const lots = [];
    if (flat) {
      for (let i = 0; i < rows.length; i += 30) lots.push(["", rows.slice(i, i + 30)]);
    } else {
      for (const f of families) {
        const mine = rows.filter((r) => r.scenario.family === f);
        if (mine.length) lots.push([f, mine]);
      }
    }
    const next = () => {
      const lot = lots.shift();
      if (mine !== drawing) return;
      if (!lot) {
        table.removeAttribute("aria-busy");
        status(rows, columns);
        if (!document.documentElement.dataset.drawn) open(location.hash);
        document.documentElement.dataset.drawn = performance.now().toFixed(0);
        return;
      }
      table.append(body(lot[0], lot[1], columns));
      requestAnimationFrame(() => setTimeout(next)); // after painting
    };
    table.setAttribute("aria-busy", "true");
    next();
    focusable(0, rows.length ? 1 : 0);
  }
  function head(columns) {
    const stacks = el("tr", { class: "stacks" }, el("th", {}, ""));
    const narrow = new Set(); // stacks whose names do not fit above their columns, and are in the columns instead
    for (let i = 0; i < columns.length;) {
      let n = 1;
      while (i + n < columns.length && columns[i + n].stack === columns[i].stack) n++;
      const wide = columns[i].stack.length <= 2.5 * n; // a column has room for two letters and a half
      if (!wide) narrow.add(columns[i].stack);
      stacks.append(el("th", { colspan: n, scope: "colgroup", title: columns[i].stack }, wide ? columns[i].stack : ""));
      i += n;
    }
    const line = el("tr", { class: "clients" });
    const corner = el("th", { scope: "col", tabindex: -1, role: "columnheader" }, "scenario");
    line.append(corner);
    const places = [corner];
    for (const c of columns) {
      const sorted = state.sortBy === nameOf(c);
      const th = el("th", { scope: "col", role: "columnheader", tabindex: -1, title: `${nameOf(c)}: sort by it`, "aria-sort": sorted ? "descending" : undefined },
        el("span", {}, narrow.has(c.stack) ? nameOf(c) : `${c.variant} ${c.versions}`));
      line.append(th);
      places.push(th);
    }
    grid.push(places);
    return el("thead", {}, stacks, line);
  }
  function body(family, rows, columns) {
    const part = el("tbody");
    if (family) {
      const bad = rows.reduce((n, r) => n + columns.reduce((m, c) => m + c.clients.filter((i) => weight(r.scenario.cells[i]) > 1).length, 0), 0);
      part.append(el("tr", {}, el("th", { class: "family", scope: "rowgroup", colspan: Math.min(columns.length + 1, 8) }, family + " ",
        el("small", {}, `${rows.length} ${rows.length === 1 ? "scenario" : "scenarios"}${bad ? `, ${bad} not as documented` : ""}`))));
    }
    for (const r of rows) {
      const name = el("th", { class: "scenario", scope: "row", role: "rowheader", tabindex: -1, title: `${r.scenario.id}: ${r.scenario.title}` }, r.scenario.id);
      const line = el("tr", {}, name);
      const places = [name];
      columns.forEach((c, i) => {
        const cell = r.scenario.cells[c.clients[0]];
        const td = el("td", { role: "gridcell", tabindex: -1 });
        if (cell.length) {
          const k = kindOf(cell);
          td.className = k.kind + (markOf(cell) === "!" ? " bad" : "") + (r.match[i] ? "" : " dim");
          td.textContent = k.letter + (markOf(cell) === "!" ? "!" : "");
          td.setAttribute("aria-label", `${k.kind}${markOf(cell) === "*" ? ", documented" : markOf(cell) === "!" ? ", not as documented" : ""}${cell[CLASS] ? ", " + text(cell[CLASS]) : ""}`);
        } else {
          td.setAttribute("aria-label", "not asked: it speaks something else");
        }
        if (i && columns[i - 1].stack !== c.stack) td.classList.add("first");
        line.append(td);
        places.push(td);
      });
      grid.push(places);
      part.append(line);
    }
    return part;
  }
  function status(rows, columns) {
    const clients = columns.reduce((n, c) => n + c.clients.length, 0);
    const sorted = columns.some((c) => nameOf(c) === state.sortBy) ? `, sorted by ${state.sortBy}` : "";
    $("status").textContent = `${rows.length} of ${data.scenarios.length} scenarios, ${clients} of ${data.clients.length} clients in ${columns.length} columns${sorted}`;
  }

  // Roving tabindex (ARIA Authoring Practices, grid): Tab reaches one element, arrow keys move.
  function focusable(row, column, focus) {
    const old = grid[at[0]] && grid[at[0]][at[1]];
    if (old) old.setAttribute("tabindex", -1);
    row = Math.max(0, Math.min(row, grid.length - 1));
    column = Math.max(0, Math.min(column, grid[row].length - 1));
    at = [row, column];
    const e = grid[row][column];
    e.setAttribute("tabindex", 0);
    if (focus) { e.focus({ preventScroll: true }); reveal(e); }
  }
  // reveal scrolls the frame so that sticky headers do not cover the element.
  function reveal(e) {
    const frame = $("frame"), box = frame.getBoundingClientRect(), r = e.getBoundingClientRect();
    const top = box.top + $("grid").tHead.offsetHeight, left = box.left + grid[0][0].offsetWidth;
    if (e.closest("tbody")) {
      if (r.top < top) frame.scrollTop -= top - r.top;
      else if (r.bottom > box.bottom - 16) frame.scrollTop += r.bottom - box.bottom + 16;
    }
    if (e !== e.parentElement.firstElementChild) {
      if (r.left < left) frame.scrollLeft -= left - r.left;
      else if (r.right > box.right - 16) frame.scrollLeft += r.right - box.right + 16;
    }
    e.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  function placeOf(target) {
    const e = target.closest("td, th");
    for (let row = 0; e && row < grid.length; row++) {
      if (grid[row][0].parentElement === e.parentElement) return [row, grid[row].indexOf(e)];
    }
    return undefined;
  }
  const moves = {
    ArrowUp: ([r, c]) => [r - 1, c], ArrowDown: ([r, c]) => [r + 1, c], ArrowLeft: ([r, c]) => [r, c - 1], ArrowRight: ([r, c]) => [r, c + 1],
    PageUp: ([r, c]) => [r - 10, c], PageDown: ([r, c]) => [r + 10, c], Home: ([r], e) => [e.ctrlKey ? 0 : r, 0], End: ([r], e) => [e.ctrlKey ? grid.length - 1 : r, grid[0].length - 1],
  };
  $("grid").addEventListener("keydown", (e) => {
    const place = placeOf(e.target);
    if (!place || e.altKey || e.metaKey) return;
    if (moves[e.key]) focusable(...moves[e.key](place, e), true);
    else if (e.key === "Enter" || e.key === " ") act(place);
    else return;
    e.preventDefault();
  });
  $("grid").addEventListener("click", (e) => {
    const place = placeOf(e.target);
    if (!place || place[1] < 0) return;
    focusable(...place, true);
    act(place);
  });
  // act opens a cell or a scenario, or sorts by a client.
  function act([row, column]) {
    if (row > 0) return openRow(scenarioAt(row), column > 0 ? shown.columns[column - 1] : undefined);
    const name = column > 0 ? nameOf(shown.columns[column - 1]) : "";
    state.sortBy = state.sortBy === name ? "" : name;
    draw();
    const again = shown.columns.findIndex((c) => nameOf(c) === name);
    focusable(0, again + 1, true);
  }
  const scenarioAt = (row) => data.scenarios.find((s) => s.id === grid[row][0].textContent);

  // The dialog.
  function openRow(s, column) {
    $("cell-title").textContent = column ? `${s.id} × ${nameOf(column)}` : s.id;
    const about = el("section", {}, el("h3", {}, "The scenario"), pairs([["what", s.what], ["where", s.where], ["expected", s.expected], ["fix", s.fix]]));
    fill($("cell-body"), ...(column ? accounts(s, column) : []), about);
    $("cell").showModal();
    $("cell-body").parentElement.scrollTop = 0;
    history.replaceState(null, "", "#" + encodeURIComponent(s.id) + (column ? "/" + encodeURIComponent(data.clients[column.clients[0]].id) : ""));
  }
  // accounts describes what each client of a column did, once for clients that did and said the same.
  function accounts(s, column) {
    const told = new Map();
    for (const i of column.clients) {
      const key = JSON.stringify(s.cells[i]);
      if (!told.has(key)) told.set(key, []);
      told.get(key).push(i);
    }
    return [...told.values()].map((list) => account(s, list, told.size > 1));
  }
  function account(s, list, several) {
    const cell = s.cells[list[0]], client = data.clients[list[0]];
    if (!cell.length) return el("p", {}, "It was not asked: it speaks something else.");
    const k = kindOf(cell), mark = markOf(cell);
    const chip = el("span", { class: `chip ${k.kind}${mark === "!" ? " bad" : ""}` }, `${k.letter} ${k.kind}${mark}`);
    const seen = cell.slice(CONNECTIONS).map((i, n, all) => el("details", {}, el("summary", {}, all.length > 1 ? `connection ${n + 1}` : "all that it saw"), observation(data.observations[i])));
    return el("section", {},
      several ? el("h3", {}, list.map((i) => data.clients[i].version).join(", ")) : "",
      pairs([
        ["judgement", el("span", {}, chip, ` ${k.means}${mark === "*" ? "; documented" : mark === "!" ? "; not as documented" : ""}`)],
        ["outcome", text(cell[OUTCOME]) + (s.control && text(cell[CONTROL]) ? `; on ${s.control}: ${text(cell[CONTROL])}` : "")],
        ["class", text(cell[CLASS]) + (cell[FROM_ALERT] ? " (from its alert: the message names no cause)" : "")],
        ["why", cell[WHY] === cell[MESSAGE] ? "" : text(cell[WHY])],
        ["its message", text(cell[MESSAGE]) && el("pre", { dir: "ltr" }, text(cell[MESSAGE]))],
        ["the server saw", el("span", {}, text(cell[SAW]), ...seen)],
        ["the server's log", text(cell[LOG]) && el("pre", { dir: "ltr" }, text(cell[LOG]))],
        ["they disagree", text(cell[DISAGREEMENT])],
        ["client", [...new Set(list.map((i) => data.clients[i].library).filter(Boolean))].join(", ") + (client.about ? `; ${client.about}` : "")],
        ["to reproduce", command(`tlslab run ${s.id} --client ${client.name}${data.again}`)],
      ]));
  }
  function observation(rows) {
    const list = [];
    for (let i = 0; i < rows.length; i += 2) list.push([text(rows[i]), text(rows[i + 1])]);
    return pairs(list);
  }
  function command(line) {
    const button = el("button", { type: "button" }, "copy"), pre = el("pre", {}, line);
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(pre); // the fallback if the clipboard is not allowed
      try { await navigator.clipboard.writeText(line); button.textContent = "copied"; } catch { button.textContent = "selected"; }
    });
    return el("div", { class: "command" }, pre, button);
  }
  function pairs(list) {
    const dl = el("dl");
    for (const [label, value] of list) {
      if (value !== "" && value !== undefined) dl.append(el("dt", {}, label), el("dd", {}, value));
    }
    return dl;
  }
  $("cell").addEventListener("click", (e) => { if (e.target === $("cell")) $("cell").close(); });
  $("cell").addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
  // open shows the cell in the address: #scenario/client.
  function open(hash) {
    let id, client;
    try { [id, client] = hash.slice(1).split("/").map(decodeURIComponent); } catch { return; }
    const row = grid.findIndex((places, i) => i && places[0].textContent === id);
    const column = shown.columns.findIndex((c) => c.clients.some((i) => data.clients[i].id === client));
    if (row < 1) return;
    focusable(row, column + 1, true);
    act([row, column + 1]);
  }

  // The rest of the page.
  function summary() {
    const cells = data.scenarios.flatMap((s) => s.cells).filter((c) => c.length);
    const bad = cells.filter((c) => !c[DOCUMENTED]).length;
    const count = (list, one) => `${list.length.toLocaleString("en")} ${one}${list.length === 1 ? "" : "s"}`;
    const when = data.again ? `in ${Math.round(data.seconds)} s on ${data.started.slice(0, 10)}` : "on record"; // a record has no time
    fill($("summary"), `${count(data.scenarios, "scenario")} × ${count(data.clients, "client")}, ${count(cells, "cell")} ${when}: `,
      bad ? el("b", { class: "bad" }, `${bad} not as documented`) : el("b", {}, "all as documented"));
    const there = new Set(cells.map((c) => kindOf(c).kind));
    for (const k of data.kinds) {
      if (there.has(k.kind)) $("legend").append(el("li", { title: k.means }, el("span", { class: `mark ${k.kind}` }, k.letter), k.kind));
    }
    if (cells.some((c) => markOf(c) === "!")) $("legend").append(el("li", {}, el("span", { class: "mark bad insecure" }, "!"), "not as documented"));
    if (cells.some((c) => markOf(c) === "*")) $("legend").append(el("li", {}, "pale: a documented deviation: open the cell"));
    $("again").textContent = [data.again && `The same again: tlslab matrix${data.again}`, ...data.missing.map((m) => `Not here: ${m}`)].filter(Boolean).join(" · ");
    for (const f of families) $("family").append(el("option", { value: f }, f));
    for (const k of data.kinds) if (there.has(k.kind)) $("judgement").append(el("option", { value: k.kind }, k.kind));
    for (const s of new Set(data.clients.map((c) => c.stack))) $("stacks").append(el("option", { value: s }));
  }
  const themes = ["system", "light", "dark"];
  function theme(name) {
    document.documentElement.dataset.theme = name;
    $("theme").textContent = `theme: ${name}`;
    try { localStorage.setItem("tlslab-theme", name); } catch { /* local files may not be allowed to */ }
  }
  $("theme").addEventListener("click", () => theme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length]));
  try { theme(themes.includes(localStorage.getItem("tlslab-theme")) ? localStorage.getItem("tlslab-theme") : "system"); } catch { theme("system"); }
  const form = document.querySelector("#controls form");
  form.addEventListener("input", draw);
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("reset", () => { state.sortBy = ""; setTimeout(draw); });
  if (matchMedia("(max-width: 600px)").matches) $("controls").open = false;
  summary();
  draw();
})();
