// The data block: the table of all keys, and documents about them that are unpacked when asked for.
const pieces = document.getElementById("data").textContent.split(" ");

function bytesOf(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

async function unpack(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

// The ids of the keys: UUIDs come as bytes, others as they are.
function idsOf({ uuids, others }) {
  const bytes = bytesOf(uuids);
  const hex = (from, to) => {
    let text = "";
    for (let at = from; at < to; at += 1) text += HEX[bytes[at]];
    return text;
  };
  const uuid = (at) => [hex(at, at + 4), hex(at + 4, at + 6), hex(at + 6, at + 8), hex(at + 8, at + 10), hex(at + 10, at + 16)].join("-");
  return Array.from({ length: bytes.length / 16 }, (_, row) => others[row] ?? uuid(16 * row));
}

let index;
let columns;
let total = 0;

async function readIndex() {
  index = await unpack(pieces[0]);
  columns = index.columns;
  columns.id = idsOf(columns.id);
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

// In place of a document: AWS did not give what it would hold.
const UNREAD = -2;

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
