// The data block: the table of all keys, and documents about them that are unpacked when asked for.
const pieces = document.getElementById("data").textContent.split(" ");

async function unpack(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

let index;
let columns;
let total = 0;

async function readIndex() {
  index = await unpack(pieces[0]);
  columns = index.columns;
  total = columns.id.length;
  for (const column of Object.values(columns)) {
    if (column.i) column.i = Uint32Array.from(column.i);
  }
  index.accounts = new Map(Object.entries(index.accounts));
  index.parties = new Map(Object.entries(index.parties));
  index.checks = new Map(index.checks.map((check) => [check.id, check]));
}

// What a key has in a column.
const of = (name, row) => columns[name].d[columns[name].i[row]];

function arnOf(row) {
  const stem = of("stem", row);
  return Array.isArray(stem) ? stem[0] : stem + columns.id[row];
}

const nameOf = (row) => of("alias", row)[0] ?? columns.id[row];

// The row of an ARN, or -1.
function rowOf(arn) {
  for (let row = 0; row < total; row += 1) {
    if (arn.endsWith(columns.id[row]) && arnOf(row) === arn) return row;
  }
  return columns.id.findIndex((_, row) => arnOf(row) === arn);
}

// Pieces that were unpacked last. A reader who goes from key to key mostly stays in one.
const unpacked = new Map();
const KEPT = 6;

async function documentAt(place) {
  if (place < 0) return null;
  let piece = index.starts.findLastIndex((start) => start <= place);
  if (!unpacked.has(piece)) {
    if (unpacked.size >= KEPT) unpacked.delete(unpacked.keys().next().value);
    unpacked.set(piece, unpack(pieces[piece + 1]));
  }
  return (await unpacked.get(piece))[place - index.starts[piece]];
}

// All documents about a key, by name; null where the page has none.
async function documentsOf(row) {
  const names = Object.keys(index.documents);
  const found = await Promise.all(names.map((name) => documentAt(index.documents[name][row])));
  return Object.fromEntries(names.map((name, at) => [name, found[at]]));
}
