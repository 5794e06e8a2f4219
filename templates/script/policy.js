// A policy, statement by statement, with what each does to the judgement beside it.

// The names by which judgements call the statements of a policy: the Sid, or # and the place.
const statementName = (statement, at) =>
  (statement && typeof statement.Sid === "string" && statement.Sid ? statement.Sid : `#${at}`);

function policyView(text, kind, exposure, lockout) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [el("p", {}, "This is no JSON; shown as it was received."), el("pre", {}, text)];
  }
  const statements = [parsed?.Statement ?? []].flat();
  const rest = parsed && typeof parsed === "object" ? Object.entries(parsed).filter(([name]) => name !== "Statement") : [];
  return [
    el("p", { class: "place" }, rest.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")),
    el("ol", { class: "statements" }, statements.map((statement, at) =>
      statementView(statement, statementName(statement, at), kind, exposure, lockout))),
  ];
}

function statementView(statement, name, kind, exposure, lockout) {
  const lets = (reach) => reach.via.some((via) => via.kind === kind && via.statement === name);
  const reaches = exposure?.reaches.filter(lets).length ?? 0;
  const blocked = exposure?.blocked_by_rcp.filter(lets).length ?? 0;
  const inPolicy = kind === "key_policy" ? `statement ${name} of the key policy` : null;
  const writers = inPolicy ? lockout?.writers.filter((writer) => writer.via.includes(inPolicy)).length ?? 0 : 0;
  const effect = statement?.Effect === "Deny" ? "deny" : "allow";
  const marks = [
    effect === "deny" ? el("span", { class: "mark-deny" }, "denies") : null,
    reaches ? el("span", { class: "mark-reach" }, `lets ${counted(reaches, "way", "ways")} in from outside`) : null,
    blocked ? el("span", { class: "mark-blocked" }, "would let outsiders in, but for a resource control policy") : null,
    writers ? el("span", { class: "mark-writer" }, `lets ${counted(writers, "writer", "writers")} govern`) : null,
  ];
  return el("li", { class: [effect, reaches ? "reach" : "", writers ? "writer" : ""].join(" ").trim() },
    el("p", {}, el("b", {}, el("bdi", {}, name)), marks.filter(Boolean).flatMap((mark) => [" ", mark])),
    pretty(statement));
}

// Indented JSON. Line feeds inside of texts are escaped already; those between lines are ours.
function pretty(value) {
  const lines = JSON.stringify(value, null, 2).split("\n");
  return el("pre", {}, lines.flatMap((line, at) => (at ? [document.createTextNode("\n"), line] : [line])));
}
