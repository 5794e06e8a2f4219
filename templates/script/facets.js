// The facets: boxes to tick for the judgements, lists to choose from for the rest; each value with how many keys
// would be left.
const BOXES = { exposure: "Exposure", lockout: "Lockout", severity: "Worst finding" };
const LISTS = {
  check: "Check", party: "Reached by", account: "Account", region: "Region", state: "State", spec: "Spec",
  usage: "Usage", origin: "Origin", rotation: "Rotation",
};

const facetParts = new Map();

function facetLabel(facet, value) {
  if (facet === "check") return index.checks.get(value)?.title ?? value;
  if (facet === "party") return index.parties.get(value) ?? value;
  if (facet === "account") return [index.accounts.get(value), value].filter(Boolean).join(" ");
  return spaced(value);
}

function drawFacets(change) {
  const holder = document.getElementById("facets");
  for (const [facet, title] of Object.entries(BOXES)) {
    const boxes = RANKS[facet].map((value) => {
      const box = el("input", { type: "checkbox", value });
      const count = el("span", { class: "count" });
      box.addEventListener("change", () => { choose(facet, value, box.checked); change(); });
      const sign = facet === "severity" ? severityTag(value) : tone(facet, value);
      return { value, box, count, line: el("label", {}, box, sign, count) };
    });
    facetParts.set(facet, boxes);
    holder.append(el("fieldset", { class: "boxes" }, el("legend", {}, title), boxes.map(({ line }) => line)));
  }
  const lists = Object.entries(LISTS).map(([facet, title]) => {
    const select = el("select", { id: `facet-${facet}` });
    select.addEventListener("change", () => {
      delete query.chosen[facet];
      if (select.value) choose(facet, select.value, true);
      change();
    });
    facetParts.set(facet, select);
    return el("p", {}, el("label", { for: select.id }, title), select);
  });
  holder.append(el("div", { class: "lists" }, lists));
}

function choose(facet, value, on) {
  const chosen = query.chosen[facet] ?? new Set();
  if (on) chosen.add(value);
  else chosen.delete(value);
  if (chosen.size) query.chosen[facet] = chosen;
  else delete query.chosen[facet];
}

// Keys by value: a key counts for each part of a value that is a list.
function byValue(facet, counts) {
  const found = new Map();
  columns[FACETS[facet]].d.forEach((value, at) => {
    if (!counts[at]) return;
    for (const part of [value].flat()) found.set(part, (found.get(part) ?? 0) + counts[at]);
  });
  return found;
}

function showFacets(counts) {
  for (const facet of Object.keys(BOXES)) {
    const found = byValue(facet, counts[facet]);
    for (const { value, box, count, line } of facetParts.get(facet)) {
      box.checked = query.chosen[facet]?.has(value) ?? false;
      count.textContent = number.format(found.get(value) ?? 0);
      line.classList.toggle("none", !found.get(value) && !box.checked);
    }
  }
  for (const facet of Object.keys(LISTS)) showList(facet, byValue(facet, counts[facet]));
}

function showList(facet, found) {
  const select = facetParts.get(facet);
  const chosen = [...(query.chosen[facet] ?? [])];
  for (const value of chosen) if (!found.has(value)) found.set(value, 0);
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const options = [...found].map(([value, count]) => [facetLabel(facet, value), value, count])
    .sort(([a], [b]) => compare(a, b))
    .map(([label, value, count]) => el("option", { value }, `${label} (${number.format(count)})`));
  select.replaceChildren(el("option", { value: "" }, "any"), ...options);
  select.value = chosen[0] ?? "";
  select.classList.toggle("chosen", chosen.length > 0);
}
