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
  const wide = matchMedia("(min-width: 48rem)").matches;
  holder.append(el("details", { class: "more", open: wide }, el("summary", {}, "More filters"), el("div", { class: "lists" }, lists)));
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
    if (!Array.isArray(value)) found.set(value, counts[at]);
    else for (const part of value) found.set(part, (found.get(part) ?? 0) + counts[at]);
  });
  return found;
}

let pending;

// Lists can be long: they follow when the keys are shown.
function showFacets(counts) {
  for (const facet of Object.keys(BOXES)) {
    const found = byValue(facet, counts[facet]);
    for (const { value, box, count, line } of facetParts.get(facet)) {
      box.checked = query.chosen[facet]?.has(value) ?? false;
      count.textContent = number.format(found.get(value) ?? 0);
      line.classList.toggle("none", !found.get(value) && !box.checked);
    }
  }
  clearTimeout(pending);
  pending = setTimeout(() => {
    for (const facet of Object.keys(LISTS)) showList(facet, byValue(facet, counts[facet]));
  }, 30);
}

const labels = new Map();

// Every value of a facet with its label, in the order of the labels; made once.
function labeled(facet) {
  if (!labels.has(facet)) {
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    const values = [...new Set(columns[FACETS[facet]].d.flat())];
    labels.set(facet, values.map((value) => [visible(facetLabel(facet, value)), value]).sort(([a], [b]) => compare(a, b)));
  }
  return labels.get(facet);
}

function showList(facet, found) {
  const select = facetParts.get(facet);
  const [chosen] = query.chosen[facet] ?? [];
  const known = labeled(facet).filter(([, value]) => found.has(value) || value === chosen);
  const options = known.map(([label, value]) => new Option(`${label} (${number.format(found.get(value) ?? 0)})`, value));
  select.replaceChildren(new Option("any", ""), ...options);
  select.value = chosen ?? "";
  select.classList.toggle("chosen", chosen !== undefined);
}
