// The page of one key: the judgement, what it rests on, the policies, the grants, the facts.
const dialog = document.getElementById("detail");
const page = document.getElementById("detail-page");

async function showKey(arn) {
  const row = rowOf(arn);
  const parts = row < 0 ? unknownKey(arn) : keyPage(row, await documentsOf(row));
  // Meanwhile the reader may have gone elsewhere.
  if (query.key !== arn) return;
  page.replaceChildren(...parts);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

const closeButton = () => el("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");

const unknownKey = (arn) => [
  el("header", {}, el("h2", { id: "detail-name" }, "No such key"), closeButton()),
  el("p", {}, "This report has no key ", el("code", { class: "long" }, arn), "."),
];

function keyPage(row, found) {
  return [
    el("header", {}, el("h2", { id: "detail-name" }, el("bdi", {}, nameOf(row))), closeButton()),
    el("p", { class: "long" }, el("code", {}, arnOf(row))),
    of("description", row) ? el("p", { class: "about" }, el("bdi", {}, of("description", row))) : null,
    judgement(row, found),
    part("Findings", findingList(found.findings), undecided(found.own)),
    part("Ways in from outside", reachList(found.exposure?.reaches, noWay(row))),
    found.exposure?.blocked_by_rcp.length
      ? part("Closed by a resource control policy", reachList(found.exposure.blocked_by_rcp, "")) : null,
    found.exposure?.services.length ? part("AWS services", serviceTable(found.exposure.services)) : null,
    part("Who can rewrite the policy", writerTable(found.lockout)),
    part("Key policy", policyPart(found.policy, "key_policy", found, index.documents.policy[row] === UNREAD
      ? "The policy was not read." : "This page had no room for the policy; report.json has it.")),
    found.ram_policy ? part("Policy of Resource Access Manager", policyPart(found.ram_policy, "ram", found, "")) : null,
    part("Grants", grantList(row, found.own)),
    part("Facts", factList(row, found.own)),
  ].filter(Boolean);
}

const part = (title, ...content) => el("section", {}, el("h3", {}, title), ...content);

function judgement(row, { exposure, lockout }) {
  const depends = (judged) => (judged?.certainty === "depends"
    ? el("span", { class: "place" }, ` AWS leaves this open: it depends on ${judged.depends_on.join(", ")}.`) : null);
  return el("dl", { class: "judged" },
    el("div", {}, el("dt", {}, "Exposure"), el("dd", {}, tone("exposure", of("exposure", row)), depends(exposure),
      el("p", {}, reachedBy(row)))),
    el("div", {}, el("dt", {}, "Lockout"), el("dd", {}, tone("lockout", of("lockout", row)), depends(lockout),
      lockout ? el("p", {}, el("bdi", {}, lockout.recovery)) : el("p", {}, "report.json says who can repair it."),
      lockout?.reasons.length ? el("p", { class: "place" }, `Because ${lockout.reasons.map((reason) => index.reasons[reason] ?? spaced(reason)).join("; ")}.`) : null)));
}

function acceptance(accepted) {
  if (!accepted) return null;
  const said = [accepted.owner && `by ${accepted.owner}`, accepted.ticket, accepted.expires && `until ${accepted.expires}`];
  return el("span", { class: "place" }, " Accepted: ", el("bdi", {}, [accepted.reason ?? "", ...said].filter(Boolean).join(", ")), ".");
}

// What was not read could hold a way in.
const noWay = (row) => (of("exposure", row) === "unknown"
  ? "Not known: what would tell was not read. That is no pass." : "No way in from outside its account was found.");

function reachedBy(row) {
  const parties = of("parties", row).map((party) => index.parties.get(party) ?? party);
  return parties.length ? ["Reached by ", el("bdi", {}, parties.join(", ")), "."] : noWay(row);
}

function findingList(findings) {
  if (!findings) return el("p", {}, "This page had no room for them; report.json has them.");
  if (!findings.length) return el("p", {}, "None.");
  const byCheck = Map.groupBy(findings, ({ check, status }) => `${check} ${status}`);
  return el("ul", { class: "told" }, [...byCheck.values()].map(checkItem));
}

// A check without a finding that cannot tell has passed nothing.
function undecided(own) {
  const line = (words, checks) => (checks?.length
    ? el("p", { class: "note" }, `${words} that is no pass: ${checks.join(", ")}.`) : null);
  return [
    line("These checks cannot tell, because a fact was not read;", own?.undecided),
    line("These checks were not asked for (--last-usage);", own?.not_asked),
  ];
}

// What one check found. Where its findings differ in severity, each says its own.
function checkItem(findings) {
  const [{ check, severity, status }] = findings;
  const text = index.checks.get(check);
  const alike = findings.every((finding) => finding.severity === severity);
  const controls = [...new Set(findings.flatMap((finding) => finding.frameworks ?? []))];
  return el("li", {},
    el("p", {}, status === "fail" ? severityTag(severity) : el("span", { class: "severity" }, status), " ",
      el("b", {}, text?.title ?? check), " ", el("code", { class: "place" }, check)),
    el("ul", { class: "details" }, findings.map((finding) =>
      el("li", {}, alike ? null : [severityTag(finding.severity), " "], el("bdi", {}, finding.detail), toDo(finding.to_do), acceptance(finding.acceptance)))),
    text ? el("details", {}, el("summary", {}, "Why it matters, what to do"),
      el("p", {}, text.matters), el("p", {}, el("b", {}, "To do: "), text.fix),
      el("p", {}, el("b", {}, "It cannot see: "), text.blind)) : null,
    controls.length ? el("p", { class: "place ids" }, controls.map((control) => [el("span", {}, control), " "])) : null);
}

const toDo = (text) => (text ? [" ", el("b", {}, "To do: "), el("bdi", {}, text)] : null);

function reachList(reaches, none) {
  if (!reaches) return el("p", {}, "This page had no room for them; report.json has them.");
  if (!reaches.length) return el("p", {}, none);
  return el("ul", { class: "told" }, reaches.map((reach) => el("li", {},
    el("p", {}, tone("exposure", reach.zone), " ", el("b", { class: "long" }, el("bdi", {}, reach.principal === "*" ? "anybody there" : reach.principal)),
      reach.policy ? [" closed by ", el("bdi", {}, reach.policy)] : null),
    facts([
      ["May", reach.access.map(spaced).join(", ")],
      ["Actions", actionText(reach.actions)],
      ["Through", reach.via.map(viaText).join("; ")],
      ["Provided that", reach.conditions.length ? el("ul", {}, reach.conditions.map((one) => el("li", {}, el("bdi", {}, one)))) : "nothing more"],
      ["And", reach.needs_identity_policy ? "its own account must allow it as well" : null],
      ["Held today", { true: "yes, by a user or role that exists", false: "by no user or role that exists" }[reach.confirmed] ?? null],
      ["Proof", reach.witness ? witness(reach.witness) : "no request was made up for it"],
    ]))));
}

function actionText(actions) {
  const text = actions.map((action) => action.replace(/^kms:/, "")).join(", ");
  if (actions.length <= 6) return text;
  return el("details", {}, el("summary", {}, counted(actions.length, "action", "actions")), text);
}

function viaText({ kind, statement, grant_id }) {
  if (kind === "grant") return `grant ${grant_id}`;
  return `statement ${statement} of the ${kind === "ram" ? "policy of Resource Access Manager" : "key policy"}`;
}

function witness({ principal, action, context }) {
  const keys = Object.entries(context).map(([key, values]) => el("li", {}, el("code", {}, `${key} = ${values.join(", ")}`)));
  return [el("code", { class: "long" }, principal), " asks for ", el("code", {}, action), keys.length ? [" with", el("ul", {}, keys)] : null];
}

// A list of names and values; what has no value is left out.
const facts = (pairs) => el("dl", { class: "facts" },
  pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

function table(caption, heads, rows) {
  return el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
    el("table", {}, el("caption", { class: "vh" }, caption),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map(([first, ...others]) => el("tr", {},
        el("th", { scope: "row", class: "long" }, el("bdi", {}, first)), others.map((cell) => el("td", { class: "prose" }, cell)))))));
}

