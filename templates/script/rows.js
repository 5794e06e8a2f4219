// The list of keys: only the rows in sight are in the page. Rows stay the same elements while they are in sight, so
// that whoever stands on one is not thrown off it.
const COLUMNS = [
  { name: "alias", head: "Key", cell: keyCell },
  { name: "account", head: "Account", cell: accountCell },
  { name: "region", head: "Region", cell: (row) => of("region", row) },
  { name: "severity", head: "Worst finding", cell: (row) => severityTag(of("severity", row)) },
  { name: "exposure", head: "Exposure", cell: (row) => tone("exposure", of("exposure", row)) },
  { name: "lockout", head: "Lockout", cell: (row) => tone("lockout", of("lockout", row)) },
  { name: "state", head: "State", cell: (row) => of("state", row) },
  { name: "spec", head: "Spec", cell: (row) => of("spec", row) },
  { name: "rotation", head: "Rotation", cell: (row) => of("rotation", row) },
  { name: "grants", head: "Grants", cell: (row) => of("grants", row) },
];

// Rows kept ready beyond each edge.
const BEYOND = 8;

const list = {
  frame: document.getElementById("window"),
  table: document.getElementById("explorer-table"),
  order: document.getElementById("sort"),
  rows: [],
  shown: new Map(),
  above: el("tr", { class: "space", "aria-hidden": true }, el("td")),
  below: el("tr", { class: "space", "aria-hidden": true }, el("td")),
  height: 0,
};

function keyCell(row) {
  const aliases = of("alias", row);
  const more = aliases.length > 1 ? el("small", {}, ` and ${aliases.length - 1} more`) : null;
  const link = el("a", { href: `#?key=${encodeURIComponent(arnOf(row))}` }, el("bdi", {}, nameOf(row)));
  const about = of("description", row);
  return [link, more, el("span", { class: "under" }, aliases.length ? el("code", {}, columns.id[row]) : null,
    about ? el("bdi", {}, (aliases.length ? " · " : "") + about) : null),
  // Where there is no room for columns, the judgement stands here.
  el("span", { class: "marks" }, severityTag(of("severity", row)), " ", tone("exposure", of("exposure", row)), " ", tone("lockout", of("lockout", row)),
    el("span", { class: "under" }, el("bdi", {}, index.accounts.get(of("account", row)) ?? of("account", row)), ` · ${of("region", row)}`))];
}

function accountCell(row) {
  const id = of("account", row);
  const name = index.accounts.get(id);
  return name ? [el("bdi", {}, name), el("span", { class: "under" }, el("code", {}, id))] : el("code", {}, id);
}

function keyRow(row, at) {
  const cells = COLUMNS.map(({ name, cell }, place) =>
    el(place ? "td" : "th", { class: `c-${name}`, scope: place ? null : "row" }, cell(row)));
  return el("tr", { class: "key", "aria-rowindex": at + 2 }, cells);
}

function drawHead(sortBy) {
  const heads = COLUMNS.map(({ name, head }) => {
    const button = el("button", { type: "button", class: "sort" }, head);
    button.addEventListener("click", () => sortBy(name));
    return el("th", { scope: "col", class: `c-${name}`, "data-column": name }, button);
  });
  list.table.tHead.rows[0].replaceChildren(...heads);
  list.table.tHead.rows[0].setAttribute("aria-rowindex", 1);
  list.order.append(new Option("worst first", ""), ...COLUMNS.map(({ name, head }) => new Option(head, name)));
  list.order.addEventListener("change", () => sortBy(list.order.value));
}

function showOrder() {
  list.order.value = query.sort;
  for (const head of list.table.tHead.rows[0].cells) {
    const sorts = head.dataset.column === query.sort;
    if (sorts) head.setAttribute("aria-sort", query.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
}

// Shows other rows, from the top.
function showRows(rows) {
  list.rows = rows;
  list.shown.clear();
  list.table.setAttribute("aria-rowcount", rows.length + 1);
  list.table.tBodies[0].replaceChildren(list.above, list.below);
  list.frame.scrollTop = 0;
  showOrder();
  drawRows();
}

// Draws the rows in sight anew, where the reader stands: their height may have changed.
function redrawRows() {
  list.height = 0;
  list.shown.clear();
  list.table.tBodies[0].replaceChildren(list.above, list.below);
  drawRows();
}

function drawRows() {
  const body = list.table.tBodies[0];
  if (!list.rows.length) {
    body.replaceChildren(el("tr", { class: "empty" }, el("td", {}, "No key passes these filters.")));
    return;
  }
  if (!list.height) list.height = measure(body);
  const first = Math.max(0, Math.floor(list.frame.scrollTop / list.height) - BEYOND);
  const seen = Math.ceil(list.frame.clientHeight / list.height) + 2 * BEYOND;
  const last = Math.min(list.rows.length, first + seen);
  for (const [at, row] of list.shown) {
    if (at < first || at >= last) {
      row.remove();
      list.shown.delete(at);
    }
  }
  let after = list.above;
  for (let at = first; at < last; at += 1) {
    let row = list.shown.get(at);
    if (!row) {
      row = keyRow(list.rows[at], at);
      list.shown.set(at, row);
      after.after(row);
    }
    after = row;
  }
  list.above.firstChild.style.height = `${first * list.height}px`;
  list.below.firstChild.style.height = `${(list.rows.length - last) * list.height}px`;
}

// The height of a row: all are alike.
function measure(body) {
  const row = keyRow(list.rows[0], 0);
  list.above.after(row);
  const { height } = row.getBoundingClientRect();
  row.remove();
  return height || 52;
}

// Up and down go from key to key.
function walkRows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest?.("tr.key");
  if (!step || !row) return;
  const at = Number(row.getAttribute("aria-rowindex")) - 2 + step;
  if (at < 0 || at >= list.rows.length) return;
  event.preventDefault();
  const top = at * list.height;
  const head = list.table.tHead.offsetHeight;
  if (top < list.frame.scrollTop) list.frame.scrollTop = top;
  const bottom = top + list.height + head - list.frame.clientHeight;
  if (bottom > list.frame.scrollTop) list.frame.scrollTop = bottom;
  drawRows();
  list.shown.get(at)?.querySelector("a").focus({ preventScroll: true });
}
