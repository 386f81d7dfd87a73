/* The map: route, guard, query, table, index in fixed columns.  Choosing an element lights the ways through it. */
(() => {
  "use strict";
  const holder = document.getElementById("map-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const KINDS = ["route", "guard", "query", "table", "index"];
  const HEADS = ["Route", "Guard", "Query", "Table", "Index"];
  const RANK = { critical: 0, high: 1, medium: 2, low: 3, "": 4 };
  const [FIRST, MORE] = [30, 60];
  const [ROW, HEIGHT, PAD] = [50, 40, 16];
  const SVG = "http://www.w3.org/2000/svg";

  const nodes = data.nodes;
  const ways = data.ways.map((way) => ({ ...way, words: wordsOf(way), rank: rankOf(way) }));
  const byKey = new Map(nodes.map((node, number) => [node.key, number]));
  const canvas = document.getElementById("map-canvas");
  const panel = document.getElementById("map-panel");
  const frame = canvas.parentElement;
  const search = document.getElementById("map-text");
  const faulty = document.getElementById("map-faulty");
  const count = document.getElementById("map-count");
  const more = document.getElementById("map-more");
  let limit = FIRST;
  let chosen = null;
  let only = null;
  let drawn = { columns: [], lines: [], groups: new Map() };

  /* The elements that a route goes through, in the order of the columns. */
  function elements(way) {
    const found = [way.route, way.guard];
    for (const [query, reached] of way.queries) {
      found.push(query);
      for (const [table, index] of reached) found.push(table, ...(index === null ? [] : [index]));
    }
    return found;
  }

  const nameOf = (node) => (node.kind === "route" ? `${node.detail} ${node.label}` : node.label);

  function wordsOf(way) {
    return elements(way).map((n) => `${nodes[n].detail} ${nodes[n].label} ${nodes[n].file}`).join("\n").toLowerCase();
  }

  function rankOf(way) {
    return Math.min(...elements(way).filter((n) => nodes[n].kind !== "guard").map((n) => RANK[nodes[n].severity]));
  }

  /* The parts of the ways through one element: which nodes and which edges light up. */
  function through(number) {
    const kind = nodes[number].kind;
    const lit = new Set([number]);
    const lines = new Set();
    for (const way of ways) {
      if (!elements(way).includes(number)) continue;
      lit.add(way.route).add(way.guard);
      lines.add(`${way.route}-${way.guard}`);
      for (const [query, reached] of way.queries) {
        if (kind === "query" && query !== number) continue;
        const hits = reached.filter(([table, index]) => (kind !== "table" || table === number)
          && (kind !== "index" || index === number));
        if ((kind === "table" || kind === "index") && !hits.length) continue;
        lit.add(query);
        lines.add(`${way.guard}-${query}`);
        for (const [table, index] of hits) {
          lit.add(table);
          lines.add(`${query}-${table}`);
          if (index !== null) { lit.add(index); lines.add(`${table}-${index}`); }
        }
      }
    }
    return { lit, lines };
  }

  function chosenWays() {
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let fitting = ways.filter((way) => wanted.every((word) => way.words.includes(word)) && (!faulty.checked || way.rank < 4));
    if (only !== null) fitting = ways.filter((way) => elements(way).includes(only));
    const worst = [...fitting].sort((a, b) => a.rank - b.rank).slice(0, limit);
    const kept = new Set(worst);
    return { all: fitting, shown: fitting.filter((way) => kept.has(way)) };
  }

  /* Columns top to bottom: routes as listed, the rest at the mean height of what leads to them. */
  function arranged(shown) {
    const focus = only === null ? null : through(only).lit;
    const columns = KINDS.map(() => new Map());
    const edges = new Map();
    const touch = (number, row) => {
      const column = columns[KINDS.indexOf(nodes[number].kind)];
      if (!column.has(number)) column.set(number, []);
      column.get(number).push(row);
    };
    const link = (a, b) => edges.set(`${a}-${b}`, [a, b]);
    shown.forEach((way, row) => {
      touch(way.route, row);
      touch(way.guard, row);
      link(way.route, way.guard);
      for (const [query, reached] of way.queries) {
        if (focus && !focus.has(query)) continue;
        touch(query, row);
        link(way.guard, query);
        for (const [table, index] of reached) {
          if (focus && !focus.has(table)) continue;
          touch(table, row);
          link(query, table);
          if (index !== null && !(focus && !focus.has(index))) { touch(index, row); link(table, index); }
        }
      }
    });
    // What a chosen route goes through stands beside it, wherever else it would stand.
    const beside = chosen !== null && nodes[chosen].kind === "route" ? through(chosen).lit : new Set();
    const height = shown.findIndex((way) => way.route === chosen);
    const mean = (rows) => rows.reduce((sum, row) => sum + row, 0) / rows.length;
    const wish = (number, rows) => (beside.has(number) && nodes[number].kind !== "route" ? height : mean(rows));
    const ordered = columns.map((column) => [...column].map(([number, rows]) => [number, wish(number, rows)])
      .sort((a, b) => a[1] - b[1] || a[0] - b[0]));
    return { ordered, edges: [...edges.values()] };
  }

  function place(ordered, width) {
    const gap = Math.max(34, Math.min(64, width * 0.04));
    const cell = Math.max(148, (width - 2 * PAD - 4 * gap) / 5);
    const at = new Map();
    const tallest = Math.max(...ordered.map((column) => column.length), 1);
    const rows = Math.max(ordered[0].length, 1);
    ordered.forEach((column, number) => {
      let free = PAD;
      const spare = Math.max(0, tallest - column.length) * ROW;
      column.forEach(([node, mean], position) => {
        const wish = PAD + (mean / rows) * (tallest * ROW);
        const latest = PAD + position * ROW + spare;
        const y = Math.min(Math.max(free, wish), latest);
        at.set(node, { x: PAD + number * (cell + gap), y, column: number });
        free = y + ROW;
      });
    });
    return { at, cell, gap, width: 2 * PAD + 5 * cell + 4 * gap, height: tallest * ROW + PAD };
  }

  function element(name, attributes, text = "") {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  }

  function cut(text, room, fromStart) {
    const most = Math.max(4, Math.floor(room));
    if (text.length <= most) return text;
    return fromStart ? `…${text.slice(text.length - most + 1)}` : `${text.slice(0, most - 1)}…`;
  }

  function drawNode(number, spot, cell) {
    const node = nodes[number];
    const group = element("g", {
      class: `node ${node.severity ? `s-${node.severity}` : ""} ${node.missing ? "missing" : ""}`,
      transform: `translate(${spot.x} ${spot.y})`, tabindex: "-1", role: "button", "data-node": number,
      "aria-label": `${node.kind} ${nameOf(node)}${node.severity ? `, ${node.severity} finding` : ""}`,
    });
    group.append(element("title", {}, `${node.detail} ${node.label}`));
    group.append(element("rect", { class: "box", width: cell, height: HEIGHT, rx: 7 }));
    group.append(element("rect", { class: "mark", width: 4, height: HEIGHT - 14, x: 5, y: 7, rx: 2 }));
    const room = (cell - 26) / 7.25;
    const first = node.kind === "route";
    group.append(element("text", { class: "name", x: 16, y: first ? 31 : 17 }, cut(node.label, room, first)));
    group.append(element("text", { class: "detail", x: 16, y: first ? 15 : 32 }, cut(node.detail, room * 1.14, false)));
    return group;
  }

  function draw() {
    const { all, shown } = chosenWays();
    const { ordered, edges } = arranged(shown);
    const layout = place(ordered, canvas.clientWidth - 2);
    const svg = element("svg", { width: layout.width, height: layout.height, role: "group",
      "aria-label": "The map from route to row. Arrow keys move, Enter chooses, Escape lets go." });
    const lines = edges.map(([from, to]) => {
      const a = layout.at.get(from);
      const b = layout.at.get(to);
      const [x1, y1, x2, y2] = [a.x + layout.cell, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2];
      const bend = (x2 - x1) * 0.5;
      const line = element("path", { class: "edge", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
      line.dataset.edge = `${from}-${to}`;
      svg.append(line);
      return line;
    });
    const groups = new Map();
    ordered.forEach((column) => column.forEach(([number]) => {
      const group = drawNode(number, layout.at.get(number), layout.cell);
      groups.set(number, group);
      svg.append(group);
    }));
    canvas.replaceChildren(heads(ordered, layout, all.length), svg);
    drawn = { columns: ordered.map((column) => column.map(([number]) => number)), lines, groups, svg };
    const start = groups.get(chosen) || groups.values().next().value;
    if (start) start.setAttribute("tabindex", "0");
    count.textContent = shown.length === all.length
      ? `${all.length} ${all.length === 1 ? "route" : "routes"}` : `${shown.length} of ${all.length} routes, the worst first`;
    more.hidden = shown.length === all.length;
    light();
  }

  function heads(ordered, layout, total) {
    const row = document.createElement("div");
    row.className = "heads";
    row.style.width = `${layout.width}px`;
    HEADS.forEach((name, number) => {
      const head = document.createElement("div");
      head.style.flex = "none";
      head.style.width = `${layout.cell}px`;
      head.style.marginLeft = `${number ? layout.gap : PAD}px`;
      const title = document.createElement("b");
      title.textContent = name;
      const shown = ordered[number].length;
      head.append(title, number || shown === total ? String(shown) : `${shown} of ${total}`);
      row.append(head);
    });
    return row;
  }

  function light() {
    const { groups, lines, svg } = drawn;
    const picked = chosen === null ? null : through(chosen);
    svg.classList.toggle("picked", picked !== null);
    if (chosen === null) delete svg.dataset.chosen;
    else svg.dataset.chosen = nodes[chosen].key;
    for (const [number, group] of groups) {
      const on = picked !== null && picked.lit.has(number);
      group.classList.toggle("on", on);
      group.classList.toggle("off", picked !== null && !on);
      group.classList.toggle("chosen", number === chosen);
      group.setAttribute("aria-pressed", String(number === chosen));
    }
    const lit = [];
    for (const line of lines) {
      const on = picked !== null && picked.lines.has(line.dataset.edge);
      line.classList.toggle("on", on);
      line.classList.toggle("off", picked !== null && !on);
      if (on) lit.push(line);
    }
    // Lit lines are drawn last, so that no dim one crosses over them.
    const firstNode = svg.querySelector(".node");
    lit.forEach((line) => svg.insertBefore(line, firstNode));
    describe();
  }

  function make(name, text, kind) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function linkTo(number) {
    const button = make("button", nameOf(nodes[number]), "link");
    button.type = "button";
    button.addEventListener("click", () => choose(number));
    return button;
  }

  function sourceOf(file, line) {
    const known = data.sources[file];
    if (!known) return null;
    const near = known.filter(([number]) => Math.abs(number - line) <= 3);
    if (!near.length) return null;
    const block = make("pre", undefined, "lines");
    for (const [number, text] of near) {
      const row = make("span", text || " ", number === line ? "here" : "");
      row.dataset.line = number;
      block.append(row);
    }
    return block;
  }

  function step(title, node) {
    const part = make("div", undefined, "step");
    part.append(make("b", title, "small"));
    if (node.file) part.append(make("div", `${node.file}:${node.line}`, "muted small mono"));
    const source = node.file && sourceOf(node.file, node.line);
    if (source) part.append(source);
    return part;
  }

  function listOf(title, items) {
    if (!items.length) return [];
    const list = make("ul");
    items.slice(0, 60).forEach((item) => { const row = make("li"); row.append(item); list.append(row); });
    if (items.length > 60) list.append(make("li", `…and ${items.length - 60} more`, "muted"));
    return [make("h4", title), list];
  }

  function findingLinks(node) {
    return node.findings.map((number) => {
      const [title, severity] = data.findings[number];
      const row = document.createDocumentFragment();
      const link = make("a", title);
      link.href = data.findings_at + number;
      row.append(make("span", severity, `badge ${severity}`), " ", link);
      return row;
    });
  }

  /* What stands beside the picture: the chosen element, its findings, its way, and the source lines. */
  function describe() {
    if (chosen === null) {
      panel.replaceChildren();
      return;
    }
    const node = nodes[chosen];
    const mine = ways.filter((way) => elements(way).includes(chosen));
    const facts = make("dl");
    for (const [name, value] of node.facts) facts.append(make("dt", name), make("dd", value));
    const focus = make("button", only === chosen ? "Draw all routes" : "Draw only this");
    focus.type = "button";
    focus.addEventListener("click", () => { only = only === chosen ? null : chosen; limit = FIRST; draw(); });
    const parts = [make("div", node.kind, "muted small"), make("h3", nameOf(node)), facts,
      ...listOf("Findings", findingLinks(node))];
    if (node.kind === "route") {
      parts.push(make("h4", "From route to row"), step(nameOf(node), node));
      for (const way of mine) {
        if (!nodes[way.guard].missing) parts.push(step(nodes[way.guard].label, nodes[way.guard]));
        for (const [query] of way.queries) parts.push(step(nodes[query].label, nodes[query]));
      }
    } else {
      const source = node.file && sourceOf(node.file, node.line);
      if (node.file) parts.push(make("h4", `${node.file}:${node.line}`));
      if (source) parts.push(source);
      parts.push(...listOf(`Routes that go through it (${mine.length})`, mine.map((way) => linkTo(way.route))));
    }
    const action = make("p");
    action.append(focus);
    parts.splice(2, 0, action);
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  function choose(number, focus) {
    const scrolled = canvas.scrollTop;
    chosen = chosen === number && focus ? null : number;
    const address = chosen === null ? "#map" : `#map=${encodeURIComponent(nodes[chosen].key)}`;
    try { history.replaceState(null, "", address); } catch { /* An address bar that may not change does no harm. */ }
    if (chosen !== null && !drawn.groups.has(chosen)) { only = chosen; limit = FIRST; }
    // The panel takes room from the picture, and a route gathers its way: both draw the picture anew.
    frame.classList.toggle("open", chosen !== null);
    draw();
    canvas.scrollTop = scrolled;
    const group = drawn.groups.get(chosen) || drawn.groups.get(number);
    if (!group) return;
    for (const other of drawn.groups.values()) other.setAttribute("tabindex", "-1");
    group.setAttribute("tabindex", "0");
    if (focus) group.focus({ preventScroll: true });
  }

  function move(from, key) {
    const column = KINDS.indexOf(nodes[from].kind);
    const list = drawn.columns[column];
    if (key === "ArrowDown" || key === "ArrowUp") return list[list.indexOf(from) + (key === "ArrowDown" ? 1 : -1)];
    const side = key === "ArrowRight" ? 0 : 1;
    const linked = drawn.lines.map((line) => line.dataset.edge.split("-").map(Number)).filter((edge) => edge[side] === from);
    return linked.length ? linked[0][1 - side] : undefined;
  }

  canvas.addEventListener("click", (event) => {
    const group = event.target.closest("[data-node]");
    if (group) choose(Number(group.dataset.node), true);
  });
  canvas.addEventListener("keydown", (event) => {
    const group = event.target.closest("[data-node]");
    if (!group) return;
    const number = Number(group.dataset.node);
    if (event.key === "Enter" || event.key === " ") choose(number, true);
    else if (event.key === "Escape" && chosen !== null) choose(chosen, true);
    else if (event.key.startsWith("Arrow")) {
      const next = move(number, event.key);
      if (next === undefined) return;
      group.setAttribute("tabindex", "-1");
      drawn.groups.get(next).setAttribute("tabindex", "0");
      drawn.groups.get(next).focus();
    } else return;
    event.preventDefault();
  });
  const redraw = () => { limit = FIRST; only = null; draw(); };
  search.addEventListener("input", redraw);
  faulty.addEventListener("change", redraw);
  more.addEventListener("click", () => { limit += MORE; draw(); });
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 120); });

  function fromAddress() {
    const match = /^#map=(.+)$/.exec(location.hash);
    const number = match ? byKey.get(decodeURIComponent(match[1])) : undefined;
    if (number === undefined) return;
    document.getElementById("map").scrollIntoView();
    if (number !== chosen) choose(number, false);
    // Who followed a link sees where it led, however long the columns are.
    const group = drawn.groups.get(number);
    if (group) canvas.scrollTop += group.getBoundingClientRect().top - canvas.getBoundingClientRect().top - canvas.clientHeight / 3;
  }
  draw();
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
