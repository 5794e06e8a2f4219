// What the reader asks for: words, values of columns, an order, one key. It stands in the address, so that a link
// shows the same; and which keys answer it.
const RANKS = {
  exposure: ["public", "external", "trusted", "organization", "unknown", "account"],
  lockout: ["locked_out", "root_only", "conditional", "fragile", "unknown", "manageable"],
  severity: ["critical", "high", "medium", "low", "info", "none"],
};

// Facets by their name in the address, and the column each reads.
const FACETS = {
  exposure: "exposure", lockout: "lockout", severity: "severity", check: "checks", party: "parties",
  account: "account", region: "region", state: "state", spec: "spec", usage: "usage", origin: "origin",
  rotation: "rotation",
};

const SEARCHED = ["alias", "description", "tags", "account", "region", "parties", "checks", "state", "exposure", "lockout"];

// How a value is called, where that is not how it is stored.
const CALLED = {
  account: (id) => `${id} ${index.accounts.get(id) ?? ""}`,
  parties: (ids) => ids.map((id) => index.parties.get(id) ?? id).join("\n"),
  lockout: (verdict) => `${verdict} ${spaced(verdict)}`,
};

const query = { words: "", chosen: {}, sort: "", down: false, key: "" };

// Reads the address; whether it asks for anything. One that leads to another part of the page leaves the list as it is.
function readAddress() {
  if (location.hash && !location.hash.startsWith("#?")) {
    query.key = "";
    return false;
  }
  const asked = new URLSearchParams(location.hash.slice(2));
  query.key = asked.get("key") ?? "";
  // A link to just a key leaves the list as it is.
  if (query.key && [...asked.keys()].length === 1) return true;
  query.words = asked.get("q") ?? "";
  query.chosen = {};
  for (const facet of Object.keys(FACETS)) {
    if (asked.has(facet)) query.chosen[facet] = new Set(asked.getAll(facet));
  }
  query.down = (asked.get("sort") ?? "").startsWith("-");
  query.sort = (asked.get("sort") ?? "").replace(/^-/, "");
  return location.hash !== "";
}

function address(key = query.key) {
  const asked = new URLSearchParams();
  if (query.words) asked.set("q", query.words);
  for (const [facet, values] of Object.entries(query.chosen)) {
    for (const value of values) asked.append(facet, value);
  }
  if (query.sort) asked.set("sort", (query.down ? "-" : "") + query.sort);
  if (key) asked.set("key", key);
  return `#?${asked}`;
}

// Its state marks an address that was written where the reader stood: going back to it leads nowhere else.
const writeAddress = (how) => history[how]("here", "", address());

// For each value of a column whether it is one of the chosen; a value that is a list is when any of its parts is.
function flags(name, chosen) {
  const is = (value) => (Array.isArray(value) ? value.some((part) => chosen.has(part)) : chosen.has(value));
  return Uint8Array.from(columns[name].d, (value) => (is(value) ? 1 : 0));
}

const lowered = new Map();

// The values of a column as they are searched; made once.
function searchable(name) {
  if (!lowered.has(name)) {
    const text = CALLED[name] ?? ((value) => [value].flat().join("\n"));
    lowered.set(name, columns[name].d.map((value) => text(value).toLowerCase()));
  }
  return lowered.get(name);
}

const idsToSearch = () => {
  if (!lowered.has("id")) lowered.set("id", columns.id.map((id) => id.toLowerCase()));
  return lowered.get("id");
};

// For each row whether a column has the text; `null` where no value has it.
function holders(name, text) {
  const hit = Uint8Array.from(searchable(name), (value) => (value.includes(text) ? 1 : 0));
  const { i } = columns[name];
  return hit.includes(1) ? (row) => hit[i[row]] : null;
}

// What an ARN means: the key or keys that have it, or those of an alias in its account and Region.
function arnTest(arn) {
  const [, , , region, account, ...rest] = arn.split(":");
  if (!rest.join(":").startsWith("alias/")) return (row) => arnOf(row).toLowerCase().includes(arn);
  const parts = [["alias", rest.join(":")], ["account", account], ["region", region]].map(([name, text]) => holders(name, text));
  return (row) => parts.every((has) => has?.(row));
}

// Makes what a search needs before the first one.
function prepareSearch() {
  SEARCHED.forEach(searchable);
  idsToSearch();
}

// A function that tells of a row whether it has every word; `null` where there is none.
function wordTest() {
  const words = query.words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  const ids = idsToSearch();
  const tests = words.map((word) => {
    const hits = SEARCHED.map((name) => holders(name, word)).filter(Boolean);
    hits.push(word.startsWith("arn:") ? arnTest(word) : (row) => ids[row].includes(word));
    return (row) => hits.some((hit) => hit(row));
  });
  return (row) => tests.every((test) => test(row));
}

// The rows that answer the query, in its order; and for each facet how many keys each value has when that facet
// itself does not count.
function answer() {
  const filters = Object.entries(query.chosen)
    .map(([facet, chosen]) => [facet, columns[FACETS[facet]].i, flags(FACETS[facet], chosen)]);
  const counts = {};
  for (const [facet, name] of Object.entries(FACETS)) counts[facet] = new Uint32Array(columns[name].d.length);
  const facets = Object.entries(FACETS).map(([facet, name]) => [counts[facet], columns[name].i]);
  const hasWords = wordTest();
  const found = [];
  for (const row of order()) {
    let missed = null;
    let misses = 0;
    for (const [facet, places, hit] of filters) {
      if (!hit[places[row]]) {
        missed = facet;
        misses += 1;
      }
    }
    if (misses > 1 || (hasWords && !hasWords(row))) continue;
    if (misses === 1) {
      counts[missed][columns[FACETS[missed]].i[row]] += 1;
      continue;
    }
    found.push(row);
    for (const [count, places] of facets) count[places[row]] += 1;
  }
  return { found, counts };
}

// The rank of each value of a column.
function ranks(name) {
  const { d } = columns[name];
  if (RANKS[name]) return Uint32Array.from(d, (value) => RANKS[name].indexOf(value) + 1);
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const text = (value) => [value].flat()[0] ?? "\u{ffff}";
  const sorted = d.map((value, at) => [text(name === "account" ? index.accounts.get(value) ?? value : value), at])
    .sort(([a], [b]) => compare(a, b));
  const ranked = new Uint32Array(d.length);
  sorted.forEach(([, at], rank) => { ranked[at] = rank; });
  return ranked;
}

// Rows by the rank of their value, in order where it is the same.
function sorted(rows, name, down) {
  const ranked = ranks(name);
  const { i } = columns[name];
  const most = ranked.reduce((a, b) => Math.max(a, b), 0);
  const starts = new Uint32Array(most + 2);
  const slot = (row) => (down ? most - ranked[i[row]] : ranked[i[row]]);
  for (const row of rows) starts[slot(row) + 1] += 1;
  for (let at = 1; at < starts.length; at += 1) starts[at] += starts[at - 1];
  const result = new Uint32Array(rows.length);
  for (const row of rows) result[starts[slot(row)]++] = row;
  return result;
}

let usual;
let last = { name: "", rows: null };

// Every row in the order asked for. Without one: the worst finding first, then exposure, then lockout.
function order() {
  usual ??= ["lockout", "exposure", "severity"]
    .reduce((rows, by) => sorted(rows, by, false), Uint32Array.from({ length: total }, (_, row) => row));
  if (!columns[query.sort]?.d) return usual;
  const name = `${query.sort} ${query.down}`;
  if (last.name !== name) last = { name, rows: sorted(usual, query.sort, query.down) };
  return last.rows;
}
