// Saves the keys that pass the filters. The files hold what the list shows; all of a key is in report.json.
const EXPORTED = {
  arn: arnOf,
  account_id: (row) => of("account", row),
  account_name: (row) => index.accounts.get(of("account", row)) ?? "",
  region: (row) => of("region", row),
  key_id: (row) => columns.id[row],
  aliases: (row) => of("alias", row),
  description: (row) => of("description", row),
  state: (row) => of("state", row),
  spec: (row) => of("spec", row),
  usage: (row) => of("usage", row),
  origin: (row) => of("origin", row),
  rotation: (row) => of("rotation", row),
  grants: (row) => of("grants", row),
  exposure: (row) => of("exposure", row),
  lockout: (row) => of("lockout", row),
  worst_finding: (row) => of("severity", row),
  checks: (row) => of("checks", row),
  reached_by: (row) => of("parties", row),
  gaps: (row) => of("gaps", row),
};

// A spreadsheet takes a cell that begins so for a formula, also behind a semicolon, where some cut it: an apostrophe
// makes it text. The same rule as that of keys.csv.
const FORMULA = /^(?:[\s"]*[=+\-@＝＋－＠]|[\t\r\n])/u;

function csvCell(value) {
  const pieces = visible([value].flat().join(" ")).split(";").map((piece) => (FORMULA.test(piece) ? `'${piece}` : piece));
  return `"${pieces.join(";").replaceAll('"', '""')}"`;
}

function asCsv(rows) {
  const lines = [Object.keys(EXPORTED).join(",")];
  for (const row of rows) lines.push(Object.values(EXPORTED).map((value) => csvCell(value(row))).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function asJson(rows) {
  const key = (row) => Object.fromEntries(Object.entries(EXPORTED).map(([name, value]) => [name, value(row)]));
  return JSON.stringify(Array.from(rows, key), null, 1);
}

function save(text, type, ending) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: url, download: `keyreach-keys.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