const serviceTable = (services) => table("AWS services that may use the key", ["Service", "Guarded", "Actions"],
  services.map(({ principal, actions, guarded, guard }) =>
    [principal === "*" ? "any service" : principal, guarded ? `yes: ${guard ?? ""}` : "no", actionText(actions)]));

function writerTable(lockout) {
  if (!lockout) return el("p", {}, "This page had no room for them; report.json has them.");
  if (!lockout.writers.length) return el("p", {}, lockout.verdict === "unknown" ? "Not known." : "Nobody.");
  return table("Principals that can rewrite the key policy", ["Who", "Through", "Provided that"],
    lockout.writers.map(({ principal, via, conditions }) => [principal, el("bdi", {}, via), conditions.join("; ") || "–"]));
}

function policyPart(text, kind, found, none) {
  return text === null ? el("p", {}, none) : policyView(text, kind, found.exposure, found.lockout);
}

function grantList(row, own) {
  if (!own) return el("p", {}, `${of("grants", row)}; this page had no room for them, report.json has them.`);
  const grants = own.grants ?? [];
  if (!grants.length) return el("p", {}, of("grants", row) === "0" ? "None." : `${of("grants", row)}: they were not read.`);
  const rest = own.more_grants ? el("p", { class: "note" }, `${number.format(own.more_grants)} more are in report.json.`) : null;
  return [rest, el("ul", { class: "told" }, grants.map((grant) => el("li", {},
    el("p", {}, tone("exposure", grant.zone), " ", el("b", { class: "long" }, el("bdi", {}, grant.grantee_principal ?? grant.grantee_service_principal ?? "unknown grantee"))),
    facts([
      ["Grant", el("code", { class: "long" }, grant.grant_id)],
      ["Name", grant.name ? el("bdi", {}, grant.name) : null],
      ["Operations", grant.operations.join(", ")],
      ["Constraints", Object.keys(grant.constraints).length ? pretty(grant.constraints) : null],
      ["Retired by", grant.retiring_principal ?? grant.retiring_service_principal],
      ["Made by", grant.issuing_account],
      ["Made at", minute(grant.creation_date)],
    ]))))];
}

