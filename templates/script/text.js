// Text and elements. Foreign text reaches the page through `el` only: as text, and with what would act on its reader
// spelled out.
const number = new Intl.NumberFormat("en");

const ACTING =
  /[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{34f}\u{61c}\u{115f}-\u{1160}\u{17b4}-\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{3164}\u{feff}\u{ffa0}\u{fff0}-\u{fffb}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const SHORT = new Map([["\t", "\\t"], ["\n", "\\n"], ["\r", "\\r"]]);

const visible = (text) =>
  String(text).replace(ACTING, (acting) => SHORT.get(acting) ?? `\\u{${acting.codePointAt(0).toString(16)}}`);

// An element with attributes and children. Children that are no element are text; what is null is left out.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  return element;
}

const nodes = (children) =>
  children.flat(2).filter((child) => child !== null && child !== undefined && child !== "")
    .map((child) => (child instanceof Node ? child : visible(child)));

const spaced = (name) => String(name).replaceAll("_", " ");
const counted = (count, one, many) => `${number.format(count)} ${count === 1 ? one : many}`;
const minute = (time) => (time ? `${time.slice(0, 16).replace("T", " ")} UTC` : null);

// A judgement: its sign and color come from the class, and the word says the same.
const tone = (kind, name) => el("span", { class: `tone ${kind} ${name}` }, spaced(name));
const severityTag = (name) =>
  name === "none" ? el("span", { class: "place" }, "none") : el("span", { class: `severity ${name}` }, name);