function factList(row, own) {
  const aliases = of("alias", row);
  const { multi_region: set, rotation, usage } = own ?? {};
  const place = (key) => el("li", {}, el("code", { class: "long" }, key.arn));
  return [facts([
    ["Aliases", aliases.length > 1 ? el("ul", {}, aliases.map((alias) => el("li", {}, el("bdi", {}, alias)))) : aliases[0]],
    ["Account", facetLabel("account", of("account", row))],
    ["Region", of("region", row)],
    ["State", of("state", row)],
    ["Spec, usage", `${of("spec", row)}, ${of("usage", row)}`],
    ["Origin", of("origin", row)],
    ["Key store", own?.store],
    ["Created", minute(own?.created)],
    ["To be deleted", minute(own?.deletion)],
    ["Material valid to", minute(own?.valid_to)],
    ["Rotation", of("rotation", row)],
    ["Next rotation", minute(rotation?.next_rotation_date)],
    ["Last use", usage ? `${usage.operation ?? "none"}${usage.used_at ? `, ${minute(usage.used_at)}` : `, none since ${minute(usage.tracking_start_date) ?? "tracking began"}`}` : null],
    ["Multi-Region", set ? [spaced(set.type).toLowerCase(), el("ul", {}, set.primary ? place(set.primary) : null, set.replicas.map(place))] : null],
    ["Tags", own?.tags ? (Object.entries(own.tags).map(([name, value]) => el("span", { class: "tag" }, el("bdi", {}, `${name} = ${value}`)))) : own ? "not read" : of("tags", row).join(", ")],
    ["Not read", own?.gaps?.map(([operation, kind]) => `${operation} (${spaced(kind)})`).join(", ")],
  ]), own ? null : el("p", { class: "place" }, "The rest stands in report.json: this page had no room for it.")];
}
